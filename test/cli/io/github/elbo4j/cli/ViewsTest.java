package io.github.elbo4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.infer.Status;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is shown on a terminal. */
class ViewsTest {
    @Test
    void theTableIsAlignedAndComplete() {
        FitSummary fit = ExampleFit.of(List.of("intercept", "x".repeat(50), "b\u001b[2J"), 0.21, Status.CONVERGED);
        StringWriter text = new StringWriter();
        new ResultView(fit).print(new PrintWriter(text), List.of(Path.of("o/fit.json"), Path.of("o/report.html")));
        List<String> lines = text.toString().lines().toList();
        assertThat(lines.get(0))
                .isEqualTo("Bayesian logistic regression of type, 200 rows of pima.csv, full-rank Gaussian");
        assertThat(lines.subList(2, 6))
                .allMatch(line -> line.length() == lines.get(2).length());
        assertThat(lines.get(2)).matches("parameter +mean +sd +5 % +95 %");
        assertThat(text.toString())
                .contains("ELBO    -104.271 ± 0.012 nats")
                .contains("k-hat   0.21, good")
                .contains("device  simd (512-bit vectors, 2 threads): the fastest that opens here")
                .contains("wrote   o/fit.json\n        o/report.html")
                .doesNotContain("\u001b");
    }

    @Test
    void aBadVerdictSaysWhatToDo() {
        StringWriter text = new StringWriter();
        new ResultView(ExampleFit.of(List.of("intercept", "x"), 0.9, Status.STEP_LIMIT))
                .print(new PrintWriter(text), List.of());
        assertThat(text.toString())
                .contains("Not converged")
                .contains("0.7 or more")
                .contains("- Give it more steps: --steps");
    }

    @Test
    void sentencesBreakBetweenWords() {
        assertThat(Text.wrap("- one two three four", 10, "  ")).isEqualTo("- one two\n  three\n  four");
        assertThat(Text.wrap("word", 2, "")).isEqualTo("word");
    }

    @Test
    void theBarFitsTheTerminal() {
        Progress half = new Progress(10_000, 20_000, -104.27, 0.05, 137_000);
        for (int width : new int[] {20, 79, 200}) {
            assertThat(ProgressView.render(half, width)).hasSize(width);
        }
        assertThat(ProgressView.render(half, 100).strip())
                .isEqualTo("████████        ▏step 10,000 of at most 20,000  ELBO -104.270 ± 0.050  137 k draws/s");
        assertThat(ProgressView.render(new Progress(20_000, 20_000, 0, 1, 1), 100))
                .startsWith("████████████████▏");
    }

    @Test
    void nothingIsShownWhenSilent() {
        StringWriter text = new StringWriter();
        try (ProgressView view = new ProgressView(new PrintWriter(text), true, 0, 100)) {
            view.progress(new Progress(1, 100, 0, 1, 1));
        }
        assertThat(text.toString()).isEmpty();
    }

    @Test
    void theBarIsDrawnOnATerminalAndWipedAtTheEnd() {
        StringWriter text = new StringWriter();
        try (ProgressView view = new ProgressView(new PrintWriter(text), false, 60, 100)) {
            view.progress(new Progress(50, 100, -3, 1, 1));
        }
        assertThat(text.toString()).contains("step 50 of at most 100").endsWith("\r" + " ".repeat(59) + "\r");
    }

    @Test
    void theWidthOfTheTerminalIsRead() {
        assertThat(Terminal.columns("")).isZero();
        assertThat(Terminal.columns("24 132")).isEqualTo(132);
        assertThat(Terminal.columns("0 0")).isEqualTo(80);
        assertThat(Terminal.columns("nonsense")).isEqualTo(80);
    }

    @Test
    void theLauncherSaysWhatTheTerminalIs() {
        System.setProperty("elbo4j.terminal", "40 117");
        try {
            assertThat(Terminal.columns()).isEqualTo("dumb".equals(System.getenv("TERM")) ? 0 : 117);
        } finally {
            System.clearProperty("elbo4j.terminal");
        }
    }

    @Test
    void nearNames() {
        List<String> names = List.of("type", "glu", "age");
        assertThat(NearName.of("Typ", names)).contains("type");
        assertThat(NearName.of("tpye", names)).contains("type");
        assertThat(NearName.of("completely", names)).isEmpty();
    }
}

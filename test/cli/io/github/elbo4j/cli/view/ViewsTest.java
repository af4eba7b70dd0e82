package io.github.elbo4j.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.data.NearName;
import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.report.Report;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is shown on a terminal. */
class ViewsTest {
    @Test
    void theTableIsAlignedAndComplete() {
        Report fit = ExampleReport.of(List.of("intercept", "x".repeat(50), "b\u001b[2J"), 0.21, Status.CONVERGED);
        StringWriter text = new StringWriter();
        new ResultView(fit, 100).print(new PrintWriter(text), List.of(Path.of("o/fit.json"), Path.of("o/report.html")));
        List<String> lines = text.toString().lines().toList();
        assertThat(lines.get(0))
                .isEqualTo("Bayesian logistic regression of type, 200 rows of pima.csv, full-rank Gaussian");
        assertThat(lines.subList(2, 6))
                .allMatch(line -> line.length() == lines.get(2).length());
        assertThat(lines.get(2)).matches("parameter +mean +sd +5 % +95 %");
        assertThat(text.toString())
                .contains("ELBO    -104.271 ± 0.012 nats")
                .contains("weights effective sample size 80 % of 4,096, Pareto k-hat 0.21")
                .contains("device  simd (512-bit vectors, 2 threads): the fastest that opens here")
                .contains("wrote   o/fit.json\n        o/report.html")
                .doesNotContain("\u001b");
    }

    @Test
    void aBadVerdictSaysWhatToDo() {
        StringWriter text = new StringWriter();
        new ResultView(ExampleReport.of(List.of("intercept", "x"), 0.9, Status.STEP_LIMIT), 100)
                .print(new PrintWriter(text), List.of());
        assertThat(text.toString())
                .contains("Not converged")
                .contains("Do not rely on these means")
                .containsPattern("k-hat of the importance\\s+weights is 0.9")
                .doesNotContain("can be used as they are")
                .contains("- Give it more steps: --steps");
    }

    private static List<String> shown(List<String> names, int width) {
        StringWriter text = new StringWriter();
        new ResultView(ExampleReport.of(names, 0.9, Status.STEP_LIMIT), width)
                .print(new PrintWriter(text), List.of(Path.of("o/fit.json")));
        return text.toString().lines().toList();
    }

    /** Each of these takes two columns a character, but the last: an accent takes none. */
    @Test
    void wideCharactersAreAligned() {
        List<String> names = List.of("intercept", "身長", "👍", "한국어", "e\u0301");
        List<String> lines = shown(names, 80);
        List<Integer> ends =
                lines.subList(2, 8).stream().map(Text::width).distinct().toList();
        assertThat(ends).hasSize(1);
        assertThat(lines.get(4)).startsWith("身長       ");
        assertThat(Text.width("身長")).isEqualTo(4);
        assertThat(Text.width("e\u0301x")).isEqualTo(2);
    }

    @Test
    void everyLineFitsTheTerminal() {
        List<String> names = List.of("intercept", "x".repeat(60), "身長と体重と年齢と性別と血圧と血糖値", "b", "c");
        for (int width : new int[] {40, 60, 80, 100}) {
            assertThat(shown(names, width)).allMatch(line -> Text.width(line) <= width);
        }
        // Beside so long numbers there is no room for a name: it stands above them.
        assertThat(shown(List.of("intercept", "x".repeat(60)), 40)).contains("intercept", "x".repeat(39) + "…");
    }

    @Test
    void namesAreCutBetweenCharacters() {
        assertThat(Text.cut("身長と体重", 6)).isEqualTo("身長…");
        assertThat(Text.cut("身長と体重", 10)).isEqualTo("身長と体重");
        assertThat(Text.cut("👍👍👍", 4)).isEqualTo("👍…");
        assertThat(Text.cut("abcdef", 4)).isEqualTo("abc…");
        assertThat(Text.pad("身長", 6)).isEqualTo("身長  ");
        assertThat(Text.wrap("身長 体重 年齢", 9, "")).isEqualTo("身長 体重\n年齢");
    }

    @Test
    void sentencesBreakBetweenWords() {
        assertThat(Text.wrap("- one two three four", 10, "  ")).isEqualTo("- one two\n  three\n  four");
        assertThat(Text.wrap("word", 2, "")).isEqualTo("word");
    }

    @Test
    void theBarFitsTheTerminal() {
        Progress half = new Progress(10_000, 20_000, -104.27, 0.05, 137_000);
        for (int width : new int[] {5, 20, 39, 79, 200}) {
            assertThat(ProgressView.render(half, width)).hasSize(width);
        }
        // Nothing is cut in the middle: less is said instead.
        assertThat(ProgressView.render(half, 20)).isBlank();
        assertThat(ProgressView.render(half, 21)).isEqualTo("ELBO -104.270 ± 0.050");
        assertThat(ProgressView.render(half, 39).strip()).isEqualTo("step 10,000  ELBO -104.270 ± 0.050");
        assertThat(ProgressView.render(half, 79).strip())
                .isEqualTo("████    ▏step 10,000 of at most 20,000  ELBO -104.270 ± 0.050  137 k draws/s");
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
    void whatIsSaidInBetweenLeavesTheBarWhereItWas() {
        StringWriter text = new StringWriter();
        try (ProgressView view = new ProgressView(new PrintWriter(text), false, 60, 100)) {
            view.progress(new Progress(50, 100, -3, 1, 1));
            view.say("stopping");
            view.end();
            view.say("written");
        }
        assertThat(text.toString()).contains("\nstopping\n").endsWith("\r" + " ".repeat(59) + "\rwritten\n");
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

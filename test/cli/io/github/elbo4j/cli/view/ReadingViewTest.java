package io.github.elbo4j.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadingViewTest {
    @TempDir
    private Path folder;

    private final StringWriter text = new StringWriter();

    private ReadingView view(long moment, int columns) throws IOException {
        Path file = Files.write(folder.resolve("rows.csv"), new byte[4000]);
        return new ReadingView(new PrintWriter(text, true), file, moment, () -> columns);
    }

    @Test
    void aFileThatIsReadAtOnceShowsNothing() throws IOException {
        try (ReadingView view = view(60_000_000_000L, 80)) {
            view.accept(2000);
        }
        assertThat(text.toString()).isEmpty();
    }

    @Test
    void aFileThatTakesLongShowsABarThatGoesAway() throws IOException {
        try (ReadingView view = view(-1, 60)) {
            view.accept(1000);
        }
        assertThat(text.toString())
                .startsWith("\r████            ▏reading rows.csv   25 % of 0 MB")
                .endsWith("\r" + " ".repeat(59) + "\r");
    }

    @Test
    void withoutATerminalOrWhereItIsSilentNothingIsShown() throws IOException {
        try (ReadingView view = view(-1, 0)) {
            view.accept(1000);
            view.accept(2000);
        }
        try (ReadingView view = new ReadingView(new PrintWriter(text, true), true, folder.resolve("rows.csv"))) {
            view.accept(1000);
        }
        assertThat(text.toString()).isEmpty();
    }

    @Test
    void aLineFitsTheTerminalAndAPipeHasNoEnd() {
        for (int width = 0; width < 80; width++) {
            assertThat(ReadingView.render("rows.csv", 1_500_000_000, 3_000_000_000L, width))
                    .hasSize(width);
        }
        assertThat(ReadingView.render("rows.csv", 1_500_000_000, 3_000_000_000L, 60))
                .startsWith("████████        ▏reading rows.csv   50 % of 3,000 MB");
        assertThat(ReadingView.render("rows.csv", 1_500_000_000, 0, 60).strip())
                .isEqualTo("reading rows.csv  1,500 MB");
    }
}

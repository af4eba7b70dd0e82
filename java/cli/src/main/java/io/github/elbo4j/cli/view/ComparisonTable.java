package io.github.elbo4j.cli.view;

import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.words.Words;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Estimators side by side for the terminal: what of, a table, what is to be said of it, and where it was written. */
public final class ComparisonTable {
    private final PrintWriter out;
    private final int width;

    /** @param width the columns of a line */
    public ComparisonTable(PrintWriter out, int width) {
        this.out = out;
        this.width = width;
    }

    /** What it is of. */
    public void heading(String heading, @Nullable DataSource data) {
        String source = data == null ? "" : ", " + data.rowsInWords() + " of " + Words.plain(data.file());
        out.println(Text.wrap(Words.plain(heading) + source, width, ""));
        out.println();
    }

    /** The table; the first row is the head. */
    public void rows(List<List<String>> rows) {
        new TextTable(width).print(out, rows);
        out.println();
    }

    /** What is to be said of it. */
    public void sentences(List<String> sentences) {
        for (String sentence : sentences) {
            out.println(Text.wrap(Words.plain(sentence), width, ""));
            out.println();
        }
    }

    /** A fact by its name. */
    public void line(String name, String value) {
        out.println(Text.fact(name, value, width));
    }

    /** Where it was written. */
    public void written(List<Path> paths) {
        for (Path path : paths) {
            line(path.equals(paths.get(0)) ? "wrote" : "", path.toString());
        }
    }
}

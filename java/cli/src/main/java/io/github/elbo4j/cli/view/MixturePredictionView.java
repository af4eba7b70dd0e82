package io.github.elbo4j.cli.view;

import io.github.elbo4j.report.MixtureScore;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a mixture says of rows as a table for the terminal: the first ones, and the score of all. */
public final class MixturePredictionView {
    private final List<Row> first;
    private final MixtureScore score;
    private final int width;

    /**
     * A row.
     *
     * @param number in the file, from 1
     * @param component from which it most probably comes, from 0
     * @param probability that it does
     */
    public record Row(int number, int component, double probability, double logDensity) {}

    /**
     * A view.
     *
     * @param first the rows to show
     * @param score of all
     * @param width the columns of a line
     */
    public MixturePredictionView(List<Row> first, MixtureScore score, int width) {
        this.first = List.copyOf(first);
        this.score = score;
        this.width = width;
    }

    /** Prints it, and where all are written. */
    public void print(PrintWriter out, List<Path> written) {
        out.println(Text.wrap(
                Numbers.grouped(score.count()) + " rows by a mixture of "
                        + Words.count(score.density().components(), "component"),
                width,
                ""));
        out.println();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("row", "component", "probability", "log density"));
        for (Row row : first) {
            rows.add(List.of(
                    String.valueOf(row.number),
                    String.valueOf(row.component + 1),
                    Numbers.fixed(row.probability, 4),
                    Numbers.fixed(row.logDensity, 2)));
        }
        new TextTable(width).print(out, rows);
        if (score.count() > first.size()) {
            out.println("…");
        }
        out.println();
        double n = score.count();
        out.println(Text.fact(
                "score",
                "log predictive density " + Numbers.withError(n * score.mean(), n * score.meanError()) + ", a row "
                        + Numbers.withError(score.mean(), score.meanError()) + " nats",
                width));
        for (Path path : written) {
            out.println(Text.fact(path.equals(written.get(0)) ? "wrote" : "", path.toString(), width));
        }
    }
}

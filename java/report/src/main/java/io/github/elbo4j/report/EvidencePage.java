package io.github.elbo4j.report;

import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.report.words.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** How probable rows are by trained networks, as a page. */
public final class EvidencePage {
    private static final int BINS = 30;
    private static final int NATS = 4; // decimals

    private final SavedFit fit;
    private final String model;
    private final EvidenceScore score;

    /**
     * Of these rows.
     *
     * @param model what they are compared with, in words
     */
    public EvidencePage(SavedFit fit, String model, EvidenceScore score) {
        this.fit = fit;
        this.model = model;
        this.score = score;
    }

    /** Writes {@code predictions.html} into a folder and returns where it is. */
    public Path write(Path folder) throws IOException {
        Page page = new Page(
                        "predictions",
                        "Rows by " + model,
                        Numbers.grouped(score.count()) + " rows by a fit of the model " + fit.model()
                                + ", whose verdict is: " + fit.fit().verdict().words())
                .section("Score")
                .table(
                        "score",
                        List.of("a row's mean, nats", "value", "error"),
                        List.of(row("log p(x)", score.logEvidence()), row("ELBO", score.elbo())))
                .caption("log p(x) by importance sampling with " + Numbers.grouped(score.draws())
                        + " draws of q(z | x) for each row, on the scale that was fitted. Errors are standard errors over"
                        + " rows, as if they were drawn anew. Of "
                        + Numbers.fixed(100 * score.unreliable(), 0)
                        + " % of the rows log p(x) rests on few draws: there it is more often too low than too high.");
        double[] values =
                Arrays.stream(score.values()).filter(Double::isFinite).sorted().toArray();
        if (values.length > 1 && values[0] < values[values.length - 1]) {
            page.section("How probable the rows are")
                    .chart(histogram(values), "Histogram of log p(x) over rows")
                    .caption("Rows far to the left are unlike those that the networks were trained on.");
        }
        return page.write(folder.resolve("predictions.html"));
    }

    private static List<String> row(String name, Estimate of) {
        return List.of(name, Numbers.fixed(of.value(), NATS), Numbers.significant(of.standardError(), 2));
    }

    private static Chart histogram(double[] sorted) {
        double least = sorted[0];
        double width = (sorted[sorted.length - 1] - least) / BINS;
        double[] edges = new double[BINS + 1];
        Arrays.setAll(edges, i -> least + width * i);
        double[] heights = new double[BINS];
        for (double value : sorted) {
            heights[(int) Math.min(BINS - 1, (value - least) / width)]++;
        }
        return Chart.of("log p(x), nats", "rows").bars(0, edges, heights);
    }
}

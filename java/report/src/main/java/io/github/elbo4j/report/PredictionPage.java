package io.github.elbo4j.report;

import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** How well a fit predicts, as a page. */
public final class PredictionPage {
    private final SavedFit fit;
    private final String target;
    private final PredictionScore score;

    /**
     * Of these predictions.
     *
     * @param target what is predicted
     */
    public PredictionPage(SavedFit fit, String target, PredictionScore score) {
        this.fit = fit;
        this.target = target;
        this.score = score;
    }

    /** Writes {@code predictions.html} into a folder and returns where it is. */
    public Path write(Path folder) throws IOException {
        return page().write(folder.resolve("predictions.html"));
    }

    private Page page() {
        Page page = new Page(
                "predictions",
                "Predictions of " + Words.plain(target),
                Numbers.grouped(score.count()) + " values by a fit of the model " + Words.plain(fit.model())
                        + ", whose verdict is: " + fit.fit().verdict().words());
        if (!score.isKnown()) {
            return page.text(
                    "The values are not known, so the predictions cannot be judged; predictions.csv has them.");
        }
        judge(page, score);
        return page;
    }

    /** Adds sections on how good predictions are whose values are known. */
    public static void judge(Page page, PredictionScore score) {
        page.section("Score").table("score", List.of("", "value", "error"), rows(score));
        page.caption(
                "The log predictive density is the sum over values of log p(value | data of the fit). Its error is the"
                        + " standard error over values, as if they were drawn anew; what the draws of the posterior add to it is at"
                        + " most " + Numbers.significant(score.drawError(), 2) + ".");
        if (score.ofClasses()) {
            reliability(page, score);
        } else {
            ranks(
                    page,
                    score.ranks(),
                    "share of the predicted distribution below the value",
                    "Where predictions are calibrated, values are spread evenly over their predicted distributions."
                            + " More at both ends: intervals are too narrow. More in the middle: too wide. A slope: predictions are"
                            + " too high or too low.");
        }
    }

    private static List<List<String>> rows(PredictionScore score) {
        List<List<String>> rows = new ArrayList<>();
        double n = score.count();
        rows.add(List.of(
                "log predictive density",
                Numbers.fixed(score.logDensity(), 2),
                Numbers.significant(score.logDensitySpread(), 2)));
        rows.add(List.of(
                "the same, a value",
                Numbers.fixed(score.logDensity() / n, 4),
                Numbers.significant(score.logDensitySpread() / n, 2)));
        if (score.ofClasses()) {
            rows.add(share("most probable class is right", score.accuracy(), score.count()));
            rows.add(List.of("Brier score", Numbers.fixed(score.brier(), 4), ""));
        } else {
            rows.add(share("within the central 50 %", score.halfCoverage(), score.count()));
            rows.add(share("within the central 90 %", score.nineCoverage(), score.count()));
        }
        return rows;
    }

    private static List<String> share(String name, double share, long count) {
        double error = Math.sqrt(share * (1 - share) / count);
        return List.of(name, Numbers.fixed(100 * share, 1) + " %", Numbers.fixed(100 * error, 1) + " %");
    }

    /** A histogram of shares from 0 to 1, which are evenly spread where predictions are calibrated. */
    static void ranks(Page page, long[] ranks, String share, String caption) {
        double[] edges = new double[ranks.length + 1];
        double[] heights = new double[ranks.length];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = (double) i / ranks.length;
        }
        for (int i = 0; i < ranks.length; i++) {
            heights[i] = ranks[i];
        }
        double even = (double) LongStream.of(ranks).sum() / ranks.length;
        page.section("Calibration")
                .chart(
                        Chart.of(share, "values")
                                .bars(0, edges, heights)
                                .dashes("even", 3, new double[] {0, 1}, new double[] {even, even}),
                        "Histogram of ranks")
                .caption(caption);
    }

    private static void reliability(Page page, PredictionScore score) {
        List<PredictionScore.Group> groups =
                score.groups().stream().filter(group -> group.count > 0).toList();
        double[] predicted = groups.stream()
                .mapToDouble(group -> group.predicted / group.count)
                .toArray();
        double[] happened = groups.stream()
                .mapToDouble(group -> (double) group.happened / group.count)
                .toArray();
        double[] low = new double[predicted.length];
        double[] high = new double[predicted.length];
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < predicted.length; i++) {
            double error = Math.sqrt(predicted[i] * (1 - predicted[i]) / groups.get(i).count);
            low[i] = Math.max(0, predicted[i] - 2 * error);
            high[i] = Math.min(1, predicted[i] + 2 * error);
            rows.add(List.of(
                    Numbers.fixed(predicted[i], 3),
                    Numbers.fixed(happened[i], 3),
                    Numbers.grouped(groups.get(i).count)));
        }
        page.section("Calibration")
                .chart(
                        Chart.of("predicted probability", "share that happened")
                                .band(0, predicted, low, high)
                                .dashes("right", 3, new double[] {0, 1}, new double[] {0, 1})
                                .points("predictions", 0, predicted, happened)
                                .see(0, 0)
                                .see(1, 1),
                        "Share that happened against predicted probability")
                .caption(
                        "Predictions of about the same probability are taken together. The band holds two standard errors"
                                + " around what would be right.")
                .table("calibration", List.of("predicted", "happened", "predictions"), rows);
    }
}

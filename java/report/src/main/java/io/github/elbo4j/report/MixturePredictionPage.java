package io.github.elbo4j.report;

import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How well a mixture fits rows, as a page. */
public final class MixturePredictionPage {
    private final SavedFit fit;
    private final MixtureScore score;

    /** Of these rows. */
    public MixturePredictionPage(SavedFit fit, MixtureScore score) {
        this.fit = fit;
        this.score = score;
    }

    /** Writes {@code predictions.html} into a folder and returns where it is. */
    public Path write(Path folder) throws IOException {
        double n = score.count();
        Page page = new Page(
                        "predictions",
                        "Rows by a mixture of " + Words.count(score.density().components(), "component"),
                        Numbers.grouped(score.count()) + " rows by a fit of the model mixture, whose verdict is: "
                                + fit.fit().verdict().words())
                .section("Score")
                .table(
                        "score",
                        List.of("", "value", "error"),
                        List.of(
                                row("log predictive density", n * score.mean(), n * score.meanError(), 2),
                                row("the same, a row", score.mean(), score.meanError(), 4)))
                .caption("The sum over rows of log p(row | data of the fit)"
                        + (fit.fit().method().equals("cavi")
                                ? ", over the posterior of weights, means and covariances: a mixture of Student's t."
                                : ", of the mixture as EM estimates it.")
                        + " Its error is the standard error over rows, as if they were drawn anew.")
                .section("Components")
                .table("components", List.of("component", "rows", "share", "weight"), components())
                .caption(
                        "A row counts for the component from which it most probably comes. Where components overlap, shares"
                                + " need not be the weights.");
        PredictionPage.ranks(
                page,
                score.ranks(),
                "share of the mixture's own rows that are less probable",
                "Where the rows are of the mixture, their densities are as those of rows drawn from it: spread evenly. More"
                        + " at the left: rows lie where the mixture has few. More at the right: they are nearer to the means than it"
                        + " expects.");
        return page.write(folder.resolve("predictions.html"));
    }

    private static List<String> row(String name, double value, double error, int decimals) {
        return List.of(name, Numbers.fixed(value, decimals), Numbers.significant(error, 2));
    }

    private List<List<String>> components() {
        List<List<String>> rows = new ArrayList<>();
        for (int k = 0; k < score.density().components(); k++) {
            rows.add(List.of(
                    String.valueOf(k + 1),
                    Numbers.grouped(score.rows(k)),
                    Numbers.fixed((double) score.rows(k) / score.count(), 4),
                    Numbers.fixed(score.density().weight(k), 4)));
        }
        return rows;
    }
}

package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.model.NetworkProblem;
import io.github.elbo4j.report.Chart;
import io.github.elbo4j.report.Page;
import io.github.elbo4j.report.PredictionPage;
import io.github.elbo4j.report.PredictionScore;
import io.github.elbo4j.report.words.Numbers;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** What a network predicts, as charts: against its input if that is one, against the truth if they are several. */
final class NetworkPicture {
    private static final int GRID = 160;
    /** The grid goes beyond the data by this share of their range at either end. */
    private static final double MARGIN = 0.15;
    /** Rows that a chart shows of more. */
    private static final int MOST_ROWS = 400;

    private static final int MEAN = 0; // colours
    private static final int TOTAL = 1;
    private static final int DATA = 3;

    private final NetworkProblem problem;
    private final double[][] z;
    private final RegressionInput input;

    NetworkPicture(NetworkProblem problem, double[][] z) {
        this.problem = problem;
        this.z = z;
        this.input = problem.input();
    }

    void addTo(Page page) {
        boolean one = input.predictors().size() == 1;
        page.section("Predictions");
        if (!problem.ofClasses()) {
            numbers(page, one);
        } else if (one) {
            probabilities(page);
        } else {
            PredictionScore score = new PredictionScore(input.classes(), true);
            NetworkPredictions.of(problem.of(some()), z).of(0).forEach(score::add);
            page.caption("Of the rows that were fitted, which flatters the fit; --holdout judges it by others.");
            PredictionPage.judge(page, score);
        }
    }

    // ---- numbers ----

    private void numbers(Page page, boolean one) {
        RegressionInput rows = one ? grid() : some();
        NetworkPredictions predictions = NetworkPredictions.of(problem.of(rows), z);
        double[][] f = predictions.function(0);
        double[][] total = withNoise(f, predictions.noise());
        double[] mean = column(f, Double.NaN);
        Chart chart = one ? against(rows.x()[0], mean, total, f) : truth(rows.y(), mean, total, f);
        page.chart(
                        chart,
                        one
                                ? "Predicted " + input.target() + " against "
                                        + input.predictors().get(0)
                                : "Predicted against observed " + input.target())
                .caption((one
                                ? "Line: predictive mean. "
                                : "Each point is a row, where it was predicted and what it was. ")
                        + "Inner band: the central 90 % of the network's function, as its weights are uncertain. Outer band: with"
                        + " the noise, where 90 % of values are predicted"
                        + (one ? "" : "; the rows were fitted, which flatters the fit") + ".");
        split(page, one ? NetworkPredictions.of(problem.of(some()), z) : predictions);
    }

    private Chart against(double[] x, double[] mean, double[][] total, double[][] f) {
        return Chart.of(input.predictors().get(0), input.target())
                .band(TOTAL, x, column(total, 0.05), column(total, 0.95))
                .band(MEAN, x, column(f, 0.05), column(f, 0.95))
                .points("data", DATA, some().x()[0], some().y())
                .line("predictive mean", MEAN, x, mean);
    }

    private Chart truth(double[] y, double[] mean, double[][] total, double[][] f) {
        int[] order = IntStream.range(0, y.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> mean[i]))
                .mapToInt(i -> i)
                .toArray();
        double[] x = sorted(mean, order);
        double[] ends = {x[0], x[x.length - 1]};
        return Chart.of("predicted " + input.target(), "observed " + input.target())
                .band(TOTAL, x, sorted(column(total, 0.05), order), sorted(column(total, 0.95), order))
                .band(MEAN, x, sorted(column(f, 0.05), order), sorted(column(f, 0.95), order))
                .points("rows", DATA, x, sorted(y, order))
                .dashes("as predicted", MEAN, ends, ends);
    }

    private void split(Page page, NetworkPredictions predictions) {
        List<NetworkPredictions.Split> rows = predictions.split();
        double weights = mean(rows.stream()
                .mapToDouble(split -> split.weights() * split.weights())
                .toArray());
        double noise = mean(rows.stream()
                .mapToDouble(split -> split.noise() * split.noise())
                .toArray());
        page.table(
                        "parts of the predictive variance",
                        List.of("sd of a prediction", input.target(), "of the variance"),
                        List.of(
                                part("of the weights", weights, weights + noise),
                                part("of the noise", noise, weights + noise),
                                part("of both", weights + noise, weights + noise)))
                .caption(
                        "The variance of a prediction is Var[f], which more rows make smaller, and E[s²], which they do not;"
                                + " here its mean over the rows. predict writes both for each row.");
    }

    private static List<String> part(String name, double variance, double of) {
        return List.of(name, Numbers.significant(Math.sqrt(variance), 3), Numbers.fixed(100 * variance / of, 1) + " %");
    }

    // ---- classes ----

    private void probabilities(Page page) {
        RegressionInput rows = grid();
        double[] x = rows.x()[0];
        NetworkPredictions predictions = NetworkPredictions.of(problem.of(rows), z);
        Chart chart = Chart.of(input.predictors().get(0), "probability");
        int classes = problem.shape().classes();
        for (int k = classes == 2 ? 1 : 0; k < classes; k++) {
            double[][] p = predictions.function(k);
            chart = chart.band(k, x, column(p, 0.05), column(p, 0.95))
                    .line(input.classes().get(k), k, x, column(p, Double.NaN));
        }
        page.chart(
                        chart.see(x[0], 0).see(x[0], 1),
                        "Probability of each class against "
                                + input.predictors().get(0))
                .caption("Line: the probability of a class. Band: its central 90 %, as the weights are uncertain.");
    }

    // ---- rows ----

    private RegressionInput grid() {
        double[] at = input.x()[0];
        double low = Arrays.stream(at).min().orElse(0);
        double high = Arrays.stream(at).max().orElse(1);
        double[] x = new double[GRID];
        for (int i = 0; i < GRID; i++) {
            x[i] = low + (high - low) * ((1 + 2 * MARGIN) * i / (GRID - 1) - MARGIN);
        }
        return input.with(new double[][] {x}, new double[GRID]);
    }

    /** All rows, or some of many, evenly. */
    private RegressionInput some() {
        int count = Math.min(MOST_ROWS, input.rows());
        int[] rows = IntStream.range(0, count)
                .map(i -> (int) ((long) i * input.rows() / count))
                .toArray();
        double[][] x =
                Arrays.stream(input.x()).map(column -> sorted(column, rows)).toArray(double[][]::new);
        return input.with(x, sorted(input.y(), rows));
    }

    private static double[] sorted(double[] values, int[] order) {
        return Arrays.stream(order).mapToDouble(i -> values[i]).toArray();
    }

    /** One normal for each draw, the same for all rows: the edges of a band are then as smooth as f. */
    private static double[][] withNoise(double[][] f, double[] noise) {
        SplittableRandom random = new SplittableRandom(0);
        double[][] total = new double[f.length][];
        for (int s = 0; s < f.length; s++) {
            double e = noise[s] * random.nextGaussian();
            total[s] = Arrays.stream(f[s]).map(value -> value + e).toArray();
        }
        return total;
    }

    /** Of each row a quantile over the draws; the mean if p is NaN. */
    private static double[] column(double[][] draws, double p) {
        double[] result = new double[draws[0].length];
        double[] values = new double[draws.length];
        for (int row = 0; row < result.length; row++) {
            for (int s = 0; s < values.length; s++) {
                values[s] = draws[s][row];
            }
            result[row] = Double.isNaN(p) ? mean(values) : quantile(values, p);
        }
        return result;
    }

    private static double quantile(double[] values, double p) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }
}

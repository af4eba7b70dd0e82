package io.github.elbo4j.spark;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Prediction;
import java.util.ArrayList;
import java.util.List;

/**
 * What a fit predicts of a row: {@code p(y | x, data) = E_q(z)[p(y | x, z)]} by draws of q that are a function of the seed. The same draws
 * serve every row, so a prediction is a function of the fit and the row alone, whatever rows are beside it.
 */
final class RowPredictor {
    private final String regression;
    private final int classes;
    private final boolean intercept;
    private final double[][] draws; // [S][D]
    private final double[][] noise; // [S][1], standard normals of the target's noise

    /** @param classes of the categorical regression */
    RowPredictor(String regression, int classes, boolean intercept, Gaussian posterior, long seed) {
        this.regression = regression;
        this.classes = classes;
        this.intercept = intercept;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < posterior.dimensions(); i++) {
            names.add("z" + i);
        }
        draws = Prediction.draws(new GaussianPosterior(names, posterior), seed);
        Gaussian standard = Gaussian.independent(new double[] {0}, new double[] {1});
        noise = regression.equals(Regression.LINEAR)
                ? new GaussianPosterior(List.of("noise"), standard)
                        .draws(new Key(seed).fork("predicted noise"), draws.length)
                : new double[0][];
    }

    /**
     * Of one row.
     *
     * @param value the expected target, or the number of the most probable class
     * @param probabilities of the classes; none of a linear regression
     * @param sd of the target, noise included; of classes that of the probability of {@code value} under q
     * @param lower the 5 % quantile of the same
     * @param upper the 95 % quantile of the same
     */
    record Predicted(double value, double[] probabilities, double sd, double lower, double upper) {}

    Predicted of(double[] x) {
        if (regression.equals(Regression.LINEAR)) {
            double[] y = new double[draws.length];
            for (int s = 0; s < y.length; s++) {
                double[] z = draws[s];
                y[s] = predictor(z, 0, x) + StrictMath.exp(z[z.length - 1]) * noise[s][0];
            }
            Marginal of = Marginal.ofDraws("y", y);
            return predicted(of.mean(), new double[0], of);
        }
        int count = regression.equals(Regression.LOGISTIC) ? 2 : classes;
        double[][] p = new double[count][draws.length];
        double[] mean = new double[count];
        for (int s = 0; s < draws.length; s++) {
            double[] at = probabilities(draws[s], x, count);
            for (int c = 0; c < count; c++) {
                p[c][s] = at[c];
                mean[c] += at[c] / draws.length;
            }
        }
        int most = 0;
        for (int c = 1; c < count; c++) {
            most = mean[c] > mean[most] ? c : most;
        }
        return predicted(most, mean, Marginal.ofDraws("p", p[most]));
    }

    private static Predicted predicted(double value, double[] probabilities, Marginal of) {
        return new Predicted(
                value,
                probabilities,
                of.standardDeviation(),
                of.quantiles().get(0),
                of.quantiles().get(Marginal.PROBABILITIES.size() - 1));
    }

    private double predictor(double[] z, int first, double[] x) {
        int at = first;
        double sum = intercept ? z[at++] : 0;
        for (double value : x) {
            sum += z[at++] * value;
        }
        return sum;
    }

    private double[] probabilities(double[] z, double[] x, int count) {
        double[] scores = new double[count]; // a logistic regression's first class has score 0
        boolean binary = regression.equals(Regression.LOGISTIC);
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < count; c++) {
            scores[c] = binary ? (c == 0 ? 0 : predictor(z, 0, x)) : predictor(z, c * (z.length / count), x);
            largest = Math.max(largest, scores[c]);
        }
        double sum = 0;
        for (int c = 0; c < count; c++) {
            scores[c] = StrictMath.exp(scores[c] - largest);
            sum += scores[c];
        }
        for (int c = 0; c < count; c++) {
            scores[c] /= sum;
        }
        return scores;
    }
}

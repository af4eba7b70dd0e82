package io.github.elbo4j.infer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a mixture q has too little of p, as its fresh draws tell by their weights p/q, and another component that may begin there. */
final class MixtureGrowth {
    /** Of a new component: what q has too little, within these. */
    private static final double LEAST_WEIGHT = 0.05;

    private static final double MOST_WEIGHT = 0.5;

    private final List<MixtureComponent> q;
    private final double[][] draws; // [S][D]
    private final double[] missing; // of each draw's weight, what is above the usual one, [S]
    private final double all; // their sum, half of ∫|p − q|
    private final int largest;

    private MixtureGrowth(List<MixtureComponent> q, double[][] draws, double[] missing, double all, int largest) {
        this.q = q;
        this.draws = draws;
        this.missing = missing;
        this.all = all;
        this.largest = largest;
    }

    /**
     * From fresh draws of q.
     *
     * @param draws [S][D]
     * @param logRatios log p − log q, [S]
     */
    static MixtureGrowth of(List<MixtureComponent> q, double[][] draws, double[] logRatios) {
        int count = draws.length;
        int largest = 0;
        for (int s = 1; s < count; s++) {
            largest = logRatios[s] > logRatios[largest] ? s : largest;
        }
        double[] weights = new double[count];
        double sum = 0;
        for (int s = 0; s < count; s++) {
            weights[s] = StrictMath.exp(logRatios[s] - logRatios[largest]);
            sum += weights[s];
        }
        double all = 0;
        for (int s = 0; s < count; s++) {
            weights[s] = Math.max(0, weights[s] / sum - 1.0 / count);
            all += weights[s];
        }
        return new MixtureGrowth(q, draws, weights, all, largest);
    }

    /**
     * q with another component: where a draw's weight is the largest, as wide as the one that the draw is of; or with the mean and
     * covariance of all that is missing.
     */
    List<MixtureComponent> grown(boolean atLargest) {
        double logWeight = StrictMath.log(Math.max(LEAST_WEIGHT, Math.min(MOST_WEIGHT, all)));
        MixtureComponent spread = atLargest ? null : spread(logWeight);
        List<MixtureComponent> more = new ArrayList<>(q);
        more.add(spread == null ? at(draws[largest], logWeight) : spread);
        return more;
    }

    private MixtureComponent at(double[] draw, double logWeight) {
        MixtureComponent near = q.get(0);
        for (MixtureComponent each : q) {
            near = each.logTerm(each.whitened(draw)) > near.logTerm(near.whitened(draw)) ? each : near;
        }
        return near.around(draw, logWeight);
    }

    /** Of few draws the covariance is as far that of all draws as these leave it open. */
    private @Nullable MixtureComponent spread(double logWeight) {
        int dimensions = draws[0].length;
        double squares = 0;
        double[] share = new double[draws.length];
        double[] equal = new double[draws.length];
        for (int s = 0; s < share.length; s++) {
            share[s] = missing[s] / all;
            squares += share[s] * share[s];
            equal[s] = 1.0 / share.length;
        }
        double[] mean = mean(draws, share);
        double[][] own = covariance(draws, share, mean);
        double[][] usual = covariance(draws, equal, mean(draws, equal));
        double trust = 1 / (1 + squares * dimensions);
        for (int i = 0; i < dimensions; i++) {
            for (int j = 0; j < dimensions; j++) {
                own[i][j] = trust * own[i][j] + (1 - trust) * usual[i][j];
            }
        }
        double[][] factor = DenseMatrix.cholesky(own);
        return factor == null ? null : new MixtureComponent(logWeight, mean, factor);
    }

    private static double[] mean(double[][] draws, double[] weights) {
        double[] mean = new double[draws[0].length];
        for (int s = 0; s < draws.length; s++) {
            for (int d = 0; d < mean.length && weights[s] > 0; d++) {
                mean[d] += weights[s] * draws[s][d];
            }
        }
        return mean;
    }

    private static double[][] covariance(double[][] draws, double[] weights, double[] mean) {
        int n = mean.length;
        double[][] covariance = new double[n][n];
        for (int s = 0; s < draws.length; s++) {
            for (int i = 0; i < n && weights[s] > 0; i++) {
                double off = weights[s] * (draws[s][i] - mean[i]);
                for (int j = 0; j <= i; j++) {
                    covariance[i][j] += off * (draws[s][j] - mean[j]);
                }
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                covariance[j][i] = covariance[i][j];
            }
        }
        return covariance;
    }
}

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

    private @Nullable MixtureComponent spread(double logWeight) {
        double[] shares = new double[draws.length];
        double[] equal = new double[draws.length];
        for (int s = 0; s < shares.length; s++) {
            shares[s] = missing[s] / all;
            equal[s] = 1.0 / shares.length;
        }
        WeightedMoments usual = WeightedMoments.of(draws, equal);
        return WeightedMoments.of(draws, shares).component(logWeight, usual.covariance());
    }
}

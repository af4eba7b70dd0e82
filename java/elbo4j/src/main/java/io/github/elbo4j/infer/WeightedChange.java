package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.ImportanceMoments;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What importance weights make of the mean and the standard deviation of one number that is read of draws of q, against the same draws
 * without weights. With weights w that add up to 1, means m and m_w and variances v and v_w of S draws x, the errors are those of the delta
 * method, {@code √Σ e²/S} of
 *
 * <pre>
 * shift  (m_w − m)/√v     e = (S·w·(x − m_w) − (x − m))/√v
 * log √(v_w/v)            e = ½·(S·w·((x − m_w)²/v_w − 1) − ((x − m)²/v − 1))
 * </pre>
 *
 * @param ratio {@code √(v_w/v)}
 */
record WeightedChange(String name, double shift, double shiftError, double ratio, double ratioError) {
    /** Of each coordinate. */
    static List<WeightedChange> of(List<String> names, ImportanceMoments moments) {
        List<WeightedChange> changes = new ArrayList<>();
        double error = moments.error();
        for (int d = 0; d < names.size(); d++) {
            changes.add(new WeightedChange(names.get(d), moments.shift()[d], error, moments.ratio()[d], error));
        }
        return changes;
    }

    /**
     * Of each of several numbers of draws, unless it does not vary or is not finite everywhere.
     *
     * @param x [K][S]
     * @param w the draws' weights, of any sum, [S] or more
     */
    static List<WeightedChange> of(List<String> names, double[][] x, double[] w) {
        List<WeightedChange> changes = new ArrayList<>();
        for (int k = 0; k < x.length; k++) {
            WeightedChange change = of(names.get(k), x[k], w);
            if (change.isFinite()) {
                changes.add(change);
            }
        }
        return changes;
    }

    private boolean isFinite() {
        return Double.isFinite(shift)
                && Double.isFinite(shiftError + ratioError)
                && Double.isFinite(ratio)
                && ratio > 0;
    }

    private static WeightedChange of(String name, double[] x, double[] w) {
        int draws = x.length;
        double sum = 0;
        for (int s = 0; s < draws; s++) {
            sum += w[s];
        }
        double centre = x[0]; // keeps the sums from cancelling where a value is far from 0
        double[] plain = moments(x, centre, null, draws);
        double[] weighted = moments(x, centre, w, sum);
        double sd = Math.sqrt(plain[1]);
        double ofShift = 0;
        double ofRatio = 0;
        for (int s = 0; s < draws; s++) {
            double share = draws * w[s] / sum;
            double off = x[s] - centre - plain[0];
            double weightedOff = x[s] - centre - weighted[0];
            double e = (share * weightedOff - off) / sd;
            ofShift += e * e;
            e = (share * (weightedOff * weightedOff / weighted[1] - 1) - (off * off / plain[1] - 1)) / 2;
            ofRatio += e * e;
        }
        return new WeightedChange(
                name,
                (weighted[0] - plain[0]) / sd,
                Math.sqrt(ofShift) / draws,
                Math.sqrt(weighted[1] / plain[1]),
                Math.sqrt(ofRatio) / draws);
    }

    /** Mean, less the centre, and variance. */
    private static double[] moments(double[] x, double centre, double @Nullable [] w, double sum) {
        double mean = 0;
        for (int s = 0; s < x.length; s++) {
            mean += (w == null ? 1 : w[s]) * (x[s] - centre);
        }
        mean /= sum;
        double squares = 0;
        for (int s = 0; s < x.length; s++) {
            double off = x[s] - centre - mean;
            squares += (w == null ? 1 : w[s]) * off * off;
        }
        return new double[] {mean, squares / sum};
    }

    /** By how many standard deviations the mean moves, less so many errors. */
    double moved(double errors) {
        return Math.abs(shift) - errors * shiftError;
    }

    /** By how much the logarithm of the standard deviation changes, less so many errors. */
    double widened(double errors) {
        return Math.abs(StrictMath.log(ratio)) - errors * ratioError;
    }
}

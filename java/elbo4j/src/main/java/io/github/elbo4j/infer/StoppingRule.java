package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import java.io.Serializable;
import java.util.Locale;

/**
 * When a fit has converged, as a test on the ELBO and its standard error.
 *
 * <p>Steps are grouped in blocks, each as long as a quarter of all steps before it, and at least {@link #LEAST_BLOCK}. At
 * the end of a block the ELBO of its averaged parameters is estimated and compared with that of the best block before, both
 * from the same random numbers: the improvement is the mean of paired differences, whose standard error falls with the
 * distance of the two averages, so the test gains power as the fit settles, whatever the dimension. With {@code error =
 * 1.645·standardError} (5 % on one side) a comparison is
 *
 * <ul>
 *   <li><i>flat</i> if {@code |improvement| + error < tolerance}; else
 *   <li><i>rising</i> if {@code improvement − error > 0},
 *   <li><i>falling</i> if {@code improvement + error < 0}, which steps too large for the place do, and
 *   <li><i>undecided</i> otherwise.
 * </ul>
 *
 * <p>After every block that is not rising {@link Adam} goes on from the best average with a lower rate, since what then
 * moves the ELBO is the noise of the steps. Two flat comparisons in a row end the fit.
 *
 * <p><i>A stop too early.</i> Where a block gains the tolerance or more, a comparison calls it flat with a probability of at
 * most 5 %, and two have to. The blocks grow in proportion to the steps, so slow progress is not cut into pieces too small
 * to see: where the distance to the optimum falls as 1/t, what is left after a block that gains the tolerance is about
 * four times the tolerance. Comparisons are few, some ten for each tenfold number of steps.
 *
 * @param tolerance the improvement that is not worth another block, in nats; positive
 */
public record StoppingRule(double tolerance) implements Serializable {
    /** The steps of the first block, unless a fit's cap is lower. */
    public static final int LEAST_BLOCK = 100;

    private static final double Z = 1.645;

    /** What a comparison found. */
    public enum Finding {
        /** No change that matters. */
        FLAT,
        /** Larger than before. */
        RISING,
        /** Smaller than before. */
        FALLING,
        /** The errors are too large to tell. */
        UNDECIDED
    }

    public StoppingRule {
        if (!(tolerance > 0 && Double.isFinite(tolerance))) {
            throw new IllegalArgumentException("tolerance is " + tolerance + ", but must be positive");
        }
    }

    /**
     * The step after the block that begins now. It is lengthened to the cap where what would be left is too short to
     * compare; the first block takes at most half of all, so that even a short run leaves its beginning out of the average.
     *
     * @param steps so far
     * @param cap on steps, more than {@code steps}
     * @param least what a block must have at least, as {@link #LEAST_BLOCK}
     */
    static int blockEnd(int steps, int cap, long least) {
        long length = Math.max(Math.max(LEAST_BLOCK, least), steps / 4);
        int left = cap - steps;
        if (steps == 0) {
            length = Math.min(length, (left + 1) / 2);
        }
        return left - length < length / 2 ? cap : (int) (steps + length);
    }

    /**
     * Compares two blocks.
     *
     * @param before log p − log q under the parameters of the one
     * @param after the same under those of the other, from the same random numbers
     */
    public Comparison compare(double[] before, double[] after) {
        if (before.length != after.length) {
            throw new IllegalArgumentException("before has " + before.length + " draws and after " + after.length
                    + ", but they are compared in pairs");
        }
        double[] differences = new double[after.length];
        for (int s = 0; s < differences.length; s++) {
            differences[s] = after[s] - before[s];
        }
        Estimate improvement = LogWeights.mean(differences);
        return new Comparison(improvement, judge(improvement, tolerance));
    }

    /** How much larger the ELBO has become, and what that means. */
    public record Comparison(Estimate improvement, Finding finding) implements Serializable {
        /** @param again whether the comparison before was flat, too */
        String inWords(int steps, boolean again) {
            Estimate change = new Estimate(improvement.value(), improvement.standardError(), 0);
            return String.format(
                    Locale.ROOT, "the last %d steps changed %s by %s nats", steps, again ? "it" : "the ELBO", change);
        }
    }

    private static Finding judge(Estimate improvement, double tolerance) {
        double error = Z * improvement.standardError();
        if (Math.abs(improvement.value()) + error < tolerance) {
            return Finding.FLAT;
        }
        if (improvement.value() - error > 0) {
            return Finding.RISING;
        }
        return improvement.value() + error < 0 ? Finding.FALLING : Finding.UNDECIDED;
    }
}

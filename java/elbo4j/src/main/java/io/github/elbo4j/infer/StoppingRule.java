package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;

/**
 * When a fit has converged, as a test on the ELBO and its standard error.
 *
 * <p>Steps are grouped in blocks, each as long as a quarter of all steps before it, and at least {@link #LEAST_BLOCK}. At
 * the end of a block the ELBO of its averaged parameters is estimated and compared with that of the block before, both
 * with the same draws: the improvement is the mean of paired differences, whose standard error falls with the distance of
 * the two averages, so the test gains power as the fit settles, whatever the dimension. With {@code z = 1.645} (5 % on
 * one side), a comparison is
 *
 * <ul>
 *   <li><i>flat</i> if {@code improvement + z·standardError < tolerance},
 *   <li><i>rising</i> if it is not flat and {@code improvement − z·standardError > 0}.
 * </ul>
 *
 * <p>After every block that is not rising the learning rate of {@link Adam} is lowered, since what then moves the ELBO is
 * the noise of the steps. Two flat comparisons in a row end the fit.
 *
 * <p><i>A stop too early.</i> Where a block still gains the tolerance or more, one comparison calls it flat with a
 * probability of at most 5 %; two in a row, 0.25 % if the errors were independent, and the draws being the same in both,
 * at most 5 %. The blocks grow in proportion to the steps, so slow progress is not cut into pieces too small to see:
 * where the distance to the optimum falls as 1/t, what is left when a block gains the tolerance is less than five times
 * the tolerance. Comparisons are few, some ten for each tenfold number of steps.
 *
 * @param tolerance the improvement that is not worth another block, in nats; positive
 */
public record StoppingRule(double tolerance) {
    /** The steps of the first block, unless a fit's cap is lower. */
    public static final int LEAST_BLOCK = 100;

    private static final double Z = 1.645;

    /** What a comparison found. */
    public enum Finding {
        FLAT,
        RISING,
        /** The errors are too large to tell. */
        UNDECIDED
    }

    public StoppingRule {
        if (!(tolerance > 0 && Double.isFinite(tolerance))) {
            throw new IllegalArgumentException("tolerance is " + tolerance + ", but must be positive");
        }
    }

    /** The steps of the next block. */
    public static int nextBlock(int stepsSoFar) {
        return Math.max(LEAST_BLOCK, stepsSoFar / 4);
    }

    /**
     * The improvement of the ELBO from one block to the next.
     *
     * @param before log p − log q under the earlier parameters
     * @param after the same under the later ones, from the same random numbers
     */
    public static Estimate improvement(double[] before, double[] after) {
        if (before.length != after.length) {
            throw new IllegalArgumentException("before has " + before.length + " draws and after " + after.length
                    + ", but they are compared in pairs");
        }
        double[] differences = new double[after.length];
        for (int s = 0; s < differences.length; s++) {
            differences[s] = after[s] - before[s];
        }
        return LogWeights.mean(differences);
    }

    /** What an improvement means. One that is not a number is undecided. */
    public Finding judge(Estimate improvement) {
        double error = Z * improvement.standardError();
        if (improvement.value() + error < tolerance) {
            return Finding.FLAT;
        }
        return improvement.value() - error > 0 ? Finding.RISING : Finding.UNDECIDED;
    }
}

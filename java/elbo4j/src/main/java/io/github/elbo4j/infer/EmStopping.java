package io.github.elbo4j.infer;

import java.util.List;

/** When expectation-maximization has come to its end, as far as its gains tell. */
final class EmStopping {
    /** The fewest steps, and those that end it by gaining nothing. */
    private static final int WINDOW = 5;
    /** Of log p in float32, averaged over draws. */
    private static final double ROUNDING = 1e-7;

    private EmStopping() {}

    /**
     * Whether the ELBO has no more than a tolerance to rise by.
     *
     * @param elbo of each step so far
     * @param left what all further steps would gain, as far as the last ones tell
     */
    static boolean isAtEnd(List<Double> elbo, double left, double tolerance) {
        int steps = elbo.size();
        if (steps <= WINDOW) {
            return false;
        }
        boolean still = true;
        for (int i = 0; i < WINDOW; i++) {
            double gain = elbo.get(steps - 1 - i) - elbo.get(steps - 2 - i);
            // Nothing larger than the rounding of log p is gained.
            still &= Math.abs(gain) < Math.max(1e-2 * tolerance, ROUNDING * Math.abs(elbo.get(steps - 1)));
        }
        return still || left < tolerance;
    }
}

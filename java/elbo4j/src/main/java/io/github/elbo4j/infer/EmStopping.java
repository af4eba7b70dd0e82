package io.github.elbo4j.infer;

import java.util.List;

/** When expectation-maximization has come to its end, as far as its gains tell. */
final class EmStopping {
    /** Steps whose gains tell what is left. */
    private static final int WINDOW = 5;
    /** Of log p in float32, averaged over draws. */
    private static final double ROUNDING = 1e-7;

    private EmStopping() {}

    /**
     * Whether the ELBO has no more than a tolerance to rise by.
     *
     * @param elbo of each step so far
     */
    static boolean isAtEnd(List<Double> elbo, double tolerance) {
        int steps = elbo.size();
        if (steps <= WINDOW) {
            return false;
        }
        double[] gains = new double[WINDOW];
        boolean still = true;
        for (int i = 0; i < WINDOW; i++) {
            gains[i] = elbo.get(steps - 1 - i) - elbo.get(steps - 2 - i);
            // Nothing larger than the rounding of log p is gained.
            still &= Math.abs(gains[i]) < Math.max(1e-2 * tolerance, ROUNDING * Math.abs(elbo.get(steps - 1)));
        }
        // Gains fall geometrically, so that their sum can be told (Aitken).
        double rate = StrictMath.pow(Math.max(0, gains[0] / gains[WINDOW - 1]), 1.0 / (WINDOW - 1));
        double left = still ? 0 : rate < 1 ? gains[0] * rate / (1 - rate) : Double.POSITIVE_INFINITY;
        return Math.abs(left) < tolerance && Math.abs(gains[0]) < tolerance;
    }
}

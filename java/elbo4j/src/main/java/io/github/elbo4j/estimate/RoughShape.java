package io.github.elbo4j.estimate;

/**
 * {@link ParetoShape#fit} up to rounding, for tails of which no more is asked than whether k is on one side of a number: k is the mean of
 * {@code log(1 − theta·x)}, here by the logarithm of a product of many.
 */
final class RoughShape {
    /** Excesses of a product, each factor between the least that a grid has, some 1/1000, and {@link #LARGEST}: it neither vanishes nor overflows. */
    private static final int TOGETHER = 32;

    private static final double LARGEST = 1e9;
    /** Below it 1 − theta·x has too few digits of theta·x. */
    private static final double LEAST = 1e-4;
    /** Steps between excesses that no rounding hides, of which there must be so many. */
    private static final double STEP = 1e-9;

    private static final int STEPS = 5;

    private RoughShape() {}

    /**
     * Without any prior; NaN where only {@link ParetoShape} knows it.
     *
     * @param sorted the tail and the ratio below it, in increasing order
     */
    static double of(double[] sorted) {
        int m = sorted.length - 1;
        double largest = m < 0 ? Double.NaN : sorted[m];
        if (!(largest > 0) || m < STEPS) {
            return Double.NaN;
        }
        double[] excesses = new double[m];
        int steps = 0;
        for (int i = 0; i < m; i++) {
            excesses[i] = (sorted[i + 1] - sorted[0]) / largest;
            steps += sorted[i + 1] - sorted[i] > STEP * largest ? 1 : 0;
        }
        return steps < STEPS ? Double.NaN : shape(theta(excesses), excesses);
    }

    /** The mean of what is tried, by its likelihood; NaN if one of these is not known. */
    private static double theta(double[] excesses) {
        double[] theta = ParetoShape.grid(excesses);
        double[] logLikelihood = new double[theta.length];
        double most = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < theta.length; j++) {
            double k = shape(theta[j], excesses);
            logLikelihood[j] = excesses.length * (StrictMath.log(-theta[j] / k) - k - 1);
            most = Math.max(most, logLikelihood[j]);
        }
        double sum = 0;
        double weighted = 0;
        for (int j = 0; j < theta.length; j++) {
            double weight = StrictMath.exp(logLikelihood[j] - most);
            sum += weight;
            weighted += weight * theta[j];
        }
        return weighted / sum;
    }

    /** The mean of {@code log(1 − theta·x)}. */
    private static double shape(double theta, double[] excesses) {
        int n = excesses.length;
        double reach = Math.abs(theta) * excesses[n - 1];
        if (!(reach > LEAST && reach < LARGEST)) {
            return Double.NaN;
        }
        double sum = 0;
        for (int from = 0; from < n; from += TOGETHER) {
            double product = 1;
            for (int i = from; i < Math.min(n, from + TOGETHER); i++) {
                product *= 1 - theta * excesses[i];
            }
            sum += StrictMath.log(product);
        }
        return sum / n;
    }
}

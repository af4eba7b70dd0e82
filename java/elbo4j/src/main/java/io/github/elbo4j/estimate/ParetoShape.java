package io.github.elbo4j.estimate;

import java.util.Arrays;

/**
 * The shape k of a generalized Pareto distribution, fitted to the largest importance ratios: k-hat of Pareto smoothed
 * importance sampling (Vehtari, Simpson, Gelman, Yao and Gabry 2024). The ratios have 1/k finite moments.
 *
 * <p>The estimator is the quasi-Bayesian one of Zhang and Stephens (2009), with the weak prior of Vehtari et al. that
 * counts as ten observations of k = 0.5: {@code (M·k + 10·0.5)/(M + 10)}. Float64, in a fixed order.
 *
 * <p>It is the shape of the tail and nothing else. Where q is nearly the posterior, all ratios crowd around one value, and
 * the tail of their small differences may well be heavy: there k-hat says nothing, and the effective sample size of the
 * ratios tells how good q is.
 */
public final class ParetoShape {
    /** Fewer values than this have no shape. */
    private static final int LEAST_TAIL = 5;

    private static final double PRIOR_COUNT = 10;
    private static final double PRIOR_SHAPE = 0.5;
    /** Zhang and Stephens's constant, which they recommend. */
    private static final double PRIOR_SCALE = 3;
    /** By how much a shape that is known {@link RoughShape roughly} may be wrong, and much more. */
    private static final double ROUGHLY = 1e-5;

    private ParetoShape() {}

    /**
     * k-hat of importance ratios, from the {@link #tail} largest of them.
     *
     * @param logRatios log p − log q at draws of q; negative infinity is a ratio of 0
     * @return k-hat; NaN if a log ratio is NaN or positive infinity, or all are negative infinity; positive infinity if no
     *     shape can be fitted: there are fewer than 21 ratios, or less than three quarters of the tail exceed the ratio
     *     below it (one ratio outweighs the others beyond float64, or many are equal), or the excesses have fewer than
     *     five values
     */
    public static double ofLogRatios(double[] logRatios) {
        return ofLargest(largest(logRatios));
    }

    /**
     * {@link #ofLogRatios} of what is given as it is: logarithms are taken of the tail alone.
     *
     * @param ratios at least 0, none of them overflowed
     */
    public static double ofRatios(double[] ratios) {
        return ofLargestRatios(largest(ratios));
    }

    /**
     * {@link #ofRatios} from the {@link #largest} of them.
     *
     * @param sorted the tail and the ratio below it, in increasing order
     */
    public static double ofLargestRatios(double[] sorted) {
        return ofLargest(Arrays.stream(sorted).map(StrictMath::log).toArray());
    }

    /**
     * What {@link #ofLargestRatios} is at most, and by hardly less: in a tenth of the time. It is the shape itself where that is not finite.
     *
     * @param sorted the tail and the ratio below it, in increasing order
     */
    public static double atMost(double[] sorted) {
        double k = RoughShape.of(sorted);
        return Double.isNaN(k) ? ofLargestRatios(sorted) : weaklyKnown(k, sorted.length - 1) + ROUGHLY;
    }

    /** The {@link #tail} and the value below it, in increasing order; NaN counts as the largest of all. */
    public static double[] largest(double[] values) {
        Largest largest = new Largest(tail(values.length) + 1);
        for (double each : values) {
            largest.add(each);
        }
        return largest.sorted();
    }

    /**
     * {@link #ofLogRatios} from the largest of them.
     *
     * @param sorted the tail and the ratio below it, in increasing order
     */
    static double ofLargest(double[] sorted) {
        return fitted(sorted).kHat;
    }

    /**
     * A tail that was fitted.
     *
     * @param scale sigma in units of the largest ratio; of no meaning where k-hat is not finite
     * @param sorted the tail and the ratio below it, in increasing order
     */
    @SuppressWarnings("ArrayRecordComponent") // to be read only
    record Fitted(double kHat, double scale, double[] sorted) {}

    /** {@link #ofLargest} with the scale that belongs to it. */
    static Fitted fitted(double[] sorted) {
        int m = sorted.length - 1;
        double largest = m < 0 ? 0 : sorted[m];
        if (!Double.isFinite(largest)) {
            return new Fitted(Double.NaN, Double.NaN, sorted);
        }
        if (m < LEAST_TAIL) {
            return new Fitted(Double.POSITIVE_INFINITY, Double.NaN, sorted);
        }
        double[] excesses = excesses(sorted);
        int values = 0; // distinct ones, above 0
        for (int i = 0; i < m; i++) {
            if (excesses[i] > (i == 0 ? 0 : excesses[i - 1])) {
                values++;
            }
        }
        // The published rules would fit a curve to the steps of rounded ratios, and often call it bounded.
        if (values < LEAST_TAIL) {
            return new Fitted(Double.POSITIVE_INFINITY, Double.NaN, sorted);
        }
        double theta = theta(excesses);
        double k = shape(theta, excesses);
        double kHat = weaklyKnown(known(k), m);
        // theta/k has a removable zero over zero at theta = 0, the exponential distribution.
        return new Fitted(kHat, isExponential(theta, excesses) ? mean(excesses) : -k / theta, sorted);
    }

    /**
     * By how much the ratios of the tail exceed the one below it, in units of the largest.
     *
     * @param sorted the log ratios of both, in increasing order
     */
    static double[] excesses(double[] sorted) {
        int m = sorted.length - 1;
        double cutoff = StrictMath.exp(sorted[0] - sorted[m]);
        double[] excesses = new double[m];
        for (int i = 0; i < m; i++) {
            excesses[i] = StrictMath.exp(sorted[i + 1] - sorted[m]) - cutoff;
        }
        return excesses;
    }

    /** How many of S ratios are the tail: {@code min(S/5, 3√S)}, rounded up. */
    public static int tail(int draws) {
        return (int) Math.ceil(Math.min(0.2 * draws, 3 * Math.sqrt(draws)));
    }

    /**
     * Zhang and Stephens's estimate of k, with distribution function {@code 1 − (1 + k·x/sigma)^(−1/k)}, without any
     * further prior.
     *
     * @param excesses over the threshold, in increasing order, at least 0
     * @return k; positive infinity if the first quartile of the excesses is 0 or too near to it for float64, since it sets
     *     the scale of what is tried
     */
    public static double fit(double[] excesses) {
        return known(shape(theta(excesses), excesses));
    }

    private static double weaklyKnown(double k, int m) {
        return (m * k + PRIOR_COUNT * PRIOR_SHAPE) / (m + PRIOR_COUNT);
    }

    /** k is NaN if the quartile is 0 or the least that there is: theta is infinite. */
    private static double known(double k) {
        return Double.isNaN(k) ? Double.POSITIVE_INFINITY : k;
    }

    private static boolean isExponential(double theta, double[] excesses) {
        return Math.abs(theta) * excesses[excesses.length - 1] < 1e-12;
    }

    /** What is tried for −k/sigma. */
    static double[] grid(double[] excesses) {
        int n = excesses.length;
        double quartile = excesses[Math.max(0, (int) (n / 4.0 + 0.5) - 1)];
        double[] theta = new double[30 + (int) Math.sqrt(n)];
        for (int j = 0; j < theta.length; j++) {
            theta[j] = 1 / excesses[n - 1] + (1 - Math.sqrt(theta.length / (j + 0.5))) / (PRIOR_SCALE * quartile);
        }
        return theta;
    }

    /** Zhang and Stephens's estimate of −k/sigma. */
    private static double theta(double[] excesses) {
        int n = excesses.length;
        double[] theta = grid(excesses);
        int grid = theta.length;
        double[] logLikelihood = new double[grid];
        for (int j = 0; j < grid; j++) {
            double k = shape(theta[j], excesses);
            double ratio = isExponential(theta[j], excesses) ? -1 / mean(excesses) : theta[j] / k;
            logLikelihood[j] = n * (StrictMath.log(-ratio) - k - 1);
        }
        double average = 0;
        for (int j = 0; j < grid; j++) {
            double sum = 0;
            for (int i = 0; i < grid; i++) {
                sum += StrictMath.exp(logLikelihood[i] - logLikelihood[j]);
            }
            average += theta[j] / sum;
        }
        return average;
    }

    /** The shape that theta = −k/sigma implies: the mean of log(1 − theta·x). */
    private static double shape(double theta, double[] excesses) {
        double sum = 0;
        for (double x : excesses) {
            sum += StrictMath.log1p(-theta * x);
        }
        return sum / excesses.length;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}

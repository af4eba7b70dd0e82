package io.github.elbo4j.infer;

import java.util.Arrays;

/**
 * The shape k of a generalized Pareto distribution, fitted to the largest importance ratios: k-hat of Pareto smoothed
 * importance sampling (Vehtari, Simpson, Gelman, Yao and Gabry 2024). The ratios have 1/k finite moments.
 *
 * <p>The estimator is the quasi-Bayesian one of Zhang and Stephens (2009), with the weak prior of Vehtari et al. that
 * counts as ten observations of k = 0.5: {@code (M·k + 10·0.5)/(M + 10)}. Float64, in a fixed order.
 *
 * <p>One case is not left to the fit: where the largest ratio is less than twice the mean of all, the ratios are as good as
 * bounded. Near the posterior they crowd around one value, and excesses over that value span many powers of ten; a fit
 * takes these for a heavy tail (k = 6 was seen), although none of the ratios matters more than its neighbours.
 */
public final class ParetoShape {
    private static final int LEAST_TAIL = 5;
    /** Below so many times the mean, the largest ratio is no sign of a tail. */
    private static final double BOUNDED = 2;

    private static final double PRIOR_COUNT = 10;
    private static final double PRIOR_SHAPE = 0.5;
    /** Zhang and Stephens's constant, which they recommend. */
    private static final double PRIOR_SCALE = 3;

    private ParetoShape() {}

    /**
     * k-hat of importance ratios, from the {@link #tail} largest of them.
     *
     * @param logRatios log p − log q at draws of q; negative infinity is a ratio of 0
     * @return k-hat; NaN if there are fewer than 25 ratios or one is NaN or infinite; 0 at most if the largest ratio is
     *     less than twice the mean; 0 if the tail's ratios are all equal, for then there is no tail
     */
    public static double ofLogRatios(double[] logRatios) {
        int m = tail(logRatios.length);
        if (m < LEAST_TAIL) {
            return Double.NaN;
        }
        double[] sorted = logRatios.clone();
        Arrays.sort(sorted); // NaN comes last
        double largest = sorted[sorted.length - 1];
        if (!Double.isFinite(largest)) {
            return Double.NaN;
        }
        double cutoff = StrictMath.exp(sorted[sorted.length - m - 1] - largest);
        double[] excesses = new double[m];
        for (int i = 0; i < m; i++) {
            excesses[i] = StrictMath.exp(sorted[sorted.length - m + i] - largest) - cutoff;
        }
        if (!(excesses[m - 1] > 0)) {
            return 0;
        }
        double k = (m * fit(excesses) + PRIOR_COUNT * PRIOR_SHAPE) / (m + PRIOR_COUNT);
        return meanOfLargest(sorted) * BOUNDED > 1 ? Math.min(k, 0) : k;
    }

    /** The mean of the ratios, in units of the largest. */
    private static double meanOfLargest(double[] sorted) {
        double sum = 0;
        for (double logRatio : sorted) {
            sum += StrictMath.exp(logRatio - sorted[sorted.length - 1]);
        }
        return sum / sorted.length;
    }

    /** How many of S ratios are the tail: {@code min(S/5, 3√S)}. */
    public static int tail(int draws) {
        return (int) Math.min(0.2 * draws, Math.ceil(3 * Math.sqrt(draws)));
    }

    /**
     * Zhang and Stephens's estimate of k, with distribution function {@code 1 − (1 + k·x/sigma)^(−1/k)}, without any
     * further prior.
     *
     * @param excesses over the threshold, in increasing order, at least 0, the largest positive
     */
    public static double fit(double[] excesses) {
        int n = excesses.length;
        int grid = 30 + (int) Math.sqrt(n);
        int place = Math.max(0, (int) (n / 4.0 + 0.5) - 1);
        while (!(excesses[place] > 0)) {
            place++; // ties with the threshold; the quartile only sets the scale of the grid
        }
        double quartile = excesses[place];
        double[] theta = new double[grid];
        double[] logLikelihood = new double[grid];
        for (int j = 0; j < grid; j++) {
            theta[j] = 1 / excesses[n - 1] + (1 - Math.sqrt(grid / (j + 0.5))) / (PRIOR_SCALE * quartile);
            double k = shape(theta[j], excesses);
            // theta/k has a removable zero over zero at theta = 0, the exponential distribution.
            double ratio = Math.abs(theta[j]) * excesses[n - 1] < 1e-12 ? -1 / mean(excesses) : theta[j] / k;
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
        return shape(average, excesses);
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

package io.github.elbo4j.estimate;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Importance weights whose largest are smoothed (Pareto smoothed importance sampling; Vehtari, Simpson, Gelman, Yao and Gabry, JMLR 25,
 * 2024): a generalized Pareto distribution is fitted to the tail of the ratios, as {@link ParetoShape} does, and the j-th smallest of
 * its M ratios is replaced by the quantile of that distribution at {@code (j − 1/2)/M}, but by no more than the largest ratio. The weights
 * add up to 1, so that the ratios need be known up to a common factor only.
 *
 * <p>Where no shape can be fitted the ratios stay as they are. Float64, in the order of the draws.
 */
public final class SmoothedWeights implements Serializable {
    private static final long serialVersionUID = 1;

    private final double kHat;
    private final double[] weights; // [S], their sum 1

    private SmoothedWeights(double kHat, double[] weights) {
        this.kHat = kHat;
        this.weights = weights;
    }

    /**
     * Smooths the weights that are proportional to these ratios.
     *
     * @param logRatios log p − log q at draws of q, at least one; negative infinity is a ratio of 0
     * @return weights that are NaN, as k-hat is, if a log ratio is NaN or positive infinity, or all are negative infinity
     */
    public static SmoothedWeights of(double[] logRatios) {
        EstimateChecks.draws(logRatios.length);
        return LogWeights.of(logRatios).smoothed(0);
    }

    /**
     * {@link #of(double[])}, of what is known already.
     *
     * @param weights in units of the largest; overwritten
     */
    static SmoothedWeights of(double[] logRatios, ParetoShape.Fitted tail, double[] weights) {
        if (Double.isFinite(tail.kHat())) {
            smooth(weights, logRatios, tail);
        }
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        for (int s = 0; s < weights.length; s++) {
            weights[s] /= sum;
        }
        return new SmoothedWeights(tail.kHat(), weights);
    }

    /** Equal weights: those of draws of the distribution itself. Their k-hat is 0. */
    public static SmoothedWeights equal(int draws) {
        EstimateChecks.draws(draws);
        double[] weights = new double[draws];
        Arrays.fill(weights, 1.0 / draws);
        return new SmoothedWeights(0, weights);
    }

    private static void smooth(double[] weights, double[] logRatios, ParetoShape.Fitted tail) {
        double[] sorted = tail.sorted();
        double kHat = tail.kHat();
        double sigma = tail.scale();
        int m = sorted.length - 1;
        double cutoff = StrictMath.exp(sorted[0] - sorted[m]);
        int[] order = IntStream.range(0, logRatios.length)
                .filter(s -> logRatios[s] >= sorted[1])
                .boxed()
                .sorted((a, b) -> Double.compare(logRatios[a], logRatios[b])) // stable: equal ones stay in order
                .mapToInt(s -> s)
                .toArray();
        for (int j = 1; j <= m; j++) {
            double beyond = -StrictMath.log1p(-(j - 0.5) / m); // of the exponential distribution
            double quantile = kHat == 0 ? sigma * beyond : sigma * StrictMath.expm1(kHat * beyond) / kHat;
            weights[order[order.length - m + j - 1]] = Math.min(1, cutoff + quantile);
        }
    }

    /** S. */
    public int draws() {
        return weights.length;
    }

    /** Those of the first draws, which add up to 1 again. */
    public SmoothedWeights first(int draws) {
        EstimateChecks.draws(draws);
        if (draws == weights.length) {
            return this;
        }
        double[] some = Arrays.copyOf(weights, draws);
        double sum = 0;
        for (double weight : some) {
            sum += weight;
        }
        for (int s = 0; s < draws; s++) {
            some[s] /= sum;
        }
        return new SmoothedWeights(kHat, some);
    }

    /** {@link ParetoShape#ofLogRatios} of the ratios. */
    public double kHat() {
        return kHat;
    }

    /** The effective sample size of the weights over their number, {@code 1/(S·Σw²)}: from 1/S to 1, which is where all are equal. */
    public double efficiency() {
        double together = 0;
        for (double weight : weights) {
            together += weight * weight;
        }
        return 1 / (together * weights.length);
    }

    /** The weights, [S], a copy. */
    public double[] weights() {
        return weights.clone();
    }

    /** The weight of a draw. */
    public double weight(int draw) {
        return weights[draw];
    }

    /**
     * {@code log Σ w_s·exp(x_s)}, with the standard error {@code √Σ w_s²·(exp(x_s − value) − 1)²} of self-normalized importance sampling
     * by the delta method, which takes the draws for independent and means nothing where k-hat is above 0.7.
     *
     * @param logValues x, [S]
     */
    public Estimate logMean(double[] logValues) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int s = 0; s < weights.length; s++) {
            largest = Math.max(largest, weights[s] == 0 ? largest : logValues[s]);
        }
        double sum = 0;
        for (int s = 0; s < weights.length; s++) {
            sum += weights[s] == 0 ? 0 : weights[s] * StrictMath.exp(logValues[s] - largest);
        }
        double value = largest + StrictMath.log(sum);
        double squares = 0;
        for (int s = 0; s < weights.length; s++) {
            double influence = influence(s, logValues[s], value);
            squares += influence * influence;
        }
        return new Estimate(value, Math.sqrt(squares), weights.length);
    }

    /** What a draw adds to the error of {@link #logMean}: {@code w_s·(exp(x_s − value) − 1)}. */
    public double influence(int draw, double logValue, double logMean) {
        return weights[draw] == 0 ? 0 : weights[draw] * StrictMath.expm1(logValue - logMean);
    }

    /** {@code Σ w_s·(x_s − x̄)² / (1 − Σ w_s²)} with {@code x̄ = Σ w_s·x_s}: with equal weights the usual variance of a sample. */
    public double variance(double[] values) {
        double mean = 0;
        double together = 0;
        for (int s = 0; s < weights.length; s++) {
            mean += weights[s] == 0 ? 0 : weights[s] * values[s];
            together += weights[s] * weights[s];
        }
        double squares = 0;
        for (int s = 0; s < weights.length; s++) {
            squares += weights[s] == 0 ? 0 : weights[s] * (values[s] - mean) * (values[s] - mean);
        }
        return squares / (1 - together);
    }
}

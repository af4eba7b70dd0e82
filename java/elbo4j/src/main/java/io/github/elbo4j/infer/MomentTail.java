package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.ParetoShape;
import io.github.elbo4j.estimate.SmoothedWeights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whether weighted draws know a moment: weights that have a mean may give none to their products with {@code |x − m|} or {@code (x − m)²}.
 * Below {@code k = 1/2} these have a variance, up to {@code min(1 − 1/log10 S, 0.7)} smoothing copes, and from there on what no draw shows may
 * outweigh what they do.
 *
 * @param largest the tail of the products and the one below it, in increasing order
 * @param draws how many products there are
 */
@SuppressWarnings("ArrayRecordComponent") // to be read only
record MomentTail(double[] largest, int draws) {
    /** How many of its errors k must be beyond its limit. */
    private static final double Z = 2;

    private static final double USABLE_K = 0.7;

    /**
     * Of the products of the weights with a power of {@code x − m}.
     *
     * @param off {@code x − m}, of each draw; 0 where it has no weight
     * @param power 1 or 2
     */
    static MomentTail of(double[] off, SmoothedWeights weights, int power) {
        return new MomentTail(ParetoShape.largest(products(off, weights, power)), off.length);
    }

    /** Of {@code w·(x − m)²}. */
    static MomentTail ofSquares(double[] x, SmoothedWeights weights) {
        return of(off(x, weights), weights, 2);
    }

    /** The same of each number. */
    static List<MomentTail> ofSquares(DrawnNumbers numbers, SmoothedWeights weights) {
        return IntStream.range(0, numbers.size())
                .mapToObj(i -> ofSquares(numbers.column(i), weights))
                .toList();
    }

    /** {@code w·|x − m|^power} in units of the largest {@code |x − m|}, so that none overflows. */
    static double[] products(double[] off, SmoothedWeights weights, int power) {
        double largest = 0;
        for (double each : off) {
            largest = Math.max(largest, Math.abs(each));
        }
        double[] products = new double[off.length];
        for (int s = 0; s < off.length; s++) {
            double share = Math.abs(off[s]) / largest;
            products[s] = weights.weight(s) * (power == 1 ? share : share * share);
        }
        return products;
    }

    /** {@code x − m}, and 0 where a draw has no weight. */
    static double[] off(double[] x, SmoothedWeights weights) {
        double mean = 0;
        for (int s = 0; s < x.length; s++) {
            mean += weights.weight(s) == 0 ? 0 : weights.weight(s) * x[s];
        }
        double[] off = new double[x.length];
        for (int s = 0; s < x.length; s++) {
            off[s] = weights.weight(s) == 0 ? 0 : x[s] - mean;
        }
        return off;
    }

    /** The largest k at which weights of so many draws are of use (Vehtari et al. 2024). */
    static double limit(int draws) {
        return Math.min(1 - 1 / StrictMath.log10(draws), USABLE_K);
    }

    /** Pareto shape of the products ({@link ParetoShape}); not finite where there is none, of few values. */
    double k() {
        return ParetoShape.ofLargestRatios(largest);
    }

    /** A bound of k, which is found sooner. */
    double atMost() {
        return ParetoShape.atMost(largest);
    }

    /** Whether the moment is not known: k is surely too large. */
    boolean isUnknown() {
        double limit = limit(draws);
        if (atMost() < limit) {
            return false;
        }
        double k = k();
        double error = Z * (1 + Math.max(0, k)) / Math.sqrt(ParetoShape.tail(draws)); // as of WeightShape
        return Double.isFinite(k) && k - error >= limit;
    }
}

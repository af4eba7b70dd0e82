package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.ParetoShape;
import io.github.elbo4j.estimate.SmoothedWeights;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Whether weighted draws know a moment: weights that have a mean may give none to their products with {@code |x − m|} or {@code (x − m)²}.
 * Below {@code k = 1/2} these have a variance, up to {@code min(1 − 1/log10 S, 0.7)} smoothing copes, and from there on what no draw shows may
 * outweigh what they do.
 *
 * @param k Pareto shape of the products ({@link ParetoShape}); not finite where there is none, of few values
 * @param error two standard errors of it
 * @param limit of k
 */
record MomentTail(double k, double error, double limit) {
    /** How many of its errors k must be beyond its limit. */
    private static final double Z = 2;

    private static final double USABLE_K = 0.7;
    /** Products of a smaller k have a variance, and the sum lacks little. */
    private static final double LEAST_K = 0.5;

    /**
     * Of the products of the weights with a power of {@code x − m}.
     *
     * @param off {@code x − m}, of each draw; 0 where it has no weight
     * @param power 1 or 2
     */
    static MomentTail of(double[] off, SmoothedWeights weights, int power) {
        double k = ParetoShape.ofRatios(products(off, weights, power));
        double error = Z * (1 + Math.max(0, k)) / Math.sqrt(ParetoShape.tail(off.length)); // as of WeightShape
        return new MomentTail(k, error, limit(off.length));
    }

    private static double[] products(double[] off, SmoothedWeights weights, int power) {
        double largest = 0; // products of what is divided by it do not overflow
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

    /**
     * Where a number's weighted squares have so heavy a tail that draws do not tell its standard deviation q's may be wrong: what agrees is the
     * part of the posterior that has draws.
     *
     * @return none, or one: of the number of which that is worst
     */
    static List<Concern> concerns(DrawnNumbers numbers, SmoothedWeights weights) {
        double largest = Evaluation.GOOD_RATIO;
        int at = -1;
        double k = 0;
        for (int i = 0; i < numbers.size(); i++) {
            double[] products = products(off(numbers.column(i), weights), weights, 2);
            double shape = ParetoShape.ofRatios(products);
            double factor = shape >= LEAST_K && Double.isFinite(shape) ? Math.sqrt(1 + unseen(products, shape)) : 1;
            if (factor > largest || (factor == largest && shape > k)) {
                largest = factor;
                at = i;
                k = shape;
            }
        }
        return at < 0
                ? List.of()
                : List.of(new Concern(
                        Concern.Kind.UNKNOWN_WIDTH,
                        Verdict.USABLE,
                        numbers.name(at),
                        String.format(
                                Locale.ROOT,
                                "the tail along %s is so heavy that draws do not tell its standard deviation: what lies beyond them may"
                                        + " multiply it by %s (Pareto k-hat of the weighted squares is %.2f)",
                                numbers.name(at),
                                Double.isFinite(largest) ? String.format(Locale.ROOT, "%.2f", largest) : "any number",
                                k)));
    }

    /**
     * What a sum of S products lacks, as a share of it, if its tail is a Pareto one: the expectation of what these are more than y, {@code S·E[(x
     * − y)₊]} at the level y that one in S exceeds. Of M in the tail beyond u, with the scale sigma that their median shows,
     *
     * <p>{@code y − u = sigma·(M^k − 1)/k} and {@code S·E[(x − y)₊] = (sigma + k·(y − u))/(1 − k) = sigma·M^k/(1 − k)}, infinite from k = 1 on.
     *
     * @param k above 0
     */
    private static double unseen(double[] products, double k) {
        if (k >= 1) {
            return Double.POSITIVE_INFINITY;
        }
        double[] sorted = products.clone();
        Arrays.sort(sorted);
        int m = ParetoShape.tail(sorted.length);
        double sum = 0;
        for (double each : sorted) {
            sum += each;
        }
        double median = sorted[sorted.length - (m + 1) / 2] - sorted[sorted.length - m - 1];
        double sigma = k * median / (StrictMath.pow(2, k) - 1);
        return sigma * StrictMath.pow(m, k) / (1 - k) / sum;
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

    /** Whether the moment is not known: k is surely too large. */
    boolean isUnknown() {
        return Double.isFinite(k) && k - error >= limit;
    }
}

package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.ParetoShape;
import io.github.elbo4j.estimate.SmoothedWeights;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Whether draws of normals can tell a standard deviation at all. Where the weighted squares {@code w·(x − m)²} of a number have so heavy a tail
 * that much of their expectation lies beyond what S draws reach, q's may be wrong: what agrees is the part of the posterior that has draws.
 */
final class UnseenTail {
    /** Squares of a smaller k have a variance, and little of their sum is beyond the draws. */
    private static final double LEAST_K = 0.5;
    /** Of fewer draws k-hat errs so much that of many numbers one would seem heavy: its error is 0.11 here, and what draws of normals have is 0.1. */
    private static final int LEAST_DRAWS = 1000;
    /** A share of the sum of squares that one draw has where no shape can be fitted to the others. */
    private static final double DOMINATES = 0.5;

    private UnseenTail() {}

    /**
     * None, or one: of the number that lacks most. A quantity such as exp(z) may have such a tail under q itself, which says nothing against q;
     * normals have none, so that of a coordinate it is the posterior's.
     */
    static List<Concern> concerns(DrawnNumbers numbers, SmoothedWeights weights) {
        return concerns(numbers, weights, MomentTail.ofSquares(numbers, weights));
    }

    /**
     * {@link #concerns(DrawnNumbers, SmoothedWeights)}, of what is known already.
     *
     * @param tails of the weighted squares of each number
     */
    static List<Concern> concerns(DrawnNumbers numbers, SmoothedWeights weights, List<MomentTail> tails) {
        if (!isShown(numbers.draws())) {
            return List.of();
        }
        double largest = Evaluation.GOOD_RATIO;
        int at = -1;
        double k = 0;
        for (int i = 0; i < numbers.size(); i++) {
            MomentTail tail = tails.get(i);
            double most = tail.atMost();
            if (most < LEAST_K) {
                continue;
            }
            double[] squares = squares(numbers.column(i), weights);
            if (factor(squares, tail.largest(), most) < largest) { // which is more the larger k is
                continue;
            }
            double shape = tail.k();
            double factor = factor(squares, tail.largest(), shape);
            boolean isWorse = factor > largest || (factor == largest && at >= 0 && shape > k);
            if (isWorse && (numbers.isCoordinate(i) || isLight(numbers.column(i)))) {
                largest = factor;
                at = i;
                k = shape;
            }
        }
        return at < 0 ? List.of() : List.of(concern(numbers.name(at), largest, k));
    }

    /** Whether so many draws show a tail at all. */
    static boolean isShown(int draws) {
        return draws >= LEAST_DRAWS;
    }

    private static Concern concern(String name, double factor, double k) {
        return new Concern(
                Concern.Kind.UNKNOWN_WIDTH,
                Verdict.USABLE,
                name,
                String.format(
                        Locale.ROOT,
                        "the tail along %s is so heavy that draws do not tell its standard deviation: what lies beyond them may"
                                + " multiply it by %s (Pareto k-hat of the weighted squares is %.2f)",
                        name,
                        Double.isFinite(factor) ? String.format(Locale.ROOT, "%.2f", factor) : "any number",
                        k));
    }

    /** Whether q's own draws tell the standard deviation of a number under q. */
    private static boolean isLight(double[] x) {
        return factor(x, SmoothedWeights.equal(x.length)) <= Evaluation.GOOD_RATIO;
    }

    /** By how much the standard deviation of a number may be larger than weighted draws tell. */
    static double factor(double[] x, SmoothedWeights weights) {
        double[] squares = squares(x, weights);
        double[] tail = ParetoShape.largest(squares);
        return factor(squares, tail, ParetoShape.ofLargestRatios(tail));
    }

    private static double[] squares(double[] x, SmoothedWeights weights) {
        return MomentTail.products(MomentTail.off(x, weights), weights, 2);
    }

    /** By how much a standard deviation is larger if what is {@link #beyond} the draws is added; infinite where one draw is most of it. */
    private static double factor(double[] squares, double[] tail, double k) {
        if (Double.isNaN(k) || k < LEAST_K) {
            return 1; // a number that is constant has no shape
        }
        double sum = Arrays.stream(squares).sum();
        if (k == Double.POSITIVE_INFINITY) {
            return tail[tail.length - 1] > DOMINATES * sum ? k : 1; // else many are equal
        }
        return k >= 1 ? Double.POSITIVE_INFINITY : Math.sqrt(1 + beyond(tail, k) / sum);
    }

    /**
     * What is expected of S squares above the level y that one in S exceeds, if their tail is a Pareto one: {@code S·E[(x − y)₊]}. Of M in the tail
     * beyond u, with the scale sigma that their median shows,
     *
     * <p>{@code y − u = sigma·(M^k − 1)/k} and {@code S·E[(x − y)₊] = (sigma + k·(y − u))/(1 − k) = sigma·M^k/(1 − k)}.
     *
     * @param tail and the square below it, in increasing order
     * @param k in (0, 1)
     */
    private static double beyond(double[] tail, double k) {
        int m = tail.length - 1;
        double median = tail[m + 1 - (m + 1) / 2] - tail[0];
        double sigma = k * median / (StrictMath.pow(2, k) - 1);
        return sigma * StrictMath.pow(m, k) / (1 - k);
    }
}

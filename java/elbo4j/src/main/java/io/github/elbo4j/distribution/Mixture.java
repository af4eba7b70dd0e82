package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** log p(x) = log Σ_k w[k]·p_k(x), the components having one support; which of them x is from is summed out. */
public final class Mixture extends Distribution {
    /** How far the sum of numbers given as weights may be from 1. */
    private static final double TOLERANCE = 1e-6;

    private final Expr logWeights; // [..][K]
    private final List<Distribution> components;
    private final int[] extents;

    private Mixture(Expr logWeights, Distribution... components) {
        this.logWeights = logWeights;
        this.components = List.of(components);
        int[] weights = logWeights.extents();
        if (components.length < 2 || weights.length == 0 || weights[weights.length - 1] != components.length) {
            throw new IllegalArgumentException(
                    "the weights of a mixture are " + logWeights + ", but there are " + components.length
                            + " components; there must be two or more, and so many in the last axis of the weights");
        }
        Support support = components[0].support();
        int[] event = Arrays.copyOfRange(
                components[0].extents(),
                components[0].extents().length - support.axes(),
                components[0].extents().length);
        int[] own = Arrays.copyOf(weights, weights.length - 1 + event.length);
        System.arraycopy(event, 0, own, weights.length - 1, event.length);
        Expr all = Expr.of(0).broadcastTo(own);
        for (Distribution component : components) {
            if (!component.support().equals(support)) {
                throw new IllegalArgumentException("the components " + components[0] + " and " + component
                        + " of a mixture differ in their support: " + support + ", and " + component.support());
            }
            all = all.plus(Expr.of(0).broadcastTo(component.extents()));
        }
        extents = all.extents();
    }

    /**
     * By weights.
     *
     * @param weights positive, with the sum 1 along the last axis, such as a parameter with the prior {@link Dirichlet}: [K], or [..][K]
     *     where they differ by element
     * @throws IllegalArgumentException if a weight may be negative, their number is not that of the components, or the supports
     *     differ
     */
    public static Mixture of(Expr weights, Distribution... components) {
        if (!weights.range().isNotNegative()) {
            throw new IllegalArgumentException("the weights of a mixture may be anything in " + weights.range()
                    + ", but must not be negative: give them the prior Dirichlet, or use ofLogits");
        }
        if (!weights.varies() && weights.extents().length > 0) {
            for (double sum : weights.sum(-1).value()) {
                if (!(Math.abs(sum - 1) <= TOLERANCE)) {
                    throw new IllegalArgumentException("the weights of a mixture add up to " + sum + ", but must to 1");
                }
            }
        }
        return new Mixture(weights.log(), components);
    }

    /** {@link #of(Expr, Distribution...)} with numbers. */
    public static Mixture of(double[] weights, Distribution... components) {
        return of(Expr.data("weights", weights), components);
    }

    /**
     * By the logarithms of weights.
     *
     * @param logits log-weights up to one constant: [K], or [..][K]
     */
    public static Mixture ofLogits(Expr logits, Distribution... components) {
        int[] one = logits.extents();
        if (one.length == 0) {
            throw new IllegalArgumentException(
                    "the logits of a mixture are " + logits + ", but must be one for each component");
        }
        one[one.length - 1] = 1;
        return new Mixture(logits.minus(logits.logSumExp(-1).reshape(one)), components);
    }

    @Override
    public Support support() {
        return components.get(0).support();
    }

    @Override
    public int[] extents() {
        return extents.clone();
    }

    @Override
    public Expr logDensity(Expr x) {
        Expr sum = weighted(0, x);
        for (int k = 1; k < components.size(); k++) {
            Expr next = weighted(k, x);
            // log(exp a + exp b) = max + log(1 + exp −|a − b|)
            sum = sum.max(next).plus(sum.minus(next).abs().negated().softplus());
        }
        return sum;
    }

    private Expr weighted(int k, Expr x) {
        int[] batch = Arrays.copyOf(logWeights.extents(), logWeights.extents().length - 1);
        return components
                .get(k)
                .logDensity(x)
                .plus(logWeights.slice(-1, k, k + 1).reshape(batch));
    }

    /** The weighted mean of the components' centres: supports of parameters are convex, or the first of all. */
    @Override
    public double[] centre(int[] extents, double... z) {
        double[] result = new double[Elements.size(extents, 0)];
        double[] weights = weights(extents, z);
        int event = Elements.size(extents, extents.length - support().axes());
        for (int k = 0; k < components.size(); k++) {
            double[] own = components.get(k).centre(extents, z);
            for (int i = 0; i < result.length; i++) {
                result[i] += StrictMath.exp(weights[i / event * components.size() + k]) * own[i];
            }
        }
        return result;
    }

    @Override
    public double[] draw(int[] extents, RandomGenerator random, double... z) {
        Variates variates = new Variates(random);
        double[] weights = weights(extents, z);
        double[][] own = new double[components.size()][];
        for (int k = 0; k < own.length; k++) {
            own[k] = components.get(k).draw(extents, random, z);
        }
        int event = Elements.size(extents, extents.length - support().axes());
        double[] result = new double[own[0].length];
        for (int from = 0; from < result.length; from += event) {
            int first = from / event * own.length;
            int k = variates.category(Arrays.copyOfRange(weights, first, first + own.length));
            System.arraycopy(own[k], from, result, from, event);
        }
        return result;
    }

    /** Log-weights, [plates][K]. */
    private double[] weights(int[] extents, double[] z) {
        int plates = extents.length - support().axes();
        int[] all = Arrays.copyOf(extents, plates + 1);
        all[plates] = components.size();
        return logWeights.broadcastTo(all).value(z);
    }

    @Override
    public String toString() {
        return components.stream().map(Distribution::toString).collect(Collectors.joining(", ", "Mixture of ", ""));
    }
}

package io.github.elbo4j.infer;

import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Newton's method to a largest value, within a region in which its quadratic model is trusted: conjugate gradients on {@code
 * A·p = ∇f} with {@code A = −∇∇f} (Steihaug 1983; Nocedal and Wright 2006, algorithms 4.1 and 7.2). Lengths are in units of the
 * given scale, so that no coordinate's unit matters.
 */
final class TrustRegion<C extends TrustRegion.Curvature> {
    /** Nats that a step promises to gain, after which there is nothing left to gain: 0.005 standard deviations. */
    static final double DECREMENT = 1e-5;

    private static final int MOST_STEPS = 50;
    private static final double LEAST_RATIO = 0.1; // of the gain to the promised one, for a step to be taken

    private final Objective objective;
    private final Function<double[], ? extends C> curvature;
    private final double[] scale;
    private final BooleanSupplier cancelled;
    private final double rounding;
    private final double[] value = new double[1];
    private double[] at;
    private double[] gradient;
    private double height;
    private int steps;

    /** A at a point. */
    interface Curvature {
        /** {@code A·v}. */
        double[] times(double[] v);

        /** The residual, as a share of the first, at which conjugate gradients on A end: as small as A is exact. */
        double accuracy();
    }

    /**
     * Where it came to.
     *
     * @param curvature at the last point or one within {@link #DECREMENT} of it
     * @param left nats that the last step promised
     * @param isTop whether there is no more to gain
     */
    record Summit<C>(double[] at, double height, C curvature, double left, int steps, boolean isTop) {}

    /**
     * A search.
     *
     * @param curvature makes A at a point
     * @param scale about the inverse of A's diagonal, positive
     */
    TrustRegion(
            Objective objective, Function<double[], ? extends C> curvature, double[] scale, BooleanSupplier cancelled) {
        this.objective = objective;
        this.curvature = curvature;
        this.scale = scale;
        this.cancelled = cancelled;
        this.rounding = objective.isExact() ? 0x1p-48 : 0x1p-24;
        this.at = new double[scale.length];
        this.gradient = new double[scale.length];
    }

    /** Searches from a point at which the objective is finite. */
    Summit<C> climb(double[] from) {
        at = from.clone();
        objective.evaluate(1, at, value, gradient);
        height = value[0];
        double radius = Math.sqrt(at.length);
        C here = curvature.apply(at);
        double promised = Double.POSITIVE_INFINITY;
        while (true) {
            ConjugateGradients.End end = ConjugateGradients.within(radius, here, gradient, scale);
            double[] step = end.x();
            boolean cut = !end.isWhole();
            promised = InverseHessian.dot(gradient, step) - InverseHessian.dot(step, here.times(step)) / 2;
            double[] next = at.clone();
            for (int i = 0; i < next.length; i++) {
                next[i] += step[i];
            }
            double[] slope = new double[next.length];
            objective.evaluate(1, next, value, slope);
            steps++;
            double noise = rounding * Math.abs(height);
            double gain = value[0] - height;
            boolean taken = gain >= LEAST_RATIO * promised - noise && LbfgsPath.isFinite(slope);
            if (taken) {
                at = next;
                gradient = slope;
                height = value[0];
            }
            boolean done = !cut && promised <= DECREMENT;
            if (done || !(promised < Double.POSITIVE_INFINITY) || steps >= MOST_STEPS || cancelled.getAsBoolean()) {
                return new Summit<>(at, height, here, promised, steps, done);
            }
            double length = Math.sqrt(ConjugateGradients.length(step, scale));
            if (!(gain >= promised / 4 - noise)) {
                radius = length / 4;
            } else if (cut && gain > 0.75 * promised) {
                radius *= 2;
            }
            if (taken) {
                here = curvature.apply(at);
            }
        }
    }
}

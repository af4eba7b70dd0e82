package io.github.elbo4j.infer;

import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One L-BFGS ascent of log p, as in Pathfinder (Zhang, Carpenter, Gelman and Vehtari 2022): each point of it gives a normal,
 * {@code N(x + H·∇log p, H)} with H the inverse-Hessian estimate there. The mode itself need not exist: log p may have no
 * upper bound, and the best normal then stands somewhere along the path.
 *
 * <p>The line search ends at the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 3.5 and 3.6); a point where log
 * p is not finite counts as infinitely bad. The path ends where the Newton decrement {@code ½·gᵀHg}, what is still to be
 * gained in nats, is below {@link #DECREMENT}, which does not depend on units.
 */
final class LbfgsPath {
    /** What is left to gain, in nats, where the path has arrived. */
    static final double DECREMENT = 1e-6;

    private static final int LIMIT = 400; // iterations
    private static final int SEARCH = 60; // evaluations of a line search
    private static final double ARMIJO = 1e-4;
    private static final double WOLFE = 0.9;
    private static final int DIFFERENCES = 512; // dimensions up to which the first scale is measured

    private final Objective density;
    private final int dimensions;
    private final BooleanSupplier cancelled;
    private final double @Nullable [] scale;
    private final double rounding; // relative, of log p

    private final double[] value = new double[1];
    private double[] x;
    private double[] gradient; // ∇log p at x
    private double logP;
    private double[] triedAt;
    private double[] triedGradient;
    private int evaluations;
    private boolean arrived;

    /** A point of the path, with the inverse-Hessian estimate there. */
    interface Visitor {
        void visit(double[] x, double[] gradient, InverseHessian h);
    }

    LbfgsPath(Objective density, double[] from, BooleanSupplier cancelled) {
        this(density, from, cancelled, null);
    }

    /** @param scale about the inverse of the Hessian's diagonal, [D]; null to measure it */
    LbfgsPath(Objective density, double[] from, BooleanSupplier cancelled, double @Nullable [] scale) {
        this.scale = scale;
        this.density = density;
        this.dimensions = from.length;
        this.cancelled = cancelled;
        this.rounding = density.isExact() ? 0x1p-48 : 0x1p-22;
        this.x = from.clone();
        this.gradient = new double[dimensions];
        this.triedAt = new double[dimensions];
        this.triedGradient = new double[dimensions];
    }

    /** Follows the path. Returns false where log p or its gradient is not finite at its beginning. */
    boolean walk(Visitor visitor) {
        density.evaluate(1, x, value, gradient);
        evaluations++;
        logP = value[0];
        if (!Double.isFinite(logP) || !isFinite(gradient)) {
            return false;
        }
        InverseHessian h = new InverseHessian(scale == null ? firstScale() : scale);
        for (int i = 0; i < LIMIT && !cancelled.getAsBoolean(); i++) {
            double[] direction = h.times(gradient);
            double slope = InverseHessian.dot(direction, gradient);
            visitor.visit(x, gradient, h);
            if (!(slope > 0) || slope / 2 < DECREMENT) {
                arrived = slope >= 0;
                break;
            }
            double[] s = x.clone();
            double[] y = gradient.clone();
            if (!search(direction, slope)) {
                // Nothing larger than rounding is to be gained along the direction.
                arrived = slope / 2 < Math.max(1e-3, 64 * rounding * Math.abs(logP));
                break;
            }
            for (int d = 0; d < dimensions; d++) {
                s[d] = x[d] - s[d];
                y[d] -= gradient[d];
            }
            h.update(s, y);
        }
        return true;
    }

    /** The last point. */
    double[] end() {
        return x.clone();
    }

    /** log p at the last point. */
    double logP() {
        return logP;
    }

    /** Whether the last point is a mode, as far as the path can tell. */
    boolean arrived() {
        return arrived;
    }

    int evaluations() {
        return evaluations;
    }

    /**
     * The inverse of the Hessian's diagonal by differences of the gradient, so that the first step suits every coordinate's
     * unit; ones where there are too many coordinates or the curvature is none.
     */
    private double[] firstScale() {
        double[] scale = new double[dimensions];
        Arrays.fill(scale, 1);
        if (dimensions > DIFFERENCES) {
            return scale;
        }
        double[] points = new double[dimensions * dimensions];
        double[] h = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            System.arraycopy(x, 0, points, d * dimensions, dimensions);
            h[d] = 0x1p-4 * Math.max(1, Math.abs(x[d])) * Math.signum(gradient[d] == 0 ? 1 : gradient[d]);
            points[d * dimensions + d] += h[d];
        }
        double[] slopes = new double[points.length];
        density.evaluate(dimensions, points, new double[dimensions], slopes);
        evaluations += dimensions;
        for (int d = 0; d < dimensions; d++) {
            double curvature = Math.abs((slopes[d * dimensions + d] - gradient[d]) / h[d]);
            // Below it, the difference is rounding, or the coordinate has no curvature here.
            if (curvature > 0x1p-20 * Math.abs(gradient[d]) / Math.max(1, Math.abs(x[d]))
                    && Double.isFinite(1 / curvature)
                    && Double.isFinite(curvature)) {
                scale[d] = 1 / curvature;
            }
        }
        return scale;
    }

    /** phi(t) = −log p(x + t·direction); moves x to a point that satisfies the conditions, or to the best one found. */
    private boolean search(double[] direction, double slope) {
        double from = -logP;
        double noise = rounding * Math.abs(from);
        double low = 0;
        double lowValue = from;
        double lowSlope = -slope;
        double high = Double.NaN; // no upper end yet
        double highValue = Double.NaN;
        double t = 1;
        double best = Double.NaN;
        double[] bestGradient = new double[dimensions];
        double bestValue = from;
        for (int i = 0; i < SEARCH; i++) {
            double phi = evaluate(direction, t);
            double derivative = -InverseHessian.dot(direction, triedGradient);
            if (phi < bestValue) {
                best = t;
                bestValue = phi;
                System.arraycopy(triedGradient, 0, bestGradient, 0, dimensions);
            }
            if (!(phi <= from - ARMIJO * t * slope + noise) || (low > 0 && phi >= lowValue + noise)) {
                high = t;
                highValue = phi;
            } else if (Math.abs(derivative) <= WOLFE * slope) {
                move(t, -phi, direction, triedGradient);
                return true;
            } else if (Double.isNaN(high) ? derivative >= 0 : derivative * (high - low) >= 0) {
                high = low;
                highValue = lowValue;
                low = t;
                lowValue = phi;
                lowSlope = derivative;
            } else {
                low = t;
                lowValue = phi;
                lowSlope = derivative;
            }
            if (Double.isNaN(high)) {
                t *= 4;
            } else {
                double width = high - low;
                if (Math.abs(width) <= 1e-12 * Math.max(Math.abs(high), Math.abs(low))) {
                    break;
                }
                // The least of the parabola through phi(low), phi'(low), phi(high), kept away from the ends.
                double least = -lowSlope * width * width / (2 * (highValue - lowValue - lowSlope * width));
                double share = least / width;
                t = low + width * (share >= 0.1 && share <= 0.9 ? share : Double.isFinite(highValue) ? 0.5 : 0.1);
            }
        }
        if (Double.isNaN(best)) {
            return false;
        }
        move(best, -bestValue, direction, bestGradient);
        return true;
    }

    private double evaluate(double[] direction, double t) {
        for (int d = 0; d < dimensions; d++) {
            triedAt[d] = x[d] + t * direction[d];
        }
        density.evaluate(1, triedAt, value, triedGradient);
        evaluations++;
        return Double.isFinite(value[0]) && isFinite(triedGradient) ? -value[0] : Double.POSITIVE_INFINITY;
    }

    private void move(double t, double to, double[] direction, double[] newGradient) {
        for (int d = 0; d < dimensions; d++) {
            x[d] += t * direction[d];
        }
        logP = to;
        gradient = newGradient.clone();
    }

    static boolean isFinite(double[] values) {
        for (double v : values) {
            if (!Double.isFinite(v)) {
                return false;
            }
        }
        return true;
    }
}

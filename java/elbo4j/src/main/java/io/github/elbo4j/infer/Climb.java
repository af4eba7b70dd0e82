package io.github.elbo4j.infer;

import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.model.PointDensity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to a largest value of a density: an {@link LbfgsPath}, then Newton steps with the Hessian, which is measured by
 * differences of the gradient so near to the top that it is the curvature there.
 */
final class Climb {
    /** Steps of the differences, in standard deviations: errors are of their square, and of float32's rounding over them. */
    private static final double STEP = 0.1;

    /** Of each coordinate where nothing is known of it. */
    private static final double FIRST_UNIT = 0.1;

    private static final int LEAST_NEWTON = 2; // the first measures with the path's own estimate as its unit
    private static final int MOST_NEWTON = 5;

    private final PointDensity density;
    private final BooleanSupplier cancelled;
    private final List<TracePoint> trace = new ArrayList<>();
    private int evaluations;
    private double[] at;
    private double logP;
    private double[][] covariance = {}; // the inverse of the Hessian, or an estimate of it
    private boolean isDefinite;

    /**
     * Where a climb came to.
     *
     * @param covariance the inverse of the Hessian of −log p there; if that is not positive definite, what the path
     *     estimated it to be
     * @param isTop whether it is a largest value, as far as gradient and Hessian tell
     * @param left nats that a Newton step promises to gain; NaN without one
     * @param trace log p along the way
     */
    record Summit(double[] at, double logP, double[][] covariance, boolean isTop, double left, List<TracePoint> trace) {
        double[] sd() {
            return roots(covariance);
        }
    }

    Climb(PointDensity density, double[] from, BooleanSupplier cancelled) {
        this.density = density;
        this.cancelled = cancelled;
        this.at = from;
    }

    int evaluations() {
        return evaluations;
    }

    /** Climbs; null where the density is not finite where it begins. */
    @Nullable
    Summit run() {
        LbfgsPath path = new LbfgsPath(Objective.of(density), at, cancelled);
        InverseHessian[] last = new InverseHessian[1];
        boolean finite = path.walk((x, gradient, h) -> {
            trace.add(new TracePoint(trace.size() + 1, path.logP(), 0));
            last[0] = h;
        });
        evaluations += path.evaluations();
        if (!finite || last[0] == null) {
            return null;
        }
        at = path.end();
        logP = path.logP();
        covariance = last[0].dense();
        boolean arrived = path.arrived();
        for (int i = 0; i < MOST_NEWTON && !cancelled.getAsBoolean(); i++) {
            double gain = step();
            if (!(gain > LbfgsPath.DECREMENT) && i + 1 >= LEAST_NEWTON) {
                break;
            }
        }
        trace.add(new TracePoint(trace.size() + 1, logP, 0));
        return new Summit(at, logP, covariance, arrived && isDefinite, 0, trace);
    }

    /** Stays where it is, and measures the Hessian there; null where the density is not finite. */
    @Nullable
    Summit stay(List<TracePoint> way) {
        double[] value = new double[1];
        density.evaluate(1, at, value, null);
        evaluations++;
        if (!Double.isFinite(value[0])) {
            return null;
        }
        covariance = new double[at.length][at.length];
        for (int d = 0; d < at.length; d++) {
            covariance[d][d] = FIRST_UNIT * FIRST_UNIT;
        }
        double left = Double.NaN;
        for (int i = 0; i < LEAST_NEWTON; i++) {
            double[] gradient = measure();
            left = isDefinite ? InverseHessian.dot(DenseMatrix.times(covariance, gradient), gradient) / 2 : Double.NaN;
        }
        return new Summit(at, value[0], covariance, isDefinite, left, way);
    }

    /** Measures the inverse of the Hessian, if it has one that is positive; returns the gradient. */
    private double[] measure() {
        double[] gradient = new double[at.length];
        double[][] lower = DenseMatrix.cholesky(Precision.measure(density, at, roots(covariance), STEP, gradient));
        evaluations += 2 * at.length + 1;
        isDefinite = lower != null;
        if (lower != null) {
            covariance = LowerTriangle.inverseOfSquare(lower);
        }
        return gradient;
    }

    /** A Newton step, taken unless log p falls by it. Returns what it promised to gain; 0 if there is no such step. */
    private double step() {
        double[] gradient = measure();
        if (!isDefinite) {
            return 0;
        }
        double[] next = DenseMatrix.times(covariance, gradient);
        double gain = InverseHessian.dot(next, gradient) / 2;
        for (int d = 0; d < next.length; d++) {
            next[d] += at[d];
        }
        double[] value = new double[1];
        density.evaluate(1, next, value, null);
        evaluations++;
        if (!(value[0] >= logP)) {
            return 0;
        }
        at = next;
        logP = value[0];
        return gain;
    }

    private static double[] roots(double[][] covariance) {
        double[] sd = new double[covariance.length];
        Arrays.setAll(sd, d -> Math.sqrt(covariance[d][d]));
        return sd;
    }
}

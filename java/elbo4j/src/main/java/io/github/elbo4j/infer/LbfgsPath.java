package io.github.elbo4j.infer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One L-BFGS ascent of log p, as in Pathfinder (Zhang, Carpenter, Gelman and Vehtari 2022): each point of it gives a normal,
 * {@code N(x + H·∇log p, H)} with H the inverse-Hessian estimate there. The mode itself need not exist: log p may have no
 * upper bound, and the best normal then stands somewhere along the path.
 *
 * <p>The path ends where the Newton decrement {@code ½·gᵀHg}, what is still to be gained in nats, is below {@link #DECREMENT}, which does not
 * depend on units.
 *
 * <p>It asks for points and is told log p and its gradient there, so that several paths walk side by side, each round one evaluation of the points
 * of all ({@link #walk(Objective, List, Runnable)}). Each of them is, to the bit, what it is alone.
 */
final class LbfgsPath {
    /** What is left to gain, in nats, where the path has arrived. */
    static final double DECREMENT = 1e-6;

    private static final int LIMIT = 400; // iterations
    private static final int DIFFERENCES = 512; // dimensions up to which the first scale is measured
    private static final double[] NOTHING = {};

    private final Objective density;
    private final int dimensions;
    private final BooleanSupplier cancelled;
    private final double @Nullable [] scale;
    private final double rounding; // relative, of log p

    private Visitor visitor = (at, slope, h) -> {};
    private double[] asked; // [rows][D]
    private double[] x;
    private double[] gradient; // ∇log p at x
    private double logP = Double.NaN;
    private double[] steps = NOTHING; // of the differences that measure the first scale
    private @Nullable InverseHessian h; // null before the first iteration
    private double[] direction = NOTHING;
    private double gain; // the Newton decrement, in nats
    private @Nullable LineSearch search; // null before the first iteration
    private int iterations;
    private int evaluations;
    private boolean isFinite;
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
        this.asked = x;
        this.gradient = new double[dimensions];
    }

    /** What is told of each point of the path. */
    LbfgsPath visitedBy(Visitor value) {
        visitor = value;
        return this;
    }

    /** Follows the path. Returns false where log p or its gradient is not finite at its beginning. */
    boolean walk(Visitor value) {
        walk(density, List.of(visitedBy(value)), () -> {});
        return isFinite;
    }

    /**
     * Follows paths of one density side by side: a round evaluates the points of all that have not ended at once.
     *
     * @param afterRound what is done after each
     */
    static void walk(Objective density, List<LbfgsPath> paths, Runnable afterRound) {
        List<LbfgsPath> walking = new ArrayList<>(paths);
        while (!walking.isEmpty()) {
            double[] points = walking.stream()
                    .flatMapToDouble(path -> Arrays.stream(path.asked))
                    .toArray();
            int rows = points.length / density.dimensions();
            double[] values = new double[rows];
            double[] slopes = new double[points.length];
            density.evaluate(rows, points, values, slopes);
            int row = 0;
            for (LbfgsPath path : walking) {
                int next = row + path.asked.length / path.dimensions;
                path.tell(
                        Arrays.copyOfRange(values, row, next),
                        Arrays.copyOfRange(slopes, row * path.dimensions, next * path.dimensions));
                row = next;
            }
            walking.removeIf(LbfgsPath::hasEnded);
            afterRound.run();
        }
    }

    private boolean hasEnded() {
        return asked.length == 0;
    }

    /** Whether log p and its gradient were finite at its beginning. */
    boolean isFinite() {
        return isFinite;
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

    /** Takes what is at the points that it asked for, and asks for the next ones. */
    private void tell(double[] values, double[] slopes) {
        evaluations += values.length;
        if (search != null && h != null) {
            searched(search, h, values[0], slopes);
        } else if (steps.length > 0) {
            iterate(new InverseHessian(firstScale(slopes)));
        } else {
            begin(values[0], slopes);
        }
    }

    private void begin(double value, double[] slope) {
        logP = value;
        gradient = slope;
        isFinite = Double.isFinite(logP) && isFinite(gradient);
        if (!isFinite) {
            asked = NOTHING;
        } else if (scale != null || dimensions > DIFFERENCES) {
            iterate(new InverseHessian(scale == null ? StartNormal.ones(dimensions) : scale));
        } else {
            askForDifferences();
        }
    }

    private void iterate(InverseHessian estimate) {
        h = estimate;
        asked = NOTHING;
        if (iterations == LIMIT || cancelled.getAsBoolean()) {
            return;
        }
        iterations++;
        direction = estimate.times(gradient);
        double slope = InverseHessian.dot(direction, gradient);
        gain = slope / 2;
        visitor.visit(x, gradient, estimate);
        if (!(slope > 0) || gain < DECREMENT) {
            arrived = slope >= 0;
            return;
        }
        search = new LineSearch(logP, slope, rounding);
        asked = along(search.t());
    }

    private void searched(LineSearch line, InverseHessian estimate, double value, double[] slope) {
        boolean finite = Double.isFinite(value) && isFinite(slope);
        if (!line.tell(finite ? value : Double.NEGATIVE_INFINITY, InverseHessian.dot(direction, slope), slope)) {
            asked = along(line.t());
            return;
        }
        if (Double.isNaN(line.best())) {
            // Nothing larger than rounding is to be gained along the direction.
            arrived = gain < Math.max(1e-3, 64 * rounding * Math.abs(logP));
            asked = NOTHING;
            return;
        }
        double[] there = along(line.best());
        double[] s = new double[dimensions];
        double[] y = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            s[d] = there[d] - x[d];
            y[d] = gradient[d] - line.gradient()[d];
        }
        x = there;
        logP = line.logP();
        gradient = line.gradient();
        estimate.update(s, y);
        iterate(estimate);
    }

    private double[] along(double t) {
        double[] at = new double[dimensions];
        Arrays.setAll(at, d -> x[d] + t * direction[d]);
        return at;
    }

    private void askForDifferences() {
        steps = new double[dimensions];
        asked = new double[dimensions * dimensions];
        for (int d = 0; d < dimensions; d++) {
            System.arraycopy(x, 0, asked, d * dimensions, dimensions);
            steps[d] = 0x1p-4 * Math.max(1, Math.abs(x[d])) * Math.signum(gradient[d] == 0 ? 1 : gradient[d]);
            asked[d * dimensions + d] += steps[d];
        }
    }

    /**
     * The inverse of the Hessian's diagonal by differences of the gradient, so that the first step suits every coordinate's
     * unit; ones where the curvature is none.
     */
    private double[] firstScale(double[] slopes) {
        double[] first = StartNormal.ones(dimensions);
        for (int d = 0; d < dimensions; d++) {
            double curvature = Math.abs((slopes[d * dimensions + d] - gradient[d]) / steps[d]);
            // Below it, the difference is rounding, or the coordinate has no curvature here.
            if (curvature > 0x1p-20 * Math.abs(gradient[d]) / Math.max(1, Math.abs(x[d]))
                    && Double.isFinite(1 / curvature)
                    && Double.isFinite(curvature)) {
                first[d] = 1 / curvature;
            }
        }
        return first;
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

package io.github.elbo4j.infer;

import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** log p and its gradient at any number of points, one after the other, of which some are evaluated together. They are counted. */
final class PointVisits {
    /** Numbers of points that are evaluated together. */
    private static final int NUMBERS = 1 << 21;

    private final Objective density;
    private final BooleanSupplier cancelled;
    private long count;

    /** Receives what log p is at a point. */
    interface Visitor {
        /**
         * One point.
         *
         * @param slope [D], of no meaning without a gradient
         */
        void visit(int row, double logP, double[] slope);
    }

    /** @param cancelled once it returns true, visits end by a {@link CancellationException} */
    PointVisits(Objective density, BooleanSupplier cancelled) {
        this.density = density;
        this.cancelled = cancelled;
    }

    int dimensions() {
        return density.dimensions();
    }

    /** Whether points and results keep float64's precision. */
    boolean isExact() {
        return density.isExact();
    }

    BooleanSupplier cancelled() {
        return cancelled;
    }

    /** @throws CancellationException once the fit is asked to stop */
    void check() {
        if (cancelled.getAsBoolean()) {
            throw new CancellationException("the fit was asked to stop");
        }
    }

    /** Points so far. */
    long count() {
        return count;
    }

    /**
     * Visits points in their order.
     *
     * @param points [.][D]
     */
    void visit(double[] points, boolean withGradient, Visitor visitor) {
        int d = density.dimensions();
        int rows = points.length / d;
        int most = Math.max(1, NUMBERS / d);
        double[] slope = new double[d];
        for (int first = 0; first < rows; first += most) {
            check();
            int some = Math.min(most, rows - first);
            double[] at = Arrays.copyOfRange(points, first * d, (first + some) * d);
            double[] values = new double[some];
            double[] slopes = withGradient ? new double[some * d] : null;
            density.evaluate(some, at, values, slopes);
            count += some;
            for (int r = 0; r < some; r++) {
                if (slopes != null) {
                    System.arraycopy(slopes, r * d, slope, 0, d);
                }
                visitor.visit(first + r, values[r], slope);
            }
        }
    }
}

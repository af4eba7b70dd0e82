package io.github.elbo4j.infer;

/**
 * The line search of an {@link LbfgsPath}, of {@code phi(t) = −log p(x + t·direction)}: it asks for one step t after the other and is told what is
 * there, until the strong Wolfe conditions hold (Nocedal and Wright 2006, algorithms 3.5 and 3.6). A step where log p or its gradient is not
 * finite counts as infinitely bad.
 */
final class LineSearch {
    private static final int MOST = 60; // steps
    private static final double ARMIJO = 1e-4;
    private static final double WOLFE = 0.9;

    private final double from; // phi(0)
    private final double slope; // −phi'(0)
    private final double noise; // of phi
    private double low;
    private double lowValue;
    private double lowSlope;
    private double high = Double.NaN; // no upper end yet
    private double highValue = Double.NaN;
    private double t = 1;
    private int told;
    private double best = Double.NaN;
    private double bestValue;
    private double[] bestGradient = {};

    /**
     * None told yet.
     *
     * @param logP at t = 0
     * @param slope of log p along the direction there, above 0
     * @param rounding of log p, relative
     */
    LineSearch(double logP, double slope, double rounding) {
        from = -logP;
        this.slope = slope;
        noise = rounding * Math.abs(from);
        lowValue = from;
        lowSlope = -slope;
        bestValue = from;
    }

    /** The step to try. */
    double t() {
        return t;
    }

    /**
     * Takes what is at t; returns whether the search has ended.
     *
     * @param logP negative infinity where it or its gradient is not finite
     * @param along the slope of log p along the direction
     * @param gradient ∇log p, kept if it is the best
     */
    boolean tell(double logP, double along, double[] gradient) {
        double phi = -logP;
        double derivative = -along;
        if (phi < bestValue) {
            take(phi, gradient);
        }
        if (!(phi <= from - ARMIJO * t * slope + noise) || (low > 0 && phi >= lowValue + noise)) {
            high = t;
            highValue = phi;
        } else if (Math.abs(derivative) <= WOLFE * slope) {
            take(phi, gradient);
            return true;
        } else {
            if (Double.isNaN(high) ? derivative >= 0 : derivative * (high - low) >= 0) {
                high = low;
                highValue = lowValue;
            }
            low = t;
            lowValue = phi;
            lowSlope = derivative;
        }
        told++;
        return told == MOST || !hasNext();
    }

    private void take(double phi, double[] gradient) {
        best = t;
        bestValue = phi;
        bestGradient = gradient;
    }

    /** Chooses the next step; false where the interval has shrunk to nothing. */
    private boolean hasNext() {
        if (Double.isNaN(high)) {
            t *= 4;
            return true;
        }
        double width = high - low;
        if (Math.abs(width) <= 1e-12 * Math.max(Math.abs(high), Math.abs(low))) {
            return false;
        }
        // The least of the parabola through phi(low), phi'(low), phi(high), kept away from the ends.
        double least = -lowSlope * width * width / (2 * (highValue - lowValue - lowSlope * width));
        double share = least / width;
        t = low + width * (share >= 0.1 && share <= 0.9 ? share : Double.isFinite(highValue) ? 0.5 : 0.1);
        return true;
    }

    /** The step that satisfies the conditions, or else the best one; NaN where none is better than none. */
    double best() {
        return best;
    }

    /** log p there. */
    double logP() {
        return -bestValue;
    }

    /** ∇log p there. */
    double[] gradient() {
        return bestGradient;
    }
}

package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.function.DoubleUnaryOperator;

/**
 * Points of a support at equal steps of t, and their weights dx: the trapezoidal rule, which converges like exp(−c/step) for
 * integrands that are analytic and vanish at both ends (Trefethen and Weideman 2014).
 */
record Grid(double[] x, double[] dx) {
    /** Of the support of numbers. */
    static Grid of(Support support) {
        double step = 1.0 / 64;
        // Until a Cauchy's tail is e^-30; near 1 no number is closer than e^-36.
        int half = (int) ((support.contains(1e9) ? 70 : 33) / step);
        double[] x = new double[2 * half + 1];
        double[] dx = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double t = (i - half) * step;
            if (support.contains(-1e9)) {
                x[i] = 0.3 + Math.sinh(t);
                dx[i] = step * Math.cosh(t);
            } else if (support.contains(1e9)) {
                x[i] = Math.exp(t);
                dx[i] = step * x[i];
            } else {
                double low = support.contains(-1) ? -1.5 : 0;
                double width = support.contains(-1) ? 5.5 : 1;
                double s = t < 0 ? Math.exp(t) / (1 + Math.exp(t)) : 1 / (1 + Math.exp(-t));
                x[i] = low + width * s;
                dx[i] = step * width * s / (1 + Math.exp(t));
            }
        }
        return new Grid(x, dx);
    }

    /** Whole numbers from 0, with weight 1. */
    static Grid counts(Support support) {
        int count = support.contains(400) ? 2000 : support.contains(9) ? 10 : 0;
        while (count < 10 && support.contains(count)) {
            count++;
        }
        double[] x = new double[count];
        double[] one = new double[count];
        for (int i = 0; i < count; i++) {
            x[i] = i;
            one[i] = 1;
        }
        return new Grid(x, one);
    }

    /** Every few points: where densities are compared. */
    Grid some(int every) {
        int count = (x.length + every - 1) / every;
        double[] some = new double[count];
        for (int i = 0; i < count; i++) {
            some[i] = x[i * every];
        }
        return new Grid(some, new double[count]);
    }

    /** The mass where the independent density has some, by every few points. */
    double mass(Distribution distribution, DoubleUnaryOperator expected, int every, double... z) {
        double[] logDensity = distribution.logDensity(Expr.data("x", x)).value(z);
        double mass = 0;
        for (int i = 0; i < x.length; i += every) {
            mass += expected.applyAsDouble(x[i]) == Double.NEGATIVE_INFINITY
                    ? 0
                    : Math.exp(logDensity[i]) * dx[i] * every;
        }
        return mass;
    }

    /** The mass to the left of each point, itself included. */
    double[] cumulative(Distribution distribution, double... z) {
        double[] logDensity = distribution.logDensity(Expr.data("x", x)).value(z);
        double[] sums = new double[x.length];
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += Math.exp(logDensity[i]) * dx[i];
            sums[i] = sum;
        }
        return sums;
    }
}

package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.Arrays;

/**
 * Stick breaking on the log scale: of what is left, element k takes the fraction σ(u[k] − log(K − k)), k from 1 to K − 1, so that
 * u = 0 gives equal parts; the last element takes the rest. The value is exp of its logarithm, so a logarithm of it costs no digits.
 */
final class Simplex extends Support {
    /** How far the sum of float64 or float32 data may be from 1. */
    private static final double TOLERANCE = 1e-5;

    Simplex() {
        super("vectors of positive numbers with the sum 1", 1);
    }

    @Override
    boolean contains(double... x) {
        double sum = 0;
        boolean positive = true;
        for (double element : x) {
            sum += element;
            positive &= element > 0;
        }
        return positive && Math.abs(sum - 1) <= TOLERANCE;
    }

    @Override
    int[] free(int[] extents) {
        int[] free = extents.clone();
        free[free.length - 1]--;
        if (free[free.length - 1] < 1) {
            throw new IllegalArgumentException("a vector with the sum 1 must have at least two elements");
        }
        return free;
    }

    @Override
    Constrained constrain(Expr u) {
        int breaks = u.extents()[u.extents().length - 1];
        double[] logLeft = new double[breaks];
        for (int k = 0; k < breaks; k++) {
            logLeft[k] = StrictMath.log(breaks - k);
        }
        Expr fraction = u.minus(Expr.data("log of elements left", logLeft));
        Expr logTaken = fraction.negated().softplus().negated();
        Expr logKept = fraction.softplus().negated();
        Expr logRest = logKept.cumulativeSum(-1);
        Expr none = Expr.of(0).broadcastTo(with(u.extents(), 1));
        Expr logValue = Expr.concatenate(-1, logTaken, none).plus(Expr.concatenate(-1, none, logRest));
        // ∂x[k]/∂u[k] = rest·σ·(1 − σ) = x[k]·(1 − σ)
        Expr logJacobian = logValue.slice(-1, 0, breaks).plus(logKept).sum(-1);
        return new Constrained(logValue.exp(), logJacobian);
    }

    static int[] with(int[] extents, int last) {
        int[] result = extents.clone();
        result[result.length - 1] = last;
        return result;
    }

    @Override
    double[] free(double[] x, int[] extents) {
        int size = extents[extents.length - 1];
        double[] u = new double[x.length / size * (size - 1)];
        for (int from = 0, to = 0; from < x.length; from += size) {
            double[] rest = new double[size];
            for (int k = size - 1; k > 0; k--) {
                rest[k - 1] = rest[k] + inside(x[from + k]);
            }
            for (int k = 0; k < size - 1; k++) {
                u[to++] = StrictMath.log(inside(x[from + k])) - StrictMath.log(rest[k]) + StrictMath.log(size - 1 - k);
            }
        }
        return u;
    }

    private static double inside(double x) {
        return Math.max(x, Double.MIN_NORMAL);
    }

    @Override
    String coordinate(String of) {
        return "break of " + of;
    }

    @Override
    Distribution uniform(int[] extents) {
        double[] ones = new double[extents[extents.length - 1]];
        Arrays.fill(ones, 1);
        return Dirichlet.of(ones);
    }
}

package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;

/** Vectors whose elements increase: x[1] = u[1], or exp u[1] if it must be positive, and x[k] = x[k − 1] + exp u[k]. */
final class Increasing extends Support {
    private final Support first;

    private Increasing(Support first) {
        super("vectors of " + first + " that increase", 1);
        this.first = first;
    }

    static Increasing of(Distribution each) {
        Support support = each.support();
        if (!support.equals(REAL) && !support.equals(POSITIVE) && !support.equals(NOT_NEGATIVE)) {
            throw new IllegalArgumentException(
                    "ordered() takes a distribution over all numbers or all positive ones, but " + each + " has "
                            + support);
        }
        return new Increasing(support);
    }

    @Override
    boolean contains(double... x) {
        boolean inside = first.contains(x[0]);
        for (int k = 1; k < x.length; k++) {
            inside &= x[k] > x[k - 1] && x[k] < Double.POSITIVE_INFINITY;
        }
        return inside;
    }

    @Override
    int[] free(int[] extents) {
        if (extents[extents.length - 1] < 2) {
            throw new IllegalArgumentException("a vector in order must have at least two elements");
        }
        return extents;
    }

    @Override
    Constrained constrain(Expr u) {
        int count = u.extents()[u.extents().length - 1];
        if (!first.equals(REAL)) {
            return new Constrained(u.exp().cumulativeSum(-1), u.sum(-1));
        }
        Expr steps = u.slice(-1, 1, count);
        Expr value = Expr.concatenate(-1, u.slice(-1, 0, 1), steps.exp()).cumulativeSum(-1);
        return new Constrained(value, steps.sum(-1));
    }

    @Override
    double[] free(double[] x, int[] extents) {
        int count = extents[extents.length - 1];
        double[] u = new double[x.length];
        for (int i = 0; i < u.length; i++) {
            u[i] = i % count == 0
                    ? first.free(new double[] {x[i]}, new int[0])[0]
                    : StrictMath.log(Math.max(x[i] - x[i - 1], Double.MIN_NORMAL));
        }
        return u;
    }

    @Override
    String coordinate(String of) {
        return "step of " + of;
    }
}

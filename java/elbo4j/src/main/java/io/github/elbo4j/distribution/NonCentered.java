package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.random.RandomGenerator;

/** A distribution that, as a prior, is fitted in the coordinates of its standard form. */
abstract class NonCentered extends Distribution {
    private final Distribution same;

    NonCentered(Distribution same) {
        this.same = same;
    }

    @Override
    public final Support support() {
        return same.support();
    }

    @Override
    public final int[] extents() {
        return same.extents();
    }

    @Override
    public final Expr logDensity(Expr x) {
        return same.logDensity(x);
    }

    @Override
    public final double[] centre(int[] extents, double... z) {
        return same.centre(extents, z);
    }

    @Override
    public final double[] draw(int[] extents, RandomGenerator random, double... z) {
        return same.draw(extents, random, z);
    }

    @Override
    public final String toString() {
        return same.toString();
    }
}

package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** x = location + scale·e, where e has the standard form. */
abstract class LocationScale extends Elementwise {
    final Expr location;
    final Expr scale;

    LocationScale(Expr location, Expr scale, Expr... shape) {
        super(Support.REAL, all(location, scale, shape));
        this.location = location;
        this.scale = scale;
    }

    private static Expr[] all(Expr location, Expr scale, Expr[] shape) {
        Expr[] all = new Expr[2 + shape.length];
        all[0] = location;
        all[1] = scale;
        System.arraycopy(shape, 0, all, 2, shape.length);
        return all;
    }

    /** Of the same shape, at location 0 with scale 1. */
    abstract Distribution standard();

    final Expr standardized(Expr x) {
        return x.minus(location).over(scale);
    }

    /**
     * The same distribution as a prior whose coordinates are e, where x = location + scale·e: a fit is easier where data say
     * little about each x but its scale is inferred.
     */
    public final Distribution nonCentered() {
        return new NonCentered(this) {
            @Override
            public Latent latent(Parameters parameters, String name, int... plates) {
                return new Latent(
                        LocationScale.this,
                        standard(),
                        parameters,
                        name,
                        extents(plates),
                        e -> location.plus(scale.times(e)));
            }
        };
    }

    @Override
    final @Nullable Expr ofNormals(Expr normal, Supplier<Expr> more) {
        Expr e = standardOfNormals(normal, more);
        return e == null ? null : location.plus(scale.times(e));
    }

    /** {@link #ofNormals} of the standard form. */
    @Nullable
    Expr standardOfNormals(Expr normal, Supplier<Expr> more) {
        return null;
    }

    @Override
    final double centre(double... parameters) {
        return parameters[0];
    }

    @Override
    final double draw(Variates random, double... parameters) {
        return parameters[0] + parameters[1] * standardDraw(random, parameters);
    }

    /** With the parameters location, scale, and those of the shape. */
    abstract double standardDraw(Variates random, double... parameters);
}

package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Range;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
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

    /** Of the same shape. */
    abstract Distribution at(Expr newLocation, Expr newScale);

    final Expr standardized(Expr x) {
        return x.minus(location).over(scale);
    }

    /**
     * The same distribution as a prior whose coordinates are e, where x = location + scale·e: a fit is easier where data say
     * little about each x but its scale is inferred.
     */
    public final Distribution nonCentered() {
        return inCoordinates(at(Expr.of(0), Expr.of(1)), Expr.of(0), e -> location.plus(scale.times(e)));
    }

    /**
     * Between the distribution itself, as a prior whose coordinates are x, which suits elements of which the data say much
     * (centering 1), and {@link #nonCentered} (0). With c the centering the coordinates are e, where {@code x = location +
     * scale^(1 − c)·(e − c·location)}; their own location is c·location, their scale scale^c. Papaspiliopoulos, Roberts and
     * Sköld (2007), A general framework for the parametrization of hierarchical models: where the data alone would give x the
     * variance v, c = scale²/(scale² + v) leaves least dependence on location and scale.
     *
     * @param centering data, from 0 to 1, with extents that fit those of the parameter
     */
    public final Distribution partlyCentered(Expr centering) {
        if (centering.varies() || !centering.range().isWithin(new Range(0, false, 1, false))) {
            throw new IllegalArgumentException(
                    "centering is " + centering + " in " + centering.range() + ", but must be data from 0 to 1");
        }
        Expr logScale = scale.log();
        Expr rest = Expr.of(1).minus(centering);
        return inCoordinates(
                at(location.times(centering), logScale.times(centering).exp()),
                centering,
                e -> location.plus(logScale.times(rest).exp().times(e.minus(location.times(centering)))));
    }

    private Distribution inCoordinates(Distribution fitted, Expr centering, UnaryOperator<Expr> map) {
        return new NonCentered(this) {
            @Override
            public Latent latent(Parameters parameters, String name, int... plates) {
                int[] own = extents(plates);
                checkFits(centering.extents(), own);
                return new Latent(LocationScale.this, fitted, parameters, name, own, map);
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

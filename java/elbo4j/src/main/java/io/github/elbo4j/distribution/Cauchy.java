package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.function.Supplier;

/** log p(x) = −log π − log scale − log(1 + ((x − mu)/scale)²). */
public final class Cauchy extends LocationScale {
    private static final double LOG_PI = StrictMath.log(Math.PI);

    private Cauchy(Expr mu, Expr scale) {
        super(mu, positive("Cauchy", "scale", scale));
    }

    /**
     * Of these parameters.
     *
     * @param mu location
     * @param scale scale
     * @throws IllegalArgumentException if what must be positive may not be
     */
    public static Cauchy of(Expr mu, Expr scale) {
        return new Cauchy(mu, scale);
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static Cauchy of(Expr mu, double scale) {
        return of(mu, Expr.of(scale));
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static Cauchy of(double mu, Expr scale) {
        return of(Expr.of(mu), scale);
    }

    /** {@link #of(Expr, Expr)} of numbers. */
    public static Cauchy of(double mu, double scale) {
        return of(Expr.of(mu), Expr.of(scale));
    }

    @Override
    Cauchy at(Expr newLocation, Expr newScale) {
        return of(newLocation, newScale);
    }

    @Override
    public Expr logDensity(Expr x) {
        return standardized(x).square().log1p().plus(scale.log()).negated().minus(LOG_PI);
    }

    @Override
    Expr standardOfNormals(Expr normal, Supplier<Expr> more) {
        return normal.over(more.get());
    }

    @Override
    double standardDraw(Variates random, double... parameters) {
        return StrictMath.tan(Math.PI * (random.uniform() - 0.5));
    }
}

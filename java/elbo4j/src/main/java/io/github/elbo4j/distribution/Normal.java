package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.function.Supplier;

/** log p(x) = −½·((x − mu)/sigma)² − log sigma − ½·log 2π. */
public final class Normal extends LocationScale {
    static final double HALF_LOG_2PI = 0.5 * StrictMath.log(2 * Math.PI);

    private Normal(Expr mu, Expr sigma) {
        super(mu, positive("Normal", "sigma", sigma));
    }

    /**
     * Of these parameters.
     *
     * @param mu mean
     * @param sigma sd
     * @throws IllegalArgumentException if what must be positive may not be
     */
    public static Normal of(Expr mu, Expr sigma) {
        return new Normal(mu, sigma);
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static Normal of(Expr mu, double sigma) {
        return of(mu, Expr.of(sigma));
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static Normal of(double mu, Expr sigma) {
        return of(Expr.of(mu), sigma);
    }

    /** {@link #of(Expr, Expr)} of numbers. */
    public static Normal of(double mu, double sigma) {
        return of(Expr.of(mu), Expr.of(sigma));
    }

    @Override
    Normal at(Expr newLocation, Expr newScale) {
        return of(newLocation, newScale);
    }

    @Override
    public Expr logDensity(Expr x) {
        return standardized(x).square().times(-0.5).minus(scale.log()).minus(HALF_LOG_2PI);
    }

    @Override
    Expr standardOfNormals(Expr normal, Supplier<Expr> more) {
        return normal;
    }

    @Override
    double standardDraw(Variates random, double... parameters) {
        return random.normal();
    }
}

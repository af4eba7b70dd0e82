package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.function.Supplier;

/** log p(x) = −|x − mu|/scale − log 2·scale. */
public final class Laplace extends LocationScale {
    private static final double LOG_2 = StrictMath.log(2);

    private Laplace(Expr mu, Expr scale) {
        super(mu, positive("Laplace", "scale", scale));
    }

    /**
     * Of these parameters.
     *
     * @param mu location
     * @param scale scale
     * @throws IllegalArgumentException if what must be positive may not be
     */
    public static Laplace of(Expr mu, Expr scale) {
        return new Laplace(mu, scale);
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static Laplace of(Expr mu, double scale) {
        return of(mu, Expr.of(scale));
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static Laplace of(double mu, Expr scale) {
        return of(Expr.of(mu), scale);
    }

    /** {@link #of(Expr, Expr)} of numbers. */
    public static Laplace of(double mu, double scale) {
        return of(Expr.of(mu), Expr.of(scale));
    }

    @Override
    Laplace at(Expr newLocation, Expr newScale) {
        return of(newLocation, newScale);
    }

    @Override
    public Expr logDensity(Expr x) {
        return standardized(x).abs().plus(scale.log()).negated().minus(LOG_2);
    }

    @Override
    Expr standardOfNormals(Expr normal, Supplier<Expr> more) {
        // log 2P of the nearer tail, whose negative is exponential.
        Expr tail = normal.abs().negated().logNormalCdf().plus(LOG_2);
        return Expr.where(normal, tail.negated(), tail);
    }

    @Override
    double standardDraw(Variates random, double... parameters) {
        double up = random.exponential();
        return up - random.exponential();
    }
}

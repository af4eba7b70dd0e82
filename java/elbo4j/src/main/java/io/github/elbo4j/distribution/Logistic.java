package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.function.Supplier;

/** log p(x) = −e − 2·log(1 + exp(−e)) − log scale, e = (x − mu)/scale. */
public final class Logistic extends LocationScale {
    private Logistic(Expr mu, Expr scale) {
        super(mu, positive("Logistic", "scale", scale));
    }

    /**
     * Of these parameters.
     *
     * @param mu location
     * @param scale scale
     * @throws IllegalArgumentException if what must be positive may not be
     */
    public static Logistic of(Expr mu, Expr scale) {
        return new Logistic(mu, scale);
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static Logistic of(Expr mu, double scale) {
        return of(mu, Expr.of(scale));
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static Logistic of(double mu, Expr scale) {
        return of(Expr.of(mu), scale);
    }

    /** {@link #of(Expr, Expr)} of numbers. */
    public static Logistic of(double mu, double scale) {
        return of(Expr.of(mu), Expr.of(scale));
    }

    @Override
    Logistic at(Expr newLocation, Expr newScale) {
        return of(newLocation, newScale);
    }

    @Override
    public Expr logDensity(Expr x) {
        // e + 2·log(1 + exp(−e)) = softplus(e) + softplus(−e)
        Expr e = standardized(x);
        return e.softplus().plus(e.negated().softplus()).plus(scale.log()).negated();
    }

    @Override
    Expr standardOfNormals(Expr normal, Supplier<Expr> more) {
        return logit(normal);
    }

    /** Φ(normal) is uniform; this is its log-odds. */
    static Expr logit(Expr normal) {
        return normal.logNormalCdf().minus(normal.negated().logNormalCdf());
    }

    @Override
    double standardDraw(Variates random, double... parameters) {
        double u = random.uniform();
        return StrictMath.log(u) - StrictMath.log1p(-u);
    }
}

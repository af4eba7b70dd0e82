package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;

/**
 * log p(x) = log Γ((nu + 1)/2) − log Γ(nu/2) − ½·log(nu·π) − log sigma − (nu + 1)/2 · log(1 + e²/nu), e = (x − mu)/sigma.
 */
public final class StudentT extends LocationScale {
    private final Expr nu;

    private StudentT(Expr nu, Expr mu, Expr sigma) {
        super(mu, positive("StudentT", "sigma", sigma), positive("StudentT", "nu", nu));
        this.nu = nu;
    }

    /**
     * Of these parameters.
     *
     * @param nu degrees of freedom
     * @param mu location
     * @param sigma scale; the sd is larger
     * @throws IllegalArgumentException if nu or sigma may not be positive
     */
    public static StudentT of(Expr nu, Expr mu, Expr sigma) {
        return new StudentT(nu, mu, sigma);
    }

    /** {@link #of(Expr, Expr, Expr)} with a number. */
    public static StudentT of(double nu, Expr mu, Expr sigma) {
        return of(Expr.of(nu), mu, sigma);
    }

    /** {@link #of(Expr, Expr, Expr)} with numbers. */
    public static StudentT of(double nu, Expr mu, double sigma) {
        return of(Expr.of(nu), mu, Expr.of(sigma));
    }

    /** {@link #of(Expr, Expr, Expr)} with numbers. */
    public static StudentT of(double nu, double mu, Expr sigma) {
        return of(Expr.of(nu), Expr.of(mu), sigma);
    }

    /** {@link #of(Expr, Expr, Expr)} of numbers. */
    public static StudentT of(double nu, double mu, double sigma) {
        return of(Expr.of(nu), Expr.of(mu), Expr.of(sigma));
    }

    @Override
    StudentT at(Expr newLocation, Expr newScale) {
        return of(nu, newLocation, newScale);
    }

    @Override
    public Expr logDensity(Expr x) {
        Expr tail = standardized(x).square().over(nu).log1p().times(nu.plus(1).times(0.5));
        return logConstant(nu).minus(scale.log()).minus(tail);
    }

    /** log Γ((nu + 1)/2) − log Γ(nu/2) − ½·log(nu·π). */
    static Expr logConstant(Expr nu) {
        return RisingFactorial.log(nu.times(0.5), Expr.of(0.5)).minus(Normal.HALF_LOG_2PI);
    }

    @Override
    double standardDraw(Variates random, double... parameters) {
        return standardDraw(random, parameters[2]);
    }

    static double standardDraw(Variates random, double nu) {
        return random.normal() * Math.sqrt(nu / random.chiSquare(nu));
    }
}

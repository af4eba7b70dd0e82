package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;

/** |t|: twice the density of {@link StudentT} at location 0, x &gt;= 0. */
public final class HalfStudentT extends Elementwise {
    private static final double LOG_2 = StrictMath.log(2);

    private final Expr nu;
    private final Expr sigma;

    private HalfStudentT(Expr nu, Expr sigma) {
        super(Support.NOT_NEGATIVE, positive("HalfStudentT", "nu", nu), positive("HalfStudentT", "sigma", sigma));
        this.nu = nu;
        this.sigma = sigma;
    }

    /**
     * Of these parameters.
     *
     * @param nu degrees of freedom
     * @param sigma scale
     * @throws IllegalArgumentException if either may not be positive
     */
    public static HalfStudentT of(Expr nu, Expr sigma) {
        return new HalfStudentT(nu, sigma);
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static HalfStudentT of(double nu, Expr sigma) {
        return of(Expr.of(nu), sigma);
    }

    /** {@link #of(Expr, Expr)} of numbers. */
    public static HalfStudentT of(double nu, double sigma) {
        return of(Expr.of(nu), Expr.of(sigma));
    }

    @Override
    public Expr logDensity(Expr x) {
        // On the log scale, where no square overflows.
        Expr logSigma = sigma.log();
        Expr tail = x.log().minus(logSigma).times(2).minus(nu.log()).softplus();
        return StudentT.logConstant(nu)
                .plus(LOG_2)
                .minus(logSigma)
                .minus(tail.times(nu.plus(1).times(0.5)));
    }

    /** The median at four degrees of freedom, 0.741·sigma; it lies between 0.675 and 1 from one degree on. */
    @Override
    double centre(double... parameters) {
        return 0.741 * parameters[1];
    }

    @Override
    double draw(Variates random, double... parameters) {
        return Math.abs(parameters[1] * StudentT.standardDraw(random, parameters[0]));
    }
}

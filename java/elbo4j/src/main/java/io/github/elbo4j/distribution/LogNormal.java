package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.function.Supplier;

/** exp of N(mu, sigma²): log p(x) = −½·((log x − mu)/sigma)² − log sigma − log x − ½·log 2π, x &gt; 0. */
public final class LogNormal extends Elementwise {
    private final Expr mu;
    private final Expr sigma;

    private LogNormal(Expr mu, Expr sigma) {
        super(Support.POSITIVE, mu, positive("LogNormal", "sigma", sigma));
        this.mu = mu;
        this.sigma = sigma;
    }

    /**
     * Of these parameters.
     *
     * @param mu mean of log x
     * @param sigma sd of log x
     * @throws IllegalArgumentException if what must be positive may not be
     */
    public static LogNormal of(Expr mu, Expr sigma) {
        return new LogNormal(mu, sigma);
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static LogNormal of(Expr mu, double sigma) {
        return of(mu, Expr.of(sigma));
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static LogNormal of(double mu, Expr sigma) {
        return of(Expr.of(mu), sigma);
    }

    /** {@link #of(Expr, Expr)} of numbers. */
    public static LogNormal of(double mu, double sigma) {
        return of(Expr.of(mu), Expr.of(sigma));
    }

    @Override
    public Expr logDensity(Expr x) {
        Expr log = x.log();
        return log.minus(mu)
                .over(sigma)
                .square()
                .times(-0.5)
                .minus(sigma.log())
                .minus(log)
                .minus(Normal.HALF_LOG_2PI);
    }

    @Override
    Expr ofNormals(Expr normal, Supplier<Expr> more) {
        return mu.plus(sigma.times(normal));
    }

    @Override
    double centre(double... parameters) {
        return StrictMath.exp(parameters[0]);
    }

    @Override
    double draw(Variates random, double... parameters) {
        return StrictMath.exp(parameters[0] + parameters[1] * random.normal());
    }
}

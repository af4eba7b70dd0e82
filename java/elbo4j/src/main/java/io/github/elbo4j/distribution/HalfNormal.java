package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.function.Supplier;

/** |N(0, sigma²)|: log p(x) = −½·(x/sigma)² − log sigma + ½·log(2/π), x &gt;= 0. */
public final class HalfNormal extends Elementwise {
    private static final double HALF_LOG_2_OVER_PI = 0.5 * StrictMath.log(2 / Math.PI);
    /** Φ⁻¹(¾). */
    private static final double MEDIAN = 0.6744897501960817;

    private final Expr sigma;

    private HalfNormal(Expr sigma) {
        super(Support.NOT_NEGATIVE, positive("HalfNormal", "sigma", sigma));
        this.sigma = sigma;
    }

    /**
     * Of these parameters.
     *
     * @throws IllegalArgumentException if sigma may not be positive
     */
    public static HalfNormal of(Expr sigma) {
        return new HalfNormal(sigma);
    }

    public static HalfNormal of(double sigma) {
        return of(Expr.of(sigma));
    }

    @Override
    public Expr logDensity(Expr x) {
        return x.over(sigma).square().times(-0.5).minus(sigma.log()).plus(HALF_LOG_2_OVER_PI);
    }

    @Override
    Expr ofNormals(Expr normal, Supplier<Expr> more) {
        return sigma.log().plus(normal.abs().log());
    }

    @Override
    double centre(double... parameters) {
        return MEDIAN * parameters[0];
    }

    @Override
    double draw(Variates random, double... parameters) {
        return Math.abs(parameters[0] * random.normal());
    }
}

package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.function.Supplier;

/** log p(x) = log rate − rate·x, x &gt;= 0. */
public final class Exponential extends Elementwise {
    private static final double LOG_2 = StrictMath.log(2);

    private final Expr rate;

    private Exponential(Expr rate) {
        super(Support.NOT_NEGATIVE, positive("Exponential", "rate", rate));
        this.rate = rate;
    }

    /**
     * By the rate.
     *
     * @param rate 1/mean
     * @throws IllegalArgumentException if the rate may not be positive
     */
    public static Exponential of(Expr rate) {
        return new Exponential(rate);
    }

    /** {@link #of(Expr)} of a number. */
    public static Exponential of(double rate) {
        return of(Expr.of(rate));
    }

    @Override
    public Expr logDensity(Expr x) {
        return rate.log().minus(rate.times(x));
    }

    @Override
    Expr ofNormals(Expr normal, Supplier<Expr> more) {
        // −log Φ(normal) is exponential of rate 1.
        return normal.logNormalCdf().negated().log().minus(rate.log());
    }

    @Override
    double centre(double... parameters) {
        return LOG_2 / parameters[0];
    }

    @Override
    double draw(Variates random, double... parameters) {
        return random.exponential() / parameters[0];
    }
}

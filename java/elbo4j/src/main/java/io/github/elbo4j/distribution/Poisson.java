package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;

/** log P(y) = y·log rate − rate − log y!, y = 0, 1, 2 … */
public final class Poisson extends Elementwise {
    private final Expr rate;
    private final Expr logRate;

    private Poisson(Expr rate, Expr logRate) {
        super(Support.COUNTS, rate);
        this.rate = rate;
        this.logRate = logRate;
    }

    /**
     * By the log of the rate.
     *
     * @param logRate log of the mean
     */
    public static Poisson ofLogRate(Expr logRate) {
        return new Poisson(logRate.exp(), logRate);
    }

    /**
     * By the rate.
     *
     * @param rate mean
     * @throws IllegalArgumentException if the rate may not be positive
     */
    public static Poisson of(Expr rate) {
        return new Poisson(positive("Poisson", "rate", rate), rate.log());
    }

    /** {@link #of(Expr)} of a number. */
    public static Poisson of(double rate) {
        return of(Expr.of(rate));
    }

    @Override
    public Expr logDensity(Expr y) {
        return y.times(logRate).minus(rate).minus(y.plus(1).logGamma());
    }

    @Override
    double centre(double... parameters) {
        return parameters[0];
    }

    @Override
    double draw(Variates random, double... parameters) {
        return random.poisson(parameters[0]);
    }
}

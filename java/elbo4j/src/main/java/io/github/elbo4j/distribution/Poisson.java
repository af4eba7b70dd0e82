package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;

/**
 * log P(y) = y·log rate − rate − log y!, y = 0, 1, 2 … With m = max(y, 1) and u = log rate − log m that is y·u − m·(e^u − 1)
 * and a constant of y alone, the form used by log rate: it does not subtract large numbers where the rate is close to y.
 */
public final class Poisson extends Elementwise {
    private final Expr parameter;
    private final boolean byLog;

    private Poisson(Expr parameter, boolean byLog) {
        super(Support.COUNTS, parameter);
        this.parameter = parameter;
        this.byLog = byLog;
    }

    /**
     * By the log of the rate.
     *
     * @param logRate log of the mean
     */
    public static Poisson ofLogRate(Expr logRate) {
        return new Poisson(logRate, true);
    }

    /**
     * By the rate.
     *
     * @param rate mean
     * @throws IllegalArgumentException if the rate may not be positive
     */
    public static Poisson of(Expr rate) {
        return new Poisson(positive("Poisson", "rate", rate), false);
    }

    /** {@link #of(Expr)} of a number. */
    public static Poisson of(double rate) {
        return of(Expr.of(rate));
    }

    @Override
    public Expr logDensity(Expr y) {
        Expr logFactorial = y.plus(1).logGamma();
        if (!byLog) {
            return y.times(parameter.log()).minus(parameter).minus(logFactorial);
        }
        Expr near = y.max(Expr.of(1));
        Expr distance = parameter.minus(near.log());
        return y.times(distance)
                .minus(near.times(distance.expm1()))
                .plus(y.times(near.log()).minus(near).minus(logFactorial));
    }

    private double rate(double own) {
        return byLog ? StrictMath.exp(own) : own;
    }

    @Override
    double centre(double... parameters) {
        return rate(parameters[0]);
    }

    @Override
    double draw(Variates random, double... parameters) {
        return random.poisson(rate(parameters[0]));
    }
}

package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Range;

/** log P(y) = y·log p + (1 − y)·log(1 − p), y 0 or 1; with p = 1/(1 + exp(−logit)) that is y·logit − log(1 + exp(logit)). */
public final class Bernoulli extends Elementwise {
    private final Expr parameter;
    private final boolean byLogit;

    private Bernoulli(Expr parameter, boolean byLogit) {
        super(Support.BINARY, parameter);
        this.parameter = parameter;
        this.byLogit = byLogit;
    }

    /**
     * By the logit of the probability.
     *
     * @param logit log(p/(1 − p))
     */
    public static Bernoulli ofLogit(Expr logit) {
        return new Bernoulli(logit, true);
    }

    /**
     * By the probability.
     *
     * @param p the probability of 1
     * @throws IllegalArgumentException if p may lie outside [0, 1]
     */
    public static Bernoulli of(Expr p) {
        if (!p.range().isWithin(new Range(0, false, 1, false))) {
            throw new IllegalArgumentException(
                    "p of Bernoulli may be anything in " + p.range()
                            + ", but must be from 0 to 1: give it a prior that keeps it there, such as Beta, or pass its logit to ofLogit");
        }
        return new Bernoulli(p, false);
    }

    /** {@link #of(Expr)} of a number. */
    public static Bernoulli of(double p) {
        return of(Expr.of(p));
    }

    @Override
    public Expr logDensity(Expr y) {
        return byLogit
                ? y.times(parameter).minus(parameter.softplus())
                // A product with y would make NaN of 0·log 0.
                : Expr.where(y, parameter.log(), parameter.negated().log1p());
    }

    private double p(double own) {
        return byLogit ? 1 / (1 + StrictMath.exp(-own)) : own;
    }

    @Override
    double centre(double... parameters) {
        return p(parameters[0]);
    }

    @Override
    double draw(Variates random, double... parameters) {
        return random.uniform() < p(parameters[0]) ? 1 : 0;
    }
}

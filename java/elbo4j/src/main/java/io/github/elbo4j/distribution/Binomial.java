package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Plate;
import java.util.List;

/** log P(y) = log n!/(y!·(n − y)!) + y·logit − n·log(1 + exp(logit)), y from 0 to n. */
public final class Binomial extends Elementwise {
    private final Expr n;
    private final Expr logit;

    private Binomial(Expr n, Expr logit) {
        super(Support.COUNTS, n, logit);
        this.n = n;
        this.logit = logit;
        if (n.varies()) {
            throw new IllegalArgumentException("n of Binomial depends on parameters, but must be data");
        }
        double[] trials = n.value();
        for (int i = 0; i < trials.length; i++) {
            if (!Support.COUNTS.contains(trials[i])) {
                throw new IllegalArgumentException(Plate.element("n", n.extents(), i, List.of()) + " of Binomial is "
                        + trials[i] + ", but must be a whole number from 0");
            }
        }
    }

    /**
     * By the logit of the probability.
     *
     * @param n trials: data
     * @param logit log(p/(1 − p)) of a success
     * @throws IllegalArgumentException if an n is not a whole number from 0
     */
    public static Binomial ofLogit(Expr n, Expr logit) {
        return new Binomial(n, logit);
    }

    /** {@link #ofLogit(Expr, Expr)} with a number. */
    public static Binomial ofLogit(double n, Expr logit) {
        return ofLogit(Expr.of(n), logit);
    }

    @Override
    void checkInside(Expr y) {
        super.checkInside(y);
        double[] values = y.value();
        double[] most = n.broadcastTo(y.extents()).value();
        for (int i = 0; i < values.length; i++) {
            if (values[i] > most[i]) {
                throw outside(y, i, String.valueOf(values[i]), "whole numbers from 0 to n = " + most[i]);
            }
        }
    }

    @Override
    public Expr logDensity(Expr y) {
        Expr logCoefficient = n.plus(1)
                .logGamma()
                .minus(y.plus(1).logGamma())
                .minus(n.minus(y).max(Expr.of(0)).plus(1).logGamma());
        return y.times(logit).minus(n.times(logit.softplus())).plus(logCoefficient);
    }

    @Override
    double centre(double... parameters) {
        return parameters[0] / (1 + StrictMath.exp(-parameters[1]));
    }

    @Override
    double draw(Variates random, double... parameters) {
        return random.binomial(parameters[0], 1 / (1 + StrictMath.exp(-parameters[1])));
    }
}

package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;

/**
 * Counts of mean mu and variance mu + mu²/dispersion, a Poisson's whose rate has a gamma distribution: log P(y) =
 * log Γ(y + d) − log Γ(d) − log y! + y·log(mu/(mu + d)) + d·log(d/(mu + d)), d the dispersion. Stan's neg_binomial_2_log.
 */
public final class NegativeBinomial extends Elementwise {
    private final Expr logMean;
    private final Expr dispersion;

    private NegativeBinomial(Expr logMean, Expr dispersion) {
        super(Support.COUNTS, logMean, positive("NegativeBinomial", "dispersion", dispersion));
        this.logMean = logMean;
        this.dispersion = dispersion;
    }

    /**
     * By the log of the mean.
     *
     * @param logMean log mu
     * @param dispersion d; the larger, the closer to Poisson
     * @throws IllegalArgumentException if the dispersion may not be positive
     */
    public static NegativeBinomial ofLogMean(Expr logMean, Expr dispersion) {
        return new NegativeBinomial(logMean, dispersion);
    }

    /** {@link #ofLogMean(Expr, Expr)} with a number. */
    public static NegativeBinomial ofLogMean(Expr logMean, double dispersion) {
        return ofLogMean(logMean, Expr.of(dispersion));
    }

    @Override
    public Expr logDensity(Expr y) {
        // With t = log mu − log d, log(mu/(mu + d)) = t − softplus(t) and log(d/(mu + d)) = −softplus(t); y·log d
        // cancels.
        Expr softplus = logMean.minus(dispersion.log()).softplus();
        return y.times(logMean)
                .minus(y.plus(dispersion).times(softplus))
                .plus(RisingFactorial.log(dispersion, y))
                .minus(y.plus(1).logGamma());
    }

    @Override
    double centre(double... parameters) {
        return StrictMath.exp(parameters[0]);
    }

    @Override
    double draw(Variates random, double... parameters) {
        double rate = StrictMath.exp(parameters[0] + random.logGamma(parameters[1]) - StrictMath.log(parameters[1]));
        return random.poisson(rate);
    }
}

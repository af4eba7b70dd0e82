package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;

/**
 * An improper prior: density 1 over all numbers or all positive ones. The likelihood must make the posterior proper, the evidence
 * has no absolute meaning, and there are no prior draws.
 */
public final class Flat extends Elementwise {
    private Flat(Support support) {
        super(support);
    }

    /** Over all numbers; a fit starts at 0. */
    public static Flat real() {
        return new Flat(Support.REAL);
    }

    /** Over x &gt; 0 (not over log x, whose flat prior has the density 1/x); a fit starts at 1. */
    public static Flat positive() {
        return new Flat(Support.POSITIVE);
    }

    @Override
    public Expr logDensity(Expr x) {
        return x.times(0);
    }

    @Override
    double centre(double... parameters) {
        return support().equals(Support.REAL) ? 0 : 1;
    }

    @Override
    double draw(Variates random, double... parameters) {
        throw new IllegalArgumentException(
                "the prior Flat is improper, so nothing can be drawn from it; use a proper one, however wide");
    }
}

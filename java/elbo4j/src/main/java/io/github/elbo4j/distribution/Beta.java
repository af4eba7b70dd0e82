package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;

/** log p(x) = (a − 1)·log x + (b − 1)·log(1 − x) + log Γ(a + b) − log Γ(a) − log Γ(b), 0 &lt; x &lt; 1. */
public final class Beta extends Elementwise {
    private final Expr a;
    private final Expr b;

    private Beta(Expr a, Expr b) {
        super(Support.UNIT, positive("Beta", "a", a), positive("Beta", "b", b));
        this.a = a;
        this.b = b;
    }

    /**
     * Of these parameters.
     *
     * @param a positive
     * @param b positive
     * @throws IllegalArgumentException if what must be positive may not be
     */
    public static Beta of(Expr a, Expr b) {
        return new Beta(a, b);
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static Beta of(Expr a, double b) {
        return of(a, Expr.of(b));
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static Beta of(double a, Expr b) {
        return of(Expr.of(a), b);
    }

    /** {@link #of(Expr, Expr)} of numbers. */
    public static Beta of(double a, double b) {
        return of(Expr.of(a), Expr.of(b));
    }

    @Override
    public Expr logDensity(Expr x) {
        return a.minus(1)
                .times(x.log())
                .plus(b.minus(1).times(x.negated().log1p()))
                .plus(a.plus(b).logGamma())
                .minus(a.logGamma())
                .minus(b.logGamma());
    }

    @Override
    double centre(double... parameters) {
        return parameters[0] / (parameters[0] + parameters[1]);
    }

    @Override
    double draw(Variates random, double... parameters) {
        return random.beta(parameters[0], parameters[1]);
    }
}

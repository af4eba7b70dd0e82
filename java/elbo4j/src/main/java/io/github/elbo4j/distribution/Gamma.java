package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;

/** log p(x) = shape·log rate − log Γ(shape) + (shape − 1)·log x − rate·x, x &gt; 0. */
public final class Gamma extends Elementwise {
    private final Expr shape;
    private final Expr rate;

    private Gamma(Expr shape, Expr rate) {
        super(Support.POSITIVE, positive("Gamma", "shape", shape), positive("Gamma", "rate", rate));
        this.shape = shape;
        this.rate = rate;
    }

    /**
     * Of these parameters.
     *
     * @param shape positive; mean · rate
     * @param rate positive; 1/scale
     * @throws IllegalArgumentException if what must be positive may not be
     */
    public static Gamma of(Expr shape, Expr rate) {
        return new Gamma(shape, rate);
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static Gamma of(Expr shape, double rate) {
        return of(shape, Expr.of(rate));
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static Gamma of(double shape, Expr rate) {
        return of(Expr.of(shape), rate);
    }

    /** {@link #of(Expr, Expr)} of numbers. */
    public static Gamma of(double shape, double rate) {
        return of(Expr.of(shape), Expr.of(rate));
    }

    @Override
    public Expr logDensity(Expr x) {
        return shape.minus(1)
                .times(x.log())
                .minus(rate.times(x))
                .plus(shape.times(rate.log()))
                .minus(shape.logGamma());
    }

    @Override
    double centre(double... parameters) {
        return parameters[0] / parameters[1];
    }

    @Override
    double draw(Variates random, double... parameters) {
        return random.gamma(parameters[0]) / parameters[1];
    }
}

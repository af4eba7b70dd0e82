package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;

/** 1/Gamma(shape, scale): log p(x) = shape·log scale − log Γ(shape) − (shape + 1)·log x − scale/x, x &gt; 0. */
public final class InverseGamma extends Elementwise {
    private final Expr shape;
    private final Expr scale;

    private InverseGamma(Expr shape, Expr scale) {
        super(Support.POSITIVE, positive("InverseGamma", "shape", shape), positive("InverseGamma", "scale", scale));
        this.shape = shape;
        this.scale = scale;
    }

    /**
     * Of these parameters.
     *
     * @param shape positive
     * @param scale positive
     * @throws IllegalArgumentException if what must be positive may not be
     */
    public static InverseGamma of(Expr shape, Expr scale) {
        return new InverseGamma(shape, scale);
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static InverseGamma of(Expr shape, double scale) {
        return of(shape, Expr.of(scale));
    }

    /** {@link #of(Expr, Expr)} with a number. */
    public static InverseGamma of(double shape, Expr scale) {
        return of(Expr.of(shape), scale);
    }

    /** {@link #of(Expr, Expr)} of numbers. */
    public static InverseGamma of(double shape, double scale) {
        return of(Expr.of(shape), Expr.of(scale));
    }

    @Override
    public Expr logDensity(Expr x) {
        // 1/x as exp(−log x), whose derivative in log x does not overflow.
        Expr log = x.log();
        return shape.times(scale.log())
                .minus(shape.plus(1).times(log))
                .minus(scale.times(log.negated().exp()))
                .minus(shape.logGamma());
    }

    @Override
    double centre(double... parameters) {
        return parameters[1] / parameters[0];
    }

    @Override
    double draw(Variates random, double... parameters) {
        return parameters[1] / random.gamma(parameters[0]);
    }
}

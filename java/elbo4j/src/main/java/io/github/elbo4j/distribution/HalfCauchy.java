package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.function.Supplier;

/** log p(x) = log(2/π) − log scale − log(1 + (x/scale)²), x &gt;= 0. */
public final class HalfCauchy extends Elementwise {
    private static final double LOG_2_OVER_PI = StrictMath.log(2 / Math.PI);

    private final Expr scale;

    private HalfCauchy(Expr scale) {
        super(Support.NOT_NEGATIVE, positive("HalfCauchy", "scale", scale));
        this.scale = scale;
    }

    /**
     * Of these parameters.
     *
     * @param scale its median
     * @throws IllegalArgumentException if the scale may not be positive
     */
    public static HalfCauchy of(Expr scale) {
        return new HalfCauchy(scale);
    }

    public static HalfCauchy of(double scale) {
        return of(Expr.of(scale));
    }

    @Override
    public Expr logDensity(Expr x) {
        // On the log scale, where no square overflows.
        Expr logScale = scale.log();
        return x.log()
                .minus(logScale)
                .times(2)
                .softplus()
                .plus(logScale)
                .negated()
                .plus(LOG_2_OVER_PI);
    }

    @Override
    Expr ofNormals(Expr normal, Supplier<Expr> more) {
        return scale.log().plus(normal.abs().log()).minus(more.get().abs().log());
    }

    @Override
    double centre(double... parameters) {
        return parameters[0];
    }

    @Override
    double draw(Variates random, double... parameters) {
        return parameters[0] * StrictMath.tan(0.5 * Math.PI * random.uniform());
    }
}

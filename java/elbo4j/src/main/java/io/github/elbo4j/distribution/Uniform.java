package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.function.Supplier;

/** log p(x) = −log(high − low), low &lt; x &lt; high. */
public final class Uniform extends Elementwise {
    private final double low;
    private final double high;

    private Uniform(double low, double high) {
        super(Support.interval(low, high));
        this.low = low;
        this.high = high;
    }

    /**
     * Between two numbers. Ends that depend on parameters are a shift and a scale of Uniform.of(0, 1).
     *
     * @throws IllegalArgumentException if low is not below high
     */
    public static Uniform of(double low, double high) {
        return new Uniform(low, high);
    }

    @Override
    public Expr logDensity(Expr x) {
        return x.times(0).minus(StrictMath.log(high - low));
    }

    @Override
    Expr ofNormals(Expr normal, Supplier<Expr> more) {
        return Logistic.logit(normal);
    }

    @Override
    double centre(double... parameters) {
        return low + 0.5 * (high - low);
    }

    @Override
    double draw(Variates random, double... parameters) {
        return low + (high - low) * random.uniform();
    }
}

package io.github.elbo4j.deep;

import io.github.elbo4j.expr.Expr;

/**
 * The distribution p(x | z) of a row's elements, independent given z, by the outputs f(z) of a network.
 *
 * <p>log-densities have their constants. A decoder of Bernoulli takes x between 0 and 1, too, as the share of an element that is on (grey
 * for a chance of white): then {@code x·log p + (1 − x)·log(1 − p)} is no log-density of x but the mean log-probability of the images of
 * zeros and ones that x stands for.
 */
public enum Decoder {
    /** {@code p(x_i = 1 | z) = sigmoid(f_i)}: for pixels. */
    BERNOULLI(1) {
        @Override
        Expr logDensity(Expr x, Expr f, int width) {
            return x.times(f).minus(f.softplus());
        }

        @Override
        Expr mean(Expr f, int width) {
            return f.sigmoid();
        }
    },
    /** {@code x_i ~ N(f_i, exp(2·f_(P+i)))}: for data of any scale; the log of the sd is an output of the network, too. */
    GAUSSIAN(2) {
        @Override
        Expr logDensity(Expr x, Expr f, int width) {
            Expr mean = mean(f, width);
            Expr logSd = first(f, width, width);
            return normal(x.minus(mean).times(logSd.negated().exp()), logSd);
        }

        @Override
        Expr mean(Expr f, int width) {
            return first(f, 0, width);
        }
    },
    /**
     * {@code x_i ~ N(sigmoid(f_i), exp(sigmoid(f_(P+i))))}, as decoders are written in textbooks: means in (0, 1), and variances in (1, e), which
     * suit standardized data alone.
     */
    BOUNDED_GAUSSIAN(2) {
        @Override
        Expr logDensity(Expr x, Expr f, int width) {
            Expr logSd = first(f, width, width).sigmoid().times(0.5);
            return normal(x.minus(mean(f, width)).times(logSd.negated().exp()), logSd);
        }

        @Override
        Expr mean(Expr f, int width) {
            return first(f, 0, width).sigmoid();
        }
    };

    private static final double HALF_LOG_TWO_PI = 0.5 * StrictMath.log(2 * Math.PI);

    private final int outputs;

    Decoder(int outputs) {
        this.outputs = outputs;
    }

    /** Outputs of the network for each element of x. */
    int outputs() {
        return outputs;
    }

    /** log p(x_i | z) by element, [N][k][P], of x [N][1][P] and f [N][k][outputs·P]. */
    abstract Expr logDensity(Expr x, Expr f, int width);

    /** E(x_i | z). */
    abstract Expr mean(Expr f, int width);

    private static Expr first(Expr f, int from, int width) {
        return f.slice(-1, from, from + width);
    }

    private static Expr normal(Expr standardized, Expr logSd) {
        return standardized.square().times(-0.5).minus(logSd).minus(HALF_LOG_TWO_PI);
    }
}

package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Vectors x of positive numbers with the sum 1: log p(x) = Σ (alpha[k] − 1)·log x[k] + log Γ(Σ alpha) − Σ log Γ(alpha[k]), a
 * density over the first K − 1 elements.
 */
public final class Dirichlet extends Distribution {
    private final Expr alpha;
    private final int count;

    private Dirichlet(Expr alpha) {
        int[] extents = alpha.extents();
        if (extents.length == 0 || extents[extents.length - 1] < 2) {
            throw new IllegalArgumentException(
                    "alpha of Dirichlet is " + alpha + ", but its last axis must have at least two elements");
        }
        this.alpha = Elementwise.positive("Dirichlet", "alpha", alpha);
        count = extents[extents.length - 1];
    }

    /**
     * Of these parameters.
     *
     * @param alpha [..][K]
     * @throws IllegalArgumentException if an element may not be positive
     */
    public static Dirichlet of(Expr alpha) {
        return new Dirichlet(alpha);
    }

    /** {@link #of(Expr)} of numbers. */
    public static Dirichlet of(double... alpha) {
        return of(Expr.data("alpha", alpha));
    }

    @Override
    public Support support() {
        return Support.simplex();
    }

    @Override
    public int[] extents() {
        return alpha.extents();
    }

    @Override
    public Expr logDensity(Expr x) {
        return alpha.minus(1)
                .times(x.log())
                .sum(-1)
                .plus(alpha.sum(-1).logGamma())
                .minus(alpha.logGamma().sum(-1));
    }

    @Override
    public double[] centre(int[] extents, double... z) {
        double[] result = alpha.broadcastTo(extents).value(z);
        for (int from = 0; from < result.length; from += count) {
            double sum = 0;
            for (int k = 0; k < count; k++) {
                sum += result[from + k];
            }
            for (int k = 0; k < count; k++) {
                result[from + k] /= sum;
            }
        }
        return result;
    }

    @Override
    public double[] draw(int[] extents, RandomGenerator random, double... z) {
        Variates variates = new Variates(random);
        double[] result = alpha.broadcastTo(extents).value(z);
        for (int i = 0; i < result.length; i++) {
            result[i] = variates.logGamma(result[i]);
        }
        for (int from = 0; from < result.length; from += count) {
            double greatest = Arrays.stream(result, from, from + count).max().orElseThrow();
            double sum = 0;
            for (int k = 0; k < count; k++) {
                result[from + k] = StrictMath.exp(result[from + k] - greatest);
                sum += result[from + k];
            }
            for (int k = 0; k < count; k++) {
                result[from + k] /= sum;
            }
        }
        return result;
    }
}

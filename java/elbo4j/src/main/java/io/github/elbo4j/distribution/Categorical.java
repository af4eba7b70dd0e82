package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** log P(y) = logits[y] − log Σ exp(logits), y from 0 to K − 1. */
public final class Categorical extends Distribution {
    private final Expr logits;
    private final int count;

    private Categorical(Expr logits) {
        int[] extents = logits.extents();
        if (extents.length == 0 || extents[extents.length - 1] < 2) {
            throw new IllegalArgumentException(
                    "logits of Categorical are " + logits + ", but the last axis must have at least two categories");
        }
        this.logits = logits;
        count = extents[extents.length - 1];
    }

    /**
     * By the logarithms of the probabilities.
     *
     * @param logits log-probabilities up to one constant, [K] or, by row, [N][K]
     */
    public static Categorical ofLogits(Expr logits) {
        return new Categorical(logits);
    }

    @Override
    public Support support() {
        return Support.categories(count);
    }

    @Override
    public int[] extents() {
        return Arrays.copyOf(logits.extents(), logits.extents().length - 1);
    }

    @Override
    public Expr logDensity(Expr y) {
        double[] categories = new double[count];
        for (int k = 0; k < count; k++) {
            categories[k] = k;
        }
        Expr distance = y.reshape(with(y.extents(), 1))
                .minus(Expr.data("categories", categories))
                .abs();
        Expr chosen = Expr.where(Expr.of(0.5).minus(distance), Expr.of(1), Expr.of(0)); // [..][K]
        return chosen.times(logits).sum(-1).minus(logits.logSumExp(-1));
    }

    private static int[] with(int[] extents, int last) {
        int[] result = Arrays.copyOf(extents, extents.length + 1);
        result[extents.length] = last;
        return result;
    }

    /** The most probable. */
    @Override
    public double[] centre(int[] extents, double... z) {
        double[] values = logits.broadcastTo(with(extents, count)).value(z);
        double[] result = new double[values.length / count];
        for (int i = 0; i < result.length; i++) {
            for (int k = 1; k < count; k++) {
                if (values[i * count + k] > values[i * count + (int) result[i]]) {
                    result[i] = k;
                }
            }
        }
        return result;
    }

    @Override
    public double[] draw(int[] extents, RandomGenerator random, double... z) {
        Variates variates = new Variates(random);
        double[] values = logits.broadcastTo(with(extents, count)).value(z);
        double[] result = new double[values.length / count];
        for (int i = 0; i < result.length; i++) {
            result[i] = variates.category(Arrays.copyOfRange(values, i * count, (i + 1) * count));
        }
        return result;
    }
}

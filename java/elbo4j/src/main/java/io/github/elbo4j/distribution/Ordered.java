package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** K independent numbers of one distribution, sorted: log p(x) = log K! + Σ log p(x[k]), along the last axis. */
final class Ordered extends Distribution {
    /** Draws whose quantiles are the centre. */
    private static final int DRAWS = 199;

    private final Elementwise each;
    private final Support support;

    Ordered(Elementwise each) {
        this.each = each;
        support = Increasing.of(each);
        int[] own = each.extents();
        if (own.length > 0 && own[own.length - 1] != 1) {
            throw new IllegalArgumentException("the parameters of the ordered " + each + " have extents "
                    + Arrays.toString(own) + ", but must be the same along the last axis: elements in order are of one"
                    + " distribution");
        }
    }

    @Override
    public Support support() {
        return support;
    }

    @Override
    public int[] extents() {
        return each.extents();
    }

    @Override
    public int[] extents(int... plates) {
        if (plates.length == 0) {
            throw new IllegalArgumentException(
                    this + " needs extents, the last of which is how many elements are in order");
        }
        checkFits(each.extents(), plates);
        return plates.clone();
    }

    @Override
    public Expr logDensity(Expr x) {
        int count = x.extents()[x.extents().length - 1];
        return each.logDensity(x).sum(-1).plus(Expr.of(count + 1).logGamma());
    }

    /** Quantiles of draws of each vector together: the middles of K equal parts. */
    @Override
    public double[] centre(int[] extents, double... z) {
        int count = extents[extents.length - 1];
        SplittableRandom random = new SplittableRandom(1);
        double[][] draws = new double[DRAWS][];
        for (int i = 0; i < DRAWS; i++) {
            draws[i] = each.draw(extents, random, z);
        }
        double[] result = new double[Elements.size(extents, 0)];
        double[] all = new double[DRAWS * count];
        for (int from = 0; from < result.length; from += count) {
            for (int i = 0; i < DRAWS; i++) {
                System.arraycopy(draws[i], from, all, i * count, count);
            }
            Arrays.sort(all);
            for (int k = 0; k < count; k++) {
                result[from + k] = all[k * DRAWS + DRAWS / 2];
            }
        }
        return result;
    }

    @Override
    public double[] draw(int[] extents, RandomGenerator random, double... z) {
        double[] result = each.draw(extents, random, z);
        int count = extents[extents.length - 1];
        for (int from = 0; from < result.length; from += count) {
            Arrays.sort(result, from, from + count);
        }
        return result;
    }

    @Override
    public String toString() {
        return "ordered " + each;
    }
}

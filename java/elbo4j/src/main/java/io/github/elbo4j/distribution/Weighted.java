package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Plate;
import java.util.List;
import java.util.random.RandomGenerator;

/** What is observed with weights: {@code w·log p(y)}. */
final class Weighted extends Distribution {
    private final Distribution same;
    private final Expr weights;

    Weighted(Distribution same, Expr weights) {
        if (weights.varies()) {
            throw new IllegalArgumentException("the weights " + weights + " depend on parameters, but must be data");
        }
        double[] values = weights.value();
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] >= 0 && Double.isFinite(values[i]))) {
                throw new IllegalArgumentException(Plate.element(weights.name(), weights.extents(), i, List.of())
                        + " is " + values[i] + ", but a weight must be 0 or more");
            }
        }
        this.same = same;
        this.weights = weights;
    }

    @Override
    public Support support() {
        return same.support();
    }

    @Override
    public int[] extents() {
        return same.extents();
    }

    @Override
    public Expr logDensity(Expr x) {
        return same.logDensity(x).times(weights);
    }

    @Override
    public double[] centre(int[] extents, double... z) {
        return same.centre(extents, z);
    }

    @Override
    public double[] draw(int[] extents, RandomGenerator random, double... z) {
        return same.draw(extents, random, z);
    }

    /** A prior has no weight: it is one statement. */
    @Override
    public Latent latent(Parameters parameters, String name, int... extents) {
        throw new IllegalArgumentException("the prior of " + name + " has weights, which are for what is observed");
    }

    @Override
    public String toString() {
        return same.toString();
    }
}

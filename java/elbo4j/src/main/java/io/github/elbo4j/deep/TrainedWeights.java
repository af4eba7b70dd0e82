package io.github.elbo4j.deep;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.model.Standardization;
import java.util.List;

/**
 * Weights as training left them: points, of whose distribution nothing is known. So standard deviations and quantiles are NaN, and
 * there are no draws.
 *
 * @param names of the elements
 * @param values as many
 */
record TrainedWeights(List<String> names, List<Double> values) implements Posterior {
    TrainedWeights {
        names = List.copyOf(names);
        values = List.copyOf(values);
    }

    @Override
    public double mean(int i) {
        return values.get(i);
    }

    /** NaN. */
    @Override
    public double standardDeviation(int i) {
        return Double.NaN;
    }

    /** NaN. */
    @Override
    public double quantile(int i, double p) {
        return Double.NaN;
    }

    /** @throws UnsupportedOperationException always: a point has no distribution to draw from */
    @Override
    public double[][] draws(Key key, int count) {
        throw new UnsupportedOperationException("trained weights are points, which have no distribution to draw from");
    }

    /** NaN. */
    @Override
    public double logDensity(double[] z) {
        return Double.NaN;
    }

    /** @throws UnsupportedOperationException always: weights belong to the scale of the rows that trained them */
    @Override
    public Posterior affine(Standardization.Affine map) {
        throw new UnsupportedOperationException("trained weights belong to the scale of the rows that trained them");
    }
}

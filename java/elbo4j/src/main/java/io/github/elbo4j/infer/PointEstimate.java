package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.model.Standardization;
import java.util.List;

/**
 * Points, of whose distribution nothing is known: the parameters of a mixture as EM estimates them, or the weights of networks as
 * training left them. So standard deviations and quantiles are NaN, and there are no draws.
 *
 * @param names what they are called
 * @param values as many
 */
public record PointEstimate(List<String> names, List<Double> values) implements Posterior {
    public PointEstimate {
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
        throw new UnsupportedOperationException("these are points, which have no distribution to draw from");
    }

    /** NaN. */
    @Override
    public double logDensity(double[] z) {
        return Double.NaN;
    }

    /** @throws UnsupportedOperationException always: the points belong to the scale of the rows that they were fitted to */
    @Override
    public PointEstimate affine(Standardization.Affine map) {
        throw new UnsupportedOperationException(
                "these points belong to the scale of the rows that they were fitted to");
    }
}

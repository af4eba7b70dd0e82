package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

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

    /**
     * Of the elements of arrays, called {@code name[3,4]}, counted from 1.
     *
     * @param extents of each array, of one axis or two
     * @param values all elements row-major, array after array
     */
    public static PointEstimate of(Map<String, int[]> extents, float[] values) {
        List<String> names = new ArrayList<>();
        extents.forEach((name, of) -> {
            int columns = of[of.length - 1];
            int size = Arrays.stream(of).reduce(1, Math::multiplyExact);
            for (int i = 0; i < size; i++) {
                String row = of.length == 1 ? "" : (i / columns + 1) + ",";
                names.add(name + "[" + row + (i % columns + 1) + "]");
            }
        });
        List<Double> all = new ArrayList<>();
        for (float value : values) {
            all.add((double) value);
        }
        return new PointEstimate(names, all);
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

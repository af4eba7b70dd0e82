package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.List;

/**
 * The parameters of a mixture as EM estimates them: points, of whose distribution nothing is known. So standard deviations and
 * quantiles are NaN, and there are no draws.
 *
 * @param names the weights, the means, and the covariances' lower triangles
 * @param values as many
 */
public record PointEstimate(List<String> names, List<Double> values) implements Posterior {
    public PointEstimate {
        names = List.copyOf(names);
        values = List.copyOf(values);
    }

    /**
     * The parameters of a mixture.
     *
     * @param covariances which of them are parameters
     */
    public static PointEstimate of(GaussianMixture mixture, Covariances covariances) {
        List<Double> values = new ArrayList<>();
        int dims = mixture.dimensions();
        for (int k = 0; k < mixture.components(); k++) {
            values.add(mixture.weight(k));
        }
        for (int k = 0; k < mixture.components(); k++) {
            for (double each : mixture.mean(k)) {
                values.add(each);
            }
        }
        for (int k = 0; k < mixture.components(); k++) {
            double[][] covariance = mixture.covariance(k);
            for (int i = 0; i < dims; i++) {
                for (int j = covariances == Covariances.FULL ? 0 : i; j <= i; j++) {
                    values.add(covariance[i][j]);
                }
            }
        }
        return new PointEstimate(names(mixture.columns(), mixture.components(), covariances), values);
    }

    /** What the parameters of a mixture are called, components counted from 1. */
    static List<String> names(List<String> columns, int components, Covariances covariances) {
        List<String> names = new ArrayList<>();
        for (int k = 1; k <= components; k++) {
            names.add("weight[" + k + "]");
        }
        for (int k = 1; k <= components; k++) {
            for (String column : columns) {
                names.add("mean[" + k + "," + column + "]");
            }
        }
        for (int k = 1; k <= components; k++) {
            for (int i = 0; i < columns.size(); i++) {
                for (int j = covariances == Covariances.FULL ? 0 : i; j <= i; j++) {
                    names.add(
                            i == j
                                    ? "variance[" + k + "," + columns.get(i) + "]"
                                    : "covariance[" + k + "," + columns.get(i) + "," + columns.get(j) + "]");
                }
            }
        }
        return names;
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
        throw new UnsupportedOperationException("EM estimates points, which have no distribution to draw from");
    }

    /** NaN. */
    @Override
    public double logDensity(double[] z) {
        return Double.NaN;
    }

    /** @throws UnsupportedOperationException always: a mixture is given on the scale of the rows already */
    @Override
    public PointEstimate affine(Standardization.Affine map) {
        throw new UnsupportedOperationException("a mixture is given on the scale of the rows already");
    }
}

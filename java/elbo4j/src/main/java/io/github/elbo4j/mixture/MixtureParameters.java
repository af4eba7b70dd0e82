package io.github.elbo4j.mixture;

import io.github.elbo4j.infer.PointEstimate;
import java.util.ArrayList;
import java.util.List;

/** The parameters of a mixture one after the other: the weights, the means, and the covariances' lower triangles. */
final class MixtureParameters {
    private MixtureParameters() {}

    /** Their values, as EM estimates them. */
    static PointEstimate of(GaussianMixture mixture, Covariances covariances) {
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
}

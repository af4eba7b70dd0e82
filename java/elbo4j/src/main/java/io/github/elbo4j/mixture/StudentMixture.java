package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.device.internal.Special;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A mixture of Student's t: {@code p(x) = Σ_k weight_k·t(x; location_k, L_k·L_kᵀ, freedom_k)}, or, where columns are independent within a
 * component, with a product of one t for each column in its place.
 */
final class StudentMixture implements MixtureDensity {
    private final List<String> columns;
    private final double[] weights; // [K]
    private final List<Component> components;

    /**
     * A component.
     *
     * @param isJoint whether one variance is common to all columns, so that it is a multivariate t
     * @param factor L, [D][D]
     */
    @SuppressWarnings("ArrayRecordComponent") // inside this package
    record Component(double[] location, double[][] factor, double[][] whitening, double freedom, boolean isJoint) {
        /** @param scale [D][D] */
        static Component of(double[] location, double[][] scale, double freedom, boolean isJoint) {
            double[][] l = Objects.requireNonNull(Triangle.cholesky(scale), "the scale is positive definite");
            return new Component(location, l, LowerTriangle.inverse(l), freedom, isJoint);
        }

        double logDensity(double[] x) {
            int dims = location.length;
            double[] apart = new double[dims];
            for (int i = 0; i < dims; i++) {
                apart[i] = x[i] - location[i];
            }
            double[] y = LowerTriangle.times(whitening, apart);
            double sum = -LowerTriangle.logDeterminant(factor);
            if (isJoint) {
                return sum + standard(dims, Triangle.norm(y));
            }
            for (double each : y) {
                sum += standard(1, each * each);
            }
            return sum;
        }

        /** Of a t of {@code dims} columns with unit scale, at a squared distance. */
        private double standard(int dims, double squares) {
            return Special.logGamma(0.5 * (freedom + dims))
                    - Special.logGamma(0.5 * freedom)
                    - 0.5 * dims * StrictMath.log(freedom * Math.PI)
                    - 0.5 * (freedom + dims) * StrictMath.log1p(squares / freedom);
        }

        double[] draw(Words words) {
            double[] y = words.normals(location.length);
            double common = isJoint ? scale(words) : 1;
            for (int i = 0; i < y.length; i++) {
                y[i] *= isJoint ? common : scale(words);
            }
            double[] x = LowerTriangle.times(factor, y);
            for (int i = 0; i < x.length; i++) {
                x[i] += location[i];
            }
            return x;
        }

        private double scale(Words words) {
            return Math.sqrt(0.5 * freedom / words.gamma(0.5 * freedom));
        }
    }

    StudentMixture(List<String> columns, double[] weights, List<Component> components) {
        this.columns = columns;
        this.weights = weights;
        this.components = components;
    }

    @Override
    public List<String> columns() {
        return columns;
    }

    @Override
    public int components() {
        return weights.length;
    }

    @Override
    public double weight(int k) {
        return weights[k];
    }

    @Override
    public double[] logTerms(double... x) {
        if (x.length != columns.size()) {
            throw new IllegalArgumentException(
                    "x has " + x.length + " elements, but must have " + columns.size() + ": " + columns);
        }
        double[] logs = new double[components()];
        for (int k = 0; k < logs.length; k++) {
            logs[k] = StrictMath.log(weights[k]) + components.get(k).logDensity(x);
        }
        return logs;
    }

    @Override
    public List<Draw> sample(Key key, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count is " + count + ", but must be 0 or more");
        }
        return IntStream.range(0, count)
                .mapToObj(s -> {
                    Words words = new Words(key.fork("row " + s));
                    int k = words.index(weights);
                    return new Draw(k, components.get(k).draw(words));
                })
                .toList();
    }
}

package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.infer.PointEstimate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The density {@code p(x) = Σ_k weight_k · N(x; mean_k, covariance_k)} of rows x with D columns. A value: it never changes, arrays go in
 * and out as copies, and all is float64 on the host.
 */
public final class GaussianMixture implements MixtureDensity {
    private static final double LOG_2PI = StrictMath.log(2 * Math.PI);

    private final List<String> columns;
    private final double[] weights; // [K]
    private final double[][] means; // [K][D]
    private final double[][][] covariances; // [K][D][D]
    private final double[][][] factors; // [K]: L with L·Lᵀ the covariance
    private final double[][][] whitening; // [K]: L⁻¹
    private final double[] offsets; // [K]: log weight − log det L − D/2·log 2π

    /**
     * Of these components.
     *
     * @param columns what the D columns are called
     * @param weights [K], each 0 or more, with sum 1
     * @param means [K][D]
     * @param covariances [K][D][D], symmetric and positive definite
     * @throws IllegalArgumentException if one is not so; it says which
     */
    public GaussianMixture(List<String> columns, double[] weights, double[][] means, double[][][] covariances) {
        this.columns = List.copyOf(columns);
        int dims = columns.size();
        int components = weights.length;
        if (dims == 0 || components == 0 || means.length != components || covariances.length != components) {
            throw new IllegalArgumentException(
                    "a mixture of " + components + " weights, " + means.length + " means and " + covariances.length
                            + " covariances of " + dims + " columns; there must be one of each, and as many");
        }
        this.weights = weights.clone();
        this.means = copy(means);
        this.covariances = Arrays.stream(covariances).map(GaussianMixture::copy).toArray(double[][][]::new);
        factors = new double[components][][];
        whitening = new double[components][][];
        offsets = new double[components];
        double sum = 0;
        for (int k = 0; k < components; k++) {
            check(k, dims);
            sum += weights[k];
            double[][] l = Triangle.cholesky(covariances[k]);
            if (l == null) {
                throw new IllegalArgumentException(
                        "the covariance of component " + (k + 1) + " is not positive definite");
            }
            factors[k] = l;
            whitening[k] = LowerTriangle.inverse(l);
            offsets[k] = StrictMath.log(weights[k]) - 0.5 * dims * LOG_2PI;
            for (int i = 0; i < dims; i++) {
                offsets[k] -= StrictMath.log(l[i][i]);
            }
        }
        if (!(Math.abs(sum - 1) < 1e-9)) {
            throw new IllegalArgumentException("the weights have the sum " + sum + ", but must have 1");
        }
    }

    private void check(int k, int dims) {
        if (!(weights[k] >= 0 && weights[k] <= 1)) {
            throw new IllegalArgumentException(
                    "the weight of component " + (k + 1) + " is " + weights[k] + ", but must be in [0, 1]");
        }
        boolean square = covariances[k].length == dims;
        for (double[] row : covariances[k]) {
            square &= row.length == dims;
        }
        if (means[k].length != dims || !square) {
            throw new IllegalArgumentException(
                    "mean and covariance of component " + (k + 1) + " must be of " + dims + " columns: " + columns);
        }
        for (int i = 0; i < dims; i++) {
            for (int j = 0; j < i; j++) {
                if (covariances[k][i][j] != covariances[k][j][i]) {
                    throw new IllegalArgumentException("the covariance of component " + (k + 1) + " is not symmetric");
                }
            }
            if (!Double.isFinite(means[k][i])) {
                throw new IllegalArgumentException("the mean of component " + (k + 1) + " in " + columns.get(i) + " is "
                        + means[k][i] + ", but must be finite");
            }
        }
    }

    private static double[][] copy(double[][] rows) {
        return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
    }

    @Override
    public List<String> columns() {
        return columns;
    }

    @Override
    public int components() {
        return weights.length;
    }

    /** D. */
    public int dimensions() {
        return columns.size();
    }

    @Override
    public double weight(int k) {
        return weights[k];
    }

    /** The mean of component k, [D]. */
    public double[] mean(int k) {
        return means[k].clone();
    }

    /** The covariance of component k, [D][D]. */
    public double[][] covariance(int k) {
        return copy(covariances[k]);
    }

    /**
     * The parameters one after the other: the weights, the means, and of the covariances the lower triangles.
     *
     * @param covariances which of them are parameters
     */
    public PointEstimate parameters(Covariances covariances) {
        return MixtureParameters.of(this, covariances);
    }

    /** {@code p(x)}. */
    public double density(double... x) {
        return StrictMath.exp(logDensity(x));
    }

    @Override
    public double[] logTerms(double... x) {
        if (x.length != dimensions()) {
            throw new IllegalArgumentException(
                    "x has " + x.length + " elements, but must have " + dimensions() + ": " + columns);
        }
        double[] logs = new double[components()];
        double[] apart = new double[x.length];
        for (int k = 0; k < logs.length; k++) {
            for (int i = 0; i < x.length; i++) {
                apart[i] = x[i] - means[k][i];
            }
            logs[k] = offsets[k] - 0.5 * Triangle.norm(LowerTriangle.times(whitening[k], apart));
        }
        return logs;
    }

    @Override
    public List<Draw> sample(Key key, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count is " + count + ", but must be 0 or more");
        }
        return IntStream.range(0, count).mapToObj(s -> draw(key, s)).toList();
    }

    private Draw draw(Key key, int s) {
        Words words = new Words(key.fork("row " + s));
        double left = words.uniform();
        int k = 0;
        while (k < components() - 1 && left >= weights[k]) {
            left -= weights[k];
            k++;
        }
        double[] x = LowerTriangle.times(factors[k], words.normals(dimensions()));
        for (int i = 0; i < x.length; i++) {
            x[i] += means[k][i];
        }
        return new Draw(k, x);
    }

    /** By value. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GaussianMixture that
                && columns.equals(that.columns)
                && Arrays.equals(weights, that.weights)
                && Arrays.deepEquals(means, that.means)
                && Arrays.deepEquals(covariances, that.covariances);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(weights) + Arrays.deepHashCode(means);
    }

    /** The weights and means, short. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("mixture of " + components() + " Gaussians of " + columns);
        for (int k = 0; k < components(); k++) {
            text.append(String.format(Locale.ROOT, "; %.4g at", weights[k]));
            for (double each : means[k]) {
                text.append(String.format(Locale.ROOT, " %.4g", each));
            }
        }
        return text.toString();
    }
}

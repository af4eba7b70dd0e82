package io.github.elbo4j.mixture;

import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.device.internal.Special;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A component's mean and covariance: {@code Σ ~ inverse Wishart(scale, degrees)}, {@code mean | Σ ~ N(location, Σ/rows)}; where covariances are
 * diagonal {@code σ²_i ~ inverse gamma(degrees/2, scale_ii/2)}.
 *
 * @param location [D]
 * @param scale [D][D]
 */
@SuppressWarnings("ArrayRecordComponent") // inside this package
record NormalInverseWishart(Covariances covariances, double[] location, double rows, double degrees, double[][] scale)
        implements Serializable {
    private boolean full() {
        return covariances == Covariances.FULL;
    }

    /** What the mean of a covariance divides by. */
    private double divisor() {
        return degrees - (full() ? location.length + 1 : 2);
    }

    /** Degrees of freedom of a mean's t, and twice the shape of a variance. */
    private double freedom() {
        return divisor() + 2;
    }

    /** E Σ_ij. */
    double covariance(int i, int j) {
        return scale[i][j] / divisor();
    }

    /** The covariance of two means. */
    double ofMeans(int i, int j) {
        return full() || i == j ? scale[i][j] / (rows * divisor()) : 0;
    }

    /** The covariance of Σ_ij and Σ_kl; infinite with too few degrees of freedom. */
    double ofCovariances(int i, int j, int k, int l) {
        double c = divisor();
        if (!full() && i != k) {
            return 0;
        }
        if (c <= 2) {
            return Double.POSITIVE_INFINITY;
        }
        if (!full()) {
            double mean = scale[i][i] / c;
            return mean * mean / (0.5 * degrees - 2);
        }
        double both = 2 * scale[i][j] * scale[k][l] + c * (scale[i][k] * scale[j][l] + scale[i][l] * scale[j][k]);
        return both / ((c + 1) * c * c * (c - 2));
    }

    double meanQuantile(int i, double p) {
        double spread = Math.sqrt(scale[i][i] / (rows * freedom()));
        return location[i] + spread * Tails.studentQuantile(freedom(), p);
    }

    double varianceQuantile(int i, double p) {
        return 0.5 * scale[i][i] / Tails.gammaQuantile(0.5 * freedom(), 1 - p);
    }

    /** R with R·Rᵀ a covariance: L·A⁻ᵀ, A of Bartlett's decomposition. */
    double[][] root(Words words) {
        int dims = location.length;
        double[][] root = new double[dims][dims];
        if (!full()) {
            for (int i = 0; i < dims; i++) {
                root[i][i] = Math.sqrt(0.5 * scale[i][i] / words.gamma(0.5 * degrees));
            }
            return root;
        }
        double[][] a = new double[dims][dims];
        for (int i = 0; i < dims; i++) {
            System.arraycopy(words.normals(i), 0, a[i], 0, i);
            a[i][i] = Math.sqrt(2 * words.gamma(0.5 * (degrees - i)));
        }
        double[][] inverse = LowerTriangle.inverse(a);
        double[][] l = factor();
        for (int i = 0; i < dims; i++) {
            for (int j = 0; j < dims; j++) {
                for (int m = 0; m <= Math.min(i, j); m++) {
                    root[i][j] += l[i][m] * inverse[j][m];
                }
            }
        }
        return root;
    }

    /** The density of a row of this component, over its mean and covariance: a t. */
    StudentMixture.Component predictive() {
        double share = (rows + 1) / (rows * freedom());
        double[][] own = new double[location.length][];
        Arrays.setAll(
                own, i -> Arrays.stream(scale[i]).map(each -> share * each).toArray());
        return StudentMixture.Component.of(location, own, freedom(), full());
    }

    private double[][] factor() {
        return Objects.requireNonNull(Triangle.cholesky(scale), "the scale is positive definite");
    }

    /** @param l of the covariance, L·Lᵀ */
    double logDensity(double[] mean, double[][] l) {
        int dims = mean.length;
        double[][] whitening = LowerTriangle.inverse(l);
        double logDeterminant = 2 * LowerTriangle.logDeterminant(l);
        double[] apart = new double[dims];
        Arrays.setAll(apart, i -> mean[i] - location[i]);
        double sum = -0.5
                * (dims * StrictMath.log(2 * Math.PI / rows)
                        + logDeterminant
                        + rows * Triangle.norm(LowerTriangle.times(whitening, apart)));
        if (!full()) {
            for (int i = 0; i < dims; i++) {
                double half = 0.5 * scale[i][i];
                double variance = l[i][i] * l[i][i];
                sum += 0.5 * degrees * StrictMath.log(half)
                        - Special.logGamma(0.5 * degrees)
                        - (0.5 * degrees + 1) * StrictMath.log(variance)
                        - half / variance;
            }
            return sum;
        }
        double[][] ofScale = factor();
        double trace = 0;
        for (int j = 0; j < dims; j++) { // |L⁻¹·factor|²
            double[] column = new double[dims];
            for (int i = j; i < dims; i++) {
                column[i] = ofScale[i][j];
            }
            trace += Triangle.norm(LowerTriangle.times(whitening, column));
        }
        sum += degrees * LowerTriangle.logDeterminant(ofScale)
                - 0.5 * degrees * dims * StrictMath.log(2)
                - 0.25 * dims * (dims - 1) * StrictMath.log(Math.PI)
                - 0.5 * (degrees + dims + 1) * logDeterminant
                - 0.5 * trace;
        for (int i = 0; i < dims; i++) {
            sum -= Special.logGamma(0.5 * (degrees - i));
        }
        return sum;
    }

    /** By value. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NormalInverseWishart that
                && covariances == that.covariances
                && Arrays.equals(location, that.location)
                && rows == that.rows
                && degrees == that.degrees
                && Arrays.deepEquals(scale, that.scale);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(location) + Arrays.deepHashCode(scale);
    }
}

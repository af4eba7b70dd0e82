package io.github.elbo4j.infer;

import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.family.Gaussian;
import org.jspecify.annotations.Nullable;

/** A component of a mixture that is being fitted, {@code weight·N(mean, R·Rᵀ)}, on the host in float64. It never changes. */
final class MixtureComponent {
    private static final double HALF_LOG_TWO_PI = 0.5 * StrictMath.log(2 * Math.PI);

    private final double logWeight;
    private final double[] mean; // [D]
    private final double[][] factor; // R, [D][D], lower triangular
    private final double offset; // log N at the mean

    /** @param logWeight of weights that need not add up to 1 */
    MixtureComponent(double logWeight, double[] mean, double[][] factor) {
        this(logWeight, mean, factor, -LowerTriangle.logDeterminant(factor) - mean.length * HALF_LOG_TWO_PI);
    }

    private MixtureComponent(double logWeight, double[] mean, double[][] factor, double offset) {
        this.logWeight = logWeight;
        this.mean = mean;
        this.factor = factor;
        this.offset = offset;
    }

    static MixtureComponent of(double logWeight, StartNormal normal) {
        double[][] factor = normal.factor();
        if (factor == null) {
            factor = new double[normal.sd().length][normal.sd().length];
            for (int d = 0; d < factor.length; d++) {
                factor[d][d] = normal.sd()[d];
            }
        }
        return new MixtureComponent(logWeight, normal.mean(), factor);
    }

    MixtureComponent weighing(double log) {
        return new MixtureComponent(log, mean, factor, offset);
    }

    /** The same normal elsewhere. */
    MixtureComponent around(double[] centre, double log) {
        return new MixtureComponent(log, centre, factor, offset);
    }

    double logWeight() {
        return logWeight;
    }

    Gaussian gaussian() {
        return StartNormal.correlated(mean, factor).gaussian();
    }

    /** {@code mean + sign·R·epsilon}. */
    double[] at(double[] epsilon, int sign) {
        double[] z = LowerTriangle.times(factor, epsilon);
        for (int d = 0; d < z.length; d++) {
            z[d] = mean[d] + sign * z[d];
        }
        return z;
    }

    /** {@code y = R⁻¹·(z − mean)}. */
    double[] whitened(double[] z) {
        double[] y = new double[mean.length];
        for (int i = 0; i < y.length; i++) {
            double sum = z[i] - mean[i];
            for (int j = 0; j < i; j++) {
                sum -= factor[i][j] * y[j];
            }
            y[i] = sum / factor[i][i];
        }
        return y;
    }

    /** {@code log(weight·N(z))} where {@link #whitened} is y. */
    double logTerm(double[] y) {
        return logWeight + offset - 0.5 * InverseHessian.dot(y, y);
    }

    /** {@code R⁻ᵀ·y}: minus the gradient of the logarithm of the density. */
    double[] pull(double[] y) {
        double[] x = y.clone();
        for (int i = x.length - 1; i >= 0; i--) {
            for (int k = i + 1; k < x.length; k++) {
                x[i] -= factor[k][i] * x[k];
            }
            x[i] /= factor[i][i];
        }
        return x;
    }

    /** {@code Rᵀ·g}: what a gradient in z is in y. */
    double[] slope(double[] g) {
        double[] result = new double[g.length];
        for (int i = 0; i < result.length; i++) {
            for (int j = 0; j <= i; j++) {
                result[j] += factor[i][j] * g[i];
            }
        }
        return result;
    }

    /**
     * A step of the natural gradient, in the coordinates in which it is N(0, I): the precision goes to {@code P = I − rho·A + rho²·A²/2}, which is
     * positive definite for every A (Lin, Schmidt and Khan 2020), and the mean by {@code rho·P⁻¹·g}.
     *
     * @param slope g, the mean of ∇f under the component, [D]
     * @param curvature A, the mean of ∇²f, [D][D]
     * @return null where that is beyond float64
     */
    @Nullable
    MixtureComponent step(double rho, double[] slope, double[][] curvature) {
        int n = mean.length;
        double[][] precision = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double square = InverseHessian.dot(curvature[i], curvature[j]);
                precision[i][j] = (i == j ? 1 : 0) - rho * curvature[i][j] + rho * rho * square / 2;
                precision[j][i] = precision[i][j];
            }
        }
        double[][] lower = DenseMatrix.cholesky(precision);
        if (lower == null) {
            return null;
        }
        double[][] root = DenseMatrix.cholesky(LowerTriangle.inverseOfSquare(lower));
        if (root == null) {
            return null;
        }
        double[] moved = LowerTriangle.times(factor, LowerTriangle.solve(lower, slope));
        for (int d = 0; d < n; d++) {
            moved[d] = mean[d] + rho * moved[d];
        }
        double[][] product = new double[n][n]; // of two lower triangles
        for (int i = 0; i < n; i++) {
            for (int k = 0; k <= i; k++) {
                for (int j = 0; j <= k; j++) {
                    product[i][j] += factor[i][k] * root[k][j];
                }
            }
        }
        MixtureComponent there = new MixtureComponent(logWeight, moved, product);
        return StartNormal.correlated(moved, product).isFinite() ? there : null;
    }
}

package io.github.elbo4j.infer;

import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.PointDensity;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A normal that a fit may start from, on the host in float64.
 *
 * @param mean [D]
 * @param sd [D], of each coordinate
 * @param factor [D][D], the Cholesky factor of the covariance; null if the coordinates are independent
 */
record StartNormal(double[] mean, double[] sd, double @Nullable [][] factor) {
    static final double LOG_TWO_PI = StrictMath.log(2 * Math.PI);

    static StartNormal independent(double[] mean, double[] sd) {
        return new StartNormal(mean, sd, null);
    }

    /** Unit standard deviations around a point: what a fit ends with that found nothing. */
    static Gaussian unit(double[] mean) {
        return Gaussian.independent(mean, ones(mean.length));
    }

    static double[] ones(int dimensions) {
        double[] ones = new double[dimensions];
        Arrays.fill(ones, 1);
        return ones;
    }

    static StartNormal correlated(double[] mean, double[][] factor) {
        double[] sd = new double[mean.length];
        for (int i = 0; i < sd.length; i++) {
            sd[i] = Math.sqrt(InverseHessian.dot(factor[i], factor[i]));
        }
        return new StartNormal(mean, sd, factor);
    }

    /** The same normal for users. */
    Gaussian gaussian() {
        if (factor == null) {
            return Gaussian.independent(mean, sd);
        }
        return new Gaussian(mean, covariance());
    }

    /** [D][D]. */
    double[][] covariance() {
        double[][] root = dense();
        double[][] covariance = new double[mean.length][mean.length];
        for (int i = 0; i < mean.length; i++) {
            for (int j = 0; j < mean.length; j++) {
                covariance[i][j] = InverseHessian.dot(root[i], root[j]);
            }
        }
        return covariance;
    }

    /** The Cholesky factor of the covariance, [D][D], whether coordinates are independent or not. */
    double[][] dense() {
        if (factor != null) {
            return factor;
        }
        double[][] dense = new double[sd.length][sd.length];
        for (int d = 0; d < sd.length; d++) {
            dense[d][d] = sd[d];
        }
        return dense;
    }

    /** The log of the determinant of the Cholesky factor. */
    double logDeterminant() {
        double sum = 0;
        for (int d = 0; d < sd.length; d++) {
            sum += StrictMath.log(factor == null ? sd[d] : factor[d][d]);
        }
        return sum;
    }

    /** With all standard deviations times a factor. */
    StartNormal narrowed(double by) {
        double[][] narrow = dense().clone();
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = Arrays.stream(narrow[i]).map(each -> by * each).toArray();
        }
        return correlated(mean, narrow);
    }

    /** The parameters of the q that is this normal, as far as its family can be. */
    float[] parameters(VariationalFamily q) {
        return q.parametersOf(mean, sd, factor);
    }

    boolean isFinite() {
        for (int d = 0; d < mean.length; d++) {
            // What float32 cannot hold would be infinite on a device.
            if (!Float.isFinite((float) mean[d]) || !((float) sd[d] > 0) || !Float.isFinite((float) sd[d])) {
                return false;
            }
        }
        return true;
    }

    /** mean + L·u. */
    double[] at(double[] unit) {
        double[] z = factor == null ? scaled(unit) : LowerTriangle.times(factor, unit);
        for (int d = 0; d < z.length; d++) {
            z[d] += mean[d];
        }
        return z;
    }

    /** Lᵀ·g: what a gradient in z is in u. */
    double[] slope(double[] gradient) {
        if (factor == null) {
            return scaled(gradient);
        }
        double[] result = new double[gradient.length];
        for (int i = 0; i < result.length; i++) {
            for (int j = 0; j <= i; j++) {
                result[j] += factor[i][j] * gradient[i];
            }
        }
        return result;
    }

    /**
     * log p − log q at draws of q.
     *
     * @param epsilon [K][D] standard normals
     */
    LogWeights logWeights(PointDensity density, float[] epsilon, int draws) {
        return logWeights(density, List.of(this), epsilon, draws);
    }

    /** The same of several q, a problem each, at draws of each by the same standard normals: one evaluation of all. */
    static LogWeights logWeights(PointDensity density, List<StartNormal> normals, float[] epsilon, int draws) {
        int dimensions = density.dimensions();
        double[] z = new double[normals.size() * draws * dimensions];
        double[] logP = new double[normals.size() * draws];
        double[][] f = new double[normals.size()][draws];
        double[] unit = new double[dimensions];
        for (int k = 0; k < normals.size(); k++) {
            StartNormal normal = normals.get(k);
            double constant = 0.5 * dimensions * LOG_TWO_PI;
            double logDeterminant = normal.logDeterminant();
            for (int s = 0; s < draws; s++) {
                for (int d = 0; d < dimensions; d++) {
                    unit[d] = epsilon[s * dimensions + d];
                }
                System.arraycopy(normal.at(unit), 0, z, (k * draws + s) * dimensions, dimensions);
                f[k][s] = 0.5 * InverseHessian.dot(unit, unit) + constant + logDeterminant;
            }
        }
        density.evaluate(logP.length, z, logP, null);
        for (int row = 0; row < logP.length; row++) {
            f[row / draws][row % draws] += logP[row];
        }
        return LogWeights.of(f);
    }

    /** Their ELBOs, [K]; negative infinity where one is not finite. */
    static double[] elbos(PointDensity density, List<StartNormal> normals, float[] epsilon, int draws) {
        double[] elbos = new double[normals.size()];
        if (elbos.length == 0) {
            return elbos;
        }
        LogWeights weights = logWeights(density, normals, epsilon, draws);
        for (int k = 0; k < elbos.length; k++) {
            double elbo = weights.elbo(k).value();
            elbos[k] = Double.isFinite(elbo) ? elbo : Double.NEGATIVE_INFINITY;
        }
        return elbos;
    }

    private double[] scaled(double[] unit) {
        double[] result = new double[unit.length];
        for (int d = 0; d < unit.length; d++) {
            result[d] = sd[d] * unit[d];
        }
        return result;
    }
}

package io.github.elbo4j.mixture;

import io.github.elbo4j.device.internal.LowerTriangle;
import java.util.Locale;

/**
 * The K components of a run as the device sees them: {@code log r_k(x) = offset_k − 1/2·|factor_k·(x − mean_k)|² + constant}. Factors are
 * float32, so that offsets, made of them, belong to the very densities that the device computes.
 *
 * @param offset [K]; −∞ for a component without part in anything
 * @param mean [K][D]
 * @param factor [K]: a triangle row by row, or a diagonal
 */
@SuppressWarnings("ArrayRecordComponent") // inside this package
record Components(double[] offset, double[][] mean, float[][] factor) {
    /** A column of which the columns before it leave less than this share of its variance: float32 does not tell the rest. */
    static final double RESOLUTION = 1e-6;
    /** A variance, as a share of that of all rows, of which float32 leaves no more than a few digits. */
    private static final double NARROWEST = 1e-10;

    /**
     * A factor of the inverse of a component's covariance, in float32.
     *
     * @param own the component's rows
     * @throws Ascent.Collapse if the covariance is singular, as far as float32 tells
     */
    static float[] factor(Covariances covariances, double[][] covariance, int k, double own) {
        double[][] l = Triangle.singular(covariance, RESOLUTION, NARROWEST) < 0 ? Triangle.cholesky(covariance) : null;
        if (l == null) {
            throw new Ascent.Collapse(String.format(
                    Locale.ROOT,
                    "component %d shrank onto a point or a plane: the %.3g rows that are left to it are too near to each other"
                            + " to tell a covariance",
                    k + 1,
                    own));
        }
        return inverse(covariances, l);
    }

    /** The inverse of a lower triangle, or of a diagonal, in float32. */
    static float[] inverse(Covariances covariances, double[][] l) {
        int dims = l.length;
        float[] factor = new float[(int) covariances.parameters(dims)];
        double[][] inverse = LowerTriangle.inverse(l);
        int at = 0;
        for (int i = 0; i < dims; i++) {
            for (int j = covariances == Covariances.FULL ? 0 : i; j <= i; j++) {
                factor[at++] = (float) inverse[i][j];
            }
        }
        return factor;
    }

    /** A factor as a lower triangle in float64. */
    static double[][] triangle(Covariances covariances, float[] factor, int dims) {
        double[][] triangle = new double[dims][dims];
        int at = 0;
        for (int i = 0; i < dims; i++) {
            for (int j = covariances == Covariances.FULL ? 0 : i; j <= i; j++) {
                triangle[i][j] = factor[at++];
            }
        }
        return triangle;
    }

    /** The size of the terms of a row's y, {@code √(Σ_i (Σ_j |factor_ij|·σ_j)²)}, in the component where it is largest. */
    double roughness(Covariances covariances) {
        double largest = 0;
        for (int k = 0; k < offset.length; k++) {
            double[][] w = triangle(covariances, factor[k], mean[k].length);
            double[][] covariance = Triangle.square(LowerTriangle.inverse(w));
            double sum = 0;
            for (int i = 0; i < w.length; i++) {
                double size = 0;
                for (int j = 0; j <= i; j++) {
                    size += Math.abs(w[i][j]) * Math.sqrt(covariance[j][j]);
                }
                sum += size * size;
            }
            largest = Math.max(largest, sum);
        }
        return Math.sqrt(largest);
    }
}

package io.github.elbo4j.mixture;

import io.github.elbo4j.device.internal.LowerTriangle;
import org.jspecify.annotations.Nullable;

/** Lower triangles of small matrices on the host, in float64. */
final class Triangle {
    private Triangle() {}

    /** L with L·Lᵀ = matrix, of which the lower triangle is read; null if it is not positive definite. */
    static double @Nullable [][] cholesky(double[][] matrix) {
        double[][] l = new double[matrix.length][matrix.length];
        return LowerTriangle.factor(matrix, 0, 0, l) < 0 ? l : null;
    }

    /**
     * The first row whose pivot is not above a share of its diagonal element and above {@code least}, so that the matrix is
     * singular, or nearly; −1 if there is none.
     */
    static int singular(double[][] matrix, double share, double least) {
        return LowerTriangle.factor(matrix, share, least, new double[matrix.length][matrix.length]);
    }

    /** L·Lᵀ. */
    static double[][] square(double[][] l) {
        int n = l.length;
        double[][] square = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = 0; k <= j; k++) {
                    sum += l[i][k] * l[j][k];
                }
                square[i][j] = sum;
                square[j][i] = sum;
            }
        }
        return square;
    }

    /** x·x. */
    static double norm(double[] x) {
        double sum = 0;
        for (double each : x) {
            sum += each * each;
        }
        return sum;
    }
}

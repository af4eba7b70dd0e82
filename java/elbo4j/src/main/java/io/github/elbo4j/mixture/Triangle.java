package io.github.elbo4j.mixture;

import org.jspecify.annotations.Nullable;

/** Lower triangles of small matrices on the host, in float64. */
final class Triangle {
    private Triangle() {}

    /** L with L·Lᵀ = matrix, of which the lower triangle is read; null if it is not positive definite. */
    static double @Nullable [][] cholesky(double[][] matrix) {
        double[][] l = new double[matrix.length][matrix.length];
        return pivots(matrix, 0, 0, l) < 0 ? l : null;
    }

    /**
     * The first row whose pivot is not above a share of its diagonal element and above {@code least}, so that the matrix is
     * singular, or nearly; −1 if there is none.
     */
    static int singular(double[][] matrix, double share, double least) {
        return pivots(matrix, share, least, new double[matrix.length][matrix.length]);
    }

    private static int pivots(double[][] matrix, double share, double least, double[][] l) {
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= l[i][k] * l[j][k];
                }
                if (i != j) {
                    l[i][j] = sum / l[j][j];
                } else if (sum > Math.max(least, share * matrix[i][i]) && Double.isFinite(sum)) {
                    l[i][i] = Math.sqrt(sum);
                } else {
                    return i;
                }
            }
        }
        return -1;
    }

    /** L⁻¹. */
    static double[][] inverse(double[][] l) {
        int n = l.length;
        double[][] inverse = new double[n][n];
        for (int j = 0; j < n; j++) {
            inverse[j][j] = 1 / l[j][j];
            for (int i = j + 1; i < n; i++) {
                double sum = 0;
                for (int k = j; k < i; k++) {
                    sum += l[i][k] * inverse[k][j];
                }
                inverse[i][j] = -sum / l[i][i];
            }
        }
        return inverse;
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

    /** L·x. */
    static double[] times(double[][] l, double[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double sum = 0;
            for (int j = 0; j <= i; j++) {
                sum += l[i][j] * x[j];
            }
            y[i] = sum;
        }
        return y;
    }

    /** log det L. */
    static double logDeterminant(double[][] l) {
        double sum = 0;
        for (int i = 0; i < l.length; i++) {
            sum += StrictMath.log(l[i][i]);
        }
        return sum;
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

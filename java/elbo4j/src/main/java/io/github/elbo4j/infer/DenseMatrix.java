package io.github.elbo4j.infer;

import org.jspecify.annotations.Nullable;

/** Small symmetric matrices on the host, in float64. */
final class DenseMatrix {
    private DenseMatrix() {}

    /** L, lower triangular, with {@code L·Lᵀ = matrix}; null if the matrix is not positive definite. */
    static double @Nullable [][] cholesky(double[][] matrix) {
        int n = matrix.length;
        double[][] l = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= l[i][k] * l[j][k];
                }
                if (i != j) {
                    l[i][j] = sum / l[j][j];
                } else if (sum > 1e-14 * matrix[i][i] && Double.isFinite(sum)) {
                    l[i][i] = Math.sqrt(sum);
                } else {
                    return null;
                }
            }
        }
        return l;
    }

    /** The inverse of {@code L·Lᵀ}. */
    static double[][] inverse(double[][] lower) {
        int n = lower.length;
        double[][] half = new double[n][n]; // L⁻¹
        for (int j = 0; j < n; j++) {
            half[j][j] = 1 / lower[j][j];
            for (int i = j + 1; i < n; i++) {
                double sum = 0;
                for (int k = j; k < i; k++) {
                    sum -= lower[i][k] * half[k][j];
                }
                half[i][j] = sum / lower[i][i];
            }
        }
        double[][] result = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = i; k < n; k++) {
                    sum += half[k][i] * half[k][j];
                }
                result[i][j] = sum;
                result[j][i] = sum;
            }
        }
        return result;
    }

    /** {@code L·v}. */
    static double[] timesLower(double[][] lower, double[] v) {
        double[] result = new double[v.length];
        for (int i = 0; i < v.length; i++) {
            double sum = 0;
            for (int j = 0; j <= i; j++) {
                sum += lower[i][j] * v[j];
            }
            result[i] = sum;
        }
        return result;
    }

    /** {@code M·v}. */
    static double[] times(double[][] matrix, double[] v) {
        double[] result = new double[v.length];
        for (int i = 0; i < v.length; i++) {
            result[i] = InverseHessian.dot(matrix[i], v);
        }
        return result;
    }
}

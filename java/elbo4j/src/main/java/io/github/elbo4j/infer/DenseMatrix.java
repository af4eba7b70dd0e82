package io.github.elbo4j.infer;

import io.github.elbo4j.device.internal.LowerTriangle;
import org.jspecify.annotations.Nullable;

/** Small symmetric matrices on the host, in float64. */
final class DenseMatrix {
    /** A smaller part of its diagonal element than that is rounding. */
    private static final double SINGULAR = 1e-14;

    private DenseMatrix() {}

    /** L, lower triangular, with {@code L·Lᵀ = matrix}; null if the matrix is not positive definite. */
    static double @Nullable [][] cholesky(double[][] matrix) {
        double[][] l = new double[matrix.length][matrix.length];
        return LowerTriangle.factor(matrix, SINGULAR, 0, l) < 0 ? l : null;
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

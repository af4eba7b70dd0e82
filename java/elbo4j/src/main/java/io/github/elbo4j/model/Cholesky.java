package io.github.elbo4j.model;

import io.github.elbo4j.device.internal.LowerTriangle;

/** The Cholesky factor of a small matrix on the host, in float64. */
final class Cholesky {
    private Cholesky() {}

    /** L with {@code L·Lᵀ = matrix}; only the lower triangle is read. */
    static double[][] factor(String name, double[][] matrix, int n) {
        if (matrix.length != n) {
            throw new IllegalArgumentException(name + " has " + matrix.length + " rows, but must have " + n);
        }
        for (int i = 0; i < n; i++) {
            if (matrix[i].length != n) {
                throw new IllegalArgumentException(
                        "row " + i + " of " + name + " has " + matrix[i].length + " elements, but must have " + n);
            }
        }
        double[][] l = new double[n][n];
        int bad = LowerTriangle.factor(matrix, 0, 0, l);
        if (bad >= 0) {
            throw new IllegalArgumentException(
                    name + " is not positive definite: its leading " + (bad + 1) + " rows and columns fail");
        }
        return l;
    }
}

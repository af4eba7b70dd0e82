package io.github.elbo4j.model;

/** The Cholesky factor of a small matrix on the host, in float64. */
final class Cholesky {
    private Cholesky() {}

    /** L with {@code L·Lᵀ = matrix}; only the lower triangle is read. */
    static double[][] factor(String name, double[][] matrix, int n) {
        if (matrix.length != n) {
            throw new IllegalArgumentException(name + " has " + matrix.length + " rows, but must have " + n);
        }
        double[][] l = new double[n][n];
        for (int i = 0; i < n; i++) {
            if (matrix[i].length != n) {
                throw new IllegalArgumentException(
                        "row " + i + " of " + name + " has " + matrix[i].length + " elements, but must have " + n);
            }
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= l[i][k] * l[j][k];
                }
                if (i != j) {
                    l[i][j] = sum / l[j][j];
                } else if (sum > 0 && Double.isFinite(sum)) {
                    l[i][i] = Math.sqrt(sum);
                } else {
                    throw new IllegalArgumentException(
                            name + " is not positive definite: its leading " + (i + 1) + " rows and columns fail");
                }
            }
        }
        return l;
    }
}

package io.github.elbo4j.infer;

/**
 * Draws of a standard normal whose mean is 0 and whose covariance is the identity to the last digit: pairs ±e, times the inverse
 * of their covariance's root. Means over them are exact of what is quadratic.
 */
final class MatchedNormals {
    private MatchedNormals() {}

    /**
     * Of standard normals.
     *
     * @param normals [draws / 2][n] or more
     * @return [draws][n]
     */
    static double[][] of(float[] normals, int draws, int n) {
        double[][] e = new double[draws][n];
        double[][] squares = new double[n][n];
        int pairs = draws / 2;
        for (int s = 0; s < 2 * pairs; s++) {
            for (int i = 0; i < n; i++) {
                e[s][i] = (s % 2 == 0 ? 1 : -1) * (double) normals[s / 2 * n + i];
            }
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    squares[i][j] += e[s][i] * e[s][j] / (2 * pairs);
                    squares[j][i] = squares[i][j];
                }
            }
        }
        double[][] lower = DenseMatrix.cholesky(squares);
        if (lower == null) {
            throw new IllegalStateException(draws + " draws of " + n + " coordinates have no covariance");
        }
        for (double[] each : e) {
            for (int i = 0; i < n; i++) { // L·x = e
                for (int k = 0; k < i; k++) {
                    each[i] -= lower[i][k] * each[k];
                }
                each[i] /= lower[i][i];
            }
        }
        return e;
    }
}

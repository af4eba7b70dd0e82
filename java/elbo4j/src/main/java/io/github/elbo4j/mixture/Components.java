package io.github.elbo4j.mixture;

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
    /** The inverse of a lower triangle, or of a diagonal, in float32. */
    static float[] inverse(Covariances covariances, double[][] l) {
        int dims = l.length;
        float[] factor = new float[(int) covariances.parameters(dims)];
        double[][] inverse = Triangle.inverse(l);
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
}

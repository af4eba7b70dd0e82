package io.github.elbo4j.family;

/** R with R·Rᵀ the covariance of a {@link Gaussian}: it turns standard normals into draws, and gives densities of points. */
final class SquareRoot {
    private static final double HALF_LOG_TWO_PI = 0.5 * StrictMath.log(2 * Math.PI);

    private final int block;
    private final double[] diagonal; // [D]
    private final double[][]
            lower; // [i][j < i], the rows of a Cholesky factor without their diagonal; empty for blocks
    private final double[] slope; // of blocks: the first coordinate per unit normal of each other one, [D]
    private final double logDeterminant;

    /** @param dense whether any two coordinates may be correlated; else only the first of each block with the others in it */
    SquareRoot(Gaussian of, boolean dense, int block) {
        int d = of.dimensions();
        this.block = block;
        diagonal = new double[d];
        slope = new double[dense ? 0 : d];
        lower = new double[dense ? d : 0][];
        for (int i = 0; i < d; i++) {
            double left = of.covariance(i, i);
            if (dense) {
                lower[i] = new double[i];
                for (int j = 0; j < i; j++) {
                    double sum = of.covariance(i, j);
                    for (int k = 0; k < j; k++) {
                        sum -= lower[i][k] * lower[j][k];
                    }
                    lower[i][j] = sum / diagonal[j];
                    left -= lower[i][j] * lower[i][j];
                }
            } else if (i % block == 0) {
                for (int j = i + 1; j < i + block; j++) {
                    slope[j] = of.covariance(i, j) / of.standardDeviation(j);
                    left -= slope[j] * slope[j];
                }
            }
            if (!(left > 0 && left < Double.POSITIVE_INFINITY)) {
                throw new IllegalStateException("the covariance is not positive definite (coordinate " + i
                        + ", whose variance is " + of.covariance(i, i) + ")");
            }
            diagonal[i] = Math.sqrt(left);
        }
        double sum = 0;
        for (double each : diagonal) {
            sum += StrictMath.log(each);
        }
        logDeterminant = sum;
    }

    double[] at(double[] mean, double[] epsilon) {
        double[] z = new double[mean.length];
        for (int i = 0; i < z.length; i++) {
            double sum = diagonal[i] * epsilon[i];
            if (lower.length > 0) {
                for (int j = 0; j < i; j++) {
                    sum += lower[i][j] * epsilon[j];
                }
            } else if (i % block == 0) {
                for (int j = i + 1; j < i + block; j++) {
                    sum += slope[j] * epsilon[j];
                }
            }
            z[i] = mean[i] + sum;
        }
        return z;
    }

    double logDensity(double[] mean, double[] z) {
        int d = z.length;
        double[] epsilon = new double[d];
        double squares = 0;
        // From the last, so that a block's first coordinate comes after what it depends on; a Cholesky factor from the
        // first.
        for (int n = 0; n < d; n++) {
            int i = lower.length > 0 ? n : d - 1 - n;
            double rest = z[i] - mean[i];
            if (lower.length > 0) {
                for (int j = 0; j < i; j++) {
                    rest -= lower[i][j] * epsilon[j];
                }
            } else if (i % block == 0) {
                for (int j = i + 1; j < i + block; j++) {
                    rest -= slope[j] * epsilon[j];
                }
            }
            epsilon[i] = rest / diagonal[i];
            squares += epsilon[i] * epsilon[i];
        }
        return -0.5 * squares - logDeterminant - d * HALF_LOG_TWO_PI;
    }
}

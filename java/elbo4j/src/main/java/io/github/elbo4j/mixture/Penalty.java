package io.github.elbo4j.mixture;

/**
 * The weak conjugate prior of Fraley and Raftery (2007), which keeps components from shrinking onto points: of a mean N(0, Σ/κ), with 0 the
 * mean of the rows and κ = 0.01; of a covariance inverse Wishart with ν = D + 2 degrees of freedom and the scale Λ = S/K^(2/D), S the
 * covariance of the rows. Where covariances are diagonal each variance is inverse gamma, of shape ν/2 and scale λ/2, with λ = s/K^(2/D), s the
 * variance of the column.
 *
 * @param scale Λ, [D][D]; a diagonal where covariances are
 */
@SuppressWarnings("ArrayRecordComponent") // inside this package
record Penalty(Covariances covariances, double[][] scale) {
    static final double SHRINKAGE = 0.01;

    static Penalty of(Covariances covariances, double[][] rows, int components) {
        int dims = rows.length;
        double share = StrictMath.pow(components, -2.0 / dims);
        double[][] scale = new double[dims][dims];
        for (int i = 0; i < dims; i++) {
            for (int j = 0; j < dims; j++) {
                scale[i][j] = covariances == Covariances.FULL || i == j ? share * rows[i][j] : 0;
            }
        }
        return new Penalty(covariances, scale);
    }

    int degrees() {
        return scale.length + 2;
    }

    /** What is added to a component's rows in the divisor of its covariance, at the posterior's mode. */
    double divisor() {
        return degrees() + (covariances == Covariances.FULL ? scale.length + 2 : 3);
    }

    /** The logarithm of the prior density of a component, but for its constants. */
    double logDensity(double[] mean, double[][] factor) {
        double logDeterminant = 0; // of the precision
        double trace = 0;
        int dims = scale.length;
        for (int i = 0; i < dims; i++) {
            logDeterminant += 2 * StrictMath.log(factor[i][i]);
            for (int a = 0; a <= i; a++) {
                for (int b = 0; b <= i; b++) {
                    trace += factor[i][a] * scale[a][b] * factor[i][b];
                }
            }
        }
        double distance = Triangle.norm(Triangle.times(factor, mean));
        return 0.5 * ((divisor() * logDeterminant) - trace - SHRINKAGE * distance);
    }
}

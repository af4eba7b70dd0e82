package io.github.elbo4j.family;

import java.util.Random;

/**
 * The R factors that explain most of a correlation matrix, by probabilistic principal components (Tipping and Bishop 1999):
 * loadings {@code V·√(Λ − psi)} with its largest eigenvalues Λ, their eigenvectors V, and psi the mean of the other
 * eigenvalues. Orthogonal iteration finds them, as accurately as a start of a fit needs.
 */
final class PrincipalFactors {
    private static final int ITERATIONS = 50;
    /** The least variance that a factor explains of all coordinates together, so that no loadings vanish. */
    private static final double LEAST = 0.01;

    private PrincipalFactors() {}

    /**
     * Loadings of coordinates with standard deviation 1.
     *
     * @param factor [D][D], the Cholesky factor of a covariance
     * @param sd [D], its standard deviations
     * @return [D][R]
     */
    static double[][] of(double[][] factor, double[] sd, int rank) {
        int n = sd.length;
        double[][] vectors = new double[rank][n];
        double[] values = new double[rank];
        Random random = new Random(1); // no direction is orthogonal to these; Java's documentation fixes the numbers
        for (int r = 0; r < rank; r++) {
            for (int d = 0; d < n; d++) {
                vectors[r][d] = random.nextGaussian();
            }
        }
        for (int i = 0; i < ITERATIONS; i++) {
            for (int r = 0; r < rank; r++) {
                vectors[r] = timesCorrelation(factor, sd, vectors[r]);
                for (int k = 0; k < r; k++) {
                    add(-FactorCovariance.product(vectors[r], vectors[k]), vectors[k], vectors[r]);
                }
                values[r] = Math.sqrt(FactorCovariance.product(vectors[r], vectors[r]));
                scale(values[r] > 0 ? 1 / values[r] : 0, vectors[r]);
            }
        }
        double rest = n;
        for (double value : values) {
            rest -= value;
        }
        double psi = Math.max(0, rest) / Math.max(1, n - rank);
        double[][] loadings = new double[n][rank];
        for (int r = 0; r < rank; r++) {
            double length = Math.sqrt(Math.max(LEAST, values[r] - psi));
            for (int d = 0; d < n; d++) {
                loadings[d][r] = length * vectors[r][d];
            }
        }
        return loadings;
    }

    /** {@code diag(1/sd)·L·Lᵀ·diag(1/sd)·v}. */
    private static double[] timesCorrelation(double[][] factor, double[] sd, double[] v) {
        int n = v.length;
        double[] half = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                half[j] += factor[i][j] * v[i] / sd[i];
            }
        }
        double[] result = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                result[i] += factor[i][j] * half[j];
            }
            result[i] /= sd[i];
        }
        return result;
    }

    private static void add(double a, double[] x, double[] y) {
        for (int i = 0; i < y.length; i++) {
            y[i] += a * x[i];
        }
    }

    private static void scale(double a, double[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] *= a;
        }
    }
}

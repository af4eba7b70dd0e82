package io.github.elbo4j.infer;

import org.jspecify.annotations.Nullable;

/**
 * What weighted draws say of where they lie.
 *
 * @param mean {@code Σ w·z}, [D]
 * @param covariance {@code Σ w·(z − mean)·(z − mean)ᵀ}, [D][D]
 * @param squares {@code Σ w²}, the inverse of how many draws the weights are worth
 */
@SuppressWarnings("ArrayRecordComponent") // of the caller's own
record WeightedMoments(double[] mean, double[][] covariance, double squares) {
    /**
     * Of draws.
     *
     * @param draws [S][D]
     * @param weights that add up to 1, [S]
     */
    static WeightedMoments of(double[][] draws, double[] weights) {
        int n = draws[0].length;
        double[] mean = new double[n];
        double squares = 0;
        for (int s = 0; s < draws.length; s++) {
            squares += weights[s] * weights[s];
            for (int d = 0; d < n && weights[s] > 0; d++) {
                mean[d] += weights[s] * draws[s][d];
            }
        }
        double[][] covariance = new double[n][n];
        for (int s = 0; s < draws.length; s++) {
            for (int i = 0; i < n && weights[s] > 0; i++) {
                double off = weights[s] * (draws[s][i] - mean[i]);
                for (int j = 0; j <= i; j++) {
                    covariance[i][j] += off * (draws[s][j] - mean[j]);
                }
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                covariance[j][i] = covariance[i][j];
            }
        }
        return new WeightedMoments(mean, covariance, squares);
    }

    /** How far the covariance is to be believed, from 0 to 1: half where there are as many draws as dimensions. */
    double trust() {
        return 1 / (1 + squares * mean.length);
    }

    /** How many numbers of a normal, of D means and D·(D + 1)/2 covariances, come from the draws. */
    double freedom() {
        return mean.length + trust() * trust() * mean.length * (mean.length + 1) / 2;
    }

    /**
     * The normal that has them; of few draws the covariance is as far a usual one as these leave it open.
     *
     * @return null if that is not positive definite
     */
    @Nullable
    MixtureComponent component(double logWeight, double[][] usual) {
        double trust = trust();
        int n = mean.length;
        double[][] own = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                own[i][j] = trust * covariance[i][j] + (1 - trust) * usual[i][j];
            }
        }
        double[][] factor = DenseMatrix.cholesky(own);
        return factor == null ? null : new MixtureComponent(logWeight, mean, factor);
    }
}

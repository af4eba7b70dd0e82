package io.github.elbo4j.infer;

import io.github.elbo4j.device.internal.LowerTriangle;

/**
 * The update of batch and match (Cai et al., ICML 2024, equations 12 to 15) in coordinates u in which the present q is N(0, I): of all normals
 * the one with the least
 *
 * <p>{@code Σ_s |∇log q(u_s) − g_s|²_{Cov q} / B + (2/lambda)·KL(N(0, I) ‖ q)}.
 *
 * <p>With C and Γ the covariances of draws and scores, ū and ḡ their means and {@code share = lambda/(1 + lambda)}, it has the covariance
 * that solves {@code Σ·U·Σ + Σ = V}, {@code U = lambda·Γ + share·ḡ·ḡᵀ}, {@code V = I + lambda·C + share·ū·ūᵀ}: with {@code V = R·Rᵀ},
 *
 * <p>{@code Σ = 2·R·(I + (I + 4·Rᵀ·U·R)^½)⁻¹·Rᵀ}, and the mean {@code share·(Σ·ḡ + ū)}.
 */
final class ScoreMatch {
    private ScoreMatch() {}

    /**
     * A normal in these coordinates.
     *
     * @param mean [D]
     * @param covariance [D][D]
     */
    record Normal(double[] mean, double[][] covariance) {}

    /**
     * The update.
     *
     * @param draws u, [B][D]
     * @param scores ∇log p in u, [B][D], finite
     */
    static Normal update(double[][] draws, double[][] scores, double lambda) {
        int n = draws[0].length;
        double share = lambda / (1 + lambda);
        double[] drawn = mean(draws);
        double[] score = mean(scores);
        double[][] v = moments(draws, drawn, lambda, share);
        for (int i = 0; i < n; i++) {
            v[i][i] += 1;
        }
        double[][] r = new double[n][n];
        LowerTriangle.factor(v, 0, 0, r); // V − I is not negative
        SymmetricEigen eigen = SymmetricEigen.of(between(r, moments(scores, score, lambda, share)));
        double[][] root = new double[n][n]; // of the covariance: root·rootᵀ
        for (int k = 0; k < n; k++) {
            double length = Math.sqrt(2 / (1 + Math.sqrt(1 + 4 * Math.max(0, eigen.values()[k]))));
            double[] column = LowerTriangle.times(r, eigen.vectors()[k]);
            for (int i = 0; i < n; i++) {
                root[i][k] = length * column[i];
            }
        }
        double[][] covariance = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                covariance[i][j] = InverseHessian.dot(root[i], root[j]);
                covariance[j][i] = covariance[i][j];
            }
        }
        double[] mean = DenseMatrix.times(covariance, score);
        for (int i = 0; i < n; i++) {
            mean[i] = share * (mean[i] + drawn[i]);
        }
        return new Normal(mean, covariance);
    }

    private static double[] mean(double[][] rows) {
        double[] mean = new double[rows[0].length];
        for (double[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i] / rows.length;
            }
        }
        return mean;
    }

    /** {@code lambda·Cov + share·mean·meanᵀ}. */
    private static double[][] moments(double[][] rows, double[] mean, double lambda, double share) {
        int n = mean.length;
        double[][] sum = new double[n][n];
        double[] deviation = new double[n];
        for (double[] row : rows) {
            for (int i = 0; i < n; i++) {
                deviation[i] = row[i] - mean[i];
            }
            for (int i = 0; i < n; i++) {
                double weighted = lambda / rows.length * deviation[i];
                for (int j = 0; j <= i; j++) {
                    sum[i][j] += weighted * deviation[j];
                }
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                sum[i][j] += share * mean[i] * mean[j];
                sum[j][i] = sum[i][j];
            }
        }
        return sum;
    }

    /** {@code Rᵀ·U·R}. */
    private static double[][] between(double[][] r, double[][] u) {
        int n = r.length;
        double[][] columns = new double[n][n]; // of R
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                columns[j][i] = r[i][j];
            }
        }
        double[][] half = new double[n][];
        for (int j = 0; j < n; j++) {
            half[j] = DenseMatrix.times(u, columns[j]);
        }
        double[][] result = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                result[i][j] = InverseHessian.dot(columns[i], half[j]);
                result[j][i] = result[i][j];
            }
        }
        return result;
    }
}

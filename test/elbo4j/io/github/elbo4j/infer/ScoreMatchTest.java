package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.device.internal.LowerTriangle;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreMatchTest {
    private static double[][] normals(int rows, int n, long seed) {
        Random random = new Random(seed);
        double[][] normals = new double[rows][n];
        for (double[] row : normals) {
            for (int i = 0; i < n; i++) {
                row[i] = random.nextGaussian();
            }
        }
        return normals;
    }

    /** Scores {@code −P·(u − m)} of a normal, or those of a posterior that is none. */
    private static double[][] scores(double[][] draws, double[][] precision, double[] mean, double skew) {
        double[][] scores = new double[draws.length][];
        for (int s = 0; s < draws.length; s++) {
            double[] u = draws[s].clone();
            for (int i = 0; i < u.length; i++) {
                u[i] -= mean[i];
            }
            scores[s] = DenseMatrix.times(precision, u);
            for (int i = 0; i < u.length; i++) {
                scores[s][i] = -scores[s][i] - skew * u[i] * u[i];
            }
        }
        return scores;
    }

    private static final double[][] PRECISION = {{2, 1.2, -0.4}, {1.2, 5, 0.3}, {-0.4, 0.3, 0.6}};
    private static final double[] MEAN = {0.7, -1.5, 0.2};

    /**
     * What the update minimizes, from its definition: the mean over draws of {@code |∇log q(u) − g|²} in the metric of q's covariance, and
     * {@code (2/lambda)·KL(N(0, I) ‖ q)}.
     */
    private static double objective(
            double[][] draws, double[][] scores, double lambda, double[] mean, double[][] covariance) {
        int n = mean.length;
        double[][] lower = DenseMatrix.cholesky(covariance);
        double[][] precision = LowerTriangle.inverseOfSquare(lower);
        double sum = 0;
        double kl = LowerTriangle.logDeterminant(lower) - 0.5 * n;
        for (int i = 0; i < n; i++) {
            kl += 0.5 * precision[i][i] + 0.5 * mean[i] * InverseHessian.dot(precision[i], mean);
        }
        for (int s = 0; s < draws.length; s++) {
            double[] off = new double[n];
            for (int i = 0; i < n; i++) {
                off[i] = -scores[s][i];
                for (int j = 0; j < n; j++) {
                    off[i] -= precision[i][j] * (draws[s][j] - mean[j]);
                }
            }
            sum += InverseHessian.dot(off, DenseMatrix.times(covariance, off));
        }
        return sum / draws.length + 2 / lambda * kl;
    }

    /**
     * By central differences along every coordinate of mean and covariance in units of sds: a third derivative is some ten times the
     * objective, so that the error is {@code 2·h²} and {@code 2^-52/h} of it, 3e-10 for h = 1e-5; and no other normal nearby has a smaller
     * value.
     */
    @ParameterizedTest
    @CsvSource({"7, 0.05", "7, 1", "7, 60", "2, 0.5", "1, 0.2", "200, 1000"})
    void theUpdateIsTheMinimum(int count, double lambda) {
        double[][] draws = normals(count, 3, 5);
        double[][] scores = scores(draws, PRECISION, MEAN, 0.3);
        ScoreMatch.Normal found = ScoreMatch.update(draws, scores, lambda);
        double least = objective(draws, scores, lambda, found.mean(), found.covariance());
        double h = 1e-5;
        for (int i = 0; i < 3; i++) {
            for (int j = -1; j <= i; j++) { // −1 for the mean
                double unit = Math.sqrt(found.covariance()[i][i] * (j < 0 ? 1 : found.covariance()[j][j]));
                double[] beside = new double[2];
                for (int side = 0; side < 2; side++) {
                    double[] mean = found.mean().clone();
                    double[][] covariance = {
                        found.covariance()[0].clone(), found.covariance()[1].clone(), found.covariance()[2].clone()
                    };
                    double step = side == 0 ? -h * unit : h * unit;
                    if (j < 0) {
                        mean[i] += step;
                    } else {
                        covariance[i][j] += step;
                        covariance[j][i] = covariance[i][j];
                    }
                    beside[side] = objective(draws, scores, lambda, mean, covariance);
                    assertThat(beside[side]).as("beside %d, %d", i, j).isGreaterThan(least);
                }
                assertThat((beside[1] - beside[0]) / (2 * h))
                        .as("slope along %d, %d", i, j)
                        .isCloseTo(0, within(1e-8 * Math.max(1, Math.abs(least))));
            }
        }
    }

    /** q is the posterior: whatever the draws and lambda, it stays where it is. */
    @ParameterizedTest
    @CsvSource({"4, 0.1", "4, 30", "50, 1e4", "50, 1e9"})
    void thePosteriorIsAFixedPoint(int count, double lambda) {
        double[][] draws = normals(count, 3, 8);
        double[][] identity = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
        ScoreMatch.Normal found = ScoreMatch.update(draws, scores(draws, identity, new double[3], 0), lambda);
        // Rounding, of sums that are lambda larger and cancel under the root.
        double rounding = 64 * 0x1p-52 * Math.max(1, Math.sqrt(lambda));
        for (int i = 0; i < 3; i++) {
            assertThat(found.mean()[i]).isCloseTo(0, within(rounding));
            assertThat(found.covariance()[i]).containsExactly(identity[i], within(rounding));
        }
    }

    /** More draws than dimensions see all of a Gaussian: without the penalty one update finds it, and with it all but a part of 1/lambda. */
    @Test
    void aGaussianIsFoundAtOnce() {
        double[][] draws = normals(6, 3, 2);
        double[][] covariance = LowerTriangle.inverseOfSquare(DenseMatrix.cholesky(PRECISION));
        double lambda = 1e9;
        ScoreMatch.Normal found = ScoreMatch.update(draws, scores(draws, PRECISION, MEAN, 0), lambda);
        for (int i = 0; i < 3; i++) {
            assertThat(found.mean()[i]).isCloseTo(MEAN[i], within(100 / lambda));
            assertThat(found.covariance()[i]).containsExactly(covariance[i], within(100 / lambda));
        }
    }
}

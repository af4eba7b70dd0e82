package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Batch and match: exact where the posterior is a Gaussian, and at rest where scores match where it is not. {@link BatchAndMatchEndingsTest} has its ends. */
class BatchAndMatchTest {
    private static final Device HOST = TestDevices.scalar();

    /** log N(mean, S) in float64, S⁻¹ = precision. */
    private static HostLogJoint gaussian(double[] mean, double[][] precision) {
        List<String> names = new ArrayList<>();
        for (int d = 0; d < mean.length; d++) {
            names.add("z" + d);
        }
        return HostLogJoint.ofDraw(names, (z, gradient) -> {
            double sum = 0;
            for (int i = 0; i < mean.length; i++) {
                gradient[i] = 0;
                for (int j = 0; j < mean.length; j++) {
                    gradient[i] -= precision[i][j] * (z[j] - mean[j]);
                }
                sum += gradient[i] * (z[i] - mean[i]) / 2;
            }
            return sum;
        });
    }

    /** Whatever the draws, the units and the correlations, up to 0.999: to the rounding of float64, some 2^-52 times the condition of the precision. */
    @Test
    void aGaussianIsExact() {
        int d = 6;
        double closest = 0;
        for (int seed = 0; seed < 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] mean = new double[d];
            double[][] factor = new double[d][d]; // of the precision
            for (int i = 0; i < d; i++) {
                mean[i] = 10 * random.nextGaussian();
                for (int j = 0; j <= i; j++) {
                    factor[i][j] =
                            (i == j ? 0.2 + random.nextDouble() : 2 * random.nextGaussian()) * Math.pow(10, i - 3);
                }
            }
            double[][] precision = new double[d][d];
            for (int i = 0; i < d; i++) {
                for (int j = 0; j < d; j++) {
                    precision[i][j] = InverseHessian.dot(factor[i], factor[j]);
                }
            }
            double[][] covariance = LowerTriangle.inverseOfSquare(factor);
            FitResult fit = new BatchAndMatch().seed(seed).fit(HOST, gaussian(mean, precision));

            assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
            assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
            assertThat(fit.steps()).isEqualTo(16);
            for (int i = 0; i < d; i++) {
                double sd = Math.sqrt(covariance[i][i]);
                assertThat(fit.posterior().mean(i)).isCloseTo(mean[i], within(1e-7 * sd));
                assertThat(fit.posterior().standardDeviation(i)).isCloseTo(sd, within(1e-7 * sd));
                for (int j = 0; j < i; j++) {
                    closest = Math.max(closest, Math.abs(fit.gaussian().correlation(i, j)));
                    assertThat(fit.gaussian().covariance(i, j))
                            .isCloseTo(covariance[i][j], within(1e-7 * sd * Math.sqrt(covariance[j][j])));
                }
            }
        }
        assertThat(closest).isGreaterThan(0.99);
    }

    /** Scores in float32, of sds from 0.5 to 50 and correlations of ±0.9: 1e-7 of a score, times the condition of some 100. */
    @EveryDevice
    void aGaussianIsExactInFloat32(Device device) {
        double[] sd = {0.5, 50, 2};
        double[] mean = {3, -40, 1};
        double[][] correlation = {{1, 0.9, -0.9}, {0.9, 1, -0.8}, {-0.9, -0.8, 1}};
        double[][] covariance = new double[3][3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                covariance[i][j] = correlation[i][j] * sd[i] * sd[j];
            }
        }
        try (LogJoint joint = GaussianTarget.full(device, mean, covariance)) {
            FitResult fit = new BatchAndMatch().seed(5).fit(device, joint);
            assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
            assertThat(fit.elbo().value()).isCloseTo(0, within(1e-4)); // both densities are normalized
            assertThat(fit.method()).isEqualTo("batch-and-match");
            assertThat(fit.family()).isEqualTo("full-rank");
            assertThat(fit.corrected()).isNotNull();
            for (int i = 0; i < 3; i++) {
                assertThat(fit.posterior().mean(i)).isCloseTo(mean[i], within(1e-5 * sd[i]));
                for (int j = 0; j <= i; j++) {
                    assertThat(fit.gaussian().covariance(i, j))
                            .isCloseTo(covariance[i][j], within(1e-5 * sd[i] * sd[j]));
                }
            }
        }
    }

    /** A chain of more dimensions than the paths know correlations of. */
    @Test
    void manyDimensionsAreCorrelated() {
        int d = Walks.DENSE + 1;
        List<String> names = new ArrayList<>();
        double[][] precision = new double[d][d];
        for (int i = 0; i < d; i++) {
            names.add("z" + i);
            precision[i][i] = 2.5;
            if (i > 0) {
                precision[i][i - 1] = -1.2;
                precision[i - 1][i] = -1.2;
            }
        }
        HostLogJoint chain = HostLogJoint.ofDraw(names, (z, gradient) -> {
            double sum = 0;
            for (int i = 0; i < d; i++) {
                double before = i > 0 ? z[i - 1] - (i - 1) % 7 : 0;
                double after = i + 1 < d ? z[i + 1] - (i + 1) % 7 : 0;
                gradient[i] = -2.5 * (z[i] - i % 7) + 1.2 * (before + after);
                sum += gradient[i] * (z[i] - i % 7) / 2;
            }
            return sum;
        });
        double[][] covariance = LowerTriangle.inverseOfSquare(Objects.requireNonNull(DenseMatrix.cholesky(precision)));
        FitResult fit = new BatchAndMatch().draws(300).starts(1).fit(HOST, chain);
        assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
        for (int i = 0; i < d; i++) {
            double sd = Math.sqrt(covariance[i][i]);
            assertThat(fit.posterior().mean(i)).isCloseTo(i % 7, within(1e-9 * sd));
            assertThat(fit.posterior().standardDeviation(i)).isCloseTo(sd, within(1e-9 * sd));
        }
        assertThat(fit.gaussian().correlation(100, 101))
                .isCloseTo(covariance[100][101] / Math.sqrt(covariance[100][100] * covariance[101][101]), within(1e-9));
    }

    /** The log of a Gamma(3, 2). */
    static double logGamma(double[] z, double[] gradient) {
        gradient[0] = 3 - 2 * StrictMath.exp(z[0]);
        return 3 * z[0] - 2 * StrictMath.exp(z[0]);
    }

    /** Six outcomes of a logistic regression with an intercept. */
    static double logistic(double[] z, double[] gradient) {
        double logP = -(z[0] * z[0] + z[1] * z[1]) / 8;
        gradient[0] = -z[0] / 4;
        gradient[1] = -z[1] / 4;
        for (int n = 0; n < 6; n++) {
            double x = n - 2;
            double score = z[0] + x * z[1];
            int y = n == 1 || n > 2 ? 1 : 0;
            logP += y * score - StrictMath.log1p(StrictMath.exp(score));
            double residual = y - 1 / (1 + StrictMath.exp(-score));
            gradient[0] += residual;
            gradient[1] += residual * x;
        }
        return logP;
    }

    /**
     * Where it comes to rest the mean of scores is 0 and their covariance the inverse of q's, by quadrature under the q that was found. With so many
     * draws the Monte Carlo error of the answer is about 0.001 sd, and what it leaves of these as large for the mean and two to four times for the covariance;
     * a bound of ten errors fails by chance less than once in a million seeds, and seeds are fixed. The normal of the largest ELBO has 1.19 in the place of 1.
     */
    @Test
    void scoresMatchUnderQuadrature() {
        HostLogJoint gamma = HostLogJoint.ofDraw(List.of("a"), BatchAndMatchTest::logGamma);
        FitResult fit = new BatchAndMatch().draws(4096).seed(3).fit(HOST, gamma);
        assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
        assertScoresMatch(fit.gaussian(), BatchAndMatchTest::logGamma);
        // In closed form: exp(mean + sd²/2) = 3/2 and sd²·(exp(sd²) − 1) = 1/9.
        double square = 0.1;
        for (int i = 0; i < 100; i++) {
            square = StrictMath.log1p(1 / (9 * square)); // contracts
            square = 0.5 * (square + 1 / (9 * StrictMath.expm1(square)));
        }
        assertThat(square * StrictMath.expm1(square)).isCloseTo(1.0 / 9, within(1e-6));
        assertThat(fit.posterior().standardDeviation(0)).isCloseTo(Math.sqrt(square), within(0.01 * Math.sqrt(square)));
        assertThat(fit.posterior().mean(0)).isCloseTo(StrictMath.log(1.5) - square / 2, within(0.01));

        HostLogJoint outcomes = HostLogJoint.ofDraw(List.of("a", "b"), BatchAndMatchTest::logistic);
        fit = new BatchAndMatch().draws(4096).seed(4).fit(HOST, outcomes);
        assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
        assertScoresMatch(fit.gaussian(), BatchAndMatchTest::logistic);
    }

    /** In coordinates in which q is N(0, I), by the trapezoidal rule, which is exact to many digits for what falls off like a normal. */
    private static void assertScoresMatch(Gaussian q, HostLogJoint.DrawFunction p) {
        int n = q.dimensions();
        double[][] lower = Objects.requireNonNull(DenseMatrix.cholesky(q.covariance()));
        StartNormal normal = StartNormal.correlated(q.mean(), lower);
        double step = 0.125;
        int half = 64;
        double[] mean = new double[n];
        double[][] squares = new double[n][n];
        double all = 0;
        double[] gradient = new double[n];
        for (int k = 0; k < (n == 1 ? 1 : 2 * half + 1) * (2 * half + 1); k++) {
            double[] u = new double[n];
            u[0] = step * (k % (2 * half + 1) - half);
            if (n == 2) {
                u[1] = step * (k / (2 * half + 1) - half);
            }
            double weight = StrictMath.exp(-0.5 * InverseHessian.dot(u, u));
            p.evaluate(normal.at(u), gradient);
            double[] score = normal.slope(gradient);
            all += weight;
            for (int i = 0; i < n; i++) {
                mean[i] += weight * score[i];
                for (int j = 0; j < n; j++) {
                    squares[i][j] += weight * score[i] * score[j];
                }
            }
        }
        for (int i = 0; i < n; i++) {
            assertThat(mean[i] / all).as("mean %d", i).isCloseTo(0, within(0.01));
            for (int j = 0; j < n; j++) {
                assertThat(squares[i][j] / all).as("%d, %d", i, j).isCloseTo(i == j ? 1 : 0, within(0.04));
            }
        }
    }

    /** Every number but the time, and of a model of expressions too. */
    @EveryDevice
    void devicesDoNotChangeABit(Device device) {
        MethodCases.devicesDoNotChangeABit(device, new BatchAndMatch().seed(5));
    }

    @Test
    void badSettings() {
        assertThatThrownBy(() -> new BatchAndMatch().draws(2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("draws is 2, but must be 3 or more");
        assertThatThrownBy(() -> new BatchAndMatch().starts(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("starts is 0, but must be 1 or more");
        try (LogJoint many = GaussianTarget.diagonal(HOST, new double[301], StartNormal.ones(301));
                LogJoint twenty = GaussianTarget.diagonal(HOST, new double[20], StartNormal.ones(20))) {
            assertThatThrownBy(() -> new BatchAndMatch().fit(HOST, many))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the model has 301 dimensions")
                    .hasMessageContaining("at most 300");
            assertThatThrownBy(() -> new BatchAndMatch().draws(21).fit(HOST, twenty))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("draws is 21, but must be 22 or more for the 20 dimensions");
        }
    }
}

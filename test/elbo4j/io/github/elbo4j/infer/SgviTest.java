package io.github.elbo4j.infer;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Dense;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Regressions;
import io.github.elbo4j.model.Standardization;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Whole fits against posteriors that are known. */
class SgviTest {
    private static final double NOISE = 0.6;
    private static final NormalPrior PRIOR = new NormalPrior(0.2, 1.5);
    private static final RegressionData LINEAR =
            Regressions.linear(1, 120, 5, NOISE).withIntercept();

    /** The exact posterior of {@link #LINEAR} with known noise, in float64. */
    private static final class Conjugate {
        final double[][] precision;
        final double[][] covariance;
        final double[] mean;
        final double logEvidence;

        Conjugate() {
            int k = 6;
            int n = LINEAR.rows();
            double[][] x = new double[n][k];
            for (int r = 0; r < n; r++) {
                System.arraycopy(LINEAR.x(), r * k, x[r], 0, k);
            }
            double noise = 1 / (NOISE * NOISE);
            double prior = 1 / (PRIOR.sd() * PRIOR.sd());
            precision = new double[k][k];
            double[] shift = new double[k];
            for (int i = 0; i < k; i++) {
                precision[i][i] = prior;
                shift[i] = PRIOR.mean() * prior;
                for (int r = 0; r < n; r++) {
                    shift[i] += x[r][i] * LINEAR.y()[r] * noise;
                    for (int j = 0; j < k; j++) {
                        precision[i][j] += x[r][i] * x[r][j] * noise;
                    }
                }
            }
            covariance = Dense.inverse(precision);
            mean = Dense.times(covariance, shift);
            // log p(y) = log p(y | b) + log p(b) − log p(b | y), at the posterior's mean b
            double sum = 0;
            for (int r = 0; r < n; r++) {
                double e = (LINEAR.y()[r] - Dense.dot(x[r], mean)) / NOISE;
                sum += -0.5 * e * e - Math.log(NOISE) - 0.5 * Math.log(2 * Math.PI);
            }
            for (int i = 0; i < k; i++) {
                double h = (mean[i] - PRIOR.mean()) / PRIOR.sd();
                sum += -0.5 * h * h - Math.log(PRIOR.sd());
            }
            logEvidence = sum + 0.5 * logDeterminant(covariance);
        }

        static double logDeterminant(double[][] a) {
            double sum = 0;
            double[][] m = new double[a.length][];
            for (int i = 0; i < a.length; i++) {
                m[i] = a[i].clone();
            }
            for (int k = 0; k < m.length; k++) { // positive definite: no pivots needed
                sum += Math.log(m[k][k]);
                for (int i = k + 1; i < m.length; i++) {
                    double f = m[i][k] / m[k][k];
                    for (int j = k; j < m.length; j++) {
                        m[i][j] -= f * m[k][j];
                    }
                }
            }
            return sum;
        }
    }

    /**
     * The path derivative has no noise at the optimum, so what is left is what the stopping rule leaves: KL below 0.01, and in
     * fact far below. 0.005 nats allow a mean 0.1 standard deviations off, and a variance 14 % off, in one coordinate.
     */
    @EveryDevice
    void fullRankFindsTheExactPosteriorOfTheConjugateModel(Device device) {
        Conjugate exact = new Conjugate();
        try (LogJoint model = BayesianLinearRegression.knownNoise(device, LINEAR, PRIOR, NOISE)
                .logJoint()) {
            FitResult fit = Sgvi.builder().seed(1).build().fit(device, model);
            assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
            for (int i = 0; i < 6; i++) {
                double sd = Math.sqrt(exact.covariance[i][i]);
                close("mean " + i, fit.posterior().mean()[i], exact.mean[i], 0.02 * sd);
                close("sd " + i, fit.posterior().standardDeviation(i), sd, 0.02 * sd);
                for (int j = 0; j < i; j++) {
                    double scale = Math.sqrt(exact.covariance[i][i] * exact.covariance[j][j]);
                    close("covariance", fit.posterior().covariance()[i][j], exact.covariance[i][j], 0.03 * scale);
                }
            }
            // with q the posterior, both are the log evidence; float32 log p is off by up to 2^-17 a draw
            close("ELBO", fit.elbo().value(), exact.logEvidence, 0.003);
            close(
                    "evidence",
                    fit.logEvidence().value(),
                    exact.logEvidence,
                    5 * fit.logEvidence().standardError() + 1e-4);
            assertThat(fit.elbo().standardError()).isLessThan(0.003);
            assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
            assertThat(fit.steps()).isLessThan(3000);
        }
    }

    /** The mean-field optimum has the posterior's mean and sigma_i² = 1/precision_ii; log p − log q keeps its spread. */
    @EveryDevice
    void meanFieldFindsItsKnownOptimum(Device device) {
        Conjugate exact = new Conjugate();
        try (LogJoint model = BayesianLinearRegression.knownNoise(device, LINEAR, PRIOR, NOISE)
                .logJoint()) {
            FitResult fit = Sgvi.builder()
                    .family(Family.meanField())
                    .seed(2)
                    .tolerance(0.002)
                    .build()
                    .fit(device, model);
            assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
            double sumOfLogs = 0;
            for (int i = 0; i < 6; i++) {
                double sd = 1 / Math.sqrt(exact.precision[i][i]);
                // averages of noisy steps: 0.01 nats are 0.14 standard deviations in one coordinate
                close("mean " + i, fit.posterior().mean()[i], exact.mean[i], 0.1 * sd);
                close("sd " + i, fit.posterior().standardDeviation(i), sd, 0.05 * sd);
                sumOfLogs += Math.log(sd);
            }
            double kl = 0.5 * Conjugate.logDeterminant(exact.covariance) - sumOfLogs;
            double error = 5 * fit.elbo().standardError() + 0.02;
            close("ELBO", fit.elbo().value(), exact.logEvidence - kl, error);
            assertThat(kl).isGreaterThan(2 * error); // so that the two could be told apart
            assertThat(fit.posterior().covariance()[0][1]).isZero();
        }
    }

    /**
     * Two coefficients on a grid of 400 × 400 over ±7 standard deviations, whose error is beneath rounding. The Gaussian
     * of the best ELBO is not the posterior: here it misses the means by 0.03 and the sds by 0.02 of an sd.
     */
    @Test
    void logisticRegressionAgreesWithQuadrature() {
        Device device = TestDevices.all().get(0);
        RegressionData data = Regressions.logistic(3, 80, 2);
        double[] grid = quadrature(data, 1.5);
        try (LogJoint model = new BayesianLogisticRegression(device, data, new NormalPrior(0, 1.5)).logJoint()) {
            FitResult fit = Sgvi.builder().seed(3).build().fit(device, model);
            assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
            close(
                    "evidence",
                    fit.logEvidence().value(),
                    grid[0],
                    5 * fit.logEvidence().standardError() + 1e-4);
            assertThat(fit.logEvidence().standardError()).isLessThan(0.01);
            assertThat(fit.elbo().value()).isLessThan(grid[0] + 5 * fit.elbo().standardError());
            assertThat(fit.elbo().value()).isGreaterThan(grid[0] - 0.05);
            for (int i = 0; i < 2; i++) {
                double sd = grid[3 + i];
                close("mean", fit.posterior().mean()[i], grid[1 + i], 0.08 * sd);
                close("sd", fit.posterior().standardDeviation(i), sd, 0.06 * sd);
            }
            close("correlation", fit.posterior().correlation(0, 1), grid[5], 0.05);
        }
    }

    @Test
    void robbinsMonroFindsAGaussian() {
        Device device = TestDevices.all().get(0);
        try (LogJoint target = GaussianTarget.diagonal(device, new double[] {1, -2}, new double[] {1, 0.5})) {
            FitResult fit = Sgvi.builder()
                    .optimizer(new RobbinsMonro(0.5))
                    .gradient(Gradient.REPARAM)
                    .seed(4)
                    .build()
                    .fit(device, target);
            assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
            close("ELBO", fit.elbo().value(), 0, 0.01 + 5 * fit.elbo().standardError());
            close("mean", fit.posterior().mean()[0], 1, 0.1);
            close("sd", fit.posterior().standardDeviation(1), 0.5, 0.05);
            assertThat(fit.settings().get("optimizer")).asString().startsWith("robbins-monro");
        }
    }

    /** A model without a gradient, and each baseline; the score's noise leaves some hundredths of a nat. */
    @Test
    void theScoreGradientNeedsNoGradientOfTheModel() {
        Device device = TestDevices.all().get(0);
        LogJoint model = HostLogJoint.ofBlock(List.of("a", "b"), (rows, z, logP, gradient) -> {
            assertThat(gradient).isNull();
            for (int r = 0; r < rows; r++) {
                double x = (z[2 * r] - 3) / 2;
                double y = z[2 * r + 1];
                logP[r] = -0.5 * (x * x + y * y) - Math.log(2) - Math.log(2 * Math.PI);
            }
        });
        for (Baseline baseline : Baseline.values()) {
            FitResult fit = Sgvi.builder()
                    .family(Family.meanField())
                    .gradient(Gradient.SCORE)
                    .baseline(baseline)
                    .draws(64)
                    .tolerance(0.05)
                    .seed(5)
                    .maxSteps(5000)
                    .build()
                    .fit(device, model);
            close(baseline + " ELBO", fit.elbo().value(), 0, 0.05);
            close(baseline + " mean", fit.posterior().mean()[0], 3, 0.4);
            assertThat(fit.settings())
                    .containsEntry("gradient", "score")
                    .containsEntry(
                            "baseline", baseline.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
    }

    /** The posterior of all rows from minibatches of 30 of 120; without the factor N/n the sds would be twice as large. */
    @Test
    void minibatchesFindTheSamePosterior() {
        Device device = TestDevices.all().get(0);
        Conjugate exact = new Conjugate();
        try (LogJoint model = BayesianLinearRegression.knownNoise(device, LINEAR, PRIOR, NOISE)
                .logJoint()) {
            FitResult fit =
                    Sgvi.builder().seed(6).batch(30).tolerance(0.05).build().fit(device, model);
            assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
            close("ELBO", fit.elbo().value(), exact.logEvidence, 0.05);
            for (int i = 0; i < 6; i++) {
                double sd = Math.sqrt(exact.covariance[i][i]);
                close("mean " + i, fit.posterior().mean()[i], exact.mean[i], 0.25 * sd);
                close("sd " + i, fit.posterior().standardDeviation(i), sd, 0.15 * sd);
            }
        }
    }

    /** With a flat prior, standardizing changes nothing but the way there. */
    @Test
    void aStandardizedFitIsTheSameOnTheOriginalScale() {
        Device device = TestDevices.all().get(0);
        RegressionData data = Regressions.linear(7, 80, 2, 0.5);
        double[] x = data.x().clone();
        for (int i = 0; i < x.length; i += 2) {
            x[i] = 30 + 5 * x[i];
        }
        RegressionData shifted = new RegressionData(data.columns(), x, data.y()).withIntercept();
        Standardization scale = Standardization.ofColumnsAndTarget(shifted);
        NormalPrior flat = new NormalPrior(0, 1e3);
        FitResult direct;
        FitResult back;
        try (LogJoint model =
                BayesianLinearRegression.knownNoise(device, shifted, flat, 0.5).logJoint()) {
            direct = Sgvi.builder().seed(8).build().fit(device, model);
        }
        try (LogJoint model = BayesianLinearRegression.knownNoise(device, scale.data(), flat, 0.5 / scale.targetSd())
                .logJoint()) {
            back = Sgvi.builder().seed(9).build().fit(device, model).toOriginal(scale);
        }
        for (int i = 0; i < 3; i++) {
            double sd = back.posterior().standardDeviation(i);
            close("mean", back.posterior().mean()[i], direct.posterior().mean()[i], 0.1 * sd);
            close("sd", direct.posterior().standardDeviation(i), sd, 0.1 * sd);
        }
        // the densities of the three flat priors differ by the scales of the coefficients
        double[] sds = new double[2];
        for (int j = 0; j < 2; j++) {
            double sum = 0;
            double squares = 0;
            for (int n = 0; n < 80; n++) {
                sum += shifted.x()[3 * n + 1 + j] / 80;
            }
            for (int n = 0; n < 80; n++) {
                squares += Math.pow(shifted.x()[3 * n + 1 + j] - sum, 2) / 80;
            }
            sds[j] = Math.sqrt(squares);
        }
        double jacobian = Math.log(sds[0] * sds[1]) - 3 * Math.log(scale.targetSd());
        close("ELBO", back.elbo().value(), direct.elbo().value() + jacobian, 0.05);
        assertThat(back.trace().get(back.trace().size() - 1).elbo())
                .isCloseTo(back.elbo().value(), org.assertj.core.data.Offset.offset(5.0));
    }

    /** Evidence, means, sds and correlation by the trapezoidal rule. */
    private static double[] quadrature(RegressionData data, double priorSd) {
        int m = 400;
        double[] sums = new double[6];
        double top = Double.NEGATIVE_INFINITY;
        double[][] log = new double[m][m];
        double half = 4;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                double a = -half + 2 * half * i / (m - 1);
                double b = -half + 2 * half * j / (m - 1);
                double sum =
                        -0.5 * (a * a + b * b) / (priorSd * priorSd) - 2 * Math.log(priorSd) - Math.log(2 * Math.PI);
                for (int n = 0; n < data.rows(); n++) {
                    double eta = a * data.x()[2 * n] + b * data.x()[2 * n + 1];
                    sum += data.y()[n] * eta - Math.log1p(Math.exp(eta));
                }
                log[i][j] = sum;
                top = Math.max(top, sum);
            }
        }
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                double a = -half + 2 * half * i / (m - 1);
                double b = -half + 2 * half * j / (m - 1);
                double w = Math.exp(log[i][j] - top);
                sums[0] += w;
                sums[1] += w * a;
                sums[2] += w * b;
                sums[3] += w * a * a;
                sums[4] += w * b * b;
                sums[5] += w * a * b;
            }
        }
        double cell = 2 * half / (m - 1);
        double ma = sums[1] / sums[0];
        double mb = sums[2] / sums[0];
        double sa = Math.sqrt(sums[3] / sums[0] - ma * ma);
        double sb = Math.sqrt(sums[4] / sums[0] - mb * mb);
        double correlation = (sums[5] / sums[0] - ma * mb) / (sa * sb);
        return new double[] {top + Math.log(sums[0] * cell * cell), ma, mb, sa, sb, correlation};
    }
}

package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Posteriors on which fits went wrong and called themselves good; each stands for its kind. All seeds are fixed. */
class HonestFitsTest {
    private static final Device DEVICE = TestDevices.scalar();
    private static final double LOG_TWO_PI = Math.log(2 * Math.PI);

    private static FitResult fit(LogJoint joint, Family family, long seed) {
        return Sgvi.builder().family(family).seed(seed).build().fit(DEVICE, joint);
    }

    /** log N(z; mean, sd²) times a factor in the gradient, which is wrong unless it is 1. */
    private static LogJoint normal(double mean, double sd, double constant, double factor) {
        return HostLogJoint.ofDraw(List.of("x"), (z, g) -> {
            double e = (z[0] - mean) / sd;
            g[0] = -factor * e / sd;
            return constant - 0.5 * e * e - Math.log(sd) - 0.5 * LOG_TWO_PI;
        });
    }

    /** Exact: the natural gradient of a Gaussian has no noise, so that float32's rounding is what is left. */
    @Test
    void unitsDoNotMatter() {
        for (Family family : Family.values()) {
            for (double m : new double[] {1e-4, 1, 300, 1e4, 1e5}) {
                FitResult fit = fit(normal(m, m, 0, 1), family, 1);
                String what = family + " at " + m + ": " + fit;
                assertThat(fit.converged()).as(what).isTrue();
                assertThat(fit.verdict()).as(what).isEqualTo(Verdict.GOOD);
                assertThat(fit.posterior().mean(0)).as(what).isCloseTo(m, within(1e-5 * m));
                assertThat(fit.posterior().standardDeviation(0)).as(what).isCloseTo(m, within(1e-5 * m));
            }
        }
    }

    @Test
    void aLargeConstantIsOnlyAConstant() {
        for (Family family : Family.values()) {
            for (double constant : new double[] {1e6, 1e7, -1e7}) {
                FitResult fit = fit(normal(0.5, 2, constant, 1), family, 2);
                String what = family + " plus " + constant + ": " + fit;
                assertThat(fit.converged()).as(what).isTrue();
                assertThat(fit.posterior().mean(0)).as(what).isCloseTo(0.5, within(1e-4));
                assertThat(fit.posterior().standardDeviation(0)).as(what).isCloseTo(2, within(1e-4));
            }
        }
    }

    /** n/2 successes of n on the logit scale: N(0, 4/n) but for terms of 1/n; log p is −n·log 2. */
    @Test
    void aBinomialOfManyTrialsKeepsItsDifferences() {
        for (Family family : Family.values()) {
            for (double n : new double[] {2e7, 2e9}) {
                LogJoint joint = HostLogJoint.ofDraw(List.of("logit"), (z, g) -> {
                    double fair = -Math.abs(z[0]) / 2 - Math.log1p(Math.exp(-Math.abs(z[0])));
                    g[0] = -n / 2 * Math.tanh(z[0] / 2);
                    return n * fair;
                });
                for (int seed = 1; seed <= 2; seed++) {
                    FitResult fit = fit(joint, family, seed);
                    double sd = 2 / Math.sqrt(n);
                    assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.GOOD);
                    assertThat(fit.posterior().mean(0)).as(fit.toString()).isCloseTo(0, within(0.01 * sd));
                    assertThat(fit.posterior().standardDeviation(0))
                            .as(fit.toString())
                            .isCloseTo(sd, within(0.005 * sd));
                }
            }
        }
    }

    /** Noise said to be 1/30 of what it is, so that log p is −9e6: the exact posterior is that of least squares. */
    @Test
    void aLikelihoodOfMillionsOfNatsKeepsItsDifferences() {
        Random random = new Random(8);
        int rows = 20_000;
        double noise = 1.0 / 30;
        double[] x = new double[2 * rows];
        double[] y = new double[rows];
        double[] sums = new double[4]; // of a², a, a·y, y
        for (int n = 0; n < rows; n++) {
            double a = random.nextGaussian();
            x[2 * n] = 1;
            x[2 * n + 1] = a;
            y[n] = 0.5 - a + random.nextGaussian();
            sums[0] += a * a;
            sums[1] += a;
            sums[2] += a * y[n];
            sums[3] += y[n];
        }
        double determinant = rows * sums[0] - sums[1] * sums[1];
        double slope = (rows * sums[2] - sums[1] * sums[3]) / determinant;
        double slopeSd = noise * Math.sqrt(rows / determinant);
        RegressionData data = new RegressionData(List.of("intercept", "a"), x, y);
        try (LogJoint joint = BayesianLinearRegression.knownNoise(DEVICE, data, new NormalPrior(0, 1000), noise)
                .logJoint()) {
            for (Family family : Family.values()) {
                FitResult fit = fit(joint, family, 3);
                assertThat(fit.elbo().value()).isLessThan(-8e6);
                assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.GOOD);
                assertThat(fit.posterior().mean(1)).as(fit.toString()).isCloseTo(slope, within(0.02 * slopeSd));
                assertThat(fit.posterior().standardDeviation(1))
                        .as(fit.toString())
                        .isCloseTo(slopeSd, within(0.01 * slopeSd));
            }
        }
    }

    /** ½N(−a, 1) + ½N(a, 1) has log evidence 0, and each half −log 2. */
    @Test
    void separateModesAreNamedAndNotTrusted() {
        for (Family family : Family.values()) {
            for (double a : new double[] {5, 12}) {
                FitResult fit = fit(
                        HostLogJoint.ofDraw(List.of("x"), (z, g) -> {
                            double u = -0.5 * (z[0] + a) * (z[0] + a);
                            double v = -0.5 * (z[0] - a) * (z[0] - a);
                            double m = Math.max(u, v);
                            double left = Math.exp(u - m);
                            double right = Math.exp(v - m);
                            g[0] = (-(z[0] + a) * left - (z[0] - a) * right) / (left + right);
                            return m + Math.log(0.5 * (left + right)) - 0.5 * LOG_TWO_PI;
                        }),
                        family,
                        3);
                assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.DO_NOT_TRUST);
                assertThat(fit.modes()).hasSize(2);
                double sum = 0;
                for (Mode mode : fit.modes()) {
                    assertThat(Math.abs(mode.at()[0])).isCloseTo(a, within(1e-3));
                    assertThat(mode.logEvidence().value()).isCloseTo(-Math.log(2), within(1e-3));
                    sum += Math.exp(mode.logEvidence().value());
                }
                assertThat(Math.log(sum)).isCloseTo(0, within(1e-3));
                assertThat(kinds(fit)).contains(Concern.Kind.SEVERAL_MODES);
                assertThat(fit.assessment().concerns().get(0).words()).contains("x near");
            }
        }
    }

    @Test
    void aLimitedParameterIsNamed() {
        for (Family family : Family.values()) {
            FitResult exponential = fit(
                    HostLogJoint.ofDraw(List.of("a", "rate"), (z, g) -> {
                        g[0] = -z[0];
                        g[1] = -1;
                        return z[1] < 0 ? Double.NEGATIVE_INFINITY : -z[1] - 0.5 * z[0] * z[0];
                    }),
                    family,
                    1);
            FitResult uniform = fit(
                    HostLogJoint.ofDraw(List.of("a", "share"), (z, g) -> {
                        g[0] = -z[0];
                        return z[1] < 0 || z[1] > 1 ? Double.NEGATIVE_INFINITY : -0.5 * z[0] * z[0];
                    }),
                    family,
                    1);
            assertThat(exponential.message())
                    .contains("log p is -infinity at rate = -")
                    .contains("transform");
            assertThat(uniform.message())
                    .contains("log p is -infinity at share = ")
                    .contains("transform");
            assertThat(exponential.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
            assertThat(uniform.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        }
    }

    @Test
    void aWrongGradientIsFound() {
        for (Family family : Family.values()) {
            for (double factor : new double[] {0, 0.25, 0.5, 0.9, 2, -1}) {
                FitResult fit = fit(normal(1, 1, 0, factor), family, 4);
                assertThat(fit.verdict()).as(factor + ": " + fit).isEqualTo(Verdict.DO_NOT_TRUST);
                assertThat(kinds(fit)).as(factor + ": " + fit).contains(Concern.Kind.WRONG_GRADIENT);
            }
            assertThat(kinds(fit(normal(1, 1, 0, 1), family, 4))).isEmpty();
        }
    }

    /** Without the check, the weights still say that q is too wide: by √2 and by 2. */
    @Test
    void aWideQIsNotGood() {
        for (double factor : new double[] {0.5, 0.25}) {
            FitResult fit = Sgvi.builder().checkGradient(false).build().fit(DEVICE, normal(1, 1, 0, factor));
            assertThat(fit.posterior().standardDeviation(0)).isCloseTo(1 / Math.sqrt(factor), within(0.01));
            assertThat(fit.verdict()).as(fit.toString()).isNotEqualTo(Verdict.GOOD);
            assertThat(kinds(fit)).contains(Concern.Kind.GAP, Concern.Kind.WRONG_WIDTH);
        }
    }

    /** 1e8 ± 0.18, and times in nanoseconds: float32 holds neither. */
    @Test
    void dataThatFloat32DoesNotHoldAreNotTrusted() {
        Random random = new Random(5);
        int rows = 30;
        double[] ones = new double[rows];
        double[] far = new double[rows];
        double[] nanos = new double[2 * rows];
        double[] y = new double[rows];
        for (int n = 0; n < rows; n++) {
            ones[n] = 1;
            far[n] = 1e8 + random.nextGaussian();
            nanos[2 * n] = 1;
            nanos[2 * n + 1] = 1.7e18 + n * 1e6;
            y[n] = 4 + 0.1 * n + random.nextGaussian();
        }
        for (Family family : Family.values()) {
            try (LogJoint intercept = BayesianLinearRegression.knownNoise(
                                    DEVICE, new RegressionData(List.of("level"), ones, far), new NormalPrior(0, 1e9), 1)
                            .logJoint();
                    LogJoint slope = BayesianLinearRegression.unknownNoise(
                                    DEVICE,
                                    new RegressionData(List.of("intercept", "t"), nanos, y),
                                    new NormalPrior(0, 1000),
                                    new NormalPrior(0, 10))
                            .logJoint()) {
                Sgvi short1 = Sgvi.builder().family(family).maxSteps(400).build();
                for (LogJoint joint : List.of(intercept, slope)) {
                    FitResult fit = short1.fit(DEVICE, joint);
                    assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.DO_NOT_TRUST);
                    assertThat(kinds(fit)).as(fit.toString()).contains(Concern.Kind.PRECISION);
                }
            }
        }
    }

    /** x = ±100 with one success each way: quadrature of the ELBO gives 2.29 ± 0.74. */
    @Test
    void aStepOfALikelihoodIsRightOrNotTrusted() {
        RegressionData data =
                new RegressionData(List.of("x"), new double[] {100, -100, 100, -100}, new double[] {1, 0, 1, 0});
        for (Family family : Family.values()) {
            for (int seed = 1; seed <= 2; seed++) {
                try (LogJoint joint =
                        new BayesianLogisticRegression(DEVICE, data, new NormalPrior(0, 2.5)).logJoint()) {
                    FitResult fit = Sgvi.builder()
                            .family(family)
                            .seed(seed)
                            .maxSteps(6000)
                            .build()
                            .fit(DEVICE, joint);
                    boolean right = Math.abs(fit.posterior().mean(0) - 2.29) < 0.2;
                    assertThat(right || fit.verdict() == Verdict.DO_NOT_TRUST)
                            .as(fit.toString())
                            .isTrue();
                }
            }
        }
    }

    /** A mean-field q of correlated coefficients has the exact means, whatever the seed, and the conditional sds. */
    @Test
    void meanFieldMeansAreExactHoweverCorrelated() {
        double[][] precision = {{1000, 900, -300}, {900, 1000, -200}, {-300, -200, 500}};
        double[] mean = {3.1, 0.76, 0.33};
        LogJoint joint = HostLogJoint.ofDraw(List.of("a", "b", "c"), (z, g) -> {
            double value = 0;
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 3; j++) {
                    g[i] -= precision[i][j] * (z[j] - mean[j]);
                }
                value += 0.5 * g[i] * (z[i] - mean[i]);
            }
            return value;
        });
        for (int seed = 1; seed <= 6; seed++) {
            FitResult fit = fit(joint, Family.meanField(), seed);
            assertThat(fit.converged()).as(fit.toString()).isTrue();
            for (int i = 0; i < 3; i++) {
                double sd = 1 / Math.sqrt(precision[i][i]);
                assertThat(fit.posterior().mean(i)).as(fit.toString()).isCloseTo(mean[i], within(0.01 * sd));
                assertThat(fit.posterior().standardDeviation(i))
                        .as(fit.toString())
                        .isCloseTo(sd, within(0.01 * sd));
            }
            assertThat(fit.verdict()).as(fit.toString()).isNotEqualTo(Verdict.GOOD);
        }
    }

    /** Whatever the batch, the answer is that of all rows. */
    @Test
    void minibatchesEndWhereAllRowsDo() {
        Random random = new Random(6);
        int rows = 2000;
        double[] x = new double[3 * rows];
        double[] y = new double[rows];
        for (int n = 0; n < rows; n++) {
            double shared = random.nextGaussian();
            x[3 * n] = 1;
            x[3 * n + 1] = 0.6 * shared + 0.8 * random.nextGaussian();
            x[3 * n + 2] = 0.6 * shared + 0.8 * random.nextGaussian();
            y[n] = 1.5 + 2 * x[3 * n + 1] - x[3 * n + 2] + 0.7 * random.nextGaussian();
        }
        RegressionData data = new RegressionData(List.of("intercept", "a", "b"), x, y);
        try (var joint = BayesianLinearRegression.unknownNoise(
                        DEVICE, data, new NormalPrior(0, 2.5), new NormalPrior(0, 2))
                .logJoint()) {
            FitResult all = fit(joint, Family.fullRank(), 1);
            assertThat(all.verdict()).isEqualTo(Verdict.GOOD);
            for (int batch : new int[] {5, 50, 500}) {
                FitResult fit = Sgvi.builder().batch(batch).seed(2).build().fit(DEVICE, joint);
                String what = "batch " + batch + ": " + fit;
                assertThat(fit.converged()).as(what).isTrue();
                for (int i = 0; i < 4; i++) {
                    double sd = all.posterior().standardDeviation(i);
                    assertThat(fit.posterior().mean(i))
                            .as(what)
                            .isCloseTo(all.posterior().mean(i), within(0.03 * sd));
                    assertThat(fit.posterior().standardDeviation(i)).as(what).isCloseTo(sd, within(0.03 * sd));
                }
            }
        }
    }

    private static List<Concern.Kind> kinds(FitResult fit) {
        return fit.assessment().concerns().stream().map(Concern::kind).toList();
    }

    /** However it ends: what did not converge is not to be trusted. */
    @Test
    void whatDidNotConvergeIsNotTrusted() {
        int[] asked = {0};
        for (Family family : Family.values()) {
            FitResult interrupted = Sgvi.builder()
                    .family(family)
                    .starts(0)
                    .cancelled(() -> asked[0]++ > 20)
                    .build()
                    .fit(DEVICE, normal(0, 1, 0, 1));
            FitResult capped =
                    Sgvi.builder().family(family).starts(0).maxSteps(20).build().fit(DEVICE, normal(0, 1, 0, 1));
            for (FitResult fit : Arrays.asList(interrupted, capped)) {
                assertThat(fit.status()).isNotEqualTo(Status.CONVERGED);
                assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.DO_NOT_TRUST);
            }
        }
    }
}

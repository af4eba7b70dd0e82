package io.github.elbo4j.conjugate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Regressions;
import io.github.elbo4j.model.Standardization;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactRegressionTest {
    private static final Device DEVICE = TestDevices.scalar();

    private static FitResult fit(NormalRegression model) {
        return new ExactRegression().fit(DEVICE, model);
    }

    /** numpy's lstsq and, with the standard error of least squares, Student t with N − K degrees of freedom. */
    @Test
    void flatPriorsGiveLeastSquares() {
        Posterior unknown = fit(NormalRegression.flat(Known.data())).posterior();
        FitResult known = fit(NormalRegression.knownNoise(Known.data(), null, 0.4));

        for (double[] line : Known.lines("flat")) {
            int j = (int) line[0];
            assertThat(unknown.mean(j)).isCloseTo(line[1], within(1e-13));
            assertThat(known.posterior().mean(j)).isCloseTo(line[1], within(1e-13));
            // the quantile of t with 27 degrees of freedom, from a table
            assertThat(unknown.quantile(j, 0.95) - line[1]).isCloseTo(1.7032884457221265 * line[2], within(1e-12));
            assertThat(unknown.standardDeviation(j)).isCloseTo(line[2] * Math.sqrt(27 / 25.0), within(1e-13));
        }
        assertThat(known.logEvidence().value()).isNaN();
        assertThat(known.message()).contains("a flat prior has no evidence");
        assertThat(known.verdict()).isEqualTo(Verdict.GOOD);
    }

    @Test
    void theEvidenceIsTheDensityOfTheData() {
        FitResult known = fit(NormalRegression.knownNoise(Known.data(), Known.PRIORS, 0.4));
        FitResult unknown = fit(NormalRegression.inUnitsOfNoise(Known.data(), Known.PRIORS, Known.NOISE));

        assertThat(known.logEvidence().value()).isCloseTo(Known.number("knownNoise"), within(1e-11));
        assertThat(unknown.logEvidence().value()).isCloseTo(Known.number("unitsOfNoise"), within(1e-11));
        assertThat(unknown.elbo()).isEqualTo(unknown.logEvidence());
        assertThat(unknown.toString()).contains("(exact), verdict good");
        assertThat(unknown.status()).isEqualTo(Status.CONVERGED);
        assertThat(unknown.settings()).containsEntry("noiseShape", 2.0);
        assertThat(unknown.parameterNames()).containsExactly("intercept", "a", "b", "log noise sd");
    }

    /** log p(y, z) − log q(z) is the log evidence wherever z is: of random problems, at draws. */
    @Test
    void theJointOverThePosteriorIsTheEvidenceEverywhere() {
        Random random = new Random(1);
        for (int problem = 0; problem < 30; problem++) {
            RegressionData data = Regressions.linear(problem, 5 + random.nextInt(60), 1 + random.nextInt(4), 0.5);
            List<NormalPrior> priors = Collections.nCopies(
                    data.columns().size(), new NormalPrior(random.nextGaussian(), 0.3 + random.nextDouble()));
            NormalRegression model = NormalRegression.inUnitsOfNoise(
                    data, priors, new NoisePrecision(0.5 + random.nextDouble(), 0.1 + random.nextDouble()));
            LeastSquares sums = LeastSquares.of(DEVICE, data);
            FitResult fit = fit(model);
            double[] centre =
                    Arrays.copyOf(fit.posterior().mean(), data.columns().size());
            for (double[] z : fit.posterior().draws(new Key(problem), 20)) {
                assertThat(new RegressionJoint(model, sums, centre).at(z)
                                - fit.posterior().logDensity(z))
                        .isCloseTo(fit.logEvidence().value(), within(1e-9));
            }
        }
    }

    /** Bishop 2006, section 2.3.6, with the sums written out. */
    @Test
    void theNormalIsNormalGamma() {
        double[] y = {1.2, 0.7, 3.1, 2.2, 2.9};
        FitResult fit = fit(NormalRegression.normal(y, 0.5, 2, new NoisePrecision(3, 4)));

        double sum = Arrays.stream(y).sum();
        double mean = (2 * 0.5 + sum) / 7;
        double rate = 4
                + 0.5 * Arrays.stream(y).map(v -> (v - sum / 5) * (v - sum / 5)).sum()
                + 0.5 * 2 * 5 / 7 * (sum / 5 - 0.5) * (sum / 5 - 0.5);
        assertThat(fit.parameterNames()).containsExactly("mean", "log sd");
        assertThat(fit.posterior().mean(0)).isCloseTo(mean, within(1e-14));
        assertThat(fit.posterior().standardDeviation(0)).isCloseTo(Math.sqrt(rate / 4.5 / 7), within(1e-13));
        assertThat(fit.posterior().mean(1)).isCloseTo(new NoisePrecision(5.5, rate).logSdMean(), within(1e-13));
    }

    /** Coefficients of 1e6 observations within 5 standard deviations, which are as small as they should be. */
    @Test
    void itRecoversWhatMadeTheData() {
        int n = 200_000;
        Random random = new Random(7);
        double[] x = new double[2 * n];
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            x[2 * i] = 1;
            x[2 * i + 1] = random.nextGaussian();
            y[i] = 2 - 3 * x[2 * i + 1] + 0.5 * random.nextGaussian();
        }
        Posterior q = fit(NormalRegression.flat(new RegressionData(List.of("intercept", "x"), x, y)))
                .posterior();
        double[] truth = {2, -3, Math.log(0.5)};
        double[] sd = {0.5 / Math.sqrt(n), 0.5 / Math.sqrt(n), Math.sqrt(0.5 / n)};
        for (int i = 0; i < 3; i++) {
            assertThat(q.standardDeviation(i)).isCloseTo(sd[i], within(0.02 * sd[i]));
            assertThat(q.mean(i)).isCloseTo(truth[i], within(5 * sd[i]));
        }
    }

    /** The same answer on standardized data and on data of awkward scales, to what cancels: mean²/sd² of float64. */
    @Test
    void scalesDoNotMatter() {
        RegressionData data = Known.data();
        double[] x = data.x().clone();
        double[] y = data.y().clone();
        for (int n = 0; n < 30; n++) {
            x[3 * n + 1] = 1e-9 * x[3 * n + 1];
            x[3 * n + 2] = 1e7 * (x[3 * n + 2] + 300);
            y[n] = 1e5 * y[n];
        }
        RegressionData awkward = new RegressionData(data.columns(), x, y);
        Standardization scale = Standardization.ofColumnsAndTarget(awkward);

        Posterior plain = fit(NormalRegression.flat(data)).posterior();
        Posterior raw = fit(NormalRegression.flat(awkward)).posterior();
        Posterior standardized =
                fit(NormalRegression.flat(scale.data())).toOriginal(scale).posterior();

        double[] unit = {1e5, 1e14, 1e-2, 0};
        for (int i = 1; i < 3; i++) {
            assertThat(raw.mean(i) / unit[i]).isCloseTo(plain.mean(i), within(1e-9));
            assertThat(standardized.mean(i) / unit[i]).isCloseTo(plain.mean(i), within(1e-12));
            assertThat(raw.standardDeviation(i) / unit[i]).isCloseTo(plain.standardDeviation(i), within(1e-9));
        }
        assertThat(standardized.mean(0) / raw.mean(0)).isCloseTo(1, within(1e-9));
        assertThat(standardized.mean(3)).isCloseTo(plain.mean(3) + Math.log(1e5), within(1e-12));
        assertThat(standardized.logDensity(plainAt(raw))).isCloseTo(raw.logDensity(plainAt(raw)), within(1e-5));
    }

    private static double[] plainAt(Posterior q) {
        return q.draws(new Key(1), 1)[0];
    }

    @EveryDevice
    void devicesDoNotChangeABit(Device device) {
        RegressionData data = Regressions.linear(5, 2500, 21, 0.5).withIntercept();
        NormalRegression model = NormalRegression.inUnitsOfNoise(
                data, Collections.nCopies(22, NormalPrior.STANDARD), new NoisePrecision(1, 1));

        FitResult here = new ExactRegression().fit(device, model);
        FitResult there = new ExactRegression().fit(DEVICE, model);

        assertThat(here.posterior()).isEqualTo(there.posterior());
        assertThat(here.logEvidence()).isEqualTo(there.logEvidence());
    }

    /** 5 parts of 1024 rows, the last one short. */
    @EveryDevice
    void partsOfTheRowsGiveTheSameSums(Device device) {
        RegressionData data = Regressions.linear(5, 4 * 1024 + 77, 3, 0.5);
        LeastSquares whole = LeastSquares.of(device, data);
        LeastSquares parts = LeastSquares.of(device, data, 0, 1);

        assertThat(parts.xx()).isDeepEqualTo(whole.xx());
        assertThat(parts.xy()).isEqualTo(whole.xy());
        assertThat(parts.yy()).isEqualTo(whole.yy());
    }

    private static RegressionData of(double[] x, double... y) {
        int k = x.length / y.length;
        List<String> names = List.of("a", "b", "c", "d", "e").subList(0, k);
        return new RegressionData(names, x, y);
    }

    @Test
    void whatHasNoPosteriorIsRefused() {
        double[] twins = {1, 2, 2, 4, 3, 6, 4, 8, 5, 10.000000000000002};
        RegressionData collinear = of(twins, 1, 3, 2, 5, 4);
        assertThatThrownBy(() -> fit(NormalRegression.flat(collinear)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("column b is a linear combination of the columns before it");
        assertThatThrownBy(() -> fit(NormalRegression.flat(of(new double[] {1, 2, 3, 4, 5, 7}, 1, 2))))
                .hasMessage(
                        "there are 2 rows for 3 coefficients and the noise, but a flat prior needs 6 at least: leave"
                                + " columns out, or give the coefficients a proper prior");
        assertThatThrownBy(() -> fit(NormalRegression.knownNoise(of(new double[] {1, 2, 3, 4, 5, 7}, 1, 2), null, 1)))
                .hasMessageContaining("there are 2 rows for 3 coefficients, but a flat prior needs 3");
        assertThatThrownBy(() -> fit(NormalRegression.flat(of(new double[] {1, 1, 1, 1, 1}, 3, 3, 3, 3, 3))))
                .hasMessageContaining("the columns predict the target exactly");
        assertThatThrownBy(() -> fit(NormalRegression.flat(of(new double[4], 1, 2, 3, 4))))
                .hasMessageContaining("column a is zero");
        assertThatThrownBy(() -> fit(NormalRegression.independent(
                        collinear, Collections.nCopies(2, NormalPrior.STANDARD), new NoisePrecision(1, 1))))
                .hasMessageContaining("no closed form");
        assertThatThrownBy(() -> NormalRegression.knownNoise(collinear, null, 0))
                .hasMessageContaining("noiseSd is 0.0");
        assertThatThrownBy(() -> NormalRegression.inUnitsOfNoise(
                        collinear, List.of(NormalPrior.STANDARD), new NoisePrecision(1, 1)))
                .hasMessage("there are 1 priors for 2 coefficients: [a, b]");
        assertThatThrownBy(() -> NormalRegression.normal(new double[] {1}, 0, 0, new NoisePrecision(1, 1)))
                .hasMessage("strength is 0.0, but must be positive");
    }

    /** A proper prior settles what the data do not: fewer rows than columns, twins, a target without residuals. */
    @Test
    void properPriorsSettleTheRest() {
        NoisePrecision noise = new NoisePrecision(2, 1);
        for (RegressionData data : List.of(
                of(new double[] {1, 2, 3, 4, 5, 7}, 1, 2),
                of(new double[] {1, 2, 2, 4, 3, 6}, 1, 3, 2),
                of(new double[] {1, 1, 1, 1}, 3, 3, 3, 3))) {
            List<NormalPrior> priors = Collections.nCopies(data.columns().size(), NormalPrior.STANDARD);
            FitResult fit = fit(NormalRegression.inUnitsOfNoise(data, priors, noise));
            assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
            assertThat(fit.logEvidence().value()).isFinite();
        }
    }

    /** A mean of 1e6 noise standard deviations leaves float64 two or three digits of the residuals' squares. */
    @Test
    void residualsThatRoundingSwallowsAreSaid() {
        double[] y = new double[50];
        double[] ones = new double[50];
        for (int n = 0; n < 50; n++) {
            ones[n] = 1;
            y[n] = 1e6 + Math.sin(n);
        }
        FitResult fit = fit(NormalRegression.flat(new RegressionData(List.of("intercept"), ones, y)));

        assertThat(fit.verdict()).isEqualTo(Verdict.USABLE);
        assertThat(fit.assessment().concerns()).singleElement().satisfies(concern -> {
            assertThat(concern.kind()).isEqualTo(Concern.Kind.PRECISION);
            assertThat(concern.words()).contains("the squares of the target are 2e+12 times those of the noise");
        });
    }
}

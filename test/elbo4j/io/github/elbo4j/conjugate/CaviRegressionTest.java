package io.github.elbo4j.conjugate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Regressions;
import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CaviRegressionTest {
    private static final Device DEVICE = TestDevices.scalar();
    private static final NoisePrecision WEAK = new NoisePrecision(0.01, 0.01);

    private static FitResult fit(Device device, NormalRegression model) {
        return new CaviRegression(CaviSettings.ofSeed(1)).fit(device, model);
    }

    private static FitResult fit(NormalRegression model) {
        return fit(DEVICE, model);
    }

    /** numpy, by plain iteration over the rows. Sweeps end within 1e-5 sd of their limit, to which they come near fast. */
    @Test
    void theFixedPointIsTheKnownOne() {
        FitResult fit = fit(NormalRegression.independent(Known.data(), Known.PRIORS, Known.NOISE));

        for (double[] line : Known.lines("cavi")) {
            int j = (int) line[0];
            assertThat(fit.posterior().mean(j)).isCloseTo(line[1], within(1e-5 * line[2]));
            assertThat(fit.posterior().standardDeviation(j)).isCloseTo(line[2], within(1e-5 * line[2]));
        }
        NoisePrecision noise = new NoisePrecision(17, Known.number("caviRate"));
        assertThat(fit.posterior().mean(3)).isCloseTo(noise.logSdMean(), within(1e-5));
        assertThat(fit.posterior().standardDeviation(3)).isCloseTo(noise.logSdStandardDeviation(), within(1e-12));
        assertThat(fit.status()).isEqualTo(Status.CONVERGED);
        assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
    }

    /** Against the evidence by quadrature over log s: below it, by no more than its draws say, which estimate it. */
    @Test
    void theElboIsBelowTheEvidenceAndTheDrawsFindIt() {
        FitResult fit = fit(NormalRegression.independent(Known.data(), Known.PRIORS, Known.NOISE));
        double evidence = Known.number("independent");

        assertThat(fit.elbo().standardError()).isZero();
        assertThat(fit.elbo().value()).isBetween(evidence - 0.2, evidence - 1e-3);
        assertThat(fit.logEvidence().value())
                .isCloseTo(evidence, within(5 * fit.logEvidence().standardError()));
        assertThat(fit.logEvidence().standardError()).isLessThan(0.02);
    }

    /** Of each kind, at each sweep; {@link Sweeps} has its own say. */
    @Test
    void theElboNeverFallsOnAHundredRandomProblems() {
        Random random = new Random(2);
        for (int problem = 0; problem < 100; problem++) {
            int columns = 1 + random.nextInt(5);
            RegressionData data =
                    Regressions.linear(problem, 3 + random.nextInt(40), columns, Math.exp(2 * random.nextGaussian()));
            List<NormalPrior> priors = new ArrayList<>();
            for (int j = 0; j < columns; j++) {
                priors.add(new NormalPrior(random.nextGaussian(), Math.exp(random.nextGaussian())));
            }
            NoisePrecision noise = new NoisePrecision(Math.exp(random.nextGaussian()), Math.exp(random.nextGaussian()));
            for (NormalRegression model : List.of(
                    NormalRegression.normal(data.y(), 0.3, Math.exp(random.nextGaussian()), noise),
                    NormalRegression.independent(data, priors, noise),
                    NormalRegression.inUnitsOfNoise(data, priors, noise),
                    NormalRegression.relevance(data, NormalPrior.STANDARD, WEAK, noise))) {
                LeastSquares sums = LeastSquares.of(DEVICE, model.data());
                RegressionFactors factors = new RegressionFactors(model, sums, noise);
                double before = Double.NEGATIVE_INFINITY;
                for (int sweep = 0; sweep < 25; sweep++) {
                    factors.sweep();
                    double elbo = factors.elbo();
                    assertThat(elbo)
                            .as(problem + ", " + sweep)
                            .isGreaterThanOrEqualTo(before - 1e-10 * (1 + Math.abs(before)));
                    before = elbo;
                }
            }
        }
    }

    /** E_q[log p − log q] by draws of q, within 5 standard errors: no line of the closed form is shared. */
    @Test
    void theElboIsTheMeanLogRatioOfDraws() {
        for (NormalRegression model : List.of(
                NormalRegression.independent(Known.data(), Known.PRIORS, Known.NOISE),
                NormalRegression.inUnitsOfNoise(Known.data(), Known.PRIORS, Known.NOISE))) {
            FitResult fit = fit(model);
            LeastSquares sums = LeastSquares.of(DEVICE, model.data());
            double[] centre = Arrays.copyOf(fit.posterior().mean(), 3);
            RegressionJoint joint = new RegressionJoint(model, sums, centre);
            double sum = 0;
            double squares = 0;
            int count = 20_000;
            for (double[] z : fit.posterior().draws(new Key(77), count)) {
                double ratio = joint.at(z) - fit.posterior().logDensity(z);
                sum += ratio;
                squares += (ratio - fit.elbo().value()) * (ratio - fit.elbo().value());
            }
            double error = Math.sqrt(squares) / count;
            assertThat(sum / count).isCloseTo(fit.elbo().value(), within(5 * error));
        }
    }

    /** Bishop 2006, section 10.1.3: means are exact, and KL(q ‖ p) = log p(y) − ELBO is what independence loses. */
    @Test
    void ofTheNormalTheLossIsKnown() {
        for (int n : new int[] {5, 50, 5000}) {
            double[] y = new double[n];
            Random random = new Random(n);
            Arrays.setAll(y, i -> 3 + 2 * random.nextGaussian());
            NormalRegression model = NormalRegression.normal(y, 0, 0.01, new NoisePrecision(1, 1));
            FitResult fit = fit(model);
            FitResult exact = new ExactRegression().fit(DEVICE, model);

            assertThat(fit.logEvidence()).isEqualTo(exact.logEvidence());
            double kl = exact.logEvidence().value() - fit.elbo().value();
            // Of a normal–gamma whose shape is a: about 1/(8a), by the expansion of both in 1/a.
            assertThat(kl).isBetween(0.05 / n, 1.0 / n);
            assertThat(fit.posterior().mean(0)).isCloseTo(exact.posterior().mean(0), within(1e-9));
            assertThat(fit.posterior().standardDeviation(0))
                    .isCloseTo(
                            exact.posterior().standardDeviation(0),
                            within(3.0 / n * fit.posterior().standardDeviation(0)));
            assertThat(fit.message()).contains("KL(q ‖ posterior) is");
        }
    }

    /** Few rows for their columns: q's coefficients do not know how little is known of the noise, and the draws tell. */
    @Test
    void whereIndependenceLosesTheVerdictSaysSo() {
        RegressionData data = Regressions.linear(3, 6, 5, 1);
        List<NormalPrior> priors = Collections.nCopies(5, new NormalPrior(0, 100));
        FitResult fit = fit(NormalRegression.inUnitsOfNoise(data, priors, WEAK));

        assertThat(fit.verdict()).isNotEqualTo(Verdict.GOOD);
        assertThat(fit.assessment().concerns()).isNotEmpty();
    }

    /** Two of eight columns predict; the precisions of the others grow, and the answer comes nearer to the truth. */
    @Test
    void relevanceFindsTheColumnsThatPredict() {
        int n = 100;
        Random random = new Random(4);
        double[] x = new double[9 * n];
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            x[9 * i] = 1;
            for (int j = 1; j < 9; j++) {
                x[9 * i + j] = random.nextGaussian();
            }
            y[i] = 0.5 + 2 * x[9 * i + 1] - 1.5 * x[9 * i + 5] + random.nextGaussian();
        }
        RegressionData data = new RegressionData(List.of("intercept", "a", "b", "c", "d", "e", "f", "g", "h"), x, y);
        FitResult fit = fit(NormalRegression.relevance(data, new NormalPrior(0, 10), WEAK, WEAK));
        FitResult plain = fit(NormalRegression.independent(data, Collections.nCopies(9, new NormalPrior(0, 10)), WEAK));

        double[] truth = {0.5, 2, 0, 0, 0, -1.5, 0, 0, 0};
        for (int j = 1; j < 9; j++) {
            double sd = (double) fit.settings().get("priorSd " + data.columns().get(j));
            if (truth[j] == 0) {
                assertThat(sd).as(data.columns().get(j)).isLessThan(0.2);
            } else {
                assertThat(sd).isBetween(Math.abs(truth[j]) / 2, 2 * Math.abs(truth[j]));
                assertThat(fit.posterior().mean(j)).isCloseTo(truth[j], within(0.5));
            }
        }
        assertThat(fit.settings()).doesNotContainKey("priorSd intercept");
        assertThat(distance(fit.posterior(), truth)).isLessThan(0.8 * distance(plain.posterior(), truth));
    }

    private static double distance(Posterior q, double[] truth) {
        double sum = 0;
        for (int j = 1; j < truth.length; j++) {
            sum += (q.mean(j) - truth[j]) * (q.mean(j) - truth[j]);
        }
        return Math.sqrt(sum);
    }

    /** The same joint by stochastic ascent: a full-rank Gaussian of beta and log s. */
    @Test
    void stochasticAscentFindsTheSame() {
        NormalRegression model = NormalRegression.independent(Known.data(), Known.PRIORS, Known.NOISE);
        FitResult fit = fit(model);
        FitResult sgvi;
        try (LogJoint joint = model.logJoint(DEVICE)) {
            sgvi = Sgvi.builder().seed(1).build().fit(DEVICE, joint);
        }
        for (int i = 0; i < 4; i++) {
            double sd = fit.posterior().standardDeviation(i);
            assertThat(sgvi.posterior().mean(i)).isCloseTo(fit.posterior().mean(i), within(0.1 * sd));
            assertThat(sgvi.posterior().standardDeviation(i)).isCloseTo(sd, within(0.1 * sd));
        }
    }

    /** Of each kind of prior, by differences. */
    @Test
    void theGradientOfTheJointIsRight() {
        for (NormalRegression model : List.of(
                NormalRegression.knownNoise(Known.data(), Known.PRIORS, 0.5),
                NormalRegression.independent(Known.data(), Known.PRIORS, Known.NOISE),
                NormalRegression.inUnitsOfNoise(Known.data(), Known.PRIORS, Known.NOISE),
                NormalRegression.relevance(Known.data(), NormalPrior.STANDARD, WEAK, Known.NOISE))) {
            LeastSquares sums = LeastSquares.of(DEVICE, model.data());
            RegressionJoint joint = new RegressionJoint(model, sums, new double[] {1, 2, -1});
            double[] z = Arrays.copyOf(
                    new double[] {0.8, 1.7, -0.6, -0.9}, model.parameterNames().size());
            double[] gradient = new double[z.length];
            joint.evaluate(z, gradient);
            for (int i = 0; i < z.length; i++) {
                double h = 1e-4;
                double[] above = z.clone();
                double[] below = z.clone();
                above[i] += h;
                below[i] -= h;
                double difference = (joint.at(above) - joint.at(below)) / (2 * h);
                // h² times a third of a derivative, which is some thousand here
                assertThat(gradient[i]).isCloseTo(difference, within(2e-5 * Math.max(1, Math.abs(difference))));
            }
        }
        assertThatThrownBy(() -> NormalRegression.flat(Known.data()).logJoint(DEVICE))
                .hasMessageContaining("so there is no joint density");
    }

    @EveryDevice
    void devicesDoNotChangeABit(Device device) {
        RegressionData data = Regressions.linear(5, 1500, 6, 0.5).withIntercept();
        for (NormalRegression model : List.of(
                NormalRegression.independent(data, Collections.nCopies(7, NormalPrior.STANDARD), WEAK),
                NormalRegression.relevance(data, NormalPrior.STANDARD, WEAK, WEAK))) {
            FitResult here = fit(device, model);
            FitResult there = fit(model);
            assertThat(here.posterior()).isEqualTo(there.posterior());
            assertThat(here.trace()).isEqualTo(there.trace());
            assertThat(here.assessment()).isEqualTo(there.assessment());
            assertThat(here.logEvidence()).isEqualTo(there.logEvidence());
        }
    }

    @Test
    void itGoesBackToTheScaleOfTheData() {
        Standardization scale = Standardization.ofColumnsAndTarget(Known.data());
        FitResult fit = fit(NormalRegression.independent(scale.data(), Known.PRIORS, Known.NOISE));
        FitResult original = fit.toOriginal(scale);

        double change = fit.elbo().value() - original.elbo().value();
        assertThat(change).isCloseTo(30 * Math.log(scale.targetSd()), within(1e-10));
        assertThat(original.posterior().mean(3))
                .isCloseTo(fit.posterior().mean(3) + Math.log(scale.targetSd()), within(1e-13));
        assertThat(original.trace()).extracting(TracePoint::elbo).isSorted();
    }

    @Test
    void whatItIsNotForIsRefused() {
        assertThatThrownBy(() -> fit(NormalRegression.flat(Known.data())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs proper priors")
                .hasMessageContaining("take exact");
        assertThatThrownBy(() -> fit(NormalRegression.knownNoise(Known.data(), Known.PRIORS, 1)))
                .hasMessageContaining("known noise");
        FitResult capped = new CaviRegression(new CaviSettings(1, 1e-9, 0, () -> false))
                .fit(DEVICE, NormalRegression.independent(Known.data(), Known.PRIORS, Known.NOISE));
        assertThat(capped.status()).isEqualTo(Status.STEP_LIMIT);
        assertThat(capped.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
    }
}

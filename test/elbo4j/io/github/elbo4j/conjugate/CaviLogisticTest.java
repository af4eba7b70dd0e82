package io.github.elbo4j.conjugate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Regressions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CaviLogisticTest {
    private static final Device DEVICE = TestDevices.scalar();

    private static FitResult fit(RegressionData data, double priorSd) {
        return fit(DEVICE, data, priorSd);
    }

    private static FitResult fit(Device device, RegressionData data, double priorSd) {
        List<NormalPrior> priors = Collections.nCopies(data.columns().size(), new NormalPrior(0, priorSd));
        return new CaviLogistic(CaviSettings.ofSeed(1)).fit(device, new LogisticRegression(data, priors));
    }

    private static double bound(FitResult fit) {
        List<TracePoint> trace = fit.trace();
        return trace.get(trace.size() - 1).elbo();
    }

    /** numpy in float64; xi are float32 here, and sweeps end where none moves by more than 1e-5 sd. */
    @Test
    void theFixedPointIsTheKnownOne() {
        FitResult fit = new CaviLogistic(CaviSettings.ofSeed(1))
                .fit(DEVICE, new LogisticRegression(Known.classes(), Known.PRIORS));

        for (double[] line : Known.lines("logistic")) {
            int j = (int) line[0];
            assertThat(fit.posterior().mean(j)).isCloseTo(line[1], within(3e-4 * line[2]));
            assertThat(fit.posterior().standardDeviation(j)).isCloseTo(line[2], within(3e-4 * line[2]));
        }
        assertThat(bound(fit)).isCloseTo(Known.number("logisticBound"), within(1e-5));
        assertThat(fit.status()).isEqualTo(Status.CONVERGED);
        assertThat(fit.message())
                .contains("the bound of Jaakkola and Jordan is -")
                .contains("below the ELBO");
    }

    /** One coefficient, the evidence by a sum over a grid. */
    @Test
    void theBoundIsBelowTheElboWhichIsBelowTheEvidence() {
        RegressionData data = Regressions.logistic(8, 40, 1);
        double[] log = new double[40_001];
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < log.length; i++) {
            double beta = -20 + i * 1e-3;
            log[i] = -beta * beta / 8 - Math.log(2 * Math.sqrt(2 * Math.PI));
            for (int n = 0; n < 40; n++) {
                double eta = data.x()[n] * beta;
                log[i] += data.y()[n] * eta - Math.log1p(Math.exp(eta));
            }
            largest = Math.max(largest, log[i]);
        }
        double sum = 0;
        for (double value : log) {
            sum += 1e-3 * Math.exp(value - largest);
        }
        double evidence = largest + Math.log(sum);

        FitResult fit = fit(data, 2);

        assertThat(bound(fit)).isLessThan(fit.elbo().value() - 5 * fit.elbo().standardError());
        assertThat(fit.elbo().value()).isLessThan(evidence + 5 * fit.elbo().standardError());
        assertThat(fit.logEvidence().value())
                .isCloseTo(evidence, within(5 * fit.logEvidence().standardError()));
    }

    /** {@link Sweeps} throws if it does; and the trace must show it. */
    @Test
    void theBoundNeverFallsOnAHundredRandomProblems() {
        Random random = new Random(3);
        for (int problem = 0; problem < 100; problem++) {
            RegressionData data = Regressions.logistic(problem, 2 + random.nextInt(60), 1 + random.nextInt(4));
            List<NormalPrior> priors = Collections.nCopies(
                    data.columns().size(), new NormalPrior(random.nextGaussian(), Math.exp(random.nextGaussian())));
            Sweeps ascent = new Sweeps(new CaviSettings(25, 1e-9, 0, () -> false), "the bound");
            CaviLogistic.ascend(DEVICE, new LogisticRegression(data, priors), ascent);
            List<TracePoint> trace = ascent.trace();
            for (int i = 1; i < trace.size(); i++) {
                double before = trace.get(i - 1).elbo();
                assertThat(trace.get(i).elbo())
                        .as(problem + ", " + i)
                        .isGreaterThanOrEqualTo(before - 2e-6 * (1 + Math.abs(before)));
            }
        }
    }

    /** Powers of two round nothing: the same fit, in other units. */
    @Test
    void scalesDoNotMatter() {
        RegressionData data = Regressions.logistic(4, 90, 3);
        double[] scale = {0x1p-20, 1, 0x1p24};
        double[] x = data.x().clone();
        List<NormalPrior> priors = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            x[i] *= scale[i % 3];
        }
        for (double unit : scale) {
            priors.add(new NormalPrior(0, 2 / unit));
        }
        FitResult plain = fit(data, 2);
        FitResult scaled = new CaviLogistic(CaviSettings.ofSeed(1))
                .fit(DEVICE, new LogisticRegression(new RegressionData(data.columns(), x, data.y()), priors));
        for (int j = 0; j < 3; j++) {
            assertThat(scaled.posterior().mean(j) * scale[j])
                    .isCloseTo(
                            plain.posterior().mean(j),
                            within(1e-9 * Math.abs(plain.posterior().mean(j))));
            assertThat(scaled.posterior().standardDeviation(j) * scale[j])
                    .isCloseTo(plain.posterior().standardDeviation(j), within(1e-9));
        }
        assertThat(bound(scaled)).isCloseTo(bound(plain), within(1e-9));
    }

    /** The truth within 5 of the standard deviations that data of this size have. */
    @Test
    void itRecoversWhatMadeTheData() {
        int n = 2_000;
        Random random = new Random(6);
        double[] x = new double[2 * n];
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            x[2 * i] = 1;
            x[2 * i + 1] = random.nextGaussian();
            y[i] = random.nextDouble() < 1 / (1 + Math.exp(0.5 - x[2 * i + 1])) ? 1 : 0;
        }
        FitResult fit = fit(new RegressionData(List.of("intercept", "x"), x, y), 5);
        assertThat(fit.posterior().mean(0)).isCloseTo(-0.5, within(5 * 0.052));
        assertThat(fit.posterior().mean(1)).isCloseTo(1, within(5 * 0.063));
    }

    /** Separated by a plane, or all of one class: the priors keep it finite, and the draws say how good it is. */
    @Test
    void withoutOverlapThePriorsKeepItFinite() {
        double[] x = {1, -3, 1, -2, 1, -1, 1, 1, 1, 2, 1, 3};
        for (double[] y : new double[][] {{0, 0, 0, 1, 1, 1}, {1, 1, 1, 1, 1, 1}}) {
            FitResult fit = fit(new RegressionData(List.of("intercept", "x"), x, y), 3);
            assertThat(fit.status()).isEqualTo(Status.CONVERGED);
            assertThat(fit.posterior().mean(y[0] == 0 ? 1 : 0)).isBetween(0.5, 6.0);
            assertThat(fit.posterior().standardDeviation(1)).isBetween(0.1, 3.0);
            assertThat(fit.elbo().value()).isFinite();
        }
    }

    @EveryDevice
    void devicesDoNotChangeABit(Device device) {
        RegressionData data = Regressions.logistic(5, 1100, 4).withIntercept();
        FitResult here = fit(device, data, 2);
        FitResult there = fit(data, 2);

        assertThat(here.posterior()).isEqualTo(there.posterior());
        assertThat(here.trace()).isEqualTo(there.trace());
        assertThat(here.assessment()).isEqualTo(there.assessment());
        assertThat(here.elbo()).isEqualTo(there.elbo());
    }

    @Test
    void aRowOfZerosHasNoInfluence() {
        double[] x = {1, 2, 0, -1};
        FitResult fit = fit(new RegressionData(List.of("x"), x, new double[] {1, 1, 1, 0}), 2);
        FitResult without = fit(new RegressionData(List.of("x"), new double[] {1, 2, -1}, new double[] {1, 1, 0}), 2);
        assertThat(fit.posterior().mean(0)).isCloseTo(without.posterior().mean(0), within(1e-6));
        assertThat(bound(fit)).isCloseTo(bound(without) - Math.log(2), within(1e-6));
    }

    /** In the middle of a sweep: the state before it is kept, and not measured. */
    @Test
    void anInterruptedFitKeepsWhatItHas() {
        List<NormalPrior> priors = Collections.nCopies(3, new NormalPrior(0, 2));
        CaviSettings settings = new CaviSettings(100, 1e-9, 0, () -> {
            Thread.currentThread().interrupt();
            return false;
        });
        FitResult fit =
                new CaviLogistic(settings).fit(DEVICE, new LogisticRegression(Regressions.logistic(1, 50, 3), priors));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(fit.status()).isEqualTo(Status.INTERRUPTED);
        assertThat(fit.message()).startsWith("interrupted in sweep 2").contains("the result was not measured");
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.posterior().standardDeviation(0)).isBetween(0.1, 2.0);
    }

    @Test
    void aTargetThatIsNoClassIsRefused() {
        assertThatThrownBy(() -> fit(new RegressionData(List.of("x"), new double[] {1, 2}, new double[] {0, 2}), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("y is 2.0 in row 1, but must be 0 or 1");
        assertThatThrownBy(() -> new LogisticRegression(Known.classes(), List.of(NormalPrior.STANDARD)))
                .hasMessage("there are 1 priors for 3 coefficients: [intercept, a, b]");
    }
}

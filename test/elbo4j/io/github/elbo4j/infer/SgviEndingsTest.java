package io.github.elbo4j.infer;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** However a fit ends, what there is comes back, marked. */
class SgviEndingsTest {
    private static final List<String> NAMES = List.of("intercept", "slope", "curve");
    private static final int DRAWS = 8;

    /** log p is not a number where slope exceeds a bound that the ascent must cross: a function of the draw alone. */
    private static LogJoint cliff(double bound) {
        return HostLogJoint.ofDraw(NAMES, (z, gradient) -> {
            boolean beyond = z[1] > bound;
            if (gradient != null) {
                gradient[0] = -z[0];
                gradient[1] = beyond ? Double.NaN : 10 - z[1];
                gradient[2] = -z[2];
            }
            double e = z[1] - 10;
            return beyond ? Double.NaN : -0.5 * (z[0] * z[0] + e * e + z[2] * z[2]);
        });
    }

    @EveryDevice
    void aDivergenceNamesStepAndParameterAndKeepsTheLastFiniteState(Device device) {
        for (Family kind : Family.values()) {
            for (Optimizer optimizer : List.of(new Adam(0.05), new RobbinsMonro(0.05))) {
                FitResult fit = Sgvi.builder()
                        .starts(0)
                        .family(kind)
                        .optimizer(optimizer)
                        .draws(DRAWS)
                        .seed(1)
                        .build()
                        .fit(device, cliff(2));
                String what = kind + " " + optimizer + ": " + fit.message();
                assertThat(fit.status()).as(what).isEqualTo(Status.DIVERGED);
                // its mean climbs by some hundredths a step, and 8 draws of sd 0.1 or more go ahead of it
                assertThat(fit.steps()).as(what).isBetween(3, 200);
                assertThat(fit.message())
                        .as(what)
                        .startsWith("diverged at step " + (fit.steps() + 1) + ": ")
                        .contains("the gradient of the mean of slope is NaN")
                        .contains("ELBO estimate NaN")
                        .contains("Kept is the state after step " + fit.steps());
                double mean = fit.posterior().mean()[1];
                assertThat(mean).as(what).isBetween(0.5, 2.0);
                assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
                assertThat(fit.trace()).hasSize(fit.steps());
                assertThat(fit.trace().get(fit.steps() - 1).elbo()).isFinite();
                // the state is that of a run which was told to stop there
                AtomicInteger asked = new AtomicInteger();
                int steps = fit.steps();
                FitResult until = Sgvi.builder()
                        .starts(0)
                        .family(kind)
                        .optimizer(optimizer)
                        .draws(DRAWS)
                        .seed(1)
                        .cancelled(() -> asked.getAndIncrement() == steps)
                        .build()
                        .fit(device, cliff(2));
                assertThat(until.status()).isEqualTo(Status.INTERRUPTED);
                assertThat(until.trace()).isEqualTo(fit.trace());
            }
        }
    }

    @Test
    void anInfiniteGradientOfOneCoordinateIsNamed() {
        LogJoint model = HostLogJoint.ofDraw(NAMES, (z, gradient) -> {
            if (gradient != null) {
                gradient[0] = -z[0];
                gradient[1] = 5 - z[1];
                gradient[2] = z[1] > 2 ? Double.POSITIVE_INFINITY : -z[2];
            }
            return -0.5 * (z[0] * z[0] + (z[1] - 5) * (z[1] - 5) + z[2] * z[2]);
        });
        FitResult fit = Sgvi.builder().starts(0).draws(DRAWS).seed(2).build().fit(TestDevices.scalar(), model);
        assertThat(fit.status()).isEqualTo(Status.DIVERGED);
        assertThat(fit.message()).contains("the gradient of the mean of curve is Infinity");
    }

    @Test
    void aModelThatChangesItsAnswerIsToldSo() {
        AtomicInteger calls = new AtomicInteger();
        LogJoint model = HostLogJoint.ofDraw(List.of("a"), (z, gradient) -> {
            if (gradient != null) {
                gradient[0] = -z[0];
            }
            return calls.incrementAndGet() == 20 * DRAWS ? Double.NaN : -0.5 * z[0] * z[0];
        });
        FitResult fit = Sgvi.builder().starts(0).draws(DRAWS).build().fit(TestDevices.scalar(), model);
        assertThat(fit.status()).isEqualTo(Status.DIVERGED);
        assertThat(fit.message()).contains("the model does not give the same answer twice");
        assertThat(fit.posterior().mean()[0]).isFinite();
    }

    @Test
    void stepsTooLargeAreNamedByTheParameterThatTheySpoil() {
        Device device = TestDevices.scalar();
        try (LogJoint target = GaussianTarget.diagonal(device, new double[2], new double[] {1e-3, 1})) {
            FitResult fit = Sgvi.builder()
                    .starts(0)
                    .family(Family.meanField())
                    .optimizer(new RobbinsMonro(1))
                    .build()
                    .fit(device, target);
            assertThat(fit.status()).as(fit.message()).isEqualTo(Status.DIVERGED);
            assertThat(fit.message()).contains("of z0").contains("lower learning rate");
        }
    }

    @EveryDevice
    void anInterruptedFitReturnsWhatItHas(Device device) {
        for (int after : new int[] {0, 1, 70, 130, 190}) {
            AtomicInteger asked = new AtomicInteger();
            try (LogJoint target = GaussianTarget.diagonal(device, new double[] {1}, new double[] {2})) {
                FitResult fit = Sgvi.builder()
                        .starts(0)
                        .tolerance(1e-9)
                        .cancelled(() -> asked.getAndIncrement() == after)
                        .build()
                        .fit(device, target);
                assertThat(fit.status()).isEqualTo(Status.INTERRUPTED);
                assertThat(fit.steps()).isEqualTo(after);
                assertThat(fit.message()).isEqualTo("interrupted after step " + after);
                assertThat(fit.trace()).hasSize(after);
                assertThat(fit.elbo().value()).isFinite().isNegative();
                assertThat(fit.kHat()).isFinite();
                assertThat(fit.posterior().standardDeviation(0)).isPositive();
            }
        }
    }

    @Test
    void theCapIsKeptAndSaidSo() {
        Device device = TestDevices.scalar();
        for (int cap : new int[] {1, 2, 99, 150, 260}) {
            try (LogJoint target = GaussianTarget.diagonal(device, new double[] {3}, new double[] {2})) {
                FitResult fit = Sgvi.builder()
                        .starts(0)
                        .tolerance(1e-9)
                        .maxSteps(cap)
                        .build()
                        .fit(device, target);
                assertThat(fit.status()).isEqualTo(Status.STEP_LIMIT);
                assertThat(fit.converged()).isFalse();
                assertThat(fit.steps()).isEqualTo(cap);
                assertThat(fit.message()).contains("limit of " + cap + " steps");
                assertThat(fit.trace().get(fit.trace().size() - 1).step()).isEqualTo(cap);
            }
        }
    }

    @EveryDevice
    void aDeviceThatFailsInTheMiddleLeavesWhatThereIs(Device device) {
        for (String operation : List.of("adam", "gaussianElbo", "renyi", "moments", "average")) {
            Device failing = new FailingDevice(device, operation, 230);
            try (LogJoint target = GaussianTarget.diagonal(failing, new double[] {1}, new double[] {2})) {
                FitResult fit = Sgvi.builder()
                        .starts(0)
                        .family(Family.meanField())
                        .tolerance(1e-9)
                        .maxSteps(400)
                        .build()
                        .fit(failing, target);
                if (operation.equals("renyi")) { // not used by a fit
                    assertThat(fit.status()).isEqualTo(Status.STEP_LIMIT);
                    continue;
                }
                assertThat(fit.status()).as(operation).isEqualTo(Status.FAILED);
                assertThat(fit.message()).contains("planted fault in " + operation);
                assertThat(fit.steps()).isBetween(100, 230);
                assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
                assertThat(fit.posterior().mean()[0]).isFinite();
                assertThat(fit.elbo().value()).isFinite(); // from the trace, if the device cannot
            }
        }
    }

    @Test
    void aDeviceThatFailsAtOnceThrows() {
        Device failing = new FailingDevice(TestDevices.scalar(), "gaussianElbo", 0);
        try (LogJoint target = GaussianTarget.diagonal(failing, new double[] {1}, new double[] {2})) {
            Sgvi fit = Sgvi.builder().starts(0).family(Family.meanField()).build();
            assertThatThrownBy(() -> fit.fit(failing, target))
                    .isInstanceOf(DeviceException.class)
                    .hasMessage("planted fault in gaussianElbo");
        }
    }

    @Test
    void aFailureOfTheLastMeasurementIsMarked() {
        Device device = TestDevices.scalar();
        LogJoint target = HostLogJoint.ofBlock(List.of("a"), (rows, z, logP, gradient) -> {
            if (rows == 777) {
                throw new DeviceException("planted fault in the evaluation");
            }
            for (int r = 0; r < rows; r++) {
                logP[r] = -0.5 * z[r] * z[r];
                if (gradient != null) {
                    gradient[r] = -z[r];
                }
            }
        });
        FitResult fit = Sgvi.builder()
                .starts(0)
                .evaluationDraws(777)
                .maxSteps(100)
                .build()
                .fit(device, target);
        assertThat(fit.status()).isEqualTo(Status.FAILED);
        assertThat(fit.message()).contains("measuring the result failed: planted fault");
        assertThat(fit.elbo().value()).isFinite();
    }

    @Test
    void progressIsTold() {
        Device device = TestDevices.scalar();
        List<Progress> told = new ArrayList<>();
        try (LogJoint target = GaussianTarget.diagonal(device, new double[] {3}, new double[] {2})) {
            FitResult fit = Sgvi.builder()
                    .starts(0)
                    .tolerance(1e-9)
                    .maxSteps(300)
                    .listener(told::add)
                    .build()
                    .fit(device, target);
            Progress last = told.get(told.size() - 1);
            assertThat(last.step()).isEqualTo(300);
            assertThat(last.maxSteps()).isEqualTo(300);
            assertThat(last.drawsPerSecond()).isPositive();
            double sum = 0;
            for (TracePoint point : fit.trace().subList(200, 300)) {
                sum += point.elbo() / 100;
            }
            close("elbo", last.elbo(), sum, 1e-9);
            assertThat(last.standardError()).isPositive();
        }
    }

    @Test
    void aLongTraceIsThinnedEvenly() {
        Trace trace = new Trace(4, PointSet.INDEPENDENT);
        for (int i = 0; i < 10_001; i++) {
            trace.add(i, 1);
        }
        List<TracePoint> points = trace.points();
        assertThat(points).hasSizeBetween(1000, 2001);
        assertThat(points.get(0).step()).isEqualTo(1);
        assertThat(points.get(1).step()).isEqualTo(7);
        assertThat(points.get(points.size() - 1).step()).isEqualTo(10_001);
        assertThat(points.get(7).elbo()).isEqualTo(points.get(7).step() - 1);
        assertThat(new Trace(4, PointSet.INDEPENDENT).points()).isEmpty();
    }

    @Test
    void badSettingsAreRefused() {
        Device device = TestDevices.scalar();
        Sgvi.Builder builder = Sgvi.builder().starts(0);
        refused("draws is 0, but must be 1 or more", () -> builder.draws(0));
        refused("steps is -1, but must be 1 or more", () -> builder.maxSteps(-1));
        refused("batch is -1, but must be 0 (all rows) or more", () -> builder.batch(-1));
        refused("tolerance is 0.0, but must be positive", () -> builder.tolerance(0));
        refused("evaluationDraws is 0, but must be 1 or more", () -> builder.evaluationDraws(0));
        refused("workspaceBytes is 0, but must be 1 or more", () -> builder.workspaceBytes(0));
        refused("initialSd is NaN, but must be positive", () -> builder.initialSd(Double.NaN));
        refused(
                "draws is 1, but the baseline LEAVE_ONE_OUT of the score gradient needs 2 or more",
                () -> Sgvi.builder().starts(0).gradient(Gradient.SCORE).draws(1).build());
        try (LogJoint target = GaussianTarget.diagonal(device, new double[] {3}, new double[] {2})) {
            refused(
                    "batch is 10, but the model is a GaussianTarget, not a RowsLogJoint, so it has no rows to choose from",
                    () -> Sgvi.builder().starts(0).batch(10).build().fit(device, target));
            for (Family kind : Family.values()) {
                refused(
                        "initialMean has 2 elements, but the model has 1 dimensions",
                        () -> Sgvi.builder()
                                .family(kind)
                                .initialMean(1, 2)
                                .build()
                                .fit(device, target));
            }
            FitResult one = Sgvi.builder()
                    .starts(0)
                    .gradient(Gradient.SCORE)
                    .baseline(Baseline.NONE)
                    .draws(1)
                    .maxSteps(10)
                    .build()
                    .fit(device, target);
            assertThat(one.steps()).isEqualTo(10);
        }
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}

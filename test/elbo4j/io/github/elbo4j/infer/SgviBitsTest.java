package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.BayesianCategoricalRegression;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.Regressions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The numbers of a fit are a function of the model, the settings and the seed. */
class SgviBitsTest {
    /** A fit, short, since every step must agree for the last to. */
    private enum Fit {
        LOGISTIC_FULL_RANK,
        CATEGORICAL_BATCHES,
        LINEAR_MEAN_FIELD_BATCHES,
        LINEAR_SCORE,
        LOGISTIC_SOBOL,
        LINEAR_MEAN_FIELD_ANTITHETIC,
        LOGISTIC_ROBBINS_MONRO,
        LOGISTIC_MANY_ROWS,
        LINEAR_MEAN_FIELD_MANY_ROWS;

        FitResult run(Device device, long workspace) {
            try (DataLogJoint model = model(device, workspace)) {
                return settings(workspace).build().fit(device, model);
            }
        }

        private DataLogJoint model(Device device, long workspace) {
            NormalPrior prior = new NormalPrior(0, 2);
            return switch (this) {
                case LOGISTIC_FULL_RANK, LOGISTIC_ROBBINS_MONRO, LOGISTIC_SOBOL ->
                    new BayesianLogisticRegression(
                                    device, Regressions.logistic(1, 75, 4).withIntercept(), prior)
                            .workspaceBytes(workspace)
                            .logJoint();
                case LOGISTIC_MANY_ROWS ->
                    new BayesianLogisticRegression(device, Regressions.logistic(1, MANY, 4), prior)
                            .workspaceBytes(workspace)
                            .logJoint();
                case LINEAR_MEAN_FIELD_MANY_ROWS ->
                    BayesianLinearRegression.unknownNoise(
                                    device, Regressions.linear(2, MANY, 3, 0.5), prior, NormalPrior.STANDARD)
                            .workspaceBytes(workspace)
                            .logJoint();
                case CATEGORICAL_BATCHES ->
                    new BayesianCategoricalRegression(
                                    device,
                                    Regressions.categorical(3, 75, 3).withIntercept(),
                                    List.of("a", "b", "c"),
                                    prior)
                            .workspaceBytes(workspace)
                            .logJoint();
                case LINEAR_MEAN_FIELD_BATCHES, LINEAR_SCORE, LINEAR_MEAN_FIELD_ANTITHETIC ->
                    BayesianLinearRegression.unknownNoise(
                                    device, Regressions.linear(2, 75, 4, 0.5), prior, NormalPrior.STANDARD)
                            .workspaceBytes(workspace)
                            .logJoint();
            };
        }

        private Sgvi.Builder settings(long workspace) {
            Sgvi.Builder common =
                    Sgvi.builder().seed(42).maxSteps(330).evaluationDraws(600).workspaceBytes(workspace);
            return switch (this) {
                case LOGISTIC_FULL_RANK -> common.draws(70);
                case LOGISTIC_MANY_ROWS -> many(common);
                case LINEAR_MEAN_FIELD_MANY_ROWS -> many(common).family(Family.meanField());
                case CATEGORICAL_BATCHES -> common.batch(20);
                case LINEAR_MEAN_FIELD_BATCHES ->
                    common.family(Family.meanField()).batch(20);
                case LINEAR_SCORE -> common.gradient(Gradient.SCORE).draws(130);
                case LOGISTIC_SOBOL -> common.draws(128).points(PointSet.SOBOL);
                case LINEAR_MEAN_FIELD_ANTITHETIC ->
                    common.family(Family.meanField()).points(PointSet.ANTITHETIC);
                case LOGISTIC_ROBBINS_MONRO -> common.optimizer(new RobbinsMonro(0.02));
            };
        }
    }

    /** Four samples and some. */
    private static final int MANY = 530;

    private static Sgvi.Builder many(Sgvi.Builder settings) {
        settings.sampling(new RowSample.Rule(64, MANY));
        return settings;
    }

    @EveryDevice
    void devicesDoNotChangeABit(Device device) {
        for (Fit fit : Fit.values()) {
            same(fit, fit.run(device, 1 << 28), fit.run(TestDevices.scalar(), 1 << 28));
        }
    }

    /** The fastest of the devices that have threads. */
    private static Device onThreads() {
        return TestDevices.all().stream()
                .filter(device -> !device.name().equals("cuda"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void threadsDoNotChangeABit() {
        Device one = onThreads();
        for (int threads : new int[] {1, 3, 7}) {
            try (Device device = Devices.open(one.name(), threads)) {
                for (Fit fit : Fit.values()) {
                    same(fit, fit.run(device, 1 << 28), fit.run(one, 1 << 28));
                }
            }
        }
    }

    @Test
    void theWorkspaceDoesNotChangeABit() {
        for (Fit fit : Fit.values()) {
            same(fit, fit.run(onThreads(), 1), fit.run(onThreads(), 1 << 28));
        }
    }

    /** One fit is enough for the launches that a small workspace makes many of. */
    @EveryDevice
    void theWorkspaceOfADeviceDoesNotChangeABit(Device device) {
        Fit fit = Fit.LINEAR_MEAN_FIELD_BATCHES;
        same(fit, fit.run(device, 1), fit.run(TestDevices.scalar(), 1 << 28));
    }

    @Test
    void anotherSeedIsAnotherFit() {
        Device device = onThreads();
        Fit fit = Fit.LOGISTIC_FULL_RANK;
        try (DataLogJoint model = fit.model(device, 1 << 28)) {
            FitResult other = fit.settings(1 << 28).seed(43).build().fit(device, model);
            assertThat(other.elbo().value())
                    .isNotEqualTo(fit.run(device, 1 << 28).elbo().value());
        }
    }

    private static void same(Fit what, FitResult got, FitResult want) {
        List<Double> a = numbers(got);
        List<Double> b = numbers(want);
        assertThat(a).as(what + ": how many numbers").hasSameSizeAs(b);
        for (int i = 0; i < a.size(); i++) {
            Numbers.same(what + ", number " + i, a.get(i), b.get(i));
        }
        assertThat(got.message()).isEqualTo(want.message());
        assertThat(got.status()).isEqualTo(want.status());
        assertThat(got.elbo().value()).isFinite();
    }

    private static List<Double> numbers(FitResult fit) {
        List<Double> all = new ArrayList<>();
        all.add((double) fit.steps());
        all.add((double) fit.draws());
        all.add(fit.elbo().value());
        all.add(fit.elbo().standardError());
        all.add(fit.logEvidence().value());
        all.add(fit.logEvidence().standardError());
        all.add(fit.kHat());
        for (int i = 0; i < fit.posterior().dimensions(); i++) {
            all.add(fit.posterior().mean()[i]);
            for (double c : fit.posterior().covariance()[i]) {
                all.add(c);
            }
        }
        for (TracePoint point : fit.trace()) {
            all.add((double) point.step());
            all.add(point.elbo());
            all.add(point.standardError());
        }
        return all;
    }
}

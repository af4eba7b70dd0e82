package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Devices;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Regressions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Fits of many problems are those of each alone. */
class ManyFitsTest {
    private static final NormalPrior PRIOR = new NormalPrior(0, 2);
    private static final double NOISE = 0.5;

    /** Short ones, of five problems that end at different steps. */
    private static Sgvi.Builder settings() {
        return Sgvi.builder().seed(5).starts(2).evaluationDraws(256).maxSteps(160);
    }

    private static LogJoint joint(Device device, int problem) {
        return switch (problem) {
            case 1 ->
                new BayesianLogisticRegression(
                                device, Regressions.logistic(1, 20, 2).withIntercept(), PRIOR)
                        .logJoint();
            case 3 -> known(device, linear(3));
            default ->
                BayesianLinearRegression.unknownNoise(
                                device,
                                Regressions.linear(problem, 5 + 20 * problem, 2, 1),
                                PRIOR,
                                NormalPrior.STANDARD)
                        .logJoint();
        };
    }

    private static RegressionData linear(int problem) {
        return Regressions.linear(problem, 30, 2, NOISE);
    }

    private static LogJoint known(Device device, RegressionData data) {
        return BayesianLinearRegression.knownNoise(
                        device, data, Collections.nCopies(data.columns().size(), PRIOR), NOISE)
                .logJoint();
    }

    private static ManyFits by(int workers) {
        return new ManyFits(() -> Devices.open("scalar", 1), workers);
    }

    /** Draws of many fits would fill the heap. */
    @Test
    void whatIsCorrectedStaysWithoutItsDraws() {
        Sgvi settings = settings().evaluationDraws(600).build();
        FitResult one =
                settings.fit(by(1), 1, (device, b) -> joint(device, 4)).get(0).result();
        FitResult alone;
        try (LogJoint joint = joint(TestDevices.scalar(), 4)) {
            alone = settings.fit(TestDevices.scalar(), joint);
        }

        assertThat(one).isNotNull();
        assertThat(one.corrected()).isNotNull().isEqualTo(alone.corrected());
        assertThat(one.corrected().draws()).isNull();
        assertThat(alone.corrected().draws()).isNotNull();
    }

    /** All but the time it took. */
    private static List<Object> numbers(@Nullable FitResult fit) {
        assertThat(fit).isNotNull();
        return List.of(
                fit.posterior(),
                fit.elbo(),
                fit.logEvidence(),
                fit.assessment(),
                fit.steps(),
                fit.trace(),
                fit.message());
    }

    @Test
    void aProblemHasTheBitsOfAFitAloneWhoeverLeavesBefore() {
        Sgvi method = settings().build();
        List<Attempt> three = method.fit(by(3), 5, ManyFitsTest::joint);
        List<Attempt> one = method.fit(by(1), 5, ManyFitsTest::joint);
        List<Integer> steps = new ArrayList<>();
        for (int b = 0; b < 5; b++) {
            try (Device device = Devices.open("scalar", 1);
                    LogJoint joint = joint(device, b)) {
                FitResult alone = settings().problem(b).build().fit(device, joint);
                assertThat(numbers(three.get(b).result())).isEqualTo(numbers(alone));
                assertThat(numbers(one.get(b).result())).isEqualTo(numbers(alone));
                assertThat(three.get(b).problem()).isEqualTo(b);
                steps.add(alone.steps());
            }
        }
        assertThat(steps.stream().distinct().count()).as("steps %s", steps).isGreaterThanOrEqualTo(3);
    }

    @EveryDevice
    void everyDeviceGivesAProblemTheSameBits(Device device) {
        for (Family family : List.of(Family.fullRank(), Family.meanField(), Family.lowRank(1))) {
            Sgvi method = settings().family(family).maxSteps(48).problem(7).build();
            try (LogJoint joint = joint(device, 1);
                    LogJoint defines = joint(TestDevices.scalar(), 1)) {
                assertThat(numbers(method.fit(device, joint)))
                        .isEqualTo(numbers(method.fit(TestDevices.scalar(), defines)));
            }
        }
    }

    /** The closed form; 0.1 sd is twenty times the error at which a fit settles, 4 sds of one that settles at 0.02. */
    @Test
    void everyProblemFindsItsOwnPosterior() {
        List<Attempt> fits = Sgvi.builder().build().fit(by(2), 3, (device, b) -> known(device, linear(b)));
        for (int b = 0; b < 3; b++) {
            FitResult fit = fits.get(b).result();
            double[][] exact = exact(linear(b));
            assertThat(numbers(fit)).isNotEmpty();
            for (int d = 0; d < 2; d++) {
                double sd = Math.sqrt(exact[1][d]);
                assertThat(Math.abs(fit.posterior().mean(d) - exact[0][d])).isLessThan(0.1 * sd);
                assertThat(Math.abs(Math.log(fit.posterior().standardDeviation(d) / sd)))
                        .isLessThan(0.1);
            }
        }
    }

    /** Means and variances of two coefficients: the normal equations. */
    private static double[][] exact(RegressionData data) {
        double a = 0.25;
        double b = 0;
        double c = 0.25;
        double u = 0;
        double v = 0;
        double precision = 1 / (NOISE * NOISE);
        for (int n = 0; n < data.rows(); n++) {
            double x = data.x()[2 * n];
            double y = data.x()[2 * n + 1];
            a += precision * x * x;
            b += precision * x * y;
            c += precision * y * y;
            u += precision * x * data.y()[n];
            v += precision * y * data.y()[n];
        }
        double det = a * c - b * b;
        return new double[][] {{(c * u - b * v) / det, (a * v - b * u) / det}, {c / det, a / det}};
    }

    @Test
    void equalDataHaveDrawsOfTheirOwn() {
        List<Attempt> fits = settings().build().fit(by(1), 2, (device, b) -> joint(device, 2));
        FitResult first = fits.get(0).result();
        FitResult second = fits.get(1).result();
        assertThat(numbers(first).get(0))
                .as("steps")
                .isNotEqualTo(numbers(second).get(0));
        assertThat(second.settings()).containsEntry("problem", 1L);
        // Of the same q, that of no step: fresh draws.
        Sgvi none =
                settings().optimizer(new RobbinsMonro(1)).cancelled(() -> true).build();
        fits = none.fit(by(1), 2, (device, b) -> joint(device, 2));
        assertThat(numbers(fits.get(0).result()).get(0))
                .isEqualTo(numbers(fits.get(1).result()).get(0));
        assertThat(numbers(fits.get(0).result()).get(1))
                .as("fresh draws")
                .isNotEqualTo(numbers(fits.get(1).result()).get(1));
    }

    @EveryDevice
    void theDrawsOfAProblemStandAtItsNumber(Device device) {
        for (Family family : List.of(Family.fullRank(), Family.meanField(), Family.lowRank(1))) {
            float[] all = draws(family.create(device, 3, 4));
            VariationalFamily alone = family.create(device, 1, 4);
            alone.numberFrom(2);
            assertThat(draws(alone)).isEqualTo(Arrays.copyOfRange(all, 2 * 5 * 4, 3 * 5 * 4));
        }
    }

    private static float[] draws(VariationalFamily family) {
        try (family;
                Buffer z = family.device().allocate((long) family.problems() * 5 * 4)) {
            for (int b = 0; b < family.problems(); b++) {
                family.set(b, new double[4], new double[] {1, 1, 1, 1});
            }
            DrawBlock shape = family.block(5, 0);
            family.sample(new Key(9), 3, shape, z);
            return z.toFloats();
        }
    }

    @Test
    void aProblemThatFailsLosesNoOther() {
        List<Integer> told = Collections.synchronizedList(new ArrayList<>());
        List<Attempt> fits = settings()
                .build()
                .fit(by(2).observer(attempt -> told.add(attempt.problem())), 5, (device, b) -> {
                    if (b == 2) {
                        throw new IllegalArgumentException("no rows");
                    }
                    return joint(device, b);
                });
        assertThat(told).containsExactly(0, 1, 2, 3, 4);
        assertThat(fits.get(2).failure()).hasMessage("no rows");
        assertThat(IntStream.of(0, 1, 3, 4).mapToObj(b -> fits.get(b).result())).doesNotContainNull();
    }

    @Test
    void whatIsStoppedKeepsWhatIsDone() {
        List<Attempt> done = Collections.synchronizedList(new ArrayList<>());
        List<Attempt> fits = settings()
                .build()
                .fit(by(1).observer(done::add).cancelled(() -> done.size() >= 2), 5, ManyFitsTest::joint);
        assertThat(fits).hasSize(5);
        assertThat(fits.get(1).result()).isNotNull();
        assertThat(fits.subList(2, 5))
                .allSatisfy(attempt -> assertThat(attempt.failure()).isInstanceOf(CancellationException.class));
    }

    @Test
    void anInterruptedCallerInterruptsTheFits() {
        Thread caller = Thread.currentThread();
        List<Attempt> fits = by(2).fit(4, (device, b) -> {
            caller.interrupt();
            try {
                Thread.sleep(60_000);
                throw new AssertionError("was not interrupted");
            } catch (InterruptedException e) {
                throw new CancellationException("interrupted");
            }
        });
        assertThat(Thread.interrupted()).isTrue();
        assertThat(fits)
                .hasSize(4)
                .allSatisfy(attempt -> assertThat(attempt.result()).isNull());
    }

    @Test
    void aDeviceThatDoesNotOpenIsThrown() {
        ManyFits none = new ManyFits(
                () -> {
                    throw new IllegalStateException("no device");
                },
                2);
        assertThatThrownBy(() -> none.fit(3, (device, b) -> {
                    throw new AssertionError();
                }))
                .hasMessage("no device");
    }

    @Test
    void numbersAndWorkersAreInRange() {
        assertThatThrownBy(() -> Sgvi.builder().problem(-1)).hasMessageContaining("problem is -1");
        assertThatThrownBy(() -> Sgvi.builder().problem(Integer.MAX_VALUE))
                .hasMessageContaining("from 0 to 2147483646");
        assertThatThrownBy(() -> by(0)).hasMessageContaining("workers is 0");
        assertThatThrownBy(() -> by(1).fit(-1, (device, b) -> {
                    throw new AssertionError();
                }))
                .hasMessageContaining("problems is -1");
        assertThatThrownBy(() -> new Attempt(0, null, null)).hasMessageContaining("not both");
    }
}

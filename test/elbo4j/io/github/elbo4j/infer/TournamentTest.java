package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class TournamentTest {
    private static final Device HOST = TestDevices.scalar();
    private static final double TOLERANCE = 0.01;

    private static GaussianTarget independent(double... sd) {
        return GaussianTarget.diagonal(HOST, new double[sd.length], sd);
    }

    private static FitResult fitted(Tournament tournament, LogJoint joint) {
        try (joint) {
            return tournament.fit(HOST, joint);
        }
    }

    /** No start is chosen by paths, so that steps have to find the way; all start where they end. */
    @Test
    void ofAGaussianAllRatesAgree() {
        Sgvi.Builder near = Sgvi.builder().starts(0).initialSd(1).seed(3);
        FitResult fit = fitted(new Tournament(near).families(Family.meanField()).starts(1), independent(1, 1, 1));
        assertThat(fit.entrants()).hasSize(4).allSatisfy(each -> {
            assertThat(each.ending()).isIn("won", "level");
            assertThat(each.elbo().value()).isCloseTo(0, within(0.03));
            assertThat(Math.abs(each.difference().value()))
                    .isLessThan(TOLERANCE + 3 * each.difference().standardError());
        });
        assertThat(fit.entrants().stream().map(Entrant::learningRate))
                .containsExactlyInAnyOrder(0.1, 0.025, 0.00625, 0.0015625);
        assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
        // All are level, so the first wins that converged.
        assertThat(fit.entrants().get(0).learningRate()).isEqualTo(0.1);
    }

    /** Of a family that has steps alone: those of 0.1 are a hundred sds. */
    @Test
    void whereSdsAreSmallOnlySmallRatesStay() {
        Sgvi.Builder far = Sgvi.builder().starts(0).initialSd(0.001).seed(3);
        FitResult fit =
                fitted(new Tournament(far).families(Family.lowRank(1)).starts(1), independent(0.001, 0.001, 0.001));
        Entrant winner = fit.entrants().get(0);
        Entrant fast = byRate(fit, 0.1);
        assertThat(winner.learningRate()).as("%s", fit.entrants()).isLessThan(0.1);
        assertThat(fast.ending()).isEqualTo("left after the first stage");
        assertThat(fast.difference().value() + 2 * fast.difference().standardError())
                .isLessThan(-TOLERANCE);
        assertThat(fit.elbo().value()).isCloseTo(0, within(0.03));
    }

    private static Entrant byRate(FitResult fit, double rate) {
        return fit.entrants().stream()
                .filter(each -> each.learningRate() == rate)
                .findFirst()
                .orElseThrow();
    }

    /** A tenth of the mass is where start 1 looks, the rest an sd and a half of the starts away. */
    private static LogJoint bimodal() {
        return HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> {
            double near = StrictMath.log(0.1 / 0.3) - z[0] * z[0] / 0.18;
            double far = StrictMath.log(0.9 / 0.3) - (z[0] - 3) * (z[0] - 3) / 0.18;
            double most = Math.max(near, far);
            double a = StrictMath.exp(near - most);
            double b = StrictMath.exp(far - most);
            gradient[0] = -(a * z[0] + b * (z[0] - 3)) / (a + b) / 0.09;
            return most + StrictMath.log(a + b) - 0.5 * StrictMath.log(2 * Math.PI);
        });
    }

    @Test
    void ofTwoModesAnotherStartFindsTheLarger() {
        Sgvi.Builder one = Sgvi.builder().starts(1).seed(2);
        FitResult fit = fitted(new Tournament(one).starts(8), bimodal());
        assertThat(fit.posterior().mean(0)).as("%s", fit.entrants()).isCloseTo(3, within(0.05));
        assertThat(fit.entrants().get(0).start()).isNotEqualTo(1);
        Entrant first = fit.entrants().stream()
                .filter(each -> each.start() == 1)
                .findFirst()
                .orElseThrow();
        assertThat(first.ending()).isEqualTo("behind");
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST); // a tenth of the posterior is where q is not
        assertThat(fit.assessment().concerns())
                .filteredOn(each -> each.kind() == Concern.Kind.SEVERAL_MODES)
                .extracting(Concern::words)
                .anyMatch(words -> words.contains("came to another place, z "));
        // Both modes have one shape, so that log 0.1 stands against log 0.9.
        assertThat(first.difference().value())
                .isCloseTo(
                        StrictMath.log(1.0 / 9),
                        within(0.02 + 3 * first.difference().standardError()));
    }

    /** Of a correlated Gaussian the independent normals are behind by a known number; of an independent one they win. */
    @Test
    void theSimplerFamilyWinsWhereItIsNotBehind() {
        double rho = 0.8;
        FitResult correlated =
                fitted(
                        new Tournament(Sgvi.builder().seed(1)),
                        GaussianTarget.full(HOST, new double[] {1, -2}, new double[][] {{1, 2 * rho}, {2 * rho, 4}}));
        assertThat(correlated.family()).isEqualTo("full-rank");
        assertThat(correlated.gaussian().correlation(0, 1)).isCloseTo(rho, within(0.01));
        Entrant simple = correlated.entrants().stream()
                .filter(each -> each.family().equals("mean-field"))
                .findFirst()
                .orElseThrow();
        assertThat(simple.difference().value())
                .isCloseTo(
                        0.5 * StrictMath.log(1 - rho * rho),
                        within(0.02 + 3 * simple.difference().standardError()));

        FitResult plain = fitted(new Tournament(Sgvi.builder().seed(1)), independent(1, 2));
        assertThat(plain.family()).isEqualTo("mean-field");
        assertThat(plain.entrants()).extracting(Entrant::family).contains("full-rank");
        // They settled where they started: one entrant a family and start stands for all rates.
        assertThat(plain.entrants()).hasSize(4).allMatch(each -> Double.isNaN(each.learningRate()));
        assertThat(plain.entrants().get(0).difference().value()).isZero();
    }

    @Test
    void anEntrantAloneHasTheSameBits() {
        Tournament tournament =
                new Tournament(Sgvi.builder().starts(0).maxSteps(400).seed(8).problem(2)).starts(2);
        try (LogJoint joint = MethodCases.joint(HOST, true)) {
            FitResult won = tournament.fit(HOST, joint);
            Entrant winner = won.entrants().get(0);
            FitResult alone = tournament.alone(HOST, joint, winner).fit(HOST, joint);
            assertThat(alone.posterior()).isEqualTo(won.posterior());
            assertThat(alone.trail()).isEqualTo(won.trail());
            assertThat(alone.trace()).isEqualTo(won.trace());
            assertThat(alone.elbo()).isEqualTo(won.elbo());
            assertThat(alone.assessment()).isEqualTo(won.assessment());
            assertThat(alone.steps()).isEqualTo(winner.steps());
            assertThat(alone.draws()).isLessThan(won.draws());
            assertThat(won.settings())
                    .containsEntry("entrants", (long) won.entrants().size());
        }
    }

    /** Log p is asked for of all draws of a step at once. */
    @Test
    void stepsOfAllAreOneEvaluation() {
        List<Integer> blocks = new ArrayList<>();
        LogJoint joint = HostLogJoint.ofBlock(List.of("a", "b"), (draws, z, logP, gradient) -> {
            blocks.add(draws);
            for (int s = 0; s < draws; s++) {
                logP[s] = -0.5 * (z[2 * s] * z[2 * s] + z[2 * s + 1] * z[2 * s + 1]);
                if (gradient != null) {
                    gradient[2 * s] = -z[2 * s];
                    gradient[2 * s + 1] = -z[2 * s + 1];
                }
            }
        });
        FitResult fit = fitted(
                new Tournament(Sgvi.builder()
                                .starts(0)
                                .draws(16)
                                .tolerance(1e-9)
                                .maxSteps(100))
                        .families(Family.meanField(), Family.lowRank(1), Family.fullRank())
                        .starts(2),
                joint);
        assertThat(fit.entrants()).hasSize(24);
        assertThat(blocks).contains(24 * 16).doesNotContain(16);
    }

    /** In the second stage, before the next block would have ended. */
    @Test
    void numbersOfAnInterruptedStageAreThoseReached() {
        for (boolean isThread : new boolean[] {false, true}) {
            AtomicInteger asked = new AtomicInteger();
            Tournament tournament = new Tournament(Sgvi.builder()
                            .starts(0)
                            .tolerance(1e-9)
                            .cancelled(() -> {
                                boolean now = asked.incrementAndGet() > 8 * 350;
                                if (now && isThread) {
                                    Thread.currentThread().interrupt();
                                }
                                return now && !isThread;
                            }))
                    .families(Family.lowRank(1));
            try (LogJoint joint = MethodCases.joint(HOST, true)) {
                FitResult fit = tournament.fit(HOST, joint);
                assertThat(Thread.interrupted()).isEqualTo(isThread);
                List<Entrant> stopped = fit.entrants().stream()
                        .filter(each -> each.steps() > 200)
                        .toList();
                assertThat(stopped).as("%s", fit.entrants()).isNotEmpty();
                for (Entrant each : stopped) {
                    if (isThread) {
                        assertThat(each.elbo().value()).isNaN();
                        assertThat(each.ending()).isIn("won, interrupted", "interrupted");
                    } else {
                        Tournament shorter = new Tournament(
                                        Sgvi.builder().starts(0).tolerance(1e-9).cancelled(stopsAfter(each.steps())))
                                .families(Family.lowRank(1));
                        FitResult alone = shorter.alone(HOST, joint, each).fit(HOST, joint);
                        assertThat(alone.steps()).isEqualTo(each.steps());
                        assertThat(measured(joint, alone)).isEqualTo(each.elbo().value());
                    }
                }
            }
        }
    }

    /** While the second stage goes on; nor does the first stage's evaluation of all. */
    @Test
    void thoseThatLeftKeepNoMemory() {
        List<Buffer> buffers = new ArrayList<>();
        Device watched = (Device) Proxy.newProxyInstance(
                Device.class.getClassLoader(), new Class<?>[] {Device.class}, (proxy, method, arguments) -> {
                    Object result = method.invoke(HOST, arguments);
                    if (result instanceof Buffer buffer) {
                        buffers.add(buffer);
                    }
                    return result;
                });
        List<Long> open = new ArrayList<>(); // before steps
        Sgvi.Builder far = Sgvi.builder().starts(0).initialSd(0.001).seed(3).cancelled(() -> {
            buffers.removeIf(Buffer::isClosed);
            open.add(buffers.stream()
                    .mapToLong(each -> each.length() * each.type().bytes())
                    .sum());
            return false;
        });
        try (LogJoint joint = independent(0.001, 0.001, 0.001)) {
            FitResult fit = new Tournament(far).families(Family.lowRank(1)).fit(watched, joint);
            long left = fit.entrants().stream()
                    .filter(each -> each.ending().equals("left after the first stage"))
                    .count();
            assertThat(left).isPositive();
            int all = fit.entrants().size();
            long most = open.stream().mapToLong(each -> each).max().orElseThrow();
            assertThat(open.get(open.size() - 1))
                    .as("%d of %d left", left, all)
                    .isLessThanOrEqualTo(most * (all - left) / all);
        }
        buffers.removeIf(Buffer::isClosed);
        assertThat(buffers).isEmpty();
    }

    /** Asked once before each step. */
    private static BooleanSupplier stopsAfter(int steps) {
        AtomicInteger asked = new AtomicInteger();
        return () -> asked.incrementAndGet() > steps;
    }

    /** At the draws that measure entrants. */
    private static double measured(LogJoint joint, FitResult fit) {
        SgviSettings settings = Sgvi.builder().build().settings().facing(joint);
        try (VariationalFamily q = Family.lowRank(1).create(HOST, 1, joint.dimensions())) {
            float[] parameters =
                    Objects.requireNonNull(q.parametersOf(((GaussianPosterior) fit.posterior()).gaussian()));
            q.parameterBuffer().write(0, parameters, 0, parameters.length);
            q.update();
            int few = 2 * settings.effort.comparison();
            return LogWeights.draw(joint, q, new Key(settings.seed).fork("tournament"), few, settings.workspaceBytes)
                    .elbo(0)
                    .value();
        }
    }

    @EveryDevice
    void devicesDoNotChangeABit(Device device) {
        Tournament tournament =
                new Tournament(Sgvi.builder().starts(0).maxSteps(300).draws(8));
        try (LogJoint here = MethodCases.joint(device, false);
                LogJoint there = MethodCases.joint(HOST, false)) {
            FitResult one = tournament.fit(device, here);
            FitResult other = tournament.fit(HOST, there);
            assertThat(one.entrants()).isEqualTo(other.entrants()).hasSizeGreaterThan(4);
            assertThat(one.posterior()).isEqualTo(other.posterior());
            assertThat(one.elbo()).isEqualTo(other.elbo());
            assertThat(one.trail()).isEqualTo(other.trail());
            assertThat(one.assessment()).isEqualTo(other.assessment());
        }
    }

    @Test
    void withoutAFiniteDensityThereIsAResultThatSaysSo() {
        FitResult fit = fitted(
                new Tournament(Sgvi.builder()),
                HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> Double.NEGATIVE_INFINITY));
        assertThat(fit.status()).isEqualTo(Status.DIVERGED);
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.entrants()).allSatisfy(each -> assertThat(each.ending()).isIn("won", "diverged"));
    }

    @Test
    void itStopsWhenAsked() {
        for (int after : new int[] {0, 1, 60}) {
            try (LogJoint joint = MethodCases.joint(HOST, true)) {
                FitResult fit = MethodCases.itStopsWhenAsked(
                        after,
                        joint,
                        cancelled -> new Tournament(
                                Sgvi.builder().starts(0).tolerance(1e-9).cancelled(cancelled)));
                assertThat(fit.entrants()).isNotEmpty();
            }
        }
        // Later one may have ended, which is then the best that there is; the table says of the others that they were
        // stopped.
        AtomicInteger asked = new AtomicInteger();
        FitResult late = fitted(
                new Tournament(Sgvi.builder().starts(0).cancelled(() -> asked.incrementAndGet() > 900)),
                MethodCases.joint(HOST, true));
        assertThat(late.status()).isIn(Status.CONVERGED, Status.INTERRUPTED);
        assertThat(late.entrants()).anyMatch(each -> each.ending().contains("interrupted"));
    }

    /** The second of four fails in their 83rd step: what the first has found is the result. */
    @Test
    void aDeviceThatFailsLeavesWhatThereIs() {
        Device failing = new FailingDevice(HOST, "adam", 4 * 82 + 1);
        try (LogJoint joint = GaussianTarget.diagonal(failing, new double[] {1}, new double[] {2})) {
            FitResult fit = new Tournament(
                            Sgvi.builder().starts(0).tolerance(1e-9).maxSteps(600))
                    .families(Family.meanField())
                    .starts(1)
                    .fit(failing, joint);
            assertThat(fit.status()).isEqualTo(Status.FAILED);
            assertThat(fit.message()).contains("planted fault in adam");
            assertThat(fit.steps()).isBetween(1, 82); // as far as its numbers had been looked at
            assertThat(fit.elbo().value()).isFinite();
            assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
            assertThat(fit.entrants().get(0).learningRate()).isEqualTo(0.1);
            assertThat(fit.entrants()).hasSize(4).allMatch(each -> each.ending().equals("failed"));
        }
    }

    /** In the second stage, when mean-field ones have left: the result is of one that went on. */
    @Test
    void aDeviceThatFailsLaterLeavesWhatThereWas() {
        Device failing = new FailingDevice(HOST, "adam", 8 * 300);
        double[][] covariance = {{1, 0.9}, {0.9, 1}};
        try (LogJoint joint = GaussianTarget.full(failing, new double[] {1, 2}, covariance)) {
            FitResult fit = new Tournament(
                            Sgvi.builder().starts(0).tolerance(1e-9).maxSteps(2000))
                    .families(Family.meanField(), Family.lowRank(1))
                    .starts(1)
                    .fit(failing, joint);
            assertThat(fit.status()).isEqualTo(Status.FAILED);
            assertThat(fit.message()).contains("planted fault in adam");
            assertThat(fit.family()).isEqualTo("low-rank");
            assertThat(fit.elbo().value()).isFinite();
            assertThat(fit.entrants().stream().map(Entrant::ending)).contains("left after the first stage");
        }
    }

    @Test
    void whatContradictsItIsRefused() {
        assertThatThrownBy(() -> new Tournament(Sgvi.builder()).families(Family.lowRank(1), Family.lowRank(2)))
                .hasMessageStartingWith("two of the families are called the same, low-rank");
        assertThatThrownBy(() -> new Tournament(Sgvi.builder().optimizer(new Adam(0.1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leave the optimizer out");
        FitResult before = fitted(new Tournament(Sgvi.builder()).starts(1), independent(1));
        assertThatThrownBy(() -> new Tournament(Sgvi.builder().continueFrom(before)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot continue");
        Tournament tournament = new Tournament(Sgvi.builder());
        assertThatThrownBy(() -> tournament.families(new Family[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no family");
        assertThatThrownBy(() -> tournament.starts(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("starts is 0");
        try (LogJoint joint = independent(1)) {
            Entrant stranger = new Entrant("sums", 0.1, 1, 0, before.elbo(), before.elbo(), "");
            assertThatThrownBy(() -> tournament.alone(HOST, joint, stranger))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the entrant's family is sums");
        }
    }
}

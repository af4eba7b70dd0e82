package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.Regressions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The trail of a fit: the same on every device, found again by taking the steps again, and nowhere else. */
class TrailTest {
    private static final Device DEVICE = TestDevices.scalar();

    /** Fits that end in each of the ways that steps are taken. */
    private static List<Sgvi.Builder> settings() {
        return List.of(
                settled(),
                settled().family(Family.meanField()),
                steps().family(Family.lowRank(1)),
                steps().batch(20),
                steps().batch(20).family(Family.meanField()),
                steps().gradient(Gradient.SCORE),
                steps().optimizer(new RobbinsMonro(0.02)));
    }

    private static Sgvi.Builder settled() {
        return Sgvi.builder().seed(4).draws(8).evaluationDraws(100);
    }

    /** Neither a multiple of 100 nor of the steps of a block. */
    private static Sgvi.Builder steps() {
        return settled().starts(0).maxSteps(330);
    }

    private static DataLogJoint model(Device device) {
        return new BayesianLogisticRegression(device, Regressions.logistic(1, 60, 3), NormalPrior.STANDARD).logJoint();
    }

    private static FitResult fit(Sgvi.Builder settings) {
        try (DataLogJoint model = model(DEVICE)) {
            return settings.build().fit(DEVICE, model);
        }
    }

    private static Trail retrace(Device device, Sgvi.Builder settings, Trail stretch) {
        try (DataLogJoint model = model(device)) {
            return settings.build().retrace(device, model, stretch);
        }
    }

    @EveryDevice
    void anyDeviceFindsTheStatesAgain(Device device) {
        for (Sgvi.Builder settings : settings()) {
            Trail trail = fit(settings).trail();
            assertThat(retrace(device, settings, trail)).isEqualTo(trail);
        }
    }

    @Test
    void statesAreAtTheStepsThatAreSaid() {
        for (Sgvi.Builder settings : settings()) {
            FitResult fit = fit(settings);
            List<Integer> steps =
                    fit.trail().states().stream().map(Trail.State::step).toList();
            assertThat(steps).startsWith(0).endsWith(fit.steps()).isSorted().doesNotHaveDuplicates();
            for (int i = 1; i < steps.size(); i++) {
                assertThat(steps.get(i) / 100 - steps.get(i - 1) / 100)
                        .as(fit.family() + " " + steps)
                        .isLessThanOrEqualTo(1);
            }
            assertThat(fit.trail().states().stream().map(Trail.State::sha256).distinct())
                    .hasSize(steps.size())
                    .allMatch(hash -> hash.matches("[0-9a-f]{64}"));
        }
    }

    /** The hash of the first state of plain steps, put together from the description of {@link Trail}. */
    @Test
    void theHashIsTheOneThatIsDescribed() throws Exception {
        int p = 6;
        Sgvi.Builder settings = steps().family(Family.meanField())
                .optimizer(new RobbinsMonro(0.02))
                .initialMean(0.5, -1, 2);
        ByteBuffer bytes = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
        IntStream.range(0, 7).forEach(i -> bytes.putInt(0)); // no step, no block, no moments, no running mean, not flat
        for (int each = 0; each < 2; each++) { // q, then the average, which begins as q does; there are no moments
            bytes.putFloat(0.5f).putFloat(-1).putFloat(2);
            IntStream.range(0, p / 2).forEach(d -> bytes.putFloat((float) StrictMath.log(0.1)));
        }
        byte[] hash =
                MessageDigest.getInstance("SHA-256").digest(java.util.Arrays.copyOf(bytes.array(), bytes.position()));
        assertThat(fit(settings).trail().states().get(0).sha256())
                .isEqualTo(HexFormat.of().formatHex(hash));
    }

    /** More bytes than are hashed at a time. */
    @Test
    void manyNumbersAreHashedInTheirOrder() throws Exception {
        int count = 50_001;
        float[] values = new float[count];
        ByteBuffer bytes = ByteBuffer.allocate(4 * count + 12).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(7);
        for (int i = 0; i < count; i++) {
            values[i] = i * 0.37f - 100;
            bytes.putFloat(values[i]);
        }
        bytes.putDouble(Math.PI);
        String want =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        StateHash hash = new StateHash();
        for (int round = 0; round < 2; round++) {
            hash.restart();
            hash.add(7);
            if (round == 0) {
                hash.add(values);
            } else {
                hash.add(DEVICE.copyOf(values));
            }
            hash.add(Math.PI);
            assertThat(hash.hexadecimal()).isEqualTo(want);
        }
    }

    @Test
    void aForgedStateIsFoundAtItsStep() {
        Trail trail = fit(steps()).trail();
        for (int forged = 0; forged < trail.states().size(); forged++) {
            List<Trail.State> states = new ArrayList<>(trail.states());
            Trail.State state = states.get(forged);
            char first = state.sha256().charAt(0);
            states.set(
                    forged,
                    new Trail.State(
                            state.step(),
                            (first == '0' ? '1' : '0') + state.sha256().substring(1)));
            Trail found = retrace(DEVICE, steps(), new Trail(Trail.VERSION, states));
            assertThat(found.states()).isEqualTo(trail.states().subList(0, forged + 1));
            // What is not asked for is not looked at.
            Trail after = trail.between(state.step() + 1, Integer.MAX_VALUE);
            assertThat(retrace(DEVICE, steps(), after)).isEqualTo(after);
        }
    }

    @Test
    void otherSettingsDifferAtOnce() {
        Trail trail = fit(steps()).trail();
        for (Sgvi.Builder other : List.of(steps().seed(5), steps().draws(9), steps().optimizer(new Adam(0.03)))) {
            assertThat(retrace(DEVICE, other, trail)).isNotEqualTo(trail);
        }
        List<Trail.State> late =
                retrace(DEVICE, steps().optimizer(new Adam(0.03)), trail).states();
        assertThat(late.get(0))
                .as("the start is the same")
                .isEqualTo(trail.states().get(0));
        assertThat(late).hasSize(2);
    }

    /** Cut off after any step, among blocks and rounds: what there is agrees. */
    @Test
    void anInterruptedFitIsFoundAgainAsFarAsItWent() {
        for (Sgvi.Builder settings : List.of(settled(), steps(), steps().batch(20))) {
            Trail whole = fit(settings).trail();
            for (int calls : new int[] {2, 30, 57, 250}) {
                int[] left = {calls};
                FitResult fit = fit(settings.cancelled(() -> --left[0] < 0));
                settings.cancelled(() -> false);
                Trail trail = fit.trail();
                assertThat(retrace(DEVICE, settings, trail)).isEqualTo(trail);
                if (fit.status() == Status.INTERRUPTED && trail.states().size() > 1) {
                    Trail.State last = trail.states().get(trail.states().size() - 1);
                    assertThat(last.step()).isLessThanOrEqualTo(fit.steps());
                    assertThat(whole.states())
                            .containsAll(
                                    trail.states().subList(0, trail.states().size() - 1));
                }
            }
        }
    }

    /** Where steps diverge, the trail ends before. */
    @Test
    void whatDivergedHasNoState() {
        Sgvi.Builder settings = steps().optimizer(new RobbinsMonro(1e3)).initialSd(2);
        FitResult fit = fit(settings);
        assertThat(fit.status()).isEqualTo(Status.DIVERGED);
        assertThat(fit.trail().states()).allMatch(state -> state.step() <= fit.steps());
        assertThat(retrace(DEVICE, settings, fit.trail())).isEqualTo(fit.trail());
    }

    @Test
    void anotherVersionIsRefused() {
        Trail other = new Trail(2, fit(steps()).trail().states());
        assertThatThrownBy(() -> retrace(DEVICE, steps(), other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the trail is of version 2, but this elbo4j takes steps whose trail is of version 1");
    }
}

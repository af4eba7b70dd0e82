package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.HalfCauchy;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.Quantities;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** A coordinate that nobody reads, and what is read in its place. */
class ReadWidthsTest {
    /** tau is of Gamma(6, 1), its logarithm has the mean 1.71 and the standard deviation 0.43, and b is N(0, 1). */
    private static final HostLogJoint GAMMA = HostLogJoint.ofDraw(List.of("log tau", "b"), (z, gradient) -> {
        gradient[0] = 6 - Math.exp(z[0]);
        gradient[1] = -z[1];
        return 6 * z[0] - Math.exp(z[0]) - z[1] * z[1] / 2;
    });

    /** log tau is N(1.71, 0.53²). */
    private static final HostLogJoint LOG_NORMAL = HostLogJoint.ofDraw(List.of("log tau", "b"), (z, gradient) -> {
        gradient[0] = -(z[0] - 1.71) / (0.53 * 0.53);
        gradient[1] = -z[1];
        return -(z[0] - 1.71) * (z[0] - 1.71) / (2 * 0.53 * 0.53) - z[1] * z[1] / 2;
    });

    private static LogJoint reading(HostLogJoint joint, Set<Integer> hidden, ToDoubleFunction<double[]> tau) {
        return joint.with(new Quantities(List.of("tau", "b"), z -> new double[] {tau.applyAsDouble(z), z[1]}, hidden));
    }

    private static double tau(double[] z) {
        return Math.exp(z[0]);
    }

    /** Of N(1.71, 0.39²), where linear response says that log tau is 1.5 times as wide. */
    private static Assessment judged(LogJoint joint) {
        Gaussian q = Gaussian.independent(new double[] {1.71, 0}, new double[] {0.39, 1});
        Gaussian response = Gaussian.independent(new double[] {1.71, 0}, new double[] {1.5 * 0.39, 1});
        FreshDraws.Background known = new FreshDraws.Background(
                new Ending(Status.CONVERGED, ""),
                List.of(),
                List.of(),
                FreshDraws.DRAWS,
                FreshDraws.MOST,
                null,
                new GaussianPosterior(List.of("log tau", "b"), response),
                0);
        return FreshDraws.of(TestDevices.scalar(), joint, q, known, new Key(1)).assessment();
    }

    private static void assertNotTrusted(LogJoint joint) {
        Assessment found = judged(joint);
        assertThat(found.verdict()).as(found.toString()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(found.concerns().get(0).words())
                .isEqualTo("with its correlations the standard deviation of log tau is 1.50 times that of q");
    }

    @Test
    void whatNobodyReadsIsUsable() {
        Assessment found = judged(reading(GAMMA, Set.of(0), ReadWidthsTest::tau));

        assertThat(found.verdict()).as(found.toString()).isEqualTo(Verdict.USABLE);
        assertThat(found.concerns())
                .anySatisfy(concern -> assertThat(concern.words())
                        .startsWith("with its correlations the standard deviation of log tau is 1.50 times that of q;"
                                + " importance weighting multiplies that of tau, which is read in its place, by 1.0"));
    }

    @Test
    void whatIsReadItselfIsNot() {
        assertNotTrusted(GAMMA);
        assertNotTrusted(reading(GAMMA, Set.of(), ReadWidthsTest::tau));
        assertNotTrusted(reading(GAMMA, Set.of(1), ReadWidthsTest::tau));
    }

    /** That of log tau is 1.36 times q's, and that of tau 1.5 times, of which so many draws show less: usable, but not surely. */
    @Test
    void whatIsReadInItsPlaceMustSurelyBeUsable() {
        assertNotTrusted(reading(LOG_NORMAL, Set.of(0), ReadWidthsTest::tau));
    }

    @Test
    void itStandsForOneCoordinateAlone() {
        assertNotTrusted(reading(GAMMA, Set.of(0), z -> Math.exp(z[0]) + 1e-3 * z[1]));
        assertNotTrusted(reading(GAMMA, Set.of(0), z -> Math.exp(Math.max(z[0], 1))));
        assertNotTrusted(reading(GAMMA, Set.of(0), z -> z[1]));
    }

    /** A number that falls where the coordinate rises is one of it, too. */
    @Test
    void itMayFall() {
        assertThat(judged(reading(GAMMA, Set.of(0), z -> -Math.exp(z[0]))).verdict())
                .isEqualTo(Verdict.USABLE);
    }

    @Test
    void aModelReadsWhatItNames() {
        Model model = Model.define(m -> {
            m.parameter("mu", Normal.of(0, 1));
            m.parameter("tau", HalfCauchy.of(1), 2);
            m.parameter("nu", Normal.of(0, 1));
        });
        try (LogJoint joint = model.logJoint(TestDevices.scalar())) {
            assertThat(joint.quantities().hidden()).containsExactlyInAnyOrder(1, 2);
        }
    }
}

package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.HalfCauchy;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.Quantities;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What is read of draws is judged as the coordinates are. */
class WeightedChangeTest {
    private static final double CUT = 2.7;

    /** N(0, 1) below {@link #CUT}, which 0.35 % of q are above: next to nothing, unless one reads exp(3·x). */
    private static final HostLogJoint BELOW = HostLogJoint.ofDraw(List.of("log tau"), (z, gradient) -> {
        gradient[0] = z[0] < CUT ? -z[0] : -1e3 * (z[0] - CUT) - z[0];
        return -z[0] * z[0] / 2 - (z[0] < CUT ? 0 : 500 * (z[0] - CUT) * (z[0] - CUT));
    });

    private static Assessment judged(LogJoint joint) {
        Gaussian unit = Gaussian.independent(new double[] {0}, new double[] {1});
        return FreshDraws.of(TestDevices.scalar(), joint, unit, Status.CONVERGED, "", new Key(1))
                .assessment();
    }

    private static HostLogJoint reading(UnaryOperator<double[]> values) {
        return BELOW.with(new Quantities(List.of("tau"), values));
    }

    /**
     * {@code E exp(6·x) = e^18·Φ((2.7 − 6))/Φ(2.7)} below the cut and {@code e^18} without: q's standard deviation of tau is some 40 times the
     * posterior's, and coordinates show nothing of it.
     */
    @Test
    void whatIsReadOfDrawsIsJudged() {
        assertThat(judged(BELOW).verdict()).isEqualTo(Verdict.GOOD);

        Assessment found = judged(reading(z -> new double[] {Math.exp(3 * z[0])}));

        assertThat(found.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(found.concerns()).anySatisfy(concern -> {
            assertThat(concern.kind()).isEqualTo(Concern.Kind.WRONG_WIDTH);
            assertThat(concern.parameter()).isEqualTo("tau");
            assertThat(concern.words()).contains("importance weighting multiplies the standard deviation of tau by 0.");
        });
    }

    @Test
    void whatDoesNotVaryOrIsNotFiniteSaysNothing() {
        assertThat(judged(reading(z -> new double[] {7})).concerns()).isEmpty();
        assertThat(judged(reading(z -> new double[] {Math.log(z[0])})).concerns())
                .isEmpty();
        assertThat(judged(reading(z -> new double[] {1e12 + z[0]})).concerns()).isEmpty();
    }

    /**
     * Of draws of N(0, 1) weighted for N(0.1, 0.9²): the mean of 400 squares of errors in units of their stated ones is 1 with a standard
     * deviation of √(2/400) = 0.07 (of the ratio some more, as draws beyond three sd count): outside of 0.72 to 1.28 less than once in 10^4.
     */
    @Test
    void theErrorsAreWhatTheySay() {
        Random random = new Random(3);
        double ofShift = 0;
        double ofRatio = 0;
        int repeats = 400;
        int draws = 2000;
        for (int i = 0; i < repeats; i++) {
            double[][] x = new double[1][draws];
            double[] w = new double[draws];
            for (int s = 0; s < draws; s++) {
                x[0][s] = random.nextGaussian();
                double u = (x[0][s] - 0.1) / 0.9;
                w[s] = 3 * Math.exp(x[0][s] * x[0][s] / 2 - u * u / 2);
            }
            WeightedChange change = WeightedChange.of(List.of("x"), x, w).get(0);
            ofShift += Math.pow((change.shift() - 0.1) / change.shiftError(), 2) / repeats;
            ofRatio += Math.pow(Math.log(change.ratio() / 0.9) / change.ratioError(), 2) / repeats;
        }
        assertThat(ofShift).isCloseTo(1, within(0.28));
        assertThat(ofRatio).isCloseTo(1, within(0.28));
    }

    @Test
    void aModelsQuantitiesAreThoseThatAreNoCoordinates() {
        Model model = Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr tau = m.parameter("tau", HalfCauchy.of(5));
            m.report("twice", mu.plus(tau).times(2));
        });
        try (LogJoint joint = model.logJoint(TestDevices.scalar())) {
            Quantities found = joint.quantities();

            assertThat(found.names()).containsExactly("tau", "twice");
            assertThat(found.values().apply(new double[] {3, -1}))
                    .containsExactly(new double[] {Math.exp(-1), 6 + 2 * Math.exp(-1)}, within(1e-14));
        }
    }

    @Test
    void pointsAreHeldWhereTheyAre() {
        List<double[]> seen = new ArrayList<>();
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("a", "b", "c"), (z, gradient) -> 0)
                .with(new Quantities(
                        List.of("all"),
                        z -> {
                            seen.add(z);
                            return new double[] {1};
                        },
                        Set.of(1, 2)));
        try (GivenWeights given = new GivenWeights(TestDevices.scalar(), joint, new boolean[] {false, true, false})) {
            given.at(new double[] {0, 7, 0});

            assertThat(given.quantities().names()).containsExactly("all");
            assertThat(given.quantities().hidden()).containsExactly(1);
            assertThat(given.quantities().values().apply(new double[] {1, 2})).containsExactly(1);

            assertThat(seen).containsExactly(new double[] {1, 7, 2});
        }
    }
}

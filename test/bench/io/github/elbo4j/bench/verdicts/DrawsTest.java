package io.github.elbo4j.bench.verdicts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.bench.verdicts.Draws.Departure;
import io.github.elbo4j.bench.verdicts.Posterior.Reference;
import io.github.elbo4j.bench.verdicts.Tape.Variable;
import io.github.elbo4j.family.Gaussian;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DrawsTest {
    /** a ~ N(3, 2), b ~ N(a, 1); reported are a and exp b. */
    private static final Target TARGET = new Target() {
        @Override
        public List<String> coordinates() {
            return List.of("a", "log c");
        }

        @Override
        public Variable logDensity(Tape tape, Variable[] z) {
            return Densities.normal(z[0].plus(-3), 2).plus(Densities.normal(z[1].minus(z[0]), 1));
        }

        @Override
        public List<String> parameters() {
            return List.of("a", "c");
        }

        @Override
        public void parametersAt(double[] z, double[] out) {
            out[0] = z[0];
            out[1] = StrictMath.exp(z[1]);
        }
    };

    private static Gaussian exact() {
        return new Gaussian(new double[] {3, 3}, new double[][] {{4, 4}, {4, 5}});
    }

    /** q = p: all ratios are 1, whatever the correlation. */
    @Test
    void theExactPosteriorHasRatiosOfOne() {
        Draws draws = Draws.of(exact(), TARGET, 1);
        assertThat(draws.effectiveShare()).isEqualTo(1, within(1e-12));
        assertThat(draws.logRatios()).hasSize(Draws.COUNT).containsOnly(new double[1], within(1e-12));
    }

    /**
     * q wider by s in every direction of whitened space: E[w²]/E[w]² = (s²/√(2s² − 1))^D. At s = 1.5, (2.25/√3.5)² =
     * 1.4464; the share's own error at 20,000 draws is below 0.01.
     */
    @Test
    void aWiderNormalHasTheKnownShare() {
        Gaussian wide = new Gaussian(new double[] {3, 3}, new double[][] {{9, 9}, {9, 11.25}});
        assertThat(Draws.of(wide, TARGET, 2).effectiveShare()).isEqualTo(3.5 / (2.25 * 2.25), within(0.02));
    }

    /** Moments of the parameters themselves, within 5 of their errors: exp of a normal is log-normal. */
    @Test
    void momentsAreThoseOfTheParameters() {
        double s2 = 0.04;
        Gaussian q = new Gaussian(new double[] {3, -1}, new double[][] {{4, 0}, {0, s2}});
        double mean = Math.exp(-1 + s2 / 2);
        double sd = mean * Math.sqrt(Math.exp(s2) - 1);
        Map<String, Reference> reference = new LinkedHashMap<>();
        reference.put("a", new Reference(3, 2));
        reference.put("c", new Reference(mean, sd));
        Departure departure = Draws.of(q, TARGET, 3).departure(TARGET.parameters(), reference);
        assertThat(departure.meanError()).isLessThan(5 / Math.sqrt(Draws.COUNT));
        // the sd of an sd: 1/√(2S) for a normal, 1.1 times that for this log-normal
        assertThat(departure.lowSdRatio()).isGreaterThan(1 - 6 / Math.sqrt(2.0 * Draws.COUNT));
        assertThat(departure.highSdRatio()).isLessThan(1 + 6 / Math.sqrt(2.0 * Draws.COUNT));
    }

    /** The signs, the sizes and the names of departures that are known. */
    @Test
    void departuresAreNamed() {
        Map<String, Reference> reference = new LinkedHashMap<>();
        reference.put(
                "c", new Reference(Math.exp(-1 + 0.02), 1.0 / 2 * Math.exp(-1 + 0.02) * Math.sqrt(Math.exp(0.04) - 1)));
        reference.put("a", new Reference(4, 4));
        Gaussian q = new Gaussian(new double[] {3, -1}, new double[][] {{4, 0}, {0, 0.04}});
        Departure departure = Draws.of(q, TARGET, 4).departure(TARGET.parameters(), reference);
        assertThat(departure.meanOf()).isEqualTo("a");
        assertThat(departure.meanError()).isEqualTo(0.25, within(0.02));
        assertThat(departure.lowOf()).isEqualTo("a");
        assertThat(departure.lowSdRatio()).isEqualTo(0.5, within(0.02));
        assertThat(departure.highOf()).isEqualTo("c");
        assertThat(departure.highSdRatio()).isEqualTo(2, within(0.08));
        assertThat(departure.right()).isFalse();
    }

    @Test
    void rightIsWithinTheLimits() {
        assertThat(new Departure(0.3, "", 0.7, "", 1.4, "").right()).isTrue();
        assertThat(new Departure(0.301, "", 0.7, "", 1.4, "").right()).isFalse();
        assertThat(new Departure(0.3, "", 0.699, "", 1.4, "").right()).isFalse();
        assertThat(new Departure(0.3, "", 0.7, "", 1.401, "").right()).isFalse();
        assertThat(new Departure(Double.NaN, "", 0.7, "", 1.4, "").right()).isFalse();
        assertThat(new Departure(0, "", Double.NaN, "", 1, "").right()).isFalse();
        assertThat(new Departure(0, "", 1, "", Double.NaN, "").right()).isFalse();
    }

    /** What is no number is the largest departure, in whichever place it stands. */
    @Test
    void notANumberIsWrong() {
        Gaussian q = new Gaussian(new double[] {Double.NaN, 3}, new double[][] {{4, 0}, {0, 4}});
        for (List<String> order : List.of(List.of("a", "c"), List.of("c", "a"))) {
            Map<String, Reference> reference = new LinkedHashMap<>();
            order.forEach(name -> reference.put(name, new Reference(0, 1)));
            Departure departure = Draws.of(q, TARGET, 5).departure(TARGET.parameters(), reference);
            assertThat(departure.meanError()).isNaN();
            assertThat(departure.meanOf()).isEqualTo("a");
            assertThat(departure.right()).isFalse();
        }
    }
}

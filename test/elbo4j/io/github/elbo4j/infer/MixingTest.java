package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** R-hat and effective sample sizes against those of R's package posterior, see test/known/chains.R. */
class MixingTest {
    private static final Path KNOWN = Path.of(System.getProperty("elbo4j.root", "."), "test/known/chains.txt");

    /** What chains.R prints has 12 digits; the rest is the rounding of sums of at most 6,400 terms. */
    private static Offset<Double> digits(double want) {
        return within(1e-9 * Math.abs(want));
    }

    private static double[][] chains(double[] of) {
        int draws = (int) of[2];
        double[][] chains = new double[(int) of[1]][draws];
        for (int c = 0; c < chains.length; c++) {
            double state = 1000 * of[0] + c + 1;
            double last = 0;
            for (int t = 0; t < draws; t++) {
                state = 16807 * state % 2147483647;
                double radius = Math.sqrt(-2 * StrictMath.log(state / 2147483647));
                state = 16807 * state % 2147483647;
                last = of[3] * last + radius * StrictMath.cos(2 * Math.PI * state / 2147483647);
                double x = (last + of[4] * (c + 1)) * (1 + of[5] * (c + 1));
                chains[c][t] = Math.scalb(Math.floor(Math.scalb(x, (int) of[6])), -(int) of[6]);
            }
        }
        return chains;
    }

    @Test
    void theyAreThoseOfPosterior() throws IOException {
        List<double[]> cases = Files.readAllLines(KNOWN).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> Arrays.stream(line.trim().split(" "))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toList();
        assertThat(cases).hasSize(9);
        for (double[] of : cases) {
            double[] want = Arrays.copyOfRange(of, 7, of.length);
            Mixing mixing = new Mixing(chains(of));
            Convergence found = mixing.convergence();
            assertThat(found.rHat()).as("R-hat of %s", of[0]).isCloseTo(want[0], digits(want[0]));
            assertThat(found.bulkEss()).as("bulk of %s", of[0]).isCloseTo(want[1], digits(want[1]));
            assertThat(found.tailEss()).as("tail of %s", of[0]).isCloseTo(want[2], digits(want[2]));
            assertThat(mixing.effective(x -> x)).as("ESS of %s", of[0]).isCloseTo(want[3], digits(want[3]));
            Account.Entry entry = mixing.entry("x");
            assertThat(entry.meanError()).as("error of %s", of[0]).isCloseTo(want[4], digits(want[4]));
            assertThat(entry.sdError()).as("error of the sd of %s", of[0]).isCloseTo(want[5], digits(want[5]));
            assertThat(mixing.effectiveOfQuantile(0.05)).isCloseTo(want[6], digits(want[6]));
            assertThat(mixing.effectiveOfQuantile(0.5)).isCloseTo(want[7], digits(want[7]));
        }
    }

    /** What says nothing is not agreement. */
    @Test
    void chainsThatDoNotMoveDoNotAgree() {
        for (double value : new double[] {1, Double.NaN}) {
            double[][] chains = new double[8][100];
            for (double[] chain : chains) {
                Arrays.fill(chain, value);
            }
            Convergence found = new Mixing(chains).convergence();
            assertThat(found.rHat()).isNaN();
            assertThat(found.bulkEss()).isNaN();
            assertThat(found.isReached()).isFalse();
        }
    }

    @Test
    void agreementNeedsAllThree() {
        assertThat(new Convergence(1.01, 400, 400).isReached()).isTrue();
        assertThat(new Convergence(1.011, 4000, 4000).isReached()).isFalse();
        assertThat(new Convergence(1, 399, 4000).isReached()).isFalse();
        assertThat(new Convergence(1, 4000, 399).isReached()).isFalse();
    }
}

package io.github.elbo4j.conjugate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DistributionFunctionsTest {
    /** Some hundred roundings: of a sum, and of log x itself. */
    @Test
    void gammaQuantilesAreTheKnownOnes() {
        assertThat(Known.lines("gamma")).hasSize(49).allSatisfy(line -> {
            double got = IncompleteGamma.logQuantile(line[0], line[1]);
            assertThat(got).isCloseTo(line[2], within(2e-13 * Math.max(1, Math.abs(line[2]))));
        });
    }

    @Test
    void tQuantilesAreTheKnownOnes() {
        assertThat(Known.lines("t")).hasSize(35).allSatisfy(line -> {
            double got = StudentT.quantile(line[0], line[1]);
            // 1 − p of p = 0.999999 is known to 1e-10, which moves t by less
            assertThat(got).isCloseTo(line[2], within((line[1] > 0.9999 ? 2e-10 : 1e-12) * line[2]));
            assertThat(StudentT.quantile(line[0], 1 - line[1])).isCloseTo(-line[2], within(2e-10 * line[2]));
        });
        assertThat(StudentT.quantile(3, 0.5)).isZero();
    }

    /** Where the two expansions meet, and where they end. */
    @Test
    void bothTailsOfGammaAddUpToOne() {
        for (double a : new double[] {1e-3, 0.3, 1, 7, 400, 1e5, 5e6}) {
            for (double u : new double[] {0.5, 0.9, 0.99, 0.9999, 1, 1.0001, 1.01, 1.1, 2}) {
                double x = Math.log(a * u + (u > 1 ? 1 : 0));
                double lower = IncompleteGamma.logLower(a, x);
                double upper = IncompleteGamma.logUpper(a, x);
                assertThat(Math.exp(lower) + Math.exp(upper)).as(a + ", " + x).isCloseTo(1, within(1e-12));
                assertThat(IncompleteGamma.logLower(a, x + 1e-9)).isGreaterThanOrEqualTo(lower - 1e-12);
            }
        }
    }

    @Test
    void theRatioOfGammasIsContinuousWhereTheSeriesBegins() {
        double below = StudentT.logGammaRatio(Math.nextDown(30.0));
        assertThat(StudentT.logGammaRatio(30)).isCloseTo(below, within(1e-13));
    }
}

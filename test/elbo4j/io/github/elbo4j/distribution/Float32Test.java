package io.github.elbo4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Gradients;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Rounded;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Log-densities and gradients keep their digits when every result is rounded to float32, far from the middle too. */
class Float32Test {
    private static final double EPS = 0x1p-24;

    static Stream<Case> continuous() {
        return Case.continuous();
    }

    static Stream<Case> discrete() {
        return Case.discrete();
    }

    @ParameterizedTest
    @MethodSource("continuous")
    void priorsInTheirCoordinates(Case of) {
        for (double u : new double[] {-80, -17.3, -5, -0.6, 0, 0.31, 3.7, 17, 40, 80}) {
            Parameters parameters = new Parameters();
            Latent latent = of.distribution(parameters).latent(parameters, "x");
            double[] z = rounded(of.z(), u);
            check(latent.logDensity(), parameters, z, of.error() + 40 * EPS * (1 + Math.abs(u)));
        }
    }

    @ParameterizedTest
    @MethodSource("discrete")
    void likelihoodsOfCounts(Case of) {
        for (double y : new double[] {0, 1, 2, 9, 150}) {
            Parameters parameters = new Parameters();
            Distribution distribution = of.distribution(parameters);
            if (distribution.support().contains(y) && of.expected().applyAsDouble(y) > -1e6) {
                // Terms such as y·log rate and log y!, each rounded to float32.
                double terms = y * (3 + Math.log1p(y));
                check(
                        distribution.observed(Expr.data("y", y)),
                        parameters,
                        rounded(of.z()),
                        of.error() + 40 * EPS * (1 + terms));
            }
        }
    }

    private static double[] rounded(double[] z, double... more) {
        double[] all = new double[z.length + more.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) (i < z.length ? z[i] : more[i - z.length]);
        }
        return all;
    }

    private static void check(Expr logDensity, Parameters parameters, double[] z, double absolute) {
        double want = Gradients.sum(logDensity, z);
        double got = Rounded.value(logDensity.sum(), z)[0];
        if (want < -Float.MAX_VALUE) {
            assertThat(got).isEqualTo(Double.NEGATIVE_INFINITY);
            return;
        }
        assertThat(got).as("at %s", Arrays.toString(z)).isCloseTo(want, within(absolute + 40 * EPS * Math.abs(want)));
        double[] gradient = Gradients.of(logDensity, parameters, z);
        double[] rounded = Rounded.gradient(logDensity, parameters, z);
        for (int d = 0; d < gradient.length; d++) {
            assertThat(rounded[d])
                    .as("coordinate %s at %s", d, Arrays.toString(z))
                    .isCloseTo(gradient[d], within(absolute + 40 * EPS * Math.abs(gradient[d])));
        }
    }
}

package io.github.elbo4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Gradients;
import io.github.elbo4j.expr.Parameters;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Log-densities of numbers: against independent ones, their mass, their derivatives. */
class DensitiesTest {
    static Stream<Case> continuous() {
        return Case.continuous();
    }

    static Stream<Case> discrete() {
        return Case.discrete();
    }

    static Stream<Case> all() {
        return Stream.concat(continuous(), discrete());
    }

    private static Grid grid(Distribution distribution) {
        return distribution.support().isDiscrete()
                ? Grid.counts(distribution.support())
                : Grid.of(distribution.support());
    }

    @ParameterizedTest
    @MethodSource("all")
    void logDensityIsTheIndependentOne(Case of) {
        Distribution distribution = of.distribution(new Parameters());
        double[] x = distribution.support().isDiscrete()
                ? Grid.counts(distribution.support()).x()
                : Grid.of(distribution.support()).some(150).x();

        double[] got = distribution.logDensity(Expr.data("x", x)).value(of.z());

        assertThat(got).hasSameSizeAs(x);
        for (int i = 0; i < x.length; i++) {
            double want = of.expected().applyAsDouble(x[i]);
            if (want < -600) {
                continue; // where the independent one may have underflowed, or a binomial ends
            }
            // Sums of terms that may be as large as |log p| + |log x|, each good to some 1e-14 of its size.
            assertThat(got[i]).as("at %s", x[i]).isCloseTo(want, within(of.error() + 1e-12 * (10 + Math.abs(want))));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void theMassIsOne(Case of) {
        Distribution distribution = of.distribution(new Parameters());
        Grid grid = grid(distribution);
        double mass = grid.mass(distribution, of.expected(), 1, of.z());
        if (!distribution.support().isDiscrete()) {
            // Simpson's rule, for Laplace's corner, which is at a point of the grid; 1/64⁴ is 6e-8.
            mass = (4 * mass - grid.mass(distribution, of.expected(), 2, of.z())) / 3;
        }

        assertThat(mass).isCloseTo(1, within(2e-8 + of.error()));
    }

    /** In the coordinates of a parameter, so with the derivative of the map and of its Jacobian. */
    @ParameterizedTest
    @MethodSource("continuous")
    void theGradientOfAPriorIsThatOfDifferences(Case of) {
        Parameters parameters = new Parameters();
        Latent latent = of.distribution(parameters).latent(parameters, "x", 2);
        double[] z = new double[parameters.dimensions()];
        System.arraycopy(of.z(), 0, z, 0, of.z().length);
        z[z.length - 2] = -0.37;
        z[z.length - 1] = 1.21;

        checkGradient(latent.logDensity(), parameters, z);
    }

    @ParameterizedTest
    @MethodSource("discrete")
    void theGradientOfALikelihoodIsThatOfDifferences(Case of) {
        Parameters parameters = new Parameters();
        Distribution distribution = of.distribution(parameters);
        if (parameters.dimensions() > 0) {
            checkGradient(distribution.observed(Expr.data("y", 1, 0, 1)), parameters, of.z());
        }
    }

    private static void checkGradient(Expr logDensity, Parameters parameters, double... z) {
        double[] got = Gradients.of(logDensity, parameters, z);
        double[] want = Gradients.byDifferences(logDensity, z);
        for (int d = 0; d < z.length; d++) {
            // h⁴ = 1e-12 times a fifth derivative; rounding 1e-16/h times the value.
            assertThat(got[d]).as("coordinate %s", d).isCloseTo(want[d], within(1e-9 * (1 + Math.abs(want[d]))));
        }
    }
}

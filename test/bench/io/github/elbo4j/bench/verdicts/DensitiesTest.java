package io.github.elbo4j.bench.verdicts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.bench.verdicts.Densities.Prior;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** All constants are there: each density integrates to 1. */
class DensitiesTest {
    @Test
    void densitiesOnTheLineIntegrateToOne() {
        for (Prior prior : new Prior[] {Prior.normal(0.3), Prior.normal(10), Prior.studentT3(8, 10)}) {
            // x = sinh u: the trapezoidal rule converges exponentially; at u = 40 a t3's tail is below 1e-30
            double integral = integral(u -> density(prior, Math.sinh(u)) * Math.cosh(u));
            assertThat(integral).isEqualTo(1, within(1e-9));
        }
    }

    @Test
    void densitiesOnTheHalfLineIntegrateToOne() {
        for (Prior prior :
                new Prior[] {Prior.halfNormal(10), Prior.halfCauchy(2.5), Prior.halfCauchy(5), Prior.halfStudentT3(10)
                }) {
            // x = exp u
            double integral = integral(u -> density(prior, Math.exp(u)) * Math.exp(u));
            assertThat(integral).isEqualTo(1, within(1e-9));
        }
    }

    /** Shapes, not only sizes: densities relative to the one at 0 in closed form. */
    @Test
    void densitiesHaveTheirShapes() {
        assertThat(density(Prior.halfCauchy(2.5), 7) / density(Prior.halfCauchy(2.5), 1e-9))
                .isEqualTo(1 / (1 + 7 * 7 / 6.25), within(1e-12));
        assertThat(density(Prior.studentT3(8, 10), -5) / density(Prior.studentT3(8, 10), 8))
                .isEqualTo(Math.pow(1 + 1.3 * 1.3 / 3, -2), within(1e-12));
        assertThat(density(Prior.normal(10), 7) / density(Prior.normal(10), 0))
                .isEqualTo(Math.exp(-0.245), within(1e-12));
        assertThat(density(Prior.FLAT, 7)).isEqualTo(1);
    }

    private static double density(Prior prior, double x) {
        return Math.exp(prior.logDensity(new Tape().variable(x)).value());
    }

    private static double integral(DoubleUnaryOperator function) {
        double step = 1.0 / 128;
        double sum = 0;
        for (double u = -40; u <= 40; u += step) {
            sum += step * function.applyAsDouble(u);
        }
        return sum;
    }
}

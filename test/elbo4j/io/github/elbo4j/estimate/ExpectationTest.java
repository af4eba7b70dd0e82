package io.github.elbo4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.family.MeanFieldGaussian;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpectationTest {
    private static final Key KEY = new Key(11);

    private static MeanFieldGaussian q(Device device) {
        MeanFieldGaussian q = new MeanFieldGaussian(device, 1, 2);
        q.set(0, new double[] {0.5, -1}, new double[] {0.25, 2});
        return q;
    }

    /**
     * E z = m, E z² = m² + s², E exp(z) = exp(m + s²/2), E[z0·z1] = m0·m1, each within 5 of the standard errors that are
     * reported (one fails with a probability below 6e-7; the seed is fixed), and these errors within a tenth of the true ones, which
     * 70,000 draws reach with room to spare: two waves, the second not whole.
     */
    @EveryDevice
    void expectationsOfANormalAreKnown(Device device) {
        Parameters parameters = new Parameters();
        Expr z = parameters.add("z", 2);
        long n = 70_000;
        try (MeanFieldGaussian q = q(device)) {
            List<Estimate> found = Expectation.of(
                            z, z.square(), z.get(0).exp(), z.get(0).times(z.get(1)))
                    .under(q, KEY, n);
            double[] exact = {0.5, -1, 0.3125, 5, Math.exp(0.5 + 0.03125), -0.5};
            double expVariance = Math.exp(1 + 0.0625) * Math.expm1(0.0625);
            double[] variance = {
                0.0625,
                4,
                2 * 0.0625 * 0.0625 + 4 * 0.25 * 0.0625,
                2 * 16 + 4 * 1 * 4.0,
                expVariance,
                0.0625 * 4 + 0.25 * 4 + 0.0625 * 1
            };
            for (int i = 0; i < exact.length; i++) {
                Estimate estimate = found.get(i);
                double error = Math.sqrt(variance[i] / n);
                assertThat(estimate.draws()).isEqualTo(n);
                assertThat(estimate.standardError()).as("error %d", i).isBetween(0.9 * error, 1.1 * error);
                assertThat(Math.abs(estimate.value() - exact[i]))
                        .as("value %d", i)
                        .isLessThan(5 * error);
            }
        }
    }

    @EveryDevice
    void devicesAgreeInEveryBit(Device device) {
        Expr z = new Parameters().add("z", 2);
        Expectation of = Expectation.of(z.sigmoid().sum(0), z.exp());
        try (MeanFieldGaussian here = q(device);
                MeanFieldGaussian there = q(TestDevices.scalar())) {
            assertThat(of.under(here, KEY, 5000)).isEqualTo(of.under(there, KEY, 5000));
        }
    }

    /** A value far from 0 that hardly varies: the sums are of differences from a mean. */
    @Test
    void aSmallSpreadFarFromZeroIsSeen() {
        Expr z = new Parameters().add("z", 2);
        try (MeanFieldGaussian q = q(TestDevices.scalar())) {
            Estimate far = Expectation.of(z.get(0).times(0.001).plus(1000))
                    .under(q, KEY, 4096)
                    .get(0);
            double error = 0.25 * 0.001 / 64;
            // float32 numbers close to 1000 are 6e-5 apart, which adds a variance of (6e-5)²/12 to (2.5e-4)².
            assertThat(far.standardError()).isBetween(0.9 * error, 1.1 * error);
        }
    }

    @Test
    void tooFewDrawsAreRefused() {
        Expr z = new Parameters().add("z", 2);
        try (MeanFieldGaussian q = q(TestDevices.scalar())) {
            assertThatThrownBy(() -> Expectation.of(z).under(q, KEY, 1))
                    .hasMessageContaining("draws is 1, but must be from 2");
        }
        assertThatThrownBy(() -> Expectation.of()).hasMessageContaining("nothing to take an expectation of");
    }
}

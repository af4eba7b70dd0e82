package io.github.elbo4j.model;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import org.junit.jupiter.api.Test;

class GaussianTargetTest {
    /** Covariance (4, 2; 2, 5): determinant 16, inverse (5, −2; −2, 4)/16. Terms of about 10 with a few roundings each. */
    @EveryDevice
    void theFullTargetIsItsDensity(Device device) {
        double[] mean = {1, -1};
        try (LogJoint target = GaussianTarget.full(device, mean, new double[][] {{4, 99}, {2, 5}});
                Buffer z = device.copyOf(new float[] {1, -1, 3, 0, -2, 2});
                Buffer logP = device.allocate(ElementType.FLOAT64, 3);
                Buffer gradient = device.allocate(6)) {
            target.evaluate(DrawBlock.of(1, 3, 2), z, logP, gradient);
            float[] draws = z.toFloats();
            for (int r = 0; r < 3; r++) {
                double x = draws[2 * r] - mean[0];
                double y = draws[2 * r + 1] - mean[1];
                double want = -(5 * x * x - 4 * x * y + 4 * y * y) / 32 - 0.5 * Math.log(16) - Math.log(2 * Math.PI);
                close("log p", logP.toDoubles()[r], want, 20 * 10 * U);
                close("gradient", gradient.toFloats()[2 * r], -(5 * x - 2 * y) / 16, 20 * 10 * U);
                close("gradient", gradient.toFloats()[2 * r + 1], -(-2 * x + 4 * y) / 16, 20 * 10 * U);
            }
        }
    }

    @Test
    void badTargetsAreRefused() {
        Device device = TestDevices.scalar();
        assertThatThrownBy(() -> GaussianTarget.full(device, new double[2], new double[][] {{1, 2}, {2, 1}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("covariance is not positive definite: its leading 2 rows and columns fail");
        assertThatThrownBy(() -> GaussianTarget.full(device, new double[2], new double[][] {{1, 0}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("covariance has 1 rows, but must have 2");
        assertThatThrownBy(() -> GaussianTarget.diagonal(device, new double[2], new double[] {1, 0}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sd[1] is 0.0, but must be positive");
        assertThatThrownBy(() -> GaussianTarget.diagonal(device, new double[2], new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sd has 3 elements, but mean has 2");
    }
}

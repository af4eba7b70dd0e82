package io.github.elbo4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostLogJointTest {
    private static final List<String> NAMES = List.of("a", "b");

    private static final HostLogJoint.DrawFunction PRODUCT = (z, gradient) -> {
        if (gradient != null) {
            gradient[0] = z[1];
            gradient[1] = z[0];
        }
        return z[0] * z[1];
    };

    @EveryDevice
    void drawsGoToTheFunctionAndResultsComeBack(Device device) {
        LogJoint byDraw = HostLogJoint.ofDraw(NAMES, PRODUCT);
        LogJoint byBlock = HostLogJoint.ofBlock(NAMES, (rows, z, logP, gradient) -> {
            for (int r = 0; r < rows; r++) {
                logP[r] = z[2 * r] * z[2 * r + 1];
                if (gradient != null) {
                    gradient[2 * r] = z[2 * r + 1];
                    gradient[2 * r + 1] = z[2 * r];
                }
            }
        });
        for (LogJoint model : List.of(byDraw, byBlock)) {
            try (Buffer z = device.copyOf(new float[] {1, 2, 3, 4, 5, 6});
                    Buffer logP = device.allocate(ElementType.FLOAT64, 4);
                    Buffer gradient = device.allocate(7)) {
                model.evaluate(Shape.of(1, 3, 2), z, logP, gradient);
                assertThat(logP.toDoubles()).containsExactly(2, 12, 30, 0);
                assertThat(gradient.toFloats()).containsExactly(2, 1, 4, 3, 6, 5, 0);
                model.evaluate(Shape.of(2, 1, 2), z, logP, null); // a smaller block, in kept arrays
                assertThat(logP.toDoubles()).containsExactly(2, 12, 30, 0);
            }
        }
    }

    @Test
    void aModelWithoutParametersIsRefused() {
        assertThatThrownBy(() -> HostLogJoint.ofDraw(List.of(), PRODUCT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("names is empty");
    }
}

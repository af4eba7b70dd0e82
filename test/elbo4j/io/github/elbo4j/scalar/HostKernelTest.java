package io.github.elbo4j.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Scalar;
import org.junit.jupiter.api.Test;

/** Numbers that an operation needs when it runs: fixed ones, and those that buffers hold by then. */
class HostKernelTest {
    private static final long BEYOND_INT = 1L << 33;

    @Test
    void fixedNumbersAreThemselves() {
        assertThat(HostKernel.value(Index.of(BEYOND_INT))).isEqualTo(BEYOND_INT);
        assertThat(HostKernel.value(Scalar.of(0.1))).isEqualTo(0.1);
    }

    @Test
    void countedNumbersFollowTheirBuffers() {
        try (Device device = HostDevice.scalar(1);
                Buffer counter = device.allocate(ElementType.INT32, 2);
                Buffer table = device.allocate(ElementType.FLOAT64, 5)) {
            Index index = Index.counted(counter, 1).by(BEYOND_INT).plus(7);
            Scalar scalar = Scalar.lookedUp(table, Index.counted(counter, 0).plus(1));
            table.write(0, new double[] {0.5, 1.5, 2.5, 3.5, 4.5}, 0, 5);
            assertThat(HostKernel.value(index)).isEqualTo(7);
            assertThat(HostKernel.value(scalar)).isEqualTo(1.5);
            counter.write(0, new int[] {3, 5}, 0, 2);
            assertThat(HostKernel.value(index)).isEqualTo(5 * BEYOND_INT + 7);
            assertThat(HostKernel.value(scalar)).isEqualTo(4.5);
        }
    }

    @Test
    void partsOfAnyIntAreCounted() {
        assertThat(HostKernel.ceilDiv(0, 1024)).isZero();
        assertThat(HostKernel.ceilDiv(1024, 1024)).isEqualTo(1);
        assertThat(HostKernel.ceilDiv(1025, 1024)).isEqualTo(2);
        assertThat(HostKernel.ceilDiv(Integer.MAX_VALUE, 1024)).isEqualTo(1 << 21);
    }
}

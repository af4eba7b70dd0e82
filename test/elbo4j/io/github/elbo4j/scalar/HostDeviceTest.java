package io.github.elbo4j.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.ElementType;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

class HostDeviceTest {
    private static final long LONGEST = Integer.MAX_VALUE - 8;

    @Test
    void outOfMemorySaysHowMuchThereIsAndWhatToLower() {
        assumeTrue(Runtime.getRuntime().maxMemory() < 8 * LONGEST);
        try (Device device = HostDevice.scalar(1)) {
            assertThatThrownBy(() -> device.allocate(ElementType.FLOAT64, LONGEST))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll(
                            "scalar: out of memory",
                            LONGEST + " FLOAT64 needs 16383 MiB",
                            "of the heap's " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB",
                            "lower the draws or the batch",
                            "-Xmx")
                    .hasCauseInstanceOf(OutOfMemoryError.class);
            try (Buffer small = device.allocate(10)) {
                assertThat(small.toFloats()).hasSize(10);
            }
        }
    }

    @Test
    void aClosedBufferLetsGoOfItsMemory() throws InterruptedException {
        try (Device device = HostDevice.scalar(1)) {
            Buffer buffer = device.allocate(1000);
            WeakReference<Object> memory = new WeakReference<>(((HostBuffer) buffer).array());
            buffer.close();
            for (int i = 0; i < 200 && memory.get() != null; i++) {
                System.gc();
                Thread.sleep(20);
            }
            assertThat(memory.get()).isNull();
            assertThat(buffer.isClosed()).isTrue();
        }
    }

    @Test
    void anArrayThatJavaCannotMakeIsRefusedWithItsLimit() {
        try (Device device = HostDevice.scalar(1)) {
            assertThatThrownBy(() -> device.allocate(ElementType.INT32, LONGEST + 1))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("scalar", (LONGEST + 1) + " INT32", "ends at " + LONGEST);
        }
    }
}

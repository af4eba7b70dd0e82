package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.ElementType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The way from JUnit to the emulated device; its own test is cmake/build selftest. */
class EmulatorTest {
    @BeforeEach
    void emulated() {
        assumeTrue(Emulator.isPresent(), "this process's CUDA driver is not the emulated one");
    }

    @AfterEach
    void reset() {
        if (Emulator.isPresent()) {
            Emulator.reset();
        }
    }

    @Test
    void theNthCallFailsAndOnlyThat() {
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT)) {
            Emulator.fail("cuMemAlloc", 2, Emulator.OUT_OF_MEMORY);
            device.allocate(ElementType.FLOAT32, 4).close();
            assertThatThrownBy(() -> device.allocate(ElementType.FLOAT32, 4)).isInstanceOf(DeviceException.class);
            device.allocate(ElementType.FLOAT32, 4).close();
        }
    }

    @Test
    void liveAllocationsAndCallsAreCounted() {
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT)) {
            long live = Emulator.live(Emulator.Live.ALLOCATIONS);
            long bytes = Emulator.live(Emulator.Live.BYTES);
            long calls = Emulator.calls("cuMemAlloc");
            try (Buffer buffer = device.allocate(ElementType.FLOAT32, 1000)) {
                assertThat(Emulator.live(Emulator.Live.ALLOCATIONS)).isEqualTo(live + 1);
                assertThat(Emulator.live(Emulator.Live.BYTES)).isEqualTo(bytes + 4L * buffer.length());
                assertThat(Emulator.calls("cuMemAlloc")).isEqualTo(calls + 1);
            }
            assertThat(Emulator.live(Emulator.Live.ALLOCATIONS)).isEqualTo(live);
        }
    }

    @Test
    void aNameThatNoLibraryHasIsRefused() {
        assertThatThrownBy(() -> Emulator.fail("cuMemAllok", 1, Emulator.OUT_OF_MEMORY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cuMemAllok");
    }
}

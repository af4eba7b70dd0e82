package io.github.elbo4j.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.elbo4j.TestDevices;

/** What a test of this room needs; without it the test is skipped, or fails where {@code elbo4j.require} asks for cuda. */
final class Present {
    private Present() {}

    static void cuda() {
        assumeTrue(
                TestDevices.all().stream().anyMatch(device -> device.name().equals("cuda")), "there is no CUDA device");
    }

    static void emulator() {
        cuda();
        assumeTrue(Emulator.isPresent(), "the CUDA device is not the emulated one");
    }
}

package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cuda.Emulator.Live;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * Faults that the emulated driver makes on demand. On ordinal 1: a fault ends the context for every device that is open on
 * the same GPU, and other tests share one on GPU 0.
 */
@Timeout(300)
abstract class EmulatedFaults {
    static final CudaOptions OTHER = CudaOptions.DEFAULT.withOrdinal(1);
    static final int INVALID_VALUE = 1;

    Map<Live, Long> before = Map.of();

    @BeforeEach
    void needsTheEmulator() {
        Present.emulator();
        Emulator.reset();
        before = CudaDeviceTest.live();
    }

    @AfterEach
    void nothingIsLeftAndTheNextDeviceWorks() {
        if (before.isEmpty()) {
            return; // not run
        }
        Emulator.reset();
        assertThat(CudaDeviceTest.live()).isEqualTo(before);
        try (Device device = CudaDevice.open(OTHER)) {
            works(device);
        }
        assertThat(CudaDeviceTest.live()).isEqualTo(before);
    }

    static void works(Device device) {
        try (Buffer x = device.allocate(10)) {
            device.run(new MathOps.Fill(10, 2, x));
            assertThat(x.toFloats()).containsOnly(2f);
        }
    }

    static FitResult fit(Device device, int steps) {
        return fit(device, Family.meanField(), steps);
    }

    static FitResult fit(Device device, Family family, int steps) {
        try (LogJoint target = GaussianTarget.diagonal(device, new double[] {1, -1}, new double[] {2, 0.5})) {
            return Sgvi.builder()
                    .family(family)
                    .tolerance(1e-9)
                    .starts(
                            steps < 400
                                    ? 1
                                    : 0) // a long fit climbs from where it begins, so that it can fail on the way
                    .evaluationDraws(200)
                    .maxSteps(steps)
                    .build()
                    .fit(device, target);
        }
    }
}

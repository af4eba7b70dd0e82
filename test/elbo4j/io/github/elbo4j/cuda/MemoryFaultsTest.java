package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.cuda.Emulator.Live;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Regressions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Memory that ends, or cannot be set. */
class MemoryFaultsTest extends EmulatedFaults {
    @Test
    void outOfMemorySaysWhatWasAskedAndWhatThereIs() {
        Emulator.memory(64L << 20);
        try (Device device = CudaDevice.open(OTHER)) {
            assertThatThrownBy(() -> device.allocate(ElementType.FLOAT64, 10L << 20))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll(
                            "out of memory: a buffer of 10485760 FLOAT64 needs 80 MiB",
                            "MiB of the device's 64 MiB are free",
                            "lower the draws");
            works(device);
        }
    }

    @Test
    void aWorkspaceThatDoesNotFitLeavesTheNextOnesAsTheyWere() {
        int wide = 1 << 22; // the panels' chains of 1024 outputs, 16 MiB
        try (Device device = CudaDevice.open(OTHER.withWorkspaceBytes(1 << 20));
                Buffer x = device.allocate(3000);
                Buffer product = device.allocate(1024);
                Buffer sum = device.allocate(ElementType.FLOAT64, 1)) {
            device.run(new MathOps.SumRows(1, 3000, x, sum));
            long settled = Emulator.live(Live.BYTES);
            Emulator.memory(8 << 20);
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> device.run(new GemmOps.Gemm(
                                new Matrix(x, 0, 1, wide, 0, 0),
                                new Matrix(x, 0, wide, 1024, 0, 0),
                                false,
                                Matrix.of(product, 1, 1024))))
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContainingAll(
                                "out of memory", "the workspace of an operation needs 16 MiB", "MiB are free");
                device.run(new MathOps.SumRows(1, 3000, x, sum));
                assertThat(Emulator.live(Live.BYTES)).isEqualTo(settled);
            }
        }
    }

    @Test
    void aBufferThatCannotBeZeroedIsGivenBack() {
        try (Device device = CudaDevice.open(OTHER)) {
            Map<Live, Long> before = CudaDeviceTest.live();
            Emulator.fail("cuMemsetD8Async", 1, INVALID_VALUE);
            assertThatThrownBy(() -> device.allocate(10))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("zeroing of 40 bytes failed: CUDA_ERROR_INVALID_VALUE");
            assertThat(CudaDeviceTest.live()).isEqualTo(before);
        }
    }

    /** How a fit is made, its model among it; it gives back what it has allocated, whatever happens. */
    private interface Fit {
        FitResult on(Device device);
    }

    static Stream<Arguments> fits() {
        return Stream.of(
                Arguments.of("mean-field", (Fit) device -> fit(device, 100)),
                Arguments.of("full-rank", (Fit) device -> fit(device, Family.fullRank(), 20)),
                Arguments.of("regression", (Fit) MemoryFaultsTest::minibatches));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fits")
    void memoryThatEndsAtAnyAllocationOfAFitEndsItInWords(String name, Fit fit) {
        long allocations;
        try (Device device = CudaDevice.open(OTHER)) {
            makeWorkspace(device);
            long opened = Emulator.calls("cuMemAlloc");
            assertThat(fit.on(device).status()).isNotEqualTo(Status.FAILED);
            allocations = Emulator.calls("cuMemAlloc") - opened;
        }
        assertThat(allocations).isGreaterThan(10);
        for (int nth = 1; nth <= allocations; nth++) {
            try (Device device = CudaDevice.open(OTHER)) {
                makeWorkspace(device);
                Map<Live, Long> opened = CudaDeviceTest.live();
                Emulator.reset();
                Emulator.fail("cuMemAlloc", nth, Emulator.OUT_OF_MEMORY);
                try {
                    FitResult result = fit.on(device);
                    assertThat(result.status()).as("allocation %d", nth).isEqualTo(Status.FAILED);
                    assertThat(result.message()).contains("out of memory", "lower the draws");
                } catch (DeviceException e) {
                    assertThat(e).as("allocation %d", nth).hasMessageContainingAll("out of memory", "lower the draws");
                }
                assertThat(CudaDeviceTest.live()).as("allocation %d", nth).isEqualTo(opened);
                works(device);
            }
            assertThat(CudaDeviceTest.live()).as("allocation %d", nth).isEqualTo(before);
        }
    }

    /** It stays until the device is closed. */
    private static void makeWorkspace(Device device) {
        try (Buffer x = device.allocate(2000);
                Buffer sum = device.allocate(ElementType.FLOAT64, 1)) {
            device.run(new MathOps.SumRows(1, 2000, x, sum));
        }
    }

    private static FitResult minibatches(Device device) {
        RegressionData data = Regressions.linear(1, 30, 2, 0.5);
        NormalPrior prior = new NormalPrior(0, 3);
        try (DataLogJoint joint = BayesianLinearRegression.unknownNoise(device, data, prior, prior)
                .logJoint()) {
            return Sgvi.builder()
                    .starts(1)
                    .evaluationDraws(200)
                    .maxSteps(20)
                    .batch(12)
                    .build()
                    .fit(device, joint);
        }
    }
}

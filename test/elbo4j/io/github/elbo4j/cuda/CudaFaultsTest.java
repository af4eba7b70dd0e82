package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Devices;
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
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Regressions;
import java.util.Map;
import java.util.stream.Stream;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Faults that the emulated driver makes on demand. On ordinal 1: a fault ends the context for every device that is open on
 * the same GPU, and other tests share one on GPU 0.
 */
@Timeout(300)
class CudaFaultsTest {
    private static final CudaOptions OTHER = CudaOptions.DEFAULT.withOrdinal(1);
    private static final int INVALID_VALUE = 1;

    private Map<Live, Long> before = Map.of();

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

    private static void works(Device device) {
        try (Buffer x = device.allocate(10)) {
            device.run(new MathOps.Fill(10, 2, x));
            assertThat(x.toFloats()).containsOnly(2f);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "700, CUDA_ERROR_ILLEGAL_ADDRESS",
        "719, CUDA_ERROR_LAUNCH_FAILED",
        "702, CUDA_ERROR_LAUNCH_TIMEOUT",
        "715, CUDA_ERROR_ILLEGAL_INSTRUCTION",
        "716, CUDA_ERROR_MISALIGNED_ADDRESS",
        "214, CUDA_ERROR_ECC_UNCORRECTABLE",
        "46, CUDA_ERROR_DEVICE_UNAVAILABLE",
        "999, CUDA_ERROR_UNKNOWN"
    })
    void aFaultThatShowsLaterNamesTheLastOperationAndEndsTheDevice(int code, String words) {
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(10)) {
            device.run(new MathOps.Fill(10, 1, x));
            Emulator.failKernel(1, code);
            device.run(new MathOps.Multiply(10, x, x, x));
            assertThatThrownBy(x::toFloats)
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll(
                            "cuda (Emulated CUDA device)",
                            words,
                            "the last operation launched before was multiply",
                            "close it and open it again");
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> device.run(new MathOps.Fill(10, 1, x)))
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContainingAll("nothing runs any more", words, "multiply");
                assertThatThrownBy(() -> device.allocate(10))
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContaining("nothing runs any more");
                assertThatThrownBy(device::synchronize)
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContaining("nothing runs any more");
            }
        }
    }

    @Test
    void aFaultThatShowsWhileABufferIsClosedIsNotLost() {
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(10)) {
            Buffer other = device.allocate(10);
            Emulator.failKernel(1, Emulator.ILLEGAL_ADDRESS);
            device.run(new MathOps.Fill(10, 1, x));
            other.close();
            assertThatThrownBy(() -> device.run(new MathOps.Fill(10, 1, x)))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
        }
        Device device = CudaDevice.open(OTHER);
        Buffer x = device.allocate(10);
        Emulator.failKernel(1, Emulator.ILLEGAL_ADDRESS);
        device.run(new MathOps.Fill(10, 1, x));
        x.close();
        assertThatThrownBy(device::close)
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
        device.close();
    }

    @Test
    void aFaultEndsTheOtherDevicesOfItsGpuAndNoOthers() {
        try (Device device = CudaDevice.open(OTHER);
                Device neighbour = CudaDevice.open(OTHER);
                Device elsewhere = CudaDevice.open(CudaOptions.DEFAULT)) {
            Buffer kept = neighbour.allocate(10);
            Buffer x = device.allocate(10);
            Emulator.failKernel(1, Emulator.LAUNCH_FAILED);
            device.run(new MathOps.Fill(10, 1, x));
            assertThatThrownBy(device::synchronize).isInstanceOf(DeviceException.class);
            device.close();
            assertThatThrownBy(() -> neighbour.run(new MathOps.Fill(10, 1, kept)))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("the GPU was reset after a fault of another device");
            kept.close();
            try (Device next = CudaDevice.open(OTHER)) {
                works(next);
                neighbour.close();
                works(next);
            }
            works(elsewhere);
        }
    }

    @Test
    void aLaunchThatIsRefusedLeavesTheDeviceUsable() {
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(10)) {
            Emulator.fail("cuLaunchKernel", 1, 701);
            assertThatThrownBy(() -> device.run(new MathOps.Fill(10, 1, x)))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("fill", "blocks of", "threads", "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES");
            works(device);
        }
    }

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

    @ParameterizedTest
    @CsvSource({
        "cuDriverGetVersion, 1",
        "cuDeviceGetCount, 1",
        "cuDeviceGet, 1",
        "cuDeviceGetName, 1",
        "cuDeviceTotalMem, 1",
        "cuDeviceGetAttribute, 2",
        "cuDevicePrimaryCtxRetain, 1",
        "cuCtxSetCurrent, 1",
        "cuStreamCreate, 1",
        "cuModuleLoadData, 1",
        "cuModuleGetFunction, 3",
        "cuMemHostAlloc, 1",
        "cuMemHostAlloc, 2",
        "cuMemHostAlloc, 3",
        "cuEventCreate, 1",
        "cuEventCreate, 2",
        "cuMemAlloc, 1",
        "cuMemsetD8Async, 1"
    })
    void aFailureWhileOpeningGivesEverythingBack(String function, int most) {
        for (int nth = 1; nth <= most; nth++) {
            for (int code : new int[] {INVALID_VALUE, Emulator.OUT_OF_MEMORY, Emulator.DEVICE_UNAVAILABLE}) {
                assertOpeningFails(function, nth, code);
            }
            // Where the context stays, the end of it does not tidy up what was forgotten.
            try (Device neighbour = CudaDevice.open(OTHER)) {
                assertOpeningFails(function, nth, INVALID_VALUE);
                assertOpeningFails(function, nth, Emulator.OUT_OF_MEMORY);
                works(neighbour);
            }
        }
    }

    private static void assertOpeningFails(String function, int nth, int code) {
        Map<Live, Long> before = CudaDeviceTest.live();
        Emulator.reset();
        Emulator.fail(function, nth, code);
        assertThatThrownBy(() -> CudaDevice.open(OTHER).close())
                .as("%s, call %d: %d", function, nth, code)
                .isInstanceOf(DeviceException.class)
                .hasMessageStartingWith("cuda");
        assertThat(CudaDeviceTest.live())
                .as("%s, call %d: %d", function, nth, code)
                .isEqualTo(before);
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cuMemFree",
                "cuMemFreeHost",
                "cuEventDestroy",
                "cuStreamDestroy",
                "cuModuleUnload",
                "cuDevicePrimaryCtxRelease",
                "cuStreamSynchronize"
            })
    void aFailureWhileClosingIsToldAndTheRestIsGivenBack(String function) {
        Device device = CudaDevice.open(OTHER);
        Buffer open = device.allocate(10);
        Emulator.fail(function, 1, INVALID_VALUE);
        assertThatThrownBy(device::close)
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("CUDA_ERROR_INVALID_VALUE");
        device.close();
        open.close();
        if (function.equals("cuDevicePrimaryCtxRelease")) {
            JCudaDriver.cuDevicePrimaryCtxRelease(device(1)); // what the failed call would have done
        }
    }

    private static CUdevice device(int ordinal) {
        CUdevice device = new CUdevice();
        JCudaDriver.cuDeviceGet(device, ordinal);
        return device;
    }

    /** How a fit is made, its model among it; it gives back what it has allocated, whatever happens. */
    private interface Fit {
        FitResult on(Device device);
    }

    static Stream<Arguments> fits() {
        return Stream.of(
                Arguments.of("mean-field", (Fit) device -> fit(device, 100)),
                Arguments.of("full-rank", (Fit) device -> fit(device, Family.fullRank(), 20)),
                Arguments.of("regression", (Fit) CudaFaultsTest::minibatches));
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

    @ParameterizedTest
    @ValueSource(ints = {Emulator.ILLEGAL_ADDRESS, Emulator.LAUNCH_FAILED, Emulator.DEVICE_UNAVAILABLE})
    void aFitKeepsWhatItHasWhenTheDeviceFails(int code) {
        long launches;
        try (Device device = CudaDevice.open(OTHER)) {
            long before = Emulator.calls("kernel");
            fit(device, 400);
            launches = Emulator.calls("kernel") - before;
        }
        Device device = CudaDevice.open(OTHER);
        Emulator.failKernel(launches * 2 / 3, code);
        FitResult result = fit(device, 400);
        assertThat(result.status()).isEqualTo(Status.FAILED);
        assertThat(result.message()).contains("the device failed after step", "CUDA_ERROR");
        assertThat(result.steps()).isBetween(50, 399);
        assertThat(result.posterior().mean()[0]).isFinite();
        device.close();
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

    private static FitResult fit(Device device, int steps) {
        return fit(device, Family.meanField(), steps);
    }

    private static FitResult fit(Device device, Family family, int steps) {
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

    @Test
    void aDriverWithoutADeviceIsAbsent() {
        Emulator.devices(0);
        assertThat(CudaDevice.absent()).contains("NVIDIA driver", "no GPU");
        assertThatThrownBy(() -> Devices.open("cuda"))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("no GPU", "choose cpu or auto");
        Devices.Choice choice = Devices.choose(Devices.Request.of("auto"));
        choice.device().close();
        assertThat(choice.device().name()).isNotEqualTo("cuda");
        assertThat(choice.reason()).contains("no cuda", "no GPU");
    }

    @Test
    void anOldDriverIsBrokenNotAbsent() {
        Emulator.driver(11_040);
        assertThatThrownBy(() -> Devices.open("auto"))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("too old", "CUDA 11.4", "CUDA 13.0 or later", "update the driver");
        assertThat(Devices.list().get(0).words()).contains("too old");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 209, 218, 222})
    void kernelsThatTheDriverDoesNotTakeAreBrokenInWords(int code) {
        Emulator.fail("cuModuleLoadData", 1, code);
        assertThatThrownBy(() -> CudaDevice.open(OTHER))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll(
                        "loading the kernels in exact.fatbin failed: CUDA_ERROR", "too old", "CUDA 13.0");
    }

    @Test
    void aDriverThatDoesNotStartIsBroken() {
        Emulator.fail("cuInit", 1, 803);
        assertThatThrownBy(CudaDevice::absent)
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("starting the driver failed", "SYSTEM_DRIVER_MISMATCH");
    }
}

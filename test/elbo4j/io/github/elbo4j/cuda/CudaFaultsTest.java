package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cuda.Emulator.Live;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Status;
import java.util.Map;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults of launches, of opening and closing, and of the driver, and what is left of a device after them. */
class CudaFaultsTest extends EmulatedFaults {
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

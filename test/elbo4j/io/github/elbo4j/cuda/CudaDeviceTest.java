package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Devices;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.cuda.Emulator.Live;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.NormalOps;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jcuda.driver.CUcontext;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class CudaDeviceTest {
    /** The floats of half the staging memory. */
    private static final int HALF = 1 << 20;

    @BeforeEach
    void needsCuda() {
        Present.cuda();
    }

    @Test
    void copiesOfEverySizeArriveWhole() {
        try (Device device = Devices.open("cuda")) {
            for (int n : new int[] {1, HALF - 1, HALF, HALF + 1, 2 * HALF, 3 * HALF + 5}) {
                int[] values = new int[n];
                for (int i = 0; i < n; i++) {
                    values[i] = i * 0x9e3779b9;
                }
                try (Buffer buffer = device.allocate(ElementType.INT32, n + 3)) {
                    buffer.write(2, values, 0, n);
                    int[] got = new int[n + 4];
                    buffer.read(0, got, 1, n + 3);
                    assertThat(got[0]).isZero();
                    assertThat(got[2]).isZero();
                    assertThat(got[n + 3]).isZero();
                    for (int i = 0; i < n; i++) {
                        if (got[i + 3] != values[i]) {
                            throw new AssertionError("element " + i + " of " + n);
                        }
                    }
                }
            }
        }
    }

    @Test
    void anArrayMayBeChangedAsSoonAsItIsWritten() {
        try (Device device = Devices.open("cuda");
                Buffer buffer = device.allocate(ElementType.FLOAT64, 100)) {
            double[] value = new double[1];
            for (int i = 0; i < 100; i++) {
                value[0] = i;
                buffer.write(i, value, 0, 1);
            }
            double[] got = buffer.toDoubles();
            for (int i = 0; i < 100; i++) {
                assertThat(got[i]).isEqualTo(i);
            }
        }
    }

    @Test
    void aSmallReadWaitsOnce() {
        Present.emulator();
        try (Device device = Devices.open("cuda");
                Buffer buffer = device.allocate(100)) {
            device.run(new MathOps.Fill(100, 3, buffer));
            long before = waits();
            assertThat(buffer.toFloats()).containsOnly(3f);
            assertThat(waits() - before).isEqualTo(1);
        }
    }

    private static long waits() {
        return Emulator.calls("cuStreamSynchronize")
                + Emulator.calls("cuEventSynchronize")
                + Emulator.calls("cuCtxSynchronize");
    }

    @Test
    void buffersMayBeClosedAfterTheirDeviceAndAreGivenBackWithIt() {
        Device device = Devices.open("cuda");
        Buffer open = device.allocate(1000);
        Buffer closed = device.allocate(1000);
        closed.close();
        device.close();
        device.close();
        assertThatIllegalStateException().isThrownBy(open::toFloats).withMessageContaining("closed");
        open.close();
        open.close();
        try (Device next = Devices.open("cuda");
                Buffer buffer = next.allocate(1000)) {
            assertThat(buffer.toFloats()).containsOnly(0f);
        }
    }

    @Test
    void aClosedDeviceLeavesNoContextCurrent() {
        Devices.open("cuda").close();
        CUcontext current = new CUcontext();
        JCudaDriver.cuCtxGetCurrent(current);
        assertThat(current).isEqualTo(new CUcontext());
    }

    @Test
    void twoDevicesOfOneProcessGiveTheSame() {
        Present.emulator(); // it has two
        try (Device first = CudaDevice.open(CudaOptions.DEFAULT);
                Device second = CudaDevice.open(CudaOptions.DEFAULT.withOrdinal(1));
                Device again = CudaDevice.open(CudaOptions.DEFAULT)) {
            List<float[]> results = new ArrayList<>();
            DrawBlock shape = DrawBlock.of(2, 3, 5);
            for (Device device : List.of(first, second, again)) {
                try (Buffer z = device.allocate(30)) {
                    device.run(new NormalOps.Normal(new Key(7), Index.of(1), shape, z));
                    results.add(z.toFloats());
                }
            }
            assertThat(results.get(1)).isEqualTo(results.get(0));
            assertThat(results.get(2)).isEqualTo(results.get(0));
            assertThat(second.description()).contains("device 1");
            try (Buffer foreign = second.allocate(30)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> first.run(new MathOps.Fill(30, 1, foreign)))
                        .withMessageContaining("must belong to this cuda device");
            }
        }
    }

    @Test
    void twoThreadsWithADeviceEachDoNotMeet() throws Exception {
        int ordinals = Emulator.isPresent() ? 2 : 1;
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<float[]>> results = new ArrayList<>();
            for (int thread = 0; thread < 2; thread++) {
                CudaOptions options = CudaOptions.DEFAULT.withOrdinal(thread % ordinals);
                results.add(threads.submit(() -> {
                    float[] last = {};
                    for (int round = 0; round < 20; round++) {
                        try (Device device = CudaDevice.open(options);
                                Buffer x = device.copyOf(Numbers.normals(3, 2000));
                                Buffer y = device.allocate(2000)) {
                            for (int i = 0; i < 20; i++) {
                                device.run(new MathOps.Axpy(2000, 0.5f, x, y));
                            }
                            last = y.toFloats();
                        }
                    }
                    return last;
                }));
            }
            assertThat(results.get(0).get()).isEqualTo(results.get(1).get());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void manyOpensAndClosesLeaveNothing() {
        Map<Live, Long> before = Emulator.isPresent() ? live() : Map.of();
        for (int i = 0; i < 200; i++) {
            Device device = Devices.open("cuda");
            Buffer buffer = device.allocate(10);
            device.run(new MathOps.Fill(10, i, buffer));
            if (i % 2 == 0) {
                buffer.close();
            }
            device.close();
            buffer.close();
        }
        assertThat(Emulator.isPresent() ? live() : Map.of()).isEqualTo(before);
    }

    /** How many of each there are in the emulated driver. */
    static Map<Live, Long> live() {
        Map<Live, Long> all = new EnumMap<>(Live.class);
        for (Live kind : Live.values()) {
            all.put(kind, Emulator.live(kind));
        }
        return all;
    }

    @Test
    void aBadIndexInDeviceMemoryIsToldOnceAndWorkGoesOn() {
        try (Device device = Devices.open("cuda");
                Buffer index = device.allocate(ElementType.INT32, 4);
                Buffer source = device.copyOf(new float[] {1, 2, 3, 4, 5, 6});
                Buffer target = device.allocate(6)) {
            index.write(0, new int[] {0, 2, 3, 1}, 0, 4);
            device.run(new MathOps.GatherRows(3, 2, index, Index.of(1), source, target));
            device.run(new MathOps.Fill(1, 0, target));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> source.toFloats())
                    .withMessage("gatherRows: index[2] is 3, but must be in [0, 3)");
            assertThat(source.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
            device.run(new MathOps.GatherRows(1, 2, index, Index.of(3), source, target));
            device.synchronize();
            assertThat(target.toFloats()).startsWith(3, 4);
            device.run(new MathOps.GatherRows(1, 2, index, Index.of(2), source, target));
            assertThatIllegalArgumentException().isThrownBy(device::synchronize).withMessageContaining("index[2] is 3");
            device.synchronize();
        }
    }

    @Test
    void optionsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> CudaDevice.open(CudaOptions.DEFAULT.withOrdinal(63)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("there is no device 63, the driver has");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CudaOptions.DEFAULT.withOrdinal(-1))
                .withMessageContaining("ordinal is -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CudaOptions.DEFAULT.withWorkspaceBytes(0))
                .withMessageContaining("workspaceBytes is 0");
    }

    @Test
    void aWorkspaceGrowsAndThenStays() {
        Cuda cuda = new Cuda(CudaOptions.DEFAULT.withWorkspaceBytes(1000));
        try {
            cuda.begin();
            long first = cuda.workspace(100);
            long second = cuda.workspace(1);
            long third = cuda.workspace(10_000);
            assertThat(second - first).isEqualTo(256);
            assertThat(third + 10_000 <= first || third >= first + 1000).isTrue();
            cuda.begin();
            long again = cuda.workspace(100);
            assertThat(cuda.workspace(1) - again).isEqualTo(256);
            assertThat(cuda.workspace(10_000) - again).as("one block").isEqualTo(512);
            cuda.begin();
            assertThat(cuda.workspace(100)).as("the same block").isEqualTo(again);
        } finally {
            cuda.close();
        }
    }

    @Test
    void aLaunchThatCannotBeIsRefused() {
        Cuda cuda = new Cuda(CudaOptions.DEFAULT);
        try {
            Kernel kernel = cuda.kernel("math_fill");
            Launch launch = cuda.launch().belongsTo("fill");
            assertThatCode(() -> launch.of(kernel).run(0, 256)).as("no blocks").doesNotThrowAnyException();
            assertThatThrownBy(() -> launch.of(kernel).run(1L << 31, 256))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("fill", "2147483648 blocks", "lower");
            assertThatIllegalStateException()
                    .isThrownBy(() -> launch.of(kernel).number(1).number(2L))
                    .withMessageContaining("8-byte field at byte 4");
            assertThatIllegalStateException().isThrownBy(() -> launch.of(kernel).run(1, 2048));
            assertThatThrownBy(() -> cuda.kernel("math_nothing"))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("math_nothing", "another build");
        } finally {
            cuda.close();
        }
    }

    @Test
    void tooLongAndTooShortParametersAreNoticedByTheEmulatedDevice() {
        Present.emulator();
        Cuda cuda = new Cuda(CudaOptions.DEFAULT);
        try {
            Kernel kernel = cuda.kernel("math_fill");
            cuda.begin();
            long place = cuda.allocateZeros(ElementType.FLOAT32, 8);
            // What it leaves in the parameters must not stand in for what the next one forgets.
            cuda.launch().of(kernel).address(place).number(8L).number(1).run(1, 32);
            assertThatThrownBy(() -> cuda.launch()
                            .belongsTo("short")
                            .of(kernel)
                            .address(place)
                            .run(1, 32))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("short");
            assertThatThrownBy(() -> cuda.launch()
                            .belongsTo("long")
                            .of(kernel)
                            .address(place)
                            .number(8L)
                            .number(1)
                            .number(2)
                            .number(3L)
                            .run(1, 32))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("long");
        } finally {
            cuda.close();
        }
    }
}

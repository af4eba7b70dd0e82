package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.cuda.Emulator.Live;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.HostCall;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Program;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong with a program, and that it leaves nothing behind. */
@Timeout(120)
class ProgramFaultsTest {
    private static final CudaOptions OTHER = CudaOptions.DEFAULT.withOrdinal(1);
    private static final int N = ProgramThree.N;

    @BeforeEach
    void needsTheEmulator() {
        Present.emulator();
        Emulator.reset();
    }

    /** Beside a neighbour, which keeps the context: its end does not tidy up what a device forgot. */
    private static void leavingNothing(Consumer<Map<Live, Long>> work) {
        try (Device neighbour = CudaDevice.open(OTHER)) {
            Map<Live, Long> before = CudaDeviceTest.live();
            work.accept(before);
            assertThat(CudaDeviceTest.live()).isEqualTo(before);
            assertWorks(neighbour);
        }
    }

    private static void assertWorks(Device device) {
        try (ProgramThree three = new ProgramThree(device)) {
            for (int i = 0; i < 3; i++) {
                three.runAndCheck(i);
            }
        }
    }

    /** Nothing has run when the driver refuses a graph, for whatever reason: its kernels go one by one. */
    @ParameterizedTest
    @CsvSource({
        "cuGraphCreate, 1, 2",
        "cuGraphAddKernelNode, 1, 2",
        "cuGraphAddKernelNode, 3, 2",
        "cuGraphInstantiate, 1, 2",
        "cuGraphInstantiate, 1, 801",
        "cuGraphUpload, 1, 2"
    })
    void aGraphThatTheDriverRefusesIsLaunchedOneByOne(String function, int nth, int code) {
        leavingNothing(before -> {
            try (Device device = CudaDevice.open(OTHER)) {
                Emulator.fail(function, nth, code);
                assertWorks(device);
                assertThat(Emulator.calls("cuGraphCreate")).isEqualTo(1);
                assertThat(Emulator.calls("cuGraphLaunch")).isZero();
                assertThat(Emulator.live(Live.EXECUTABLES)).isEqualTo(before.get(Live.EXECUTABLES));
            }
        });
    }

    /** A fault of earlier work that a graph's calls are the first to show. */
    @ParameterizedTest
    @ValueSource(strings = {"cuGraphAddKernelNode", "cuGraphInstantiate", "cuGraphLaunch"})
    void aFaultThatAGraphShowsIsToldAsItIs(String function) {
        try (Device device = CudaDevice.open(OTHER)) {
            for (String each : List.of(function, "cuGraphExecDestroy", "cuGraphDestroy")) {
                Emulator.fail(each, 0, Emulator.ILLEGAL_ADDRESS);
            }
            if (!function.equals("cuGraphLaunch")) {
                assertThatThrownBy(() -> new ProgramThree(device)).satisfies(ProgramFaultsTest::isToldOfTheGraph);
            }
        }
        Emulator.reset();
        try (Device device = CudaDevice.open(OTHER)) {
            ProgramThree three = new ProgramThree(device);
            Emulator.fail("cuGraphLaunch", 1, Emulator.ILLEGAL_ADDRESS);
            assertThatThrownBy(() -> three.run(1)).satisfies(ProgramFaultsTest::isToldOfTheGraph);
            Emulator.fail("cuGraphExecDestroy", 0, Emulator.ILLEGAL_ADDRESS);
            assertThatCode(three::close).doesNotThrowAnyException();
            assertThatThrownBy(device::synchronize)
                    .hasMessageContaining("a graph of 3 kernels")
                    .hasMessageNotContaining("destroying");
        }
    }

    private static void isToldOfTheGraph(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("a graph of 3 kernels, scale to multiply", "CUDA_ERROR_ILLEGAL_ADDRESS");
    }

    @Test
    void aRunThatFailsIsToldAndTheNextOneWorks() {
        leavingNothing(before -> {
            try (Device device = CudaDevice.open(OTHER);
                    ProgramThree three = new ProgramThree(device)) {
                three.runAndCheck(1);
                Emulator.fail("cuGraphLaunch", 1, 1);
                assertThatThrownBy(() -> three.run(2))
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContainingAll(
                                "a graph of 3 kernels, scale to multiply failed", "CUDA_ERROR_INVALID_VALUE");
                three.runAndCheck(3);
            }
        });
    }

    /** Where there is no graph, a launch that fails has the name of its operation. */
    @Test
    void aLaunchThatFailsIsTold() {
        try (Device device = CudaDevice.open(OTHER)) {
            Emulator.fail("cuGraphCreate", 1, 2);
            try (ProgramThree three = new ProgramThree(device)) {
                three.runAndCheck(1);
                Emulator.fail("cuLaunchKernel", 2, 1);
                assertThatThrownBy(() -> three.run(2))
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContaining("axpy on 1 blocks of 256 threads failed: CUDA_ERROR_INVALID_VALUE");
                three.runAndCheck(3);
            }
        }
    }

    @Test
    void aFaultOfAKernelNamesTheGraphAndEndsTheDevice() {
        try (Device device = CudaDevice.open(OTHER);
                ProgramThree three = new ProgramThree(device);
                Buffer other = device.allocate(N)) {
            three.runAndCheck(1);
            Emulator.failKernel(2, Emulator.ILLEGAL_ADDRESS);
            three.run(2);
            assertThatThrownBy(other::toFloats)
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll(
                            "CUDA_ERROR_ILLEGAL_ADDRESS",
                            "the last operation launched before was a graph of 3 kernels, scale to multiply",
                            "close it and open it again");
            assertThatThrownBy(three.program()::run)
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("nothing runs any more");
        }
        try (Device device = CudaDevice.open(OTHER)) {
            assertWorks(device);
        }
    }

    /** A fault that closing a program is the first to show is left to the next operation. */
    @Test
    void closingDoesNotHideWhatWentWrong() {
        try (Device device = CudaDevice.open(OTHER);
                Buffer other = device.allocate(N)) {
            Program program = device.bind(List.of(new MathOps.Fill(N, 1, other), new MathOps.Fill(N, 2, other)));
            Emulator.fail("cuGraphExecDestroy", 1, Emulator.ILLEGAL_ADDRESS);
            program.close();
            assertThatThrownBy(other::toFloats)
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("destroying a graph", "CUDA_ERROR_ILLEGAL_ADDRESS");
        }
    }

    /** What a graph reads of the device's memory is told where the host waits, as without. */
    @Test
    void aBadIndexInAGraphIsTold() {
        try (Device device = CudaDevice.open(OTHER);
                Buffer index = device.allocate(ElementType.INT32, 5);
                Buffer counter = device.allocate(ElementType.INT32, 1);
                Buffer source = device.allocate(6);
                Buffer target = device.allocate(6);
                Buffer unrelated = device.allocate(1)) {
            Operation gather = new MathOps.GatherRows(1, 2, index, Index.counted(counter, 0), source, target);
            for (List<Operation> operations :
                    List.<List<Operation>>of(List.of(new MathOps.Fill(6, 1, source), gather), List.of(gather))) {
                try (Program program = device.bind(operations)) {
                    program.run();
                    device.synchronize();
                    index.write(4, new int[] {3}, 0, 1);
                    counter.write(0, new int[] {4}, 0, 1);
                    unrelated.toFloats();
                    program.run();
                    assertThatThrownBy(unrelated::toFloats)
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage("gatherRows: index[4] is 3, but must be in [0, 3)");
                    index.write(4, new int[] {2}, 0, 1);
                    program.run();
                    device.synchronize();
                    counter.write(0, new int[] {0}, 0, 1);
                    assertThat(target.toFloats()).startsWith(1, 1);
                }
            }
        }
    }

    /** And before a host call, which then is not made. */
    @Test
    void aHostCallDoesNotFollowAFailure() {
        try (Device device = CudaDevice.open(OTHER);
                Buffer index = device.allocate(ElementType.INT32, 1);
                Buffer source = device.allocate(6);
                Buffer target = device.allocate(2)) {
            index.write(0, new int[] {-1}, 0, 1);
            boolean[] called = new boolean[1];
            try (Program program = device.bind(List.of(
                    new MathOps.GatherRows(1, 2, index, Index.of(0), source, target),
                    new HostCall("note", () -> called[0] = true)))) {
                assertThatThrownBy(program::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("index[0] is -1");
                assertThat(called[0]).isFalse();
                index.write(0, new int[] {1}, 0, 1);
                program.run();
                assertThat(called[0]).isTrue();
            }
        }
    }

    // ---- memory ----

    /** Workspace, a graph: all of it comes back with the program, and no more than once. */
    @Test
    void aProgramGivesBackWhatItTook() {
        int columns = 100_000;
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(columns);
                Buffer sum = device.allocate(ElementType.FLOAT64, 1)) {
            List<Operation> operations = List.of(
                    new MathOps.Fill(columns, 0.5, x),
                    new MathOps.SumRows(1, columns, x, sum),
                    new HostCall("nothing", () -> {}),
                    new MathOps.Fill(columns, 1, x),
                    new MathOps.SumRows(1, columns, x, sum));
            Map<Live, Long> before = CudaDeviceTest.live();
            for (int i = 0; i < 3; i++) {
                Program program = device.bind(operations);
                assertThat(Emulator.live(Live.EXECUTABLES) - before.get(Live.EXECUTABLES))
                        .isEqualTo(2);
                assertThat(Emulator.live(Live.GRAPHS)).isEqualTo(before.get(Live.GRAPHS));
                assertThat(Emulator.live(Live.ALLOCATIONS) - before.get(Live.ALLOCATIONS))
                        .isEqualTo(1);
                program.run();
                program.close(); // though its work is under way
                program.close();
                assertThat(sum.toDoubles()).containsExactly(columns);
                assertThat(CudaDeviceTest.live()).isEqualTo(before);
            }
            Emulator.fail("cuGraphInstantiate", 2, Emulator.ILLEGAL_ADDRESS);
            assertThatThrownBy(() -> device.bind(operations)).isInstanceOf(DeviceException.class);
        }
    }

    @Test
    void aBindThatFailsLeavesTheDeviceAsItWas() {
        leavingNothing(before -> {
            try (Device device = CudaDevice.open(OTHER);
                    Buffer x = device.allocate(5000);
                    Buffer sum = device.allocate(ElementType.FLOAT64, 1)) {
                Emulator.fail("cuMemAlloc", 1, Emulator.OUT_OF_MEMORY);
                assertThatThrownBy(() -> device.bind(List.of(new MathOps.SumRows(1, 5000, x, sum))))
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContaining("out of memory: the workspace of a program needs");
                device.run(new MathOps.Fill(N, 3, x));
                assertThat(x.toFloats()).startsWith(3, 3);
                assertWorks(device);
            }
        });
    }

    @Test
    void aDeviceMayBeClosedBeforeItsPrograms() {
        leavingNothing(before -> {
            Device device = CudaDevice.open(OTHER);
            ProgramThree three = new ProgramThree(device);
            ProgramThree busy = new ProgramThree(device);
            busy.run(1);
            device.close();
            assertThatIllegalStateException()
                    .isThrownBy(three.program()::run)
                    .withMessageContaining("the cuda device is closed");
            assertThatIllegalStateException()
                    .isThrownBy(() -> device.bind(List.of()))
                    .withMessageContaining("the cuda device is closed");
            three.close();
            three.close();
            busy.close();
        });
    }
}

package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.OpCase;
import io.github.elbo4j.OpCases;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.cuda.Emulator.Live;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.device.Shape;
import io.github.elbo4j.family.FamilyKind;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@link Device#asGraph}: fewer calls of the driver, and nothing else that a caller sees. The second time that the same
 * kernels come, they are made a graph.
 */
@Timeout(300)
class GraphsTest {
    private static final int N = 100;
    private static final CudaOptions OTHER = CudaOptions.DEFAULT.withOrdinal(1);
    private static final List<Shape> SHAPES = List.of(Shape.of(3, 65, 5), Shape.of(1, 7, 1030));
    private static final List<Shape> SQUARE = List.of(Shape.of(3, 65, 5), Shape.of(2, 7, 40));

    @BeforeEach
    void needsCuda() {
        Present.cuda();
        if (Emulator.isPresent()) {
            Emulator.reset();
        }
    }

    private static CudaOptions fewDevices() {
        return Emulator.isPresent() ? OTHER : CudaOptions.DEFAULT;
    }

    /** Beside a neighbour, which keeps the context: its end does not tidy up what a device forgot. */
    private static void leavingNothing(Consumer<Map<Live, Long>> work) {
        try (Device neighbour = CudaDevice.open(OTHER)) {
            Map<Live, Long> before = CudaDeviceTest.live();
            work.accept(before);
            assertThat(CudaDeviceTest.live()).isEqualTo(before);
            assertThree(neighbour);
        }
    }

    // ---- nothing changes ----

    static List<OpCase> cases() {
        return OpCases.ALL;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyOperationDoesInAGraphWhatItDoesAlone(OpCase operation) {
        for (Shape shape : operation.square() ? SQUARE : SHAPES) {
            for (int seed = 1; seed <= (Emulator.isPresent() ? 3 : 1); seed++) {
                if (Emulator.isPresent()) {
                    Emulator.seed(seed);
                }
                try (Device device = CudaDevice.open(fewDevices());
                        Arena arena = new Arena(device);
                        Arena scalar = new Arena(TestDevices.scalar())) {
                    operation.call(arena, twiceInAGraph(device), shape);
                    operation.call(scalar, twiceInAGraph(TestDevices.scalar()), shape);
                    List<long[]> want = scalar.outputBits();
                    List<long[]> got = arena.outputBits();
                    for (int i = 0; i < want.size(); i++) {
                        assertThat(got.get(i))
                                .as("output %d of %s, %s", i, operation, shape)
                                .isEqualTo(want.get(i));
                    }
                }
            }
        }
    }

    /** Operations that are carried out eight times: twice in each of four graphs. */
    private static Ops twiceInAGraph(Device device) {
        return (Ops) Proxy.newProxyInstance(
                Ops.class.getClassLoader(), new Class<?>[] {Ops.class}, (proxy, method, arguments) -> {
                    Runnable call = () -> {
                        try {
                            method.invoke(device.ops(), arguments);
                        } catch (IllegalAccessException | InvocationTargetException e) {
                            throw new AssertionError(e);
                        }
                    };
                    for (int i = 0; i < 4; i++) {
                        device.asGraph(() -> {
                            call.run();
                            call.run();
                        });
                    }
                    return null;
                });
    }

    /** Programs drawn at random: launches, and in between all else that a device can be asked. */
    @Test
    void whateverComesInBetweenTheOrderStays() {
        for (int seed = 0; seed < 150; seed++) {
            List<float[]> want;
            try (Program program = new Program(TestDevices.scalar(), seed)) {
                want = program.run();
            }
            try (Device device = CudaDevice.open(fewDevices().withWorkspaceBytes(1));
                    Program program = new Program(device, seed)) {
                List<float[]> got = program.run();
                assertThat(got).as("program %d", seed).hasSameSizeAs(want);
                for (int i = 0; i < want.size(); i++) {
                    assertThat(got.get(i)).as("program %d, read %d", seed, i).isEqualTo(want.get(i));
                }
            }
        }
    }

    private static final class Program implements AutoCloseable {
        private final Device device;
        private final Ops ops;
        private final SplittableRandom random;
        private final Buffer[] x = new Buffer[4];
        private final Buffer index;
        private final Buffer sums;
        private final List<float[]> reads = new ArrayList<>();

        Program(Device device, int seed) {
            this.device = device;
            ops = device.ops();
            random = new SplittableRandom(seed);
            for (int i = 0; i < x.length; i++) {
                x[i] = device.copyOf(Numbers.normals(seed + i, N));
            }
            index = device.allocate(ElementType.INT32, 10);
            index.write(0, new int[] {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, 0, 10);
            sums = device.allocate(ElementType.FLOAT64, N);
        }

        /** What was read, and what all memory holds in the end. */
        List<float[]> run() {
            int length = 1 + random.nextInt(9);
            long[] seeds = random.longs(length).toArray();
            boolean interrupted = random.nextInt(3) == 0;
            for (int round = 0; round < 6; round++) {
                SplittableRandom now = new SplittableRandom(random.nextLong());
                Runnable body = () -> {
                    for (long seed : seeds) {
                        launch(new SplittableRandom(seed), now);
                        if (interrupted && now.nextInt(4) == 0) {
                            interrupt(now);
                        }
                    }
                };
                if (now.nextInt(10) == 0) {
                    device.asGraph(() -> device.asGraph(body));
                } else {
                    device.asGraph(body);
                }
                if (now.nextBoolean()) {
                    interrupt(now);
                }
            }
            for (Buffer buffer : x) {
                reads.add(buffer.toFloats());
            }
            return reads;
        }

        /** Which kernel comes is drawn from {@code which}, its numbers are of this round. */
        private void launch(SplittableRandom which, SplittableRandom now) {
            Buffer from = x[which.nextInt(4)];
            Buffer to = x[which.nextInt(4)];
            int n = 1 + now.nextInt(N);
            switch (which.nextInt(6)) {
                case 0 -> ops.axpy(n, now.nextInt(100) / 64f, from, to);
                case 1 -> ops.multiply(n, from, x[which.nextInt(4)], to);
                case 2 -> ops.fill(n, now.nextInt(100), to);
                case 3 -> ops.map(Function.TANH, n, from, to);
                case 4 -> {
                    if (from != to) {
                        ops.gatherRows(now.nextInt(10), 10, index, 0, from, to);
                    }
                }
                default -> {
                    ops.sumRows(10, 10, from, sums); // takes workspace
                    ops.average(n, 0.5f, from, to);
                }
            }
        }

        private void interrupt(SplittableRandom now) {
            Buffer buffer = x[now.nextInt(4)];
            switch (now.nextInt(7)) {
                case 0 -> reads.add(buffer.toFloats());
                case 1 -> buffer.write(now.nextInt(50), Numbers.normals(now.nextLong(), 50), 0, 50);
                case 2 -> device.synchronize();
                case 3 -> {
                    int i = now.nextInt(4);
                    x[i].close();
                    x[i] = device.allocate(N);
                }
                case 4 -> device.asGraph(() -> ops.fill(3, 7, buffer));
                case 5 -> {
                    try {
                        device.asGraph(() -> {
                            ops.fill(5, 8, buffer);
                            throw new UnsupportedOperationException("on purpose");
                        });
                    } catch (UnsupportedOperationException e) {
                        ops.axpy(5, 1, buffer, x[0]);
                    }
                }
                default -> {
                    // Grows the workspace, where there is one.
                    int columns = 3000 + now.nextInt(3000);
                    try (Buffer large = device.allocate(columns);
                            Buffer sum = device.allocate(ElementType.FLOAT64, 1)) {
                        ops.fill(columns, 0.5f, large);
                        ops.sumRows(1, columns, large, sum);
                        reads.add(new float[] {(float) sum.toDoubles()[0]});
                    }
                }
            }
        }

        @Override
        public void close() {
            for (Buffer buffer : x) {
                buffer.close();
            }
            index.close();
            sums.close();
        }
    }

    /** fill, axpy, multiply: x = (value + y)². */
    private static Runnable three(Device device, float[] value, Buffer x, Buffer y) {
        return () -> {
            device.ops().fill(N, value[0], x);
            device.ops().axpy(N, 1, y, x);
            device.ops().multiply(N, x, x, x);
        };
    }

    private static void assertThree(Device device) {
        try (Buffer x = device.allocate(N);
                Buffer y = device.copyOf(Numbers.normals(1, N))) {
            float[] value = new float[1];
            Runnable three = three(device, value, x, y);
            for (int i = 0; i < 5; i++) {
                value[0] = i;
                device.asGraph(three);
                assertIsSquare(x, y, i);
            }
        }
    }

    private static void assertIsSquare(Buffer x, Buffer y, float value) {
        float[] want = y.toFloats();
        for (int i = 0; i < N; i++) {
            want[i] = (want[i] + value) * (want[i] + value);
        }
        assertThat(x.toFloats()).isEqualTo(want);
    }

    @Test
    void anErrorWithinLeavesWhatCameBefore() {
        try (Device device = CudaDevice.open(fewDevices());
                Buffer x = device.allocate(N);
                Buffer y = device.copyOf(Numbers.normals(1, N))) {
            float[] value = {2};
            Runnable three = three(device, value, x, y);
            for (int i = 0; i < 4; i++) {
                assertThatThrownBy(() -> device.asGraph(() -> {
                            three.run();
                            device.ops().fill(N + 1, 1, x);
                        }))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasNoSuppressedExceptions();
                assertIsSquare(x, y, 2);
            }
            assertThree(device);
        }
    }

    @Test
    void anotherThreadSeesWhatCameBefore() {
        try (Device device = CudaDevice.open(fewDevices());
                Buffer x = device.allocate(N)) {
            for (int round = 0; round < 5; round++) {
                float value = round;
                List<float[]> seen = new ArrayList<>();
                device.asGraph(() -> {
                    device.ops().fill(N, value, x);
                    Throwable its = elsewhere(() -> {
                        device.ops().axpy(N, 1, x, x);
                        seen.add(x.toFloats());
                    });
                    assertThat(its).isNull();
                    device.ops().fill(N, -value, x);
                });
                assertThat(seen.get(0)).containsOnly(2 * value);
                assertThat(x.toFloats()).containsOnly(-value);
            }
        }
    }

    @Test
    void graphsOfSeveralThreadsDoNotMix() throws Exception {
        int threads = 3;
        ExecutorService callers = Executors.newFixedThreadPool(threads);
        try (Device device = CudaDevice.open(fewDevices())) {
            CountDownLatch ready = new CountDownLatch(threads);
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                all.add(callers.submit(() -> {
                    ready.countDown();
                    ready.await();
                    for (int i = 0; i < 30; i++) {
                        assertThree(device);
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void twoDevicesMayTakeTurns() {
        try (Device a = CudaDevice.open(CudaOptions.DEFAULT);
                Device b = CudaDevice.open(fewDevices());
                Buffer x = a.allocate(N);
                Buffer y = b.allocate(N)) {
            for (int i = 1; i < 6; i++) {
                float value = i;
                a.asGraph(() -> {
                    a.ops().fill(N, value, x);
                    b.asGraph(() -> {
                        b.ops().fill(N, value, y);
                        b.ops().axpy(N, 1, y, y);
                    });
                    a.ops().axpy(N, 2, x, x);
                    assertThat(y.toFloats()).containsOnly(2 * value);
                });
                assertThat(x.toFloats()).containsOnly(3 * value);
            }
        }
    }

    @Test
    void aDeviceMayBeClosedWithin() {
        Device device = CudaDevice.open(fewDevices());
        Buffer x = device.allocate(N);
        device.asGraph(() -> {
            device.ops().fill(N, 1, x);
            device.ops().fill(N, 2, x);
            device.close();
        });
        assertThatIllegalStateException()
                .isThrownBy(() -> device.asGraph(() -> {}))
                .withMessageContaining("closed");
        x.close();
        try (Device next = CudaDevice.open(fewDevices())) {
            assertThree(next);
        }
    }

    // ---- fewer calls ----

    private static void assertCalls(String function, long from, long want) {
        assertThat(Emulator.calls(function) - from).as(function).isEqualTo(want);
    }

    @Test
    void theSecondTimeAGraphIsMadeAndThenOnlyChanged() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(N);
                Buffer y = device.copyOf(Numbers.normals(1, N))) {
            float[] value = {1};
            Runnable three = three(device, value, x, y);
            long launches = Emulator.calls("cuLaunchKernel");
            device.asGraph(three);
            assertCalls("cuLaunchKernel", launches, 3);
            assertCalls("cuGraphCreate", 0, 0);
            device.asGraph(three);
            assertIsSquare(x, y, 1);
            assertCalls("cuLaunchKernel", launches, 3);
            assertCalls("cuGraphInstantiate", 0, 1);
            assertCalls("cuGraphLaunch", 0, 1);
            for (int i = 2; i < 12; i++) {
                device.asGraph(three); // the same again: nothing to change
                assertCalls("cuGraphExecKernelNodeSetParams", 0, 0);
                assertCalls("cuGraphLaunch", 0, i);
            }
            value[0] = 5;
            device.asGraph(three);
            assertCalls("cuGraphExecKernelNodeSetParams", 0, 1);
            assertIsSquare(x, y, 5);
            device.asGraph(three(device, value, y, x));
            assertCalls("cuGraphExecKernelNodeSetParams", 0, 4);
            assertCalls("cuGraphInstantiate", 0, 1);
            assertCalls("cuGraphLaunch", 0, 13);
            assertCalls("cuLaunchKernel", launches, 3);
            assertIsSquare(y, x, 5);
        }
    }

    /** A grid is a parameter too. */
    @Test
    void otherSizesAreTheSameGraph() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(100_000)) {
            for (int n : new int[] {10, 10, 100_000, 1000}) {
                device.asGraph(() -> {
                    device.ops().fill(n, 1, x);
                    device.ops().axpy(n, 1, x, x);
                });
            }
            assertCalls("cuGraphInstantiate", 0, 1);
            assertCalls("cuGraphLaunch", 0, 3);
            float[] got = x.toFloats();
            assertThat(Arrays.copyOf(got, 1000)).containsOnly(2);
            assertThat(Arrays.copyOfRange(got, 1000, 100_000)).containsOnly(2);
        }
    }

    @Test
    void oneLaunchIsNoGraph() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(N)) {
            for (int i = 0; i < 5; i++) {
                device.asGraph(() -> device.ops().fill(N, 1, x));
                device.asGraph(() -> {});
            }
            assertCalls("cuGraphCreate", 0, 0);
        }
    }

    @Test
    void aLongSequenceIsLaunchedOneByOne() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(N);
                Buffer one = device.allocate(N)) {
            device.ops().fill(N, 1, one);
            for (int length : new int[] {63, 64, 65, 128, 129, 200}) {
                long graphs = Emulator.calls("cuGraphLaunch");
                for (int i = 0; i < 3; i++) {
                    device.ops().fill(N, 0, x);
                    device.asGraph(() -> {
                        for (int j = 0; j < length; j++) {
                            device.ops().axpy(N, 1, one, x);
                        }
                    });
                    assertThat(x.toFloats()).containsOnly(length);
                }
                assertCalls("cuGraphLaunch", graphs, length <= 64 ? 2 : 0);
            }
        }
    }

    @Test
    void theGraphUnusedForLongestGoes() {
        Present.emulator();
        leavingNothing(before -> {
            try (Device device = CudaDevice.open(OTHER);
                    Buffer x = device.allocate(N)) {
                for (int length = 2; length < 20; length++) {
                    for (int round = 0; round < 3; round++) {
                        fills(device, length, x);
                        fills(device, 2, x); // stays the latest but one
                    }
                }
                assertThat(Emulator.live(Live.EXECUTABLES)).isEqualTo(before.get(Live.EXECUTABLES) + 8);
                assertThat(Emulator.live(Live.GRAPHS)).isEqualTo(before.get(Live.GRAPHS) + 8);
                assertCalls("cuGraphInstantiate", 0, 18);
                fills(device, 19, x);
                fills(device, 13, x);
                assertCalls("cuGraphInstantiate", 0, 18);
                fills(device, 12, x);
                fills(device, 12, x);
                assertCalls("cuGraphInstantiate", 0, 19);
                assertThat(x.toFloats()).contains(11);
            }
        });
    }

    private static void fills(Device device, int length, Buffer x) {
        device.asGraph(() -> {
            for (int i = 0; i < length; i++) {
                device.ops().fill(N, i, x);
            }
        });
    }

    /**
     * A step is a launch, and a change for each kernel with a new number: the address of the draws, the record of the ELBO,
     * Adam's rate, the weight of the average.
     */
    @ParameterizedTest
    @CsvSource({"MEAN_FIELD, 8, 4", "FULL_RANK, 20, 7"})
    void aStepOfAFitIsOneLaunch(FamilyKind family, int kernels, int changing) {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER)) {
            long[] launches = new long[2];
            long[] graphs = new long[2];
            long[] changes = new long[2];
            long[] all = new long[2];
            for (int i = 0; i < 2; i++) {
                Emulator.reset();
                fit(device, family, 400 + 400 * i);
                launches[i] = Emulator.calls("cuLaunchKernel");
                graphs[i] = Emulator.calls("cuGraphLaunch");
                changes[i] = Emulator.calls("cuGraphExecKernelNodeSetParams");
                all[i] = Emulator.calls("kernel");
            }
            // A block ends with a comparison, and the shorter fit's last block is another one.
            assertThat(graphs[1] - graphs[0]).as("graphs of 400 steps").isBetween(397L, 401L);
            assertThat(launches[1] - launches[0]).as("launches of 400 steps").isLessThan(100);
            assertThat(all[1] - all[0] - (launches[1] - launches[0]))
                    .as("kernels in graphs of 400 steps")
                    .isBetween((kernels - 1) * 400L, (kernels + 1) * 400L);
            assertThat(changes[1] - changes[0])
                    .as("changes in 400 steps")
                    .isBetween((changing - 1) * 400L, changing * 400L + 20);
        }
    }

    private static void fit(Device device, FamilyKind family, int steps) {
        double[] mean = new double[10];
        double[] sd = new double[10];
        Arrays.setAll(mean, i -> 1000.0 * (i - 4.5)); // so far that the fit climbs all the time
        Arrays.setAll(sd, i -> 1 + 0.1 * i);
        try (LogJoint target = GaussianTarget.diagonal(device, mean, sd)) {
            Sgvi.builder()
                    .family(family)
                    .starts(0)
                    .tolerance(1e-9)
                    .evaluationDraws(200)
                    .maxSteps(steps)
                    .build()
                    .fit(device, target);
        }
    }

    // ---- what goes wrong ----

    /** Nothing has run when a graph cannot be made or changed, for whatever reason: its kernels go one by one. */
    @ParameterizedTest
    @CsvSource({
        "cuGraphCreate, 1, 2",
        "cuGraphAddKernelNode, 1, 2",
        "cuGraphAddKernelNode, 3, 2",
        "cuGraphInstantiate, 1, 2",
        "cuGraphInstantiate, 1, 801",
        "cuGraphUpload, 1, 2",
        "cuGraphExecKernelNodeSetParams, 1, 2",
        "cuGraphExecKernelNodeSetParams, 2, 1"
    })
    void aGraphThatTheDriverRefusesIsLaunchedOneByOne(String function, int nth, int code) {
        Present.emulator();
        leavingNothing(before -> {
            try (Device device = CudaDevice.open(OTHER)) {
                Emulator.fail(function, nth, code);
                assertThree(device);
                assertCalls("cuGraphCreate", 0, 1);
                assertThat(Emulator.live(Live.GRAPHS)).isEqualTo(before.get(Live.GRAPHS));
                assertThat(Emulator.live(Live.EXECUTABLES)).isEqualTo(before.get(Live.EXECUTABLES));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aGraphThatFailsIsToldAndWorkGoesOn(int nth) {
        Present.emulator();
        leavingNothing(before -> {
            try (Device device = CudaDevice.open(OTHER);
                    Buffer x = device.allocate(N);
                    Buffer y = device.copyOf(Numbers.normals(1, N))) {
                Emulator.fail("cuGraphLaunch", nth, 1);
                float[] value = new float[1];
                Runnable three = three(device, value, x, y);
                for (int i = 0; i < 6; i++) {
                    value[0] = i;
                    if (i == nth) {
                        assertThatThrownBy(() -> device.asGraph(three))
                                .isInstanceOf(DeviceException.class)
                                .hasMessageContainingAll(
                                        "a graph of 3 kernels, fill to multiply failed", "CUDA_ERROR_INVALID_VALUE");
                    } else {
                        device.asGraph(three);
                        assertIsSquare(x, y, i);
                    }
                }
                assertCalls("cuGraphCreate", 0, 1);
            }
        });
    }

    /** A fault of earlier work that a graph's calls are the first to show. */
    @ParameterizedTest
    @ValueSource(strings = {"cuGraphInstantiate", "cuGraphExecKernelNodeSetParams", "cuGraphLaunch"})
    void aFaultThatAGraphShowsIsToldAsItIs(String function) {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(N);
                Buffer y = device.copyOf(Numbers.normals(1, N))) {
            float[] value = new float[1];
            Runnable three = three(device, value, x, y);
            device.asGraph(three);
            for (String each : List.of(function, "cuGraphExecDestroy", "cuGraphDestroy")) {
                Emulator.fail(each, 0, Emulator.ILLEGAL_ADDRESS);
            }
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 2; i++) {
                            value[0]++;
                            device.asGraph(three);
                        }
                    })
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("a graph of 3 kernels", "CUDA_ERROR_ILLEGAL_ADDRESS");
            assertThatThrownBy(device::synchronize)
                    .hasMessageContaining("a graph of 3 kernels")
                    .hasMessageNotContaining("destroying");
        }
    }

    @Test
    void memoryIsGivenBackThoughALaunchBeforeFails() {
        Present.emulator();
        leavingNothing(before -> {
            Device device = CudaDevice.open(OTHER);
            Buffer x = device.allocate(N);
            Emulator.fail("cuLaunchKernel", 1, 1);
            assertThatThrownBy(() -> device.asGraph(() -> {
                        device.ops().fill(N, 1, x);
                        x.close();
                    }))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("fill");
            device.close();
        });
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable e) throws E {
        throw (E) e;
    }

    /** A checked exception that no signature names: launches are not kept back for good. */
    @Test
    void anyExceptionEndsIt() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(N)) {
            assertThatThrownBy(() -> device.asGraph(() -> {
                        device.ops().fill(N, 1, x);
                        GraphsTest.<RuntimeException>sneak(new IOException("on purpose"));
                    }))
                    .isInstanceOf(IOException.class);
            long launches = Emulator.calls("cuLaunchKernel");
            device.ops().fill(N, 2, x);
            assertCalls("cuLaunchKernel", launches, 1);
        }
    }

    // ---- several threads ----

    /** Runs something in another thread and waits; what it throws. */
    private static Throwable elsewhere(Runnable work) {
        Throwable[] thrown = new Throwable[1];
        Thread thread = new Thread(() -> thrown[0] = catchThrowable(work::run));
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return thrown[0];
    }

    @Test
    void anotherThreadsLaunchIsNotKeptBack() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(N);
                Buffer y = device.allocate(N)) {
            Emulator.fail("cuLaunchKernel", 1, 1);
            assertThatThrownBy(() -> device.asGraph(() -> {
                        device.ops().fill(N, 1, x);
                        assertThat(elsewhere(() -> device.ops().fill(N, 5, y))).isNull();
                        assertCalls("cuLaunchKernel", 0, 2);
                    }))
                    .as("the thread whose launch it is")
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("fill on");
            assertThat(y.toFloats()).containsOnly(5);
        }
    }

    @Test
    void aFailureIsToldToWhoLaunched() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(N);
                Buffer y = device.allocate(N)) {
            Emulator.fail("cuLaunchKernel", 1, 1);
            assertThatThrownBy(() -> device.asGraph(() -> {
                        device.ops().fill(N, 1, x);
                        assertThat(elsewhere(y::toFloats)).isNull();
                    }))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("fill on");
            assertThree(device);
        }
    }

    /** The second thread begins where the first keeps nothing back any more. */
    @Test
    void aThreadDoesNotEndAnothersGraph() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(N);
                Buffer y = device.allocate(N)) {
            CountDownLatch within = new CountDownLatch(1);
            CountDownLatch ended = new CountDownLatch(1);
            Throwable[] its = new Throwable[1];
            Thread second = new Thread(() -> its[0] = catchThrowable(() -> device.asGraph(() -> {
                device.ops().fill(N, 5, y);
                Emulator.fail("cuLaunchKernel", 1, 1);
                within.countDown();
                await(ended);
            })));
            device.asGraph(() -> {
                device.ops().fill(N, 1, x);
                x.toFloats(); // from here on one by one
                second.start();
                await(within);
            });
            ended.countDown();
            try {
                second.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            assertThat(its[0]).isInstanceOf(DeviceException.class);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFaultInAGraphNamesItAndEndsTheDevice() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(N);
                Buffer y = device.copyOf(Numbers.normals(1, N))) {
            Runnable three = three(device, new float[] {1}, x, y);
            for (int i = 0; i < 3; i++) {
                device.asGraph(three);
            }
            Emulator.failKernel(2, Emulator.ILLEGAL_ADDRESS);
            device.asGraph(three);
            assertThatThrownBy(x::toFloats)
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll(
                            "CUDA_ERROR_ILLEGAL_ADDRESS",
                            "the last operation launched before was a graph of 3 kernels, fill to multiply",
                            "close it and open it again");
            assertThatThrownBy(() -> device.asGraph(three))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("nothing runs any more");
        }
        try (Device device = CudaDevice.open(OTHER)) {
            assertThree(device);
        }
    }

    /** The launch that fails when the rest is sent has the name of its operation. */
    @Test
    void aLaunchThatFailsAtTheEndIsTold() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(N);
                Buffer y = device.copyOf(Numbers.normals(1, N))) {
            Consumer<Runnable> failing = body -> {
                Emulator.fail("cuLaunchKernel", 2, 1);
                assertThatThrownBy(() -> device.asGraph(body))
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContaining("axpy on 1 blocks of 256 threads failed: CUDA_ERROR_INVALID_VALUE");
            };
            Runnable three = three(device, new float[] {1}, x, y);
            failing.accept(three);
            failing.accept(() -> {
                three.run();
                x.toFloats();
            });
            assertThatThrownBy(() -> {
                        Emulator.fail("cuLaunchKernel", 2, 1);
                        device.asGraph(() -> {
                            three.run();
                            throw new UnsupportedOperationException("on purpose");
                        });
                    })
                    .hasMessage("on purpose")
                    .satisfies(e -> assertThat(e.getSuppressed()[0])
                            .hasMessageContaining("axpy on 1 blocks of 256 threads failed"));
            assertThree(device);
        }
    }

    /** What a graph reads of the device's memory is told where the host waits, as without. */
    @Test
    void aBadIndexInAGraphIsTold() {
        try (Device device = CudaDevice.open(fewDevices());
                Buffer index = device.allocate(ElementType.INT32, 1);
                Buffer source = device.allocate(6);
                Buffer target = device.allocate(6)) {
            Runnable gather = () -> {
                device.ops().fill(6, 1, source);
                device.ops().gatherRows(1, 2, index, 0, source, target);
            };
            for (int i = 0; i < 4; i++) {
                device.asGraph(gather);
                device.synchronize();
            }
            index.write(0, new int[] {3}, 0, 1);
            device.asGraph(gather);
            assertThatThrownBy(device::synchronize)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("gatherRows: index[0] is 3, but must be in [0, 3)");
            index.write(0, new int[] {2}, 0, 1);
            device.asGraph(gather);
            device.synchronize();
            assertThat(target.toFloats()).startsWith(1, 1);
        }
    }

    /** cuBLAS and cuRAND get the stream when all before them is in it. */
    @Test
    void librariesKeepTheOrder() {
        Present.emulator();
        CudaOptions fast = OTHER.withArithmetic(Arithmetic.FAST).withRng(Rng.CURAND);
        try (Device device = CudaDevice.open(fast);
                Buffer a = device.allocate(4);
                Buffer b = device.copyOf(new float[] {1, 2, 3, 4});
                Buffer c = device.allocate(4);
                Buffer z = device.allocate(6)) {
            List<float[]> draws = new ArrayList<>();
            for (int i = 1; i < 6; i++) {
                float value = i;
                device.asGraph(() -> {
                    device.ops().fill(4, value, a);
                    device.ops().gemm(Matrix.of(a, 2, 2), Matrix.of(b, 2, 2), false, Matrix.of(c, 2, 2));
                    device.ops().fill(4, -1, a);
                    device.ops().normal(OpCase.KEY, 3, Shape.of(1, 2, 3), z);
                    device.ops().axpy(4, 1, a, c);
                });
                assertThat(c.toFloats()).containsExactly(4 * value - 1, 6 * value - 1, 4 * value - 1, 6 * value - 1);
                draws.add(z.toFloats());
            }
            assertThat(draws).allSatisfy(z0 -> assertThat(z0).isEqualTo(draws.get(0)));
        }
    }

    /** The normals of a kernel that is kept back are not overwritten by the next ones. */
    @Test
    void normalsOfCurandStayUntilTheyAreUsed() {
        Present.emulator();
        Shape shape = Shape.of(1, 2, 3);
        try (Device device = CudaDevice.open(OTHER.withRng(Rng.CURAND));
                Buffer z = device.allocate(6);
                Buffer w = device.allocate(6)) {
            device.ops().normal(OpCase.KEY, 3, shape, z);
            device.ops().normal(OpCase.KEY, 4, shape, w);
            float[] third = z.toFloats();
            float[] fourth = w.toFloats();
            assertThat(third).isNotEqualTo(fourth);
            for (int i = 0; i < 5; i++) {
                device.asGraph(() -> {
                    device.ops().normal(OpCase.KEY, 3, shape, z);
                    device.ops().normal(OpCase.KEY, 4, shape, w);
                });
                assertThat(z.toFloats()).isEqualTo(third);
                assertThat(w.toFloats()).isEqualTo(fourth);
            }
        }
    }
}

package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.OpCase;
import io.github.elbo4j.OpCases;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.HostCall;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Runner;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.Signature;
import io.github.elbo4j.device.Workspace;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A program on a GPU does what its operations do one by one. */
@Timeout(300)
class ProgramTest {
    private static final int N = 100;
    private static final CudaOptions OTHER = CudaOptions.DEFAULT.withOrdinal(1);
    private static final List<DrawBlock> SHAPES =
            List.of(DrawBlock.of(3, 65, 5), DrawBlock.of(1, 1100, 3), DrawBlock.of(1, 7, 1030));
    private static final List<DrawBlock> SQUARE = List.of(DrawBlock.of(3, 65, 5), DrawBlock.of(2, 7, 40));

    @BeforeEach
    void needsCuda() {
        Present.cuda();
        if (Emulator.isPresent()) {
            Emulator.reset();
        }
    }

    static CudaOptions fewDevices() {
        return Emulator.isPresent() ? OTHER : CudaOptions.DEFAULT;
    }

    // ---- the same results ----

    static List<OpCase> cases() {
        return OpCases.ALL;
    }

    /** Twice in a program that runs three times; with its numbers in device memory. */
    @ParameterizedTest
    @MethodSource("cases")
    void everyOperationDoesWhatItDoesByItself(OpCase operation) {
        for (DrawBlock shape : operation.square() ? SQUARE : SHAPES) {
            try (Device device = CudaDevice.open(fewDevices());
                    Arena scalar = new Arena(TestDevices.scalar());
                    Arena arena = new Arena(device)) {
                Operation here = operation.on(scalar, shape);
                Operation there = operation.on(arena, shape);
                List<Operation> alone = List.of(here, here);
                List<Operation> bound = List.of(there, counted(there, arena));
                try (Program program = device.bind(bound)) {
                    for (int run = 0; run < 3; run++) {
                        if (Emulator.isPresent()) {
                            Emulator.seed(run + 1);
                        }
                        alone.forEach(TestDevices.scalar()::run);
                        program.run();
                    }
                }
                assertSame(arena.outputBits(), scalar.outputBits(), operation + ", " + shape);
            }
        }
    }

    /** The operation with each of its indices counted and each of its scalars looked up. */
    private static Operation counted(Operation operation, Arena arena) {
        RecordComponent[] parts = operation.getClass().getRecordComponents();
        Object[] values = new Object[parts.length];
        Buffer counter = arena.of(new int[] {-1, 7, -1});
        try {
            for (int i = 0; i < parts.length; i++) {
                values[i] = parts[i].getAccessor().invoke(operation);
                if (values[i] instanceof Index index) {
                    values[i] = new Index(index.base() - 3 * 7, 3, counter, 1);
                } else if (values[i] instanceof Scalar scalar) {
                    Buffer table = arena.of(new double[] {-1, -1, scalar.value(), -1});
                    values[i] = Scalar.lookedUp(table, new Index(-5, 1, counter, 1));
                }
            }
            Class<?>[] types =
                    Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return (Operation)
                    operation.getClass().getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertSame(List<long[]> got, List<long[]> want, String what) {
        for (int i = 0; i < want.size(); i++) {
            assertThat(got.get(i)).as("output %d of %s", i, what).isEqualTo(want.get(i));
        }
    }

    /** The k-th run is the k-th step, without being told: draws, record, rows, rates and weight are the step's. */
    @Test
    void aStepThatIsCountedGoesOn() {
        int steps = 12;
        for (int seed = 1; seed <= (Emulator.isPresent() ? 4 : 1); seed++) {
            try (Device device = CudaDevice.open(fewDevices());
                    Arena arena = new Arena(device);
                    Arena scalar = new Arena(TestDevices.scalar())) {
                ProgramStep one = new ProgramStep(arena, steps);
                ProgramStep other = new ProgramStep(scalar, steps);
                try (Program program = device.bind(one.counted())) {
                    for (int k = 0; k < steps; k++) {
                        if (Emulator.isPresent()) {
                            Emulator.seed(100 * seed + k);
                        }
                        program.run();
                        other.fixed(k).forEach(TestDevices.scalar()::run);
                        assertSame(arena.outputBits(), scalar.outputBits(), "step " + k);
                    }
                }
            }
        }
    }

    /** Whatever a device is asked between runs, and however its own workspace grows, comes in its place. */
    @Test
    void whatComesInBetweenKeepsItsPlace() {
        for (int seed = 0; seed < 60; seed++) {
            List<float[]> want = mixture(TestDevices.scalar(), seed);
            try (Device device = CudaDevice.open(fewDevices().withWorkspaceBytes(1))) {
                List<float[]> got = mixture(device, seed);
                assertThat(got).as("seed %d", seed).hasSameSizeAs(want);
                for (int i = 0; i < want.size(); i++) {
                    assertThat(got.get(i)).as("seed %d, read %d", seed, i).isEqualTo(want.get(i));
                }
            }
        }
    }

    private static List<float[]> mixture(Device device, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<float[]> reads = new ArrayList<>();
        try (Arena arena = new Arena(device)) {
            Buffer[] x = new Buffer[4];
            Arrays.setAll(x, i -> arena.of(Numbers.normals(seed + i, N)));
            Buffer long1 = arena.of(Numbers.normals(seed, 3 * 2000));
            Buffer sums = arena.doubles(3);
            List<Program> programs = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Recorder recorder = new Recorder(new Workspace(device));
                for (int j = random.nextInt(5); j >= 0; j--) {
                    launch(recorder, random, x, long1, sums, reads);
                }
                programs.add(recorder.bind());
            }
            for (int i = 0; i < 20; i++) {
                Buffer buffer = x[random.nextInt(4)];
                switch (random.nextInt(8)) {
                    case 0 -> reads.add(buffer.toFloats());
                    case 1 -> buffer.write(random.nextInt(50), Numbers.normals(random.nextLong(), 50), 0, 50);
                    case 2 -> launch(device, random, x, long1, sums, reads);
                    case 3 -> reads.add(floats(sums.toDoubles()));
                    default -> programs.get(random.nextInt(3)).run();
                }
            }
            programs.forEach(Program::close);
            for (Buffer buffer : x) {
                reads.add(buffer.toFloats());
            }
        }
        return reads;
    }

    private static float[] floats(double[] values) {
        float[] all = new float[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) values[i];
        }
        return all;
    }

    private static void launch(
            Runner on, SplittableRandom random, Buffer[] x, Buffer long1, Buffer sums, List<float[]> reads) {
        Buffer from = x[random.nextInt(4)];
        Buffer to = x[random.nextInt(4)];
        int n = 1 + random.nextInt(N);
        switch (random.nextInt(6)) {
            case 0 -> on.run(new MathOps.Axpy(n, random.nextInt(100) / 64f, from, to));
            case 1 -> on.run(new MathOps.Multiply(n, from, x[random.nextInt(4)], to));
            case 2 -> on.run(new MathOps.Map(MathOps.Function.TANH, n, from, to));
            case 3 -> on.run(new MathOps.Average(n, Scalar.of(0.5f), from, to));
            case 4 -> on.run(new HostCall("a look", () -> reads.add(from.toFloats())));
            default ->
                on.run(new MathOps.SumRows(
                        1 + random.nextInt(3), 1500 + random.nextInt(500), long1, sums)); // takes workspace
        }
    }

    @Test
    void programsDoNotShareWorkspaceWithAnythingElse() {
        try (Device device = CudaDevice.open(fewDevices().withWorkspaceBytes(1));
                Arena arena = new Arena(device)) {
            Program[] programs = new Program[4];
            Buffer[] sums = new Buffer[4];
            double[] want = new double[4];
            for (int i = 0; i < 4; i++) {
                float[] x = Numbers.normals(i, 5000 * (i + 1));
                Recorder recorder = new Recorder(new Workspace(device));
                sums[i] = arena.doubles(1);
                recorder.run(new MathOps.SumRows(1, x.length, arena.of(x), sums[i]));
                recorder.run(new HostCall("nothing", () -> {}));
                recorder.run(new MathOps.SumRows(1, x.length, arena.of(x), sums[i]));
                programs[i] = recorder.bind();
                device.run(new MathOps.SumRows(
                        1, x.length, arena.of(x), sums[i])); // the device's own has to grow each time
                want[i] = arena.doubles(sums[i])[0];
                sums[i].write(0, new double[1], 0, 1);
            }
            for (int i : new int[] {0, 3, 1, 2, 0, 0, 2, 1, 3}) {
                programs[i].run();
                assertThat(arena.doubles(sums[i])).containsExactly(want[i]);
            }
            for (int i = 3; i >= 0; i--) {
                programs[i].close();
                if (i > 0) {
                    programs[0].run();
                }
            }
        }
    }

    @Test
    void severalThreadsMayHaveProgramsOnADevice() throws Exception {
        int threads = 3;
        ExecutorService callers = Executors.newFixedThreadPool(threads);
        try (Device device = CudaDevice.open(fewDevices())) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                float value = t;
                all.add(callers.submit(() -> {
                    for (int i = 0; i < 20; i++) {
                        try (ProgramThree three = new ProgramThree(device)) {
                            three.runAndCheck(value);
                            three.runAndCheck(value + 1);
                        }
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            callers.shutdownNow();
        }
    }

    // ---- what is refused ----

    private record Unknown(Buffer x) implements Operation {
        @Override
        public Signature signature() {
            return new HostCall("unknown", () -> {}).signature();
        }
    }

    @Test
    void anUnknownOperationIsNamed() {
        try (Device device = CudaDevice.open(fewDevices());
                Buffer x = device.allocate(N)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> device.run(new Unknown(x)))
                    .withMessageContaining(Unknown.class.getName());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> device.bind(List.of(new Unknown(x))))
                    .withMessageContaining(Unknown.class.getName());
        }
    }

    @Test
    void argumentsAreCheckedWhenItIsBoundAndBuffersWhenItRuns() {
        try (Device device = CudaDevice.open(fewDevices());
                Buffer y = device.allocate(N);
                Buffer counter = device.allocate(ElementType.INT32, 1)) {
            Buffer x = device.allocate(N);
            Operation counted = new NormalOps.Normal(OpCase.KEY, Index.counted(counter, 0), DrawBlock.of(1, 1, N), x);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> device.bind(List.of(counted, new MathOps.Fill(N + 1, 1, x))))
                    .withMessageContaining("x has 100 elements, but must have 101 or more");
            Program program = device.bind(List.of(counted, new MathOps.Axpy(N, 1, y, x)));
            program.run();
            x.close();
            assertThatIllegalStateException().isThrownBy(program::run).withMessageContaining("closed");
            assertThatIllegalStateException()
                    .isThrownBy(() -> device.bind(List.of(counted)))
                    .withMessageContaining("closed");
            program.close();
            program.close();
            assertThatIllegalStateException().isThrownBy(program::run).withMessage("the program is closed");
            Program closing = device.bind(
                    List.of(new MathOps.Fill(N, 1, y), new HostCall("closing", y::close), new MathOps.Fill(N, 2, y)));
            assertThatIllegalStateException().isThrownBy(closing::run).withMessageContaining("closed");
            closing.close();
        }
    }
}

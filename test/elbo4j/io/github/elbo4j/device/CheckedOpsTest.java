package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Devices;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.OpCase;
import io.github.elbo4j.OpCases;
import io.github.elbo4j.TestDevices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Takes a right call of every operation apart: each argument in turn is replaced by every wrong one of its kind, which must
 * be refused by name, before anything is written.
 */
class CheckedOpsTest {
    private static final DrawBlock SHAPE = DrawBlock.of(3, 65, 5).at(2, 64, 1);
    private static final long MAX = Long.MAX_VALUE;

    /** Numbers that say how much: a negative one is never right. */
    private static final Set<String> SIZES = Set.of(
            "problems",
            "draws",
            "dimensions",
            "rows",
            "columns",
            "rank",
            "observations",
            "width",
            "n",
            "slot",
            "first",
            "firstOrder",
            "firstOffset",
            "segments",
            "outer",
            "inner",
            "t",
            "steps");

    private static Device foreign;

    @BeforeAll
    static void openAnotherDevice() {
        foreign = Devices.open("scalar", 1);
    }

    @AfterAll
    static void closeIt() {
        foreign.close();
    }

    static List<OpCase> cases() {
        return OpCases.ALL;
    }

    /** What one argument is replaced by, and how that is refused. */
    private record Wrong(Object value, Class<? extends Exception> refusal, String... words) {}

    @ParameterizedTest
    @MethodSource("cases")
    void everyWrongBufferIsRefusedByName(OpCase operation) throws Exception {
        for (Device device : TestDevices.all()) {
            try (Recorded call = new Recorded(operation, device)) {
                for (int k = 0; k < call.arguments.length; k++) {
                    if (call.arguments[k] instanceof Buffer buffer) {
                        boolean anyLength = call.names[k].equals("source"); // of gatherRows: the index says how long
                        List<Wrong> all = wrong(device, buffer, call.arena, anyLength);
                        if (operation.operation().equals("fill")) { // takes both types of real numbers
                            all.removeIf(w -> w.words[0].equals(buffer.type() + ""));
                            Buffer ints = call.arena.out(ElementType.INT32, buffer.length());
                            all.add(new Wrong(ints, IllegalArgumentException.class, "INT32", "FLOAT32"));
                        }
                        call.assertRefused(k, all);
                    } else if (call.arguments[k] instanceof Matrix x) {
                        Matrices one = Matrices.repeated(x, 1);
                        assertWrongViewsAreRefused(call, k, one, Matrices::first);
                    } else if (call.arguments[k] instanceof Matrices x) {
                        assertWrongViewsAreRefused(call, k, x, view -> view);
                        Matrices fewer = new Matrices(x.first(), x.count() - 1, x.stride());
                        call.assertRefused(k, List.of(new Wrong(fewer, IllegalArgumentException.class)));
                    }
                }
            }
        }
    }

    /** @param as what the argument is, of a batch */
    private static void assertWrongViewsAreRefused(Recorded call, int k, Matrices x, Function<Matrices, Object> as) {
        Buffer buffer = x.first().buffer();
        for (Wrong w : wrong(call.device, buffer, call.arena, true)) {
            Object value = as.apply(moved(x, (Buffer) w.value, x.first().offset()));
            call.assertRefused(k, List.of(new Wrong(value, w.refusal, w.words)));
        }
        Object shorter = as.apply(
                moved(x, call.arena.out(buffer.type(), x.end() - 1), x.first().offset()));
        call.assertRefused(k, List.of(new Wrong(shorter, IllegalArgumentException.class, "" + x.end())));
        Object far = as.apply(moved(x, buffer, MAX / 2));
        call.assertRefused(k, List.of(new Wrong(far, IllegalArgumentException.class)));
    }

    /** The same views of another buffer, or from another place on. */
    private static Matrices moved(Matrices x, Buffer to, long offset) {
        Matrix y = x.first();
        Matrix moved = new Matrix(to, offset, y.rows(), y.columns(), y.rowStride(), y.columnStride());
        return new Matrices(moved, x.count(), x.stride());
    }

    private static List<Wrong> wrong(Device device, Buffer buffer, Arena arena, boolean anyLength) {
        List<Wrong> all = new ArrayList<>();
        ElementType type = buffer.type();
        if (buffer.length() > 0 && !anyLength) {
            Buffer shorter = arena.out(type, buffer.length() - 1);
            all.add(new Wrong(shorter, IllegalArgumentException.class, "" + shorter.length(), "" + buffer.length()));
        }
        ElementType otherType = type == ElementType.FLOAT32 ? ElementType.FLOAT64 : ElementType.FLOAT32;
        Buffer other = arena.out(otherType, buffer.length());
        all.add(new Wrong(other, IllegalArgumentException.class, type + "", otherType + ""));
        Buffer elsewhere = foreign.allocate(type, buffer.length());
        elsewhere.close();
        all.add(new Wrong(elsewhere, IllegalArgumentException.class, "must belong to this " + device.name()));
        Buffer closed = arena.out(type, buffer.length());
        closed.close();
        all.add(new Wrong(closed, IllegalStateException.class, "closed"));
        return all;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aMissingArgumentIsRefusedByName(OpCase operation) throws Exception {
        for (Device device : TestDevices.all()) {
            try (Recorded call = new Recorded(operation, device)) {
                for (int k = 0; k < call.parts.size(); k++) {
                    Part part = call.parts.get(k);
                    boolean required = part.isRequired()
                            || part.isOptional() && operation.mode().equals("RUNNING_MEAN");
                    if (required && !isUnusedRate(call, k)) {
                        call.assertRefused(k, List.of(new Wrong(null, IllegalArgumentException.class, "missing")));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyWrongNumberIsRefusedByName(OpCase operation) throws Exception {
        for (Device device : TestDevices.all()) {
            try (Recorded call = new Recorded(operation, device)) {
                for (int k = 0; k < call.arguments.length; k++) {
                    call.assertRefused(k, wrongNumbers(call, k));
                }
            }
        }
    }

    private static List<Wrong> wrongNumbers(Recorded call, int k) {
        Class<IllegalArgumentException> refusal = IllegalArgumentException.class;
        String name = call.names[k];
        Object value = call.arguments[k];
        boolean unused =
                name.equals("draws") && Arrays.asList(call.names).contains("sums") && call.arguments[k - 1] == null;
        if (SIZES.contains(name) && !unused) {
            String fault = name + " is -1";
            if (value instanceof Integer) {
                return List.of(new Wrong(-1, refusal, fault), new Wrong(Integer.MIN_VALUE, refusal, name));
            }
            Wrong one = new Wrong(like(value, -1), refusal, fault);
            return List.of(one, new Wrong(like(value, Long.MIN_VALUE), refusal, name));
        }
        if (isUnusedRate(call, k)) {
            return List.of();
        }
        if (value instanceof Scalar) {
            List<Wrong> all = new ArrayList<>();
            boolean share = call.operation instanceof ScoreOps.ScoreWeights;
            all.add(new Wrong(Scalar.of(Double.NaN), refusal, share ? "(0, 1]" : "NaN"));
            if (share) {
                all.add(new Wrong(Scalar.of(0), refusal, "(0, 1]"));
                all.add(new Wrong(Scalar.of(1.01), refusal, "(0, 1]"));
            }
            return all;
        }
        return switch (value instanceof Number ? name : "") {
            case "value", "step" -> List.of(); // whatever is asked for
            case "a", "constant", "rate" -> List.of(new Wrong(Float.NaN, refusal, "NaN"));
            case "alpha" -> floats("must be finite and not 1", Float.NaN, Float.POSITIVE_INFINITY, 1f);
            case "scale" -> floats("must be positive and finite", Float.NaN, Float.POSITIVE_INFINITY, 0f, -1f);
            case "beta1", "beta2" -> floats("must be in [0, 1)", Float.NaN, -0.1f, 1f);
            case "guard" -> floats("must be", Float.NaN, 0f, -1e-8f, Float.MIN_VALUE);
            default -> List.of();
        };
    }

    /** A number that is a long, or an index. */
    private static Object like(Object value, long number) {
        return value instanceof Index ? Index.of(number) : (Object) number;
    }

    /** The rate at which a baseline follows, of a baseline that does not. */
    private static boolean isUnusedRate(Recorded call, int k) {
        return call.arguments[k] instanceof Scalar
                && call.operation instanceof ScoreOps.ScoreWeights weights
                && weights.baseline() != ScoreOps.Baseline.RUNNING_MEAN;
    }

    private static List<Wrong> floats(String words, float... values) {
        List<Wrong> all = new ArrayList<>();
        for (float value : values) {
            all.add(new Wrong(value, IllegalArgumentException.class, value + "", words));
        }
        return all;
    }

    /** More than the buffers hold, and more than fits into an int or a long: an honest refusal, never an overflow. */
    @ParameterizedTest
    @MethodSource("cases")
    void sizesBeyondTheBuffersAreRefused(OpCase operation) throws Exception {
        for (Device device : TestDevices.all()) {
            try (Recorded call = new Recorded(operation, device)) {
                for (int k = 0; k < call.arguments.length; k++) {
                    boolean size = SIZES.contains(call.names[k]) && !call.names[k].equals("t");
                    boolean unused = call.names[k].equals("draws")
                            && Arrays.asList(call.names).contains("sums");
                    size &= !operation.mode().contains("without moments"); // no record that might be missing
                    if (call.arguments[k] instanceof Integer n && size && !unused) {
                        call.assertRefusedWithoutName(k, n + 64, 1 << 30, Integer.MAX_VALUE);
                    } else if (size && (call.arguments[k] instanceof Long || call.arguments[k] instanceof Index)) {
                        Object value = call.arguments[k];
                        long n = value instanceof Index index ? index.base() : (Long) value;
                        // (2^64 + 2)/3: three times it are 2 in a long
                        for (long more : new long[] {n + 1, 1L << 31, 1L << 62, MAX - 1, MAX, 6148914691236517205L}) {
                            call.assertRefusedWithoutName(k, like(value, more));
                        }
                    } else if (call.arguments[k] instanceof DrawBlock) {
                        call.assertRefusedWithoutName(
                                k,
                                DrawBlock.of(4, 65, 5).at(2, 64, 1),
                                DrawBlock.of(3, 66, 6).at(2, 64, 1),
                                DrawBlock.of(1 << 30, 1 << 30, 1 << 30),
                                DrawBlock.of(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE));
                    }
                }
            }
        }
    }

    // ---- what concerns several arguments at once ----

    @EveryDevice
    void runsBeginAtMultiplesOf64(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer x = arena.of(new float[12]);
            for (int first : new int[] {1, 63, 65}) {
                assertThat(catchThrowable(() -> arena.run(new ScoreOps.MeanFieldScoreSquares(
                                new Key(0), Index.of(0), DrawBlock.of(1, 3, 4).at(0, first, 0), x, arena.runs(32)))))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContainingAll("firstDraw is " + first, "multiple of 64");
            }
            assertThat(catchThrowable(() -> arena.run(new ScoreOps.MeanFieldScoreSquares(
                            new Key(0), Index.of(0), DrawBlock.of(1, 3, 4), x, arena.runs(17)))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("runs has 17 elements", "multiple of 16");
        }
    }

    @EveryDevice
    void baselinesOfTheOtherDrawsNeedOthers(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer x = arena.of(new double[1]);
            for (ScoreOps.Baseline baseline : ScoreOps.Baseline.values()) {
                boolean others =
                        baseline == ScoreOps.Baseline.LEAVE_ONE_OUT || baseline == ScoreOps.Baseline.CONTROL_VARIATE;
                Throwable refusal = catchThrowable(() -> arena.run(new ScoreOps.ScoreWeights(
                        1, 1, baseline, x, x, arena.of(new double[1]), Scalar.of(1), arena.out(1))));
                assertThat(refusal == null).isEqualTo(!others);
                assertThat(others ? refusal.getMessage() : "draws is 1 " + baseline)
                        .contains("draws is 1", baseline + "");
            }
        }
    }

    /** An operation that was made and can be made again with an argument replaced. */
    private static final class Recorded implements AutoCloseable {
        final Device device;
        final Arena arena;
        final Operation operation;
        final List<Part> parts;
        final Object[] arguments;
        final String[] names;
        private final List<Buffer> buffers = new ArrayList<>();

        Recorded(OpCase operation, Device device) throws ReflectiveOperationException {
            this.device = device;
            this.arena = Arena.exact(device);
            this.operation = operation.on(arena, SHAPE);
            this.parts = Part.of(this.operation);
            this.arguments = parts.stream().map(Part::value).toArray();
            this.names = parts.stream().map(Part::name).toArray(String[]::new);
            for (Object argument : arguments) {
                if (argument instanceof Buffer buffer) {
                    buffers.add(buffer);
                } else if (argument instanceof Matrix x) {
                    buffers.add(x.buffer());
                } else if (argument instanceof Matrices x) {
                    buffers.add(x.first().buffer());
                }
            }
            assertThat(catchThrowable(() -> device.run(this.operation)))
                    .as("the call as it was")
                    .isNull();
        }

        void assertRefused(int k, List<Wrong> all) {
            for (Wrong wrong : all) {
                Throwable refusal = refusal(k, wrong.value);
                assertThat(refusal)
                        .as("%s with %s = %s on %s", this, names[k], wrong.value, device)
                        .isInstanceOf(wrong.refusal)
                        .hasMessageContaining(names[k])
                        .satisfies(e -> assertThat(wrong.words).allMatch(e.getMessage()::contains));
            }
        }

        void assertRefusedWithoutName(int k, Object... values) {
            for (Object value : values) {
                assertThat(refusal(k, value))
                        .as("%s with %s = %s on %s", this, names[k], value, device)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }

        /** What the operation throws with one argument replaced; nothing may have been written. */
        private Throwable refusal(int k, Object value) {
            List<String> before = contents();
            Throwable refusal = catchThrowable(() -> device.run(parts.get(k).replaced(operation, value)));
            assertThat(contents()).as("%s with %s = %s", this, names[k], value).isEqualTo(before);
            return refusal;
        }

        private List<String> contents() {
            return buffers.stream()
                    .map(b -> switch (b.type()) {
                        case FLOAT32 -> Arrays.toString(b.toFloats());
                        case FLOAT64 -> Arrays.toString(b.toDoubles());
                        case INT32 -> Arrays.toString(b.toInts());
                    })
                    .toList();
        }

        @Override
        public void close() {
            arena.close();
        }

        @Override
        public String toString() {
            return operation.signature().operation();
        }
    }
}

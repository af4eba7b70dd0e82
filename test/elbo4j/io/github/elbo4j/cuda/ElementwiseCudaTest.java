package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.NaiveElementwise;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.RandomElementwise;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Elementwise;
import io.github.elbo4j.device.ElementwiseOps.Instruction;
import io.github.elbo4j.device.ElementwiseOps.Opcode;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Program;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Elementwise code on a GPU gives what its text says, however its elements are shared out: 16 or 4 a thread, in few blocks or many, in
 * whatever order threads run. (On the device as it comes, {@code ElementwiseTest} has more codes.)
 */
class ElementwiseCudaTest {
    private static final long[] ORDERS = {2, 3, 5};

    /** Makes an operation with new arguments. */
    private interface Work {
        Elementwise on(Arena arena);
    }

    @BeforeEach
    void needsCuda() {
        Present.cuda();
    }

    @AfterEach
    void asEver() {
        ElementwiseCuda.many(ElementwiseCuda.MANY);
        Grid.most(Grid.MOST);
        if (Emulator.isPresent()) {
            Emulator.reset();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE})
    void randomCodeGivesTheSameWithManyElementsAThreadAndFew(long many) {
        ElementwiseCuda.many(many);
        for (long seed = 1; seed <= 40; seed++) {
            long code = seed;
            Grid.most(seed % 3 == 0 ? 1 : seed % 3 == 1 ? 3 : Grid.MOST);
            assertSame(
                    arena -> RandomElementwise.of(code, arena, MathOps.Function.values(), true), "random code " + seed);
        }
    }

    /**
     * Lanes of one element and of several, rows with a last tile that is short, rows of several tiles, and of more tiles than
     * fit in a warp; a column a thread, and several where the grid is full.
     */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "1, 70, 1",
        "3, 20, 9",
        "5, 32, 8",
        "2, 33, 20",
        "2, 256, 3",
        "1, 300, 33",
        "4, 1024, 2",
        "1, 2049, 10",
        "2, 34000, 1",
        "1, 1050000, 1",
        "1, 100, 150",
        "90, 5, 11"
    })
    void sumsKeepTheirOrder(int outer, int inner, int draws) {
        for (long many : new long[] {0, Long.MAX_VALUE}) {
            for (long blocks : new long[] {1, Grid.MOST}) {
                ElementwiseCuda.many(many);
                Grid.most(blocks);
                assertSame(
                        arena -> sums(arena, outer, inner, draws, 2),
                        outer + " sums of " + inner + ", " + draws + " draws, " + blocks + " blocks");
            }
        }
    }

    /** So many that their lanes leave little room in shared memory, or that several launches' worth share it. */
    @ParameterizedTest
    @CsvSource({"40, 32, 9", "3, 1500, 9", "300, 1, 5"})
    void asManyOutputsAsThereMayBeCanAllBeSums(int outer, int inner, int draws) {
        for (long many : new long[] {0, Long.MAX_VALUE}) {
            ElementwiseCuda.many(many);
            for (int waiting : new int[] {0, 3, 9, 47}) {
                assertSame(
                        arena -> sums(arena, outer, inner, draws, Stage.MOST_OUTPUTS, waiting),
                        Stage.MOST_OUTPUTS + " sums, " + waiting + " values that wait");
            }
        }
    }

    /** Of the memory for tile sums; the arena's first block is an allocation with guards. */
    @Test
    void whatIsTakenIsWhatIsUsed() {
        Present.emulator();
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT.withWorkspaceBytes(1))) {
            assertSame(device, arena -> sums(arena, 3, 5000, 7, 3), "on a new device");
        }
    }

    /** The second run of a program finds what the first has written. */
    @Test
    void aProgramRunsItAgain() {
        try (Arena arena = new Arena(cuda());
                Arena scalar = new Arena(TestDevices.scalar())) {
            Elementwise op = sums(arena, 2, 3000, 5, 4);
            try (Program program = arena.device().bind(List.of(op))) {
                program.run();
                program.run();
            }
            Elementwise same = sums(scalar, 2, 3000, 5, 4);
            NaiveElementwise.run(same, scalar.device());
            NaiveElementwise.run(same, scalar.device());
            assertThat(arena.outputBits()).usingRecursiveComparison().isEqualTo(scalar.outputBits());
        }
    }

    private static Elementwise sums(Arena arena, int outer, int inner, int draws, int outputs) {
        return sums(arena, outer, inner, draws, outputs, 0);
    }

    /**
     * Outputs i = 0, 1, … sum x·(y + i), are stored, are added, are maxima, by turns; with {@code waiting} values that are all
     * computed before the first of them is used.
     */
    private static Elementwise sums(Arena arena, int outer, int inner, int draws, int outputs, int waiting) {
        long rows = (long) outer * inner;
        Place x = new Place(arena.of(Numbers.normals(1, rows * draws)), 0, 0, (long) inner * draws, draws, 1);
        Place y =
                new Place(arena.of(Numbers.normals(2, inner + 3)), 3, 0, 0, 1, 0); // data, the same for all outer rows
        List<Float> constants = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            constants.add((float) i);
        }
        int known = 2 + outputs;
        List<Instruction> code = new ArrayList<>();
        for (int i = 0; i < waiting; i++) {
            code.add(new Instruction(Opcode.SUBTRACT, null, i == 0 ? 0 : known++, 1, 0));
        }
        known += waiting > 0 ? 1 : 0;
        for (int i = 0; i < waiting; i++) {
            code.add(new Instruction(Opcode.MIN, null, known - 1, 2 + outputs + i, 0));
            known++;
        }
        List<Output> all = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            int value = waiting > 0 && i == 0 ? known - 1 : 2 + i; // of the code so far, or a constant
            if (value == 2 + i && code.size() + 2 <= Stage.MOST_INSTRUCTIONS) {
                code.add(new Instruction(Opcode.ADD, null, 1, 2 + i, 0));
                code.add(new Instruction(Opcode.MULTIPLY, null, known, 0, 0));
                known += 2;
                value = known - 1;
            }
            Effect effect = outputs == Stage.MOST_OUTPUTS ? Effect.SUM : Effect.values()[(i + 1) % 4];
            all.add(output(arena, effect, value, outer, inner, draws));
        }
        return new Elementwise(draws, List.of(new Stage(1, outer, inner, 1, List.of(x, y), constants, code, all)));
    }

    private static Output output(Arena arena, Effect effect, int value, int outer, int inner, int draws) {
        int n = outer * draws;
        return switch (effect) {
            case STORE -> {
                Buffer z = arena.out((long) n * inner);
                yield new Output(effect, value, 1, new Place(z, 0, 0, (long) inner * draws, draws, 1));
            }
            case ADD_SUM -> {
                Buffer target = arena.inOut(Numbers.doubles(Numbers.normals(3, n)));
                yield new Output(effect, value, -0.3, new Place(target, 0, 0, 1, 0, outer)); // [draws][outer]
            }
            default -> new Output(effect, value, 1, new Place(arena.out(n), 0, 0, draws, 0, 1));
        };
    }

    private static Device cuda() {
        return TestDevices.all().stream()
                .filter(device -> device.name().equals("cuda"))
                .findFirst()
                .orElseThrow();
    }

    private static void assertSame(Work work, String what) {
        assertSame(cuda(), work, what);
    }

    /** In each order of threads, where there is one to be told. */
    private static void assertSame(Device device, Work work, String what) {
        List<long[]> want;
        try (Arena arena = new Arena(TestDevices.scalar())) {
            NaiveElementwise.run(work.on(arena), arena.device());
            want = arena.outputBits();
        }
        for (long order : Emulator.isPresent() ? ORDERS : new long[] {0}) {
            if (Emulator.isPresent()) {
                Emulator.seed(order);
            }
            try (Arena arena = new Arena(device)) {
                Elementwise op = work.on(arena);
                arena.run(op);
                List<long[]> got = arena.outputBits();
                for (int i = 0; i < want.size(); i++) {
                    assertThat(got.get(i))
                            .as("output %d of %s, order %d, %s", i, what, order, op)
                            .isEqualTo(want.get(i));
                }
            }
        }
    }
}

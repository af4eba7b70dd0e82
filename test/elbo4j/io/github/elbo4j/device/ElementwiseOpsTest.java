package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.Order;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Elementwise;
import io.github.elbo4j.device.ElementwiseOps.Instruction;
import io.github.elbo4j.device.ElementwiseOps.Opcode;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import io.github.elbo4j.device.MathOps.Function;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Elementwise code, by hand. */
class ElementwiseOpsTest {
    private static final float NAN = Float.NaN;
    private static final float INF = Float.POSITIVE_INFINITY;

    private static Instruction of(Opcode opcode, int a, int b, int c) {
        return new Instruction(opcode, null, a, b, c);
    }

    private static Place vector(Buffer x) {
        return new Place(x, 0, 0, 0, 1, 0);
    }

    /** One instruction of up to three vectors, whose values it has as operands. */
    private static float[] apply(Device device, Opcode opcode, float[]... operands) {
        try (Arena arena = new Arena(device)) {
            int n = operands[0].length;
            List<Place> inputs =
                    List.of(operands).stream().map(x -> vector(arena.of(x))).toList();
            Buffer y = arena.out(n);
            int last = inputs.size() - 1;
            arena.run(new Elementwise(
                    1,
                    List.of(new Stage(
                            1,
                            1,
                            n,
                            0,
                            inputs,
                            List.of(),
                            List.of(of(opcode, 0, Math.min(1, last), last)),
                            List.of(new Output(Effect.STORE, last + 1, 1, vector(y)))))));
            return arena.floats(y);
        }
    }

    @EveryDevice
    void instructionsDoWhatTheirNamesSay(Device device) {
        float[] a = {1, -2, 3.5f, 0};
        float[] b = {4, 0.5f, -1, 0};
        float[] c = {10, 20, 30, -0f};
        Numbers.same("add", apply(device, Opcode.ADD, a, b), new float[] {5, -1.5f, 2.5f, 0});
        Numbers.same("subtract", apply(device, Opcode.SUBTRACT, a, b), new float[] {-3, -2.5f, 4.5f, 0});
        Numbers.same("multiply", apply(device, Opcode.MULTIPLY, a, b), new float[] {4, -1, -3.5f, 0});
        Numbers.same("divide", apply(device, Opcode.DIVIDE, a, b), new float[] {0.25f, -4, -3.5f, NAN});
        Numbers.same("fma", apply(device, Opcode.FMA, a, b, c), new float[] {14, 19, 26.5f, 0});
        Numbers.same("negate", apply(device, Opcode.NEGATE, a), new float[] {-1, 2, -3.5f, -0f});
        Numbers.same("abs", apply(device, Opcode.ABS, a), new float[] {1, 2, 3.5f, 0});
        // fma rounds once: (1 + 2^-12)² − 1 − 2^-11 is 2^-24, which a product rounded by itself has lost.
        float near = 1 + 0x1p-12f;
        float[] one = {near};
        Numbers.same("fma", apply(device, Opcode.FMA, one, one, new float[] {-1 - 0x1p-11f}), new float[] {0x1p-24f});
    }

    /** In whole vectors and in what is left over. */
    @EveryDevice
    void nanInfinityAndZerosAreChosenAsWritten(Device device) {
        float[] a = {NAN, 1, NAN, 0, -0f, INF, -INF, 2};
        float[] b = {1, NAN, NAN, -0f, 0, 1, 1, 2};
        float[] min = {NAN, NAN, NAN, -0f, 0, 1, -INF, 2};
        float[] max = {NAN, NAN, NAN, -0f, 0, INF, 1, 2};
        float[] c = {7, 7, 7, 7, 7, 7, 7, 7};
        float[] select = {7, NAN, 7, 7, 7, 1, 7, 2};
        for (int times : new int[] {1, 4, 9}) {
            float[] repeatedA = repeat(a, times);
            float[] repeatedB = repeat(b, times);
            Numbers.same("min", apply(device, Opcode.MIN, repeatedA, repeatedB), repeat(min, times));
            Numbers.same("max", apply(device, Opcode.MAX, repeatedA, repeatedB), repeat(max, times));
            Numbers.same(
                    "select",
                    apply(device, Opcode.SELECT, repeatedA, repeatedB, repeat(c, times)),
                    repeat(select, times));
        }
    }

    private static float[] repeat(float[] x, int times) {
        float[] all = new float[x.length * times];
        for (int i = 0; i < all.length; i++) {
            all[i] = x[i % x.length];
        }
        return all;
    }

    /** Down the rows as along a row: the same numbers, transposed. */
    @EveryDevice
    void sumsHaveTheOrderOfRows(Device device) {
        for (int n : new int[] {0, 1, 31, 32, 33, 1023, 1024, 1025, 2500, 33_000}) {
            for (int draws : new int[] {1, 5, 64}) {
                float[] rows = Numbers.normals(n + draws, (long) n * draws);
                try (Arena arena = new Arena(device)) {
                    Place x = new Place(arena.of(rows), 0, 0, 0, draws, 1);
                    Buffer sum = arena.out(draws);
                    Buffer target = arena.inOut(new double[draws]);
                    List<Output> outputs = List.of(
                            new Output(Effect.SUM, 0, 1, new Place(sum, 0, 0, 0, 0, 1)),
                            new Output(Effect.ADD_SUM, 0, 3, new Place(target, 0, 0, 0, 0, 1)));
                    arena.run(new Elementwise(
                            draws, List.of(new Stage(1, 1, n, 1, List.of(x), List.of(), List.of(), outputs))));
                    for (int s = 0; s < draws; s++) {
                        float[] row = new float[n];
                        for (int i = 0; i < n; i++) {
                            row[i] = rows[i * draws + s];
                        }
                        double want = Order.alongRow(row);
                        String what = "sum of " + n + " for draw " + s + " of " + draws;
                        Numbers.same(what, arena.floats(sum)[s], (float) want);
                        Numbers.same(what, arena.doubles(target)[s], Math.fma(3, want, 0));
                    }
                }
            }
        }
    }

    @EveryDevice
    void ofNothingTheSumIsZeroAndTheGreatestIsLeast(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer sum = arena.out(2);
            Buffer greatest = arena.out(2);
            Buffer target = arena.inOut(new double[] {1.5, -2});
            List<Output> outputs = List.of(
                    new Output(Effect.SUM, 0, 1, new Place(sum, 0, 0, 0, 0, 1)),
                    new Output(Effect.MAX, 0, 1, new Place(greatest, 0, 0, 0, 0, 1)),
                    new Output(Effect.ADD_SUM, 0, 7, new Place(target, 0, 0, 0, 0, 1)));
            arena.run(new Elementwise(2, List.of(new Stage(1, 0, 3, 2, List.of(), List.of(1f), List.of(), outputs))));
            Numbers.same("sum", arena.floats(sum), new float[] {0, 0});
            Numbers.same("greatest", arena.floats(greatest), new float[] {-INF, -INF});
            Numbers.same("target", arena.doubles(target), new double[] {1.5, -2});
        }
    }

    @EveryDevice
    void theGreatestIsNaNIfOneIsAndNeverMinusZero(Device device) {
        for (int n : new int[] {1, 40, 1100}) {
            float[] x = new float[3 * n];
            for (int i = 0; i < n; i++) {
                x[3 * i] = i == n / 2 ? NAN : i;
                x[3 * i + 1] = -0f;
                x[3 * i + 2] = i == n / 3 ? -1 : -2;
            }
            try (Arena arena = new Arena(device)) {
                Buffer greatest = arena.out(3);
                Output output = new Output(Effect.MAX, 0, 1, new Place(greatest, 0, 0, 0, 0, 1));
                Place input = new Place(arena.of(x), 0, 0, 0, 3, 1);
                arena.run(new Elementwise(
                        3, List.of(new Stage(1, 1, n, 1, List.of(input), List.of(), List.of(), List.of(output)))));
                Numbers.same("greatest of " + n, arena.floats(greatest), new float[] {NAN, 0, -1});
            }
        }
    }

    // ---- what is refused ----

    private static Stage stage(List<Place> inputs, List<Instruction> code, int summed, Output... outputs) {
        return new Stage(2, 2, 2, summed, inputs, List.of(), code, List.of(outputs));
    }

    private static void refused(Runnable made, String... words) {
        assertThatThrownBy(made::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void whatCannotBeIsRefusedByName() {
        try (Arena arena = new Arena(TestDevices.scalar())) {
            Buffer x = arena.out(64);
            Place place = new Place(x, 0, 8, 4, 2, 1);
            List<Place> one = List.of(place);
            refused(() -> new Place(x, -1, 0, 0, 0, 0), "offset -1", "negative");
            refused(() -> new Place(x, 0, 0, -3, 0, 0), "-3", "negative");
            refused(() -> new Place(null, 0, 0, 0, 0, 0), "buffer is missing");
            refused(() -> new Instruction(null, null, 0, 0, 0), "opcode is missing");
            refused(() -> of(Opcode.FUNCTION, 0, 0, 0), "FUNCTION", "function null");
            refused(() -> new Instruction(Opcode.ADD, Function.EXP, 0, 0, 0), "ADD", "EXP");
            refused(() -> new Output(null, 0, 1, place), "effect is missing");
            refused(() -> new Output(Effect.SUM, 0, 1, null), "place is missing");
            refused(() -> stage(one, List.of(of(Opcode.ADD, 0, 1, 0)), 0), "operand 1", "0 to 0");
            refused(() -> stage(one, List.of(of(Opcode.NEGATE, -1, 9, 9)), 0), "operand -1");
            refused(() -> stage(one, List.of(), 0, new Output(Effect.STORE, 1, 1, place)), "value 1", "1 values");
            refused(() -> stage(one, List.of(), 4), "4 summed axes", "at most 3");
            refused(() -> stage(one, List.of(), -1), "summed is -1");
            refused(() -> stage(one, List.of(), 1, new Output(Effect.SUM, 0, 1, place)), "moves along an axis");
            refused(() -> stage(Collections.nCopies(17, place), List.of(), 0), "17 inputs", "at most 16");
            refused(
                    () -> stage(one, Collections.nCopies(97, of(Opcode.ABS, 0, 0, 0)), 0),
                    "97 instructions",
                    "at most 96");
            refused(() -> new Stage(1, -2, 1, 0, one, List.of(), List.of(), List.of()), "e1 is -2");
            refused(() -> new Stage(1, 1, 1, 0, null, List.of(), List.of(), List.of()), "inputs is missing");
            refused(() -> new Elementwise(1, null), "stages is missing");
            refused(() -> new Elementwise(-1, List.of()), "draws is -1");
        }
    }

    @Test
    void outputsThatShareElementsAreRefused() {
        try (Arena arena = new Arena(TestDevices.scalar())) {
            Buffer x = arena.out(64);
            Place place = new Place(x, 0, 8, 4, 2, 1);
            for (Place shared :
                    List.of(new Place(x, 0, 8, 4, 2, 0), new Place(x, 0, 0, 4, 2, 1), new Place(x, 0, 8, 4, 1, 1))) {
                Stage stage = stage(List.of(place), List.of(), 0, new Output(Effect.STORE, 0, 1, shared));
                refused(() -> new Elementwise(2, List.of(stage)), "2 x 2 x 2 rows of 2 draws", "must not share places");
            }
            Stage apart = stage(List.of(place), List.of(), 0, new Output(Effect.STORE, 0, 1, place));
            assertThat(new Elementwise(2, List.of(apart)).signature().arguments())
                    .extracting(Signature.Argument::name)
                    .containsExactly("input 0 of stage 0", "output 0 of stage 0");
        }
    }

    @Test
    void sizesBeyondAnyMemoryAreRefused() {
        try (Arena arena = new Arena(TestDevices.scalar())) {
            int most = Integer.MAX_VALUE;
            Place far = new Place(arena.out(64), 0, Long.MAX_VALUE / 2, 0, 0, 0);
            Stage wide = new Stage(4, 1, 1, 0, List.of(far), List.of(), List.of(), List.of());
            refused(() -> new Elementwise(1, List.of(wide)).signature(), "memory");
            refused(
                    () -> new Stage(most, most, most, 3, List.of(), List.of(1f), List.of(), List.of()),
                    "2147483647·2147483647·2147483647 rows, but a stage has at most 2147483647");
        }
    }
}

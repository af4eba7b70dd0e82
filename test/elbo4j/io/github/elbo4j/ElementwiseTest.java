package io.github.elbo4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Elementwise;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import io.github.elbo4j.device.MathOps.Function;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Elementwise code at random, against what the text of the record says and against float64. */
class ElementwiseTest {
    private static final int CODES = Integer.getInteger("elbo4j.codes", 150);
    private static final long SEED = Long.getLong("elbo4j.seed", 20261126);

    /** To the bit, sums and all. */
    @EveryDevice
    void randomCodeGivesWhatItsTextSays(Device device) {
        System.out.println(CODES + " elementwise codes from seed " + SEED + " on " + device.name());
        for (long seed = SEED; seed < SEED + CODES; seed++) {
            List<long[]> want;
            try (Arena arena = new Arena(TestDevices.scalar())) {
                NaiveElementwise.run(RandomElementwise.of(seed, arena, Function.values(), true), arena.device());
                want = arena.outputBits();
            }
            assertSame(seed, device, want);
        }
    }

    /** Those of {@link OpCases}, which have the pairs of instructions that devices may join. */
    @EveryDevice
    void casesGiveWhatTheirTextSays(Device device) {
        List<OpCase> cases = new ArrayList<>();
        ElementwiseCases.addTo(cases);
        for (OpCase operation : cases) {
            for (DrawBlock shape : List.of(DrawBlock.of(3, 65, 33), DrawBlock.of(1, 3, 1100), DrawBlock.of(2, 1, 40))) {
                try (Arena arena = new Arena(TestDevices.scalar())) {
                    NaiveElementwise.run((Elementwise) operation.on(arena, shape), arena.device());
                    List<long[]> got = operation.bits(device, shape);
                    List<long[]> want = arena.outputBits();
                    for (int i = 0; i < want.size(); i++) {
                        assertThat(got.get(i))
                                .as("output %d of %s of %s", i, operation, shape)
                                .isEqualTo(want.get(i));
                    }
                }
            }
        }
    }

    @Test
    void randomCodeDoesNotDependOnTheThreads() {
        List<String> names = TestDevices.all().stream()
                .map(Device::name)
                .filter(name -> !name.equals("cuda"))
                .toList();
        for (String name : names) {
            for (int threads : new int[] {1, 5, 16}) {
                try (Device device = Devices.open(name, threads)) {
                    for (long seed = SEED; seed < SEED + CODES / 3; seed++) {
                        try (Arena arena = new Arena(TestDevices.scalar())) {
                            arena.run(RandomElementwise.of(seed, arena, Function.values(), true));
                            assertSame(seed, device, arena.outputBits());
                        }
                    }
                }
            }
        }
    }

    private static void assertSame(long seed, Device device, List<long[]> want) {
        try (Arena arena = new Arena(device)) {
            Elementwise op = RandomElementwise.of(seed, arena, Function.values(), true);
            arena.run(op);
            List<long[]> got = arena.outputBits();
            for (int i = 0; i < want.size(); i++) {
                int differs = Arrays.mismatch(got.get(i), want.get(i));
                if (differs >= 0) {
                    throw new AssertionError("code " + seed + " on " + device + ": element " + differs + " of output "
                            + i + " is " + Long.toHexString(got.get(i)[differs]) + ", but must be "
                            + Long.toHexString(want.get(i)[differs]) + ", of " + op);
                }
            }
        }
    }

    /** Within bounds that are derived with each value; stages one by one, each from what the device itself wrote before. */
    @EveryDevice
    void randomCodeIsNearFloat64(Device device) {
        long results = 0;
        long bounded = 0;
        for (long seed = SEED; seed < SEED + CODES; seed++) {
            try (Arena arena = new Arena(device)) {
                Elementwise op = RandomElementwise.of(seed, arena, DoubleElementwise.FUNCTIONS, false);
                for (Stage stage : op.stages()) {
                    DoubleElementwise want = new DoubleElementwise(stage, op.draws());
                    List<double[]> before = new ArrayList<>();
                    stage.outputs().forEach(output -> before.add(doubles(output)));
                    arena.run(new Elementwise(op.draws(), List.of(stage)));
                    for (int i = 0; i < before.size(); i++) {
                        Output output = stage.outputs().get(i);
                        String what = "code " + seed + " on " + device + ", " + output;
                        bounded += want.check(output, before.get(i), doubles(output), what);
                        results += (output.effect() == Effect.STORE ? NaiveElementwise.rows(stage) : stage.outer())
                                * op.draws();
                    }
                }
            }
        }
        // Most are good to a hundredth or better; the others are ends of long chains, or beyond float32.
        assertThat(bounded).isGreaterThan(results / 2);
    }

    private static double[] doubles(Output output) {
        Buffer buffer = output.place().buffer();
        return buffer.type() == ElementType.FLOAT64 ? buffer.toDoubles() : Numbers.doubles(buffer.toFloats());
    }
}

package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.same;
import static io.github.elbo4j.device.Drawn.normals;
import static io.github.elbo4j.device.Drawn.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.scalar.Philox;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NormalOpsTest {
    private static final int MAX = Integer.MAX_VALUE;

    private static final Key KEY = new Key(0x9e3779b97f4a7c15L);

    /** Blocks at awkward extents and addresses, up to the last one. */
    private static final DrawBlock[] SHAPES = {
        DrawBlock.of(1, 1, 0),
        DrawBlock.of(0, 3, 5),
        DrawBlock.of(3, 0, 5),
        DrawBlock.of(1, 1, 1),
        DrawBlock.of(3, 5, 31),
        DrawBlock.of(1, 2, 4099),
        DrawBlock.of(2, 3, 33).at(7, 11, 1),
        DrawBlock.of(2, 3, 1030).at(0, 1, 2),
        DrawBlock.of(2, 3, 5).at(0, 0, 3),
        DrawBlock.of(3, 2, 9).at(MAX - 3, MAX - 2, MAX - 9),
        DrawBlock.of(3, 70, 5).at(2, 61, 4), // of few coordinates SIMD makes several draws together
    };

    @EveryDevice
    void theFirstWordsAreTheKnownAnswerOfRandom123(Device device) {
        assertThat(words(device, new Key(0), 0, DrawBlock.of(1, 1, 4)))
                .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    }

    @EveryDevice
    void aWordIsAPureFunctionOfItsAddress(Device device) {
        for (DrawBlock shape : SHAPES) {
            for (int step : new int[] {0, 1, -1, Integer.MIN_VALUE}) {
                int[] got = words(device, KEY, step, shape);
                int i = 0;
                for (int b = 0; b < shape.problems(); b++) {
                    for (int s = 0; s < shape.draws(); s++) {
                        for (int d = 0; d < shape.dimensions(); d++) {
                            assertThat(got[i++])
                                    .as("%s, step %d, (%d, %d, %d)", shape, step, b, s, d)
                                    .isEqualTo(word(
                                            step,
                                            shape.firstProblem() + b,
                                            shape.firstDraw() + s,
                                            shape.firstDimension() + d));
                        }
                    }
                }
                assertThat(i).isEqualTo(got.length);
            }
        }
    }

    @EveryDevice
    void uniformsAreTheUpperBitsOfTheWordsInTheOpenInterval(Device device) {
        for (DrawBlock shape : SHAPES) {
            int[] words = words(device, KEY, 5, shape);
            try (Arena arena = new Arena(device)) {
                Buffer u = arena.out(shape.elements());
                arena.run(new NormalOps.Uniform(KEY, Index.of(5), shape, u));
                float[] got = arena.floats(u);
                for (int i = 0; i < got.length; i++) {
                    double want = ((words[i] >>> 9) + 0.5) / 8388608.0; // 24 bits: a float32
                    same("u[" + i + "]", got[i], want);
                    assertThat(got[i]).isBetween(0x1p-24f, 1 - 0x1p-24f);
                }
            }
        }
    }

    /**
     * Bound: the radius is within 3.8e-7 of the formula in float64, sine and cosine of half a turn within 1.4e-7 (DetMath's
     * tables), the angle's rounding moves them by at most π·2^-25, and the product rounds once.
     */
    @EveryDevice
    void normalsAreTheBoxMullerPairsOfTheWords(Device device) {
        for (DrawBlock shape : SHAPES) {
            float[] got = normals(device, KEY, -3, shape);
            for (int i = 0; i < got.length; i++) {
                int row = i / shape.dimensions();
                int b = shape.firstProblem() + row / shape.draws();
                int s = shape.firstDraw() + row % shape.draws();
                int d = shape.firstDimension() + i % shape.dimensions();
                double u = ((word(-3, b, s, d & ~1) & 0xffffffffL) + 0.5) * 0x1p-32;
                int second = word(-3, b, s, d | 1);
                double angle = Math.PI * (((second << 1) >> 1) + 0.5) * 0x1p-31;
                double radius = Math.sqrt(-2 * Math.log(u)) * (second < 0 ? -1 : 1);
                double want = radius * ((d & 1) == 0 ? Math.cos(angle) : Math.sin(angle));
                double tolerance = 3.8e-7 + Math.abs(radius) * (1.4e-7 + Math.PI * 0x1p-25) + Math.abs(want) * 0x1p-24;
                close(shape + " epsilon[" + i + "]", got[i], want, tolerance);
            }
        }
    }

    @EveryDevice
    void moreDrawsProblemsOrDimensionsKeepTheFirstOnes(Device device) {
        float[] small = normals(device, KEY, 1, DrawBlock.of(2, 3, 5));
        float[] large = normals(device, KEY, 1, DrawBlock.of(3, 70, 1031));
        for (int b = 0; b < 2; b++) {
            for (int s = 0; s < 3; s++) {
                for (int d = 0; d < 5; d++) {
                    same("epsilon", large[(b * 70 + s) * 1031 + d], small[(b * 3 + s) * 5 + d]);
                }
            }
        }
    }

    /**
     * Addresses that differ in one part from those before, and lie where rows may have been made ahead: they must not be taken
     * one for the other. Rows of 64 dimensions and more, with which they are compared, are made each by itself.
     */
    @EveryDevice
    void shortRowsDoNotDependOnWhatWasMadeBefore(Device device) {
        for (int problems : new int[] {1, 70}) { // draws of one problem, or one draw of many
            DrawBlock shape = DrawBlock.of(problems, problems == 1 ? 5 : 1, 3);
            int b = problems == 1 ? 3 : 63;
            Runnable before = () -> normals(device, KEY, 5, shape.at(3, 4, 4));
            for (long seed : new long[] {KEY.seed() ^ 1, KEY.seed() ^ 1L << 63}) {
                before.run();
                assertRowsOfWideOnes(device, new Key(seed), 5, shape.at(b, 4, 4));
            }
            before.run();
            assertRowsOfWideOnes(device, KEY, 6, shape.at(b, 4, 4));
            for (int part = 0; part < 8; part++) {
                before.run();
                DrawBlock at = shape.at(b + (part & 1), 4 + (part >> 1 & 1), 4 + 4 * (part >> 2));
                assertRowsOfWideOnes(device, KEY, 5, at);
            }
            before.run();
            DrawBlock longer = DrawBlock.of(problems, shape.draws(), 7);
            assertRowsOfWideOnes(device, KEY, 5, longer.at(b, 4, 4));
        }
    }

    private static void assertRowsOfWideOnes(Device device, Key key, int step, DrawBlock shape) {
        int d = shape.firstDimension();
        DrawBlock wide =
                DrawBlock.of(shape.problems(), shape.draws(), 64 + d).at(shape.firstProblem(), shape.firstDraw(), 0);
        float[] got = normals(device, key, step, shape);
        float[] all = normals(device, key, step, wide);
        for (int i = 0; i < got.length; i++) {
            int row = i / shape.dimensions();
            same(shape + " epsilon[" + i + "]", got[i], all[row * wide.dimensions() + d + i % shape.dimensions()]);
        }
    }

    @EveryDevice
    void stepsSeedsAndPurposesGiveOtherDraws(Device device) {
        DrawBlock shape = DrawBlock.of(1, 1, 64);
        float[][] all = {
            normals(device, KEY, 0, shape),
            normals(device, KEY, 1, shape),
            normals(device, new Key(KEY.seed() ^ 1), 0, shape),
            normals(device, new Key(KEY.seed() ^ 1L << 63), 0, shape),
            normals(device, KEY.fork("evaluation"), 0, shape),
            normals(device, KEY, 0, shape.at(1, 0, 0)),
            normals(device, KEY, 0, shape.at(0, 1, 0)),
            normals(device, KEY, 0, shape.at(0, 0, 64)),
        };
        assertThat(Arrays.stream(all)
                        .flatMap(x -> java.util.stream.IntStream.range(0, 64).mapToObj(i -> x[i])))
                .doesNotHaveDuplicates();
    }

    @Test
    void theHelperOfThisTestSeesAWrongWord() {
        assertThat(word(0, 0, 0, 0)).isNotEqualTo(word(0, 0, 0, 1)).isNotEqualTo(word(1, 0, 0, 0));
    }

    private static int word(int step, int b, int s, int d) {
        int[] four = new int[4];
        Philox.words(KEY.seed(), d / 4, s, b, step, four, 0);
        return four[d % 4];
    }

    /** Chosen problems have the normals that each has alone, however they are chosen. */
    @EveryDevice
    void chosenProblemsHaveTheirOwnNormals(Device device) {
        int[] problems = new int[68]; // more than are made at a time
        Arrays.setAll(problems, i -> i % 3 == 0 ? 4 : 1_000_003 - 7 * i);
        int chosen = problems.length - 1;
        for (int dimensions : new int[] {1, 2, 7, 16, 17, 1030}) {
            for (int first : new int[] {0, 4, 5}) {
                DrawBlock shape = DrawBlock.of(chosen, 3, dimensions).at(0, 2, first);
                try (Arena arena = new Arena(device)) {
                    Buffer epsilon = arena.out(shape.elements());
                    arena.run(new NormalOps.NormalOfProblems(
                            KEY, Index.of(6), shape, arena.of(problems), Index.of(1), epsilon));
                    float[] all = arena.floats(epsilon);
                    int each = 3 * dimensions;
                    for (int i = 0; i < chosen; i++) {
                        DrawBlock alone = DrawBlock.of(1, 3, dimensions).at(problems[1 + i], 2, first);
                        assertThat(Arrays.copyOfRange(all, i * each, (i + 1) * each))
                                .as("problem %d of %d dimensions from %d on", i, dimensions, first)
                                .containsExactly(normals(device, KEY, 6, alone));
                    }
                }
            }
        }
    }
}

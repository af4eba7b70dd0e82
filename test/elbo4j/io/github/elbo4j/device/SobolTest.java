package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.same;
import static io.github.elbo4j.device.Drawn.normals;
import static io.github.elbo4j.device.Drawn.words;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.scalar.DetMath;
import io.github.elbo4j.scalar.Philox;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;

/** Scrambled points of Sobol's sequence and antithetic pairs. Where a test is of chance, its key is fixed. */
class SobolTest {
    private static final Key KEY = new Key(0x5eed_0123_4567_89abL, PointSet.SOBOL);
    private static final int D = PointSet.MOST_DIMENSIONS;

    /** Points of awkward numbers and dimensions, the last of both among them. */
    private static final DrawBlock[] SHAPES = {
        DrawBlock.of(1, 1, 0),
        DrawBlock.of(0, 3, 5),
        DrawBlock.of(2, 0, 5),
        DrawBlock.of(1, 1, 1),
        DrawBlock.of(3, 5, 31),
        DrawBlock.of(1, 70, 7).at(2, 61, 5),
        DrawBlock.of(2, 33, 3).at(0, 31, 1),
        DrawBlock.of(1, 3, 1024),
        DrawBlock.of(1, 35, 4).at(Integer.MAX_VALUE - 1, Integer.MAX_VALUE - 35, 1020),
    };

    // ---- the points ----

    /** The scrambling of PointSet, a product of polynomials with long division left out: digit by digit. */
    private static int scrambled(Key key, int step, int b, int d, int x) {
        int[] words = new int[4];
        Philox.words(key.seed(), d / 2, -1, b, step, words, 0);
        int r = words[2 * (d % 2)];
        int e = words[2 * (d % 2) + 1];
        int y = 0;
        for (int i = 0; i < 32; i++) { // digit i + 1
            int digit = digit(e, i) ^ digit(x, i);
            for (int j = 1; j <= i; j++) {
                digit ^= digit(r, j) & digit(x, i - j);
            }
            y |= digit << (31 - i);
        }
        return y;
    }

    private static int digit(int word, int i) {
        return word >>> (31 - i) & 1;
    }

    @EveryDevice
    void pointsAreThoseOfSciPyScrambled(Device device) throws IOException {
        List<long[]> known;
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(SobolTest.class.getResourceAsStream("/known/sobol.txt")),
                StandardCharsets.US_ASCII))) {
            known = reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> Arrays.stream(line.split(" "))
                            .mapToLong(Long::parseLong)
                            .toArray())
                    .collect(Collectors.toList());
        }
        assertThat(known).hasSize(250);
        for (long[] point : known) {
            int d = (int) point[1];
            int got = words(device, KEY, 3, DrawBlock.of(1, 1, 1).at(5, (int) point[0], d))[0];
            assertThat(got).as(Arrays.toString(point)).isEqualTo(scrambled(KEY, 3, 5, d, (int) point[2]));
        }
    }

    /** Each word by itself: of a block of one, so however a block is cut. */
    @EveryDevice
    void aPointIsAPureFunctionOfItsAddress(Device device) {
        for (DrawBlock shape : SHAPES) {
            int[] all = words(device, KEY, -7, shape);
            float[] normals = normals(device, KEY, -7, shape);
            for (int i = 0; i < all.length; i += 1 + all.length / 50) {
                int row = i / shape.dimensions();
                DrawBlock one = DrawBlock.of(1, 1, 1)
                        .at(
                                shape.firstProblem() + row / shape.draws(),
                                shape.firstDraw() + row % shape.draws(),
                                shape.firstDimension() + i % shape.dimensions());
                assertThat(all[i]).as("%s", one).isEqualTo(words(TestDevices.scalar(), KEY, -7, one)[0]);
                same("normal of " + one, normals[i], DetMath.normalQuantile(all[i]));
            }
        }
    }

    /** Blocks of 2^m points, in all dimensions: each has one point in each of 2^m intervals. */
    @EveryDevice
    void everyDimensionHasOnePointInEachInterval(Device device) {
        int m = 6;
        int points = 1 << m;
        for (int first : new int[] {0, points, 1 << 20}) {
            int[] words = words(device, KEY, 1, DrawBlock.of(1, points, D).at(0, first, 0));
            for (int d = 0; d < D; d++) {
                BitSet taken = new BitSet();
                for (int s = 0; s < points; s++) {
                    taken.set(words[s * D + d] >>> (32 - m));
                }
                assertThat(taken.cardinality())
                        .as("dimension %d from point %d", d, first)
                        .isEqualTo(points);
            }
        }
    }

    /** The first two dimensions are a (0, m, 2)-net: each box of 2^-k by 2^-(m−k) has one point, for all k. */
    @Test
    void theFirstTwoDimensionsAreANetOfTheBestQuality() {
        int m = 10;
        int points = 1 << m;
        for (int first : new int[] {0, 5 * points}) {
            int[] words = words(
                    TestDevices.scalar(), KEY, 2, DrawBlock.of(1, points, 2).at(3, first, 0));
            for (int k = 0; k <= m; k++) {
                BitSet taken = new BitSet();
                for (int s = 0; s < points; s++) {
                    long x = words[2 * s] & 0xffffffffL;
                    long y = words[2 * s + 1] & 0xffffffffL;
                    taken.set((int) (x >>> (32 - k) << (m - k) | y >>> (32 - m + k)));
                }
                assertThat(taken.cardinality()).as("boxes of 2^-%d", k).isEqualTo(points);
            }
        }
    }

    /**
     * Over scramblings a point is even in each dimension, and what two points of equal first digits have behind the one in which they
     * differ is independent: points 0 and 1 of a dimension differ in the first digit, 0 and 3 in the second. False alarm: 6 · 1e-6.
     */
    @Test
    void pointsAndPairsAreThoseOfNestedUniformScrambling() {
        int scramblings = 1 << 14;
        for (int d : new int[] {0, 1, 700}) {
            long[] point = new long[64];
            long[] pair = new long[64];
            for (int step = 0; step < scramblings; step++) {
                int[] words = words(
                        TestDevices.scalar(), KEY, step, DrawBlock.of(1, 4, 1).at(0, 0, d));
                point[words[3] >>> 26]++;
                int apart = words[0] ^ words[1];
                assertThat(apart >>> 31).isEqualTo(1);
                // Three digits of the one and three of the difference behind its first one.
                pair[words[0] >>> 29 << 3 | apart >>> 28 & 7]++;
            }
            assertThat(even(point)).as("dimension %d", d).isGreaterThan(1e-6);
            assertThat(even(pair)).as("pairs of dimension %d", d).isGreaterThan(1e-6);
        }
    }

    private static double even(long[] counts) {
        return ChiSquareTest.withDefaults().test(counts).getPValue();
    }

    // ---- what they are for ----

    /**
     * The mean of a smooth function of five normals, {@code exp(Σ z/4)}, over 256 scramblings of S points. Independent draws have the
     * variance {@code (exp(5/16) − 1)·exp(5/16)/S}. Points fall below a fifth of it at S = 64 and below a twentieth at 1024, which they pass with
     * room.
     */
    @Test
    void theMeanOfASmoothFunctionHasLessVarianceThanOfIndependentDraws() {
        double growth = Math.exp(5 / 16.0);
        ToDoubleFunction<double[]> f = z -> Math.exp(Arrays.stream(z).sum() / 4);
        double small = variance(KEY, f, 5, 64) / ((growth - 1) * growth / 64);
        double large = variance(KEY, f, 5, 1024) / ((growth - 1) * growth / 1024);
        assertThat(small).isLessThan(0.2);
        assertThat(large).isLessThan(0.05).isLessThan(small / 3);
        // The yardstick: independent draws by the same sum. Of 256 means of normals nearly, the variance has 9 % of
        // error.
        double independent = variance(KEY.with(PointSet.INDEPENDENT), f, 5, 64) / ((growth - 1) * growth / 64);
        assertThat(independent).isBetween(0.55, 1.6);
    }

    private static double variance(Key key, ToDoubleFunction<double[]> f, int dimensions, int points) {
        int sets = 256;
        double[] means = new double[sets];
        for (int step = 0; step < sets; step++) {
            float[] z = normals(TestDevices.scalar(), key, step, DrawBlock.of(1, points, dimensions));
            for (int s = 0; s < points; s++) {
                double[] row = new double[dimensions];
                for (int d = 0; d < dimensions; d++) {
                    row[d] = z[s * dimensions + d];
                }
                means[step] += f.applyAsDouble(row) / points;
            }
        }
        double mean = Arrays.stream(means).average().orElseThrow();
        return Arrays.stream(means).map(x -> (x - mean) * (x - mean)).sum() / (sets - 1);
    }

    // ---- pairs ----

    @EveryDevice
    void antitheticDrawsAreIndependentOnesAndTheirNegatives(Device device) {
        Key pairs = KEY.with(PointSet.ANTITHETIC);
        Key single = KEY.with(PointSet.INDEPENDENT);
        for (DrawBlock shape : List.of(
                DrawBlock.of(2, 5, 7),
                DrawBlock.of(1, 6, 1030).at(3, 7, 2),
                DrawBlock.of(3, 1, 2).at(1, 9, 1))) {
            float[] got = normals(device, pairs, 4, shape);
            for (int b = 0; b < shape.problems(); b++) {
                for (int s = 0; s < shape.draws(); s++) {
                    int draw = shape.firstDraw() + s;
                    DrawBlock row = DrawBlock.of(1, 1, shape.dimensions())
                            .at(shape.firstProblem() + b, draw / 2, shape.firstDimension());
                    float[] want = normals(TestDevices.scalar(), single, 4, row);
                    for (int d = 0; d < shape.dimensions(); d++) {
                        float one = got[(b * shape.draws() + s) * shape.dimensions() + d];
                        same("draw " + draw, one, draw % 2 == 0 ? want[d] : -want[d]);
                    }
                }
            }
        }
    }

    // ---- refusals ----

    @Test
    void whatHasNoPointsIsRefused() {
        try (Arena arena = new Arena(TestDevices.scalar())) {
            Buffer out = arena.out(4 * 1100);
            DrawBlock wide = DrawBlock.of(1, 4, 1000).at(0, 0, 25);
            assertThatThrownBy(() -> arena.run(new NormalOps.Normal(KEY, Index.of(0), wide, out)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the draws have 1025 dimensions, but Sobol points have 1024 at most; take antithetic or"
                            + " independent draws");
            DrawBlock shape = DrawBlock.of(1, 4, 4);
            assertThatThrownBy(() -> new NormalOps.Uniform(KEY, Index.of(0), shape, out))
                    .hasMessage("the points of the key are SOBOL, but uniform takes INDEPENDENT ones only");
            assertThatThrownBy(() -> new NormalOps.Words(KEY.with(PointSet.ANTITHETIC), Index.of(0), shape, out))
                    .hasMessageContaining("ANTITHETIC, of which only normals are made");
        }
    }
}

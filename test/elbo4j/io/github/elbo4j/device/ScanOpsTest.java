package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.Numbers.Sum;
import io.github.elbo4j.Order;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScanOpsTest {
    // ---- segment sums ----

    @EveryDevice
    void segmentSumsAreTheStatedSumsAtAwkwardSizes(Device device) {
        for (int rows : new int[] {0, 1, 16, 17, 32, 33, 1023, 1024, 1025, 3100}) {
            for (int segments : new int[] {0, 1, 3, 257, 1500}) {
                for (int draws : new int[] {0, 1, 3, 33, 64, 77}) {
                    if (rows == 0 || segments > 0) {
                        assertSegments(device, index(rows, segments), segments, draws);
                    }
                }
            }
        }
    }

    /** Enough work for every thread, and segments of very different lengths. */
    @EveryDevice
    void segmentsOfOneRowAndOfAlmostAllAreSums(Device device) {
        int[] index = new int[5000];
        Arrays.fill(index, 2);
        index[17] = 0;
        index[4999] = 3;
        assertSegments(device, index, 5, 130);
        assertSegments(device, index, 600, 130);
    }

    /** More than 1024 tiles: a third level; many segments and few are taken in different ways. */
    @EveryDevice
    void tilesOfTilesAreSummedInTheirOrder(Device device) {
        int rows = 1025 * 1024 + 77;
        assertSegments(device, index(rows, 2), 2, 1);
        assertSegments(device, index(rows, 300), 300, 1);
        int[] sparse = new int[rows];
        Arrays.fill(sparse, 1);
        for (int n = 5; n < rows; n += 300_000) {
            sparse[n] = 0;
        }
        assertSegments(device, sparse, 300, 1);
    }

    /** Tile sums so far apart that float64 loses some of them: what is lost tells the order. */
    @EveryDevice
    void tileSumsAreAddedInTheLanesOfTheirNumbers(Device device) {
        float big = 0x1p60f;
        for (int segments : new int[] {1, 300}) {
            // Tiles 0 and 32 are of one lane: (big − big) + 1; one after the other: 0.
            same("lanes", tiles(device, segments, 33, 0, big, 1, 1, 32, -big), 1);
            // Lanes 0 and 16 fold first: (big − big) + (1 + 1).
            same("fold", tiles(device, segments, 33, 0, big, 1, 1, 17, 1, 16, -big), 2);
            // Lanes 0 and 1 come together last: big + (1 − 1) − big in that order only.
            same("last", tiles(device, segments, 33, 0, big, 8, -big, 1, 1, 9, 1), 2);
        }
    }

    /** The sum of single rows, in pairs: the number of a tile, and what its first row holds. */
    private static float tiles(Device device, int segments, int count, float... pairs) {
        float[] x = new float[1024 * count];
        for (int i = 0; i < pairs.length; i += 2) {
            x[1024 * (int) pairs[i] + i] = pairs[i + 1];
        }
        return segmentSum(device, new int[x.length], segments, 1, x)[0];
    }

    @EveryDevice
    void aSegmentSumIsTheAdjointOfAGather(Device device) {
        int rows = 2100;
        int segments = 40;
        int draws = 33;
        int[] index = index(rows, segments);
        float[] x = normals(1, (long) rows * draws);
        float[] v = normals(2, (long) segments * draws);
        float[] sums = segmentSum(device, index, segments, draws, x);
        try (Arena arena = new Arena(device)) {
            Buffer gathered = arena.out((long) rows * draws);
            arena.run(new MathOps.GatherRows(rows, draws, arena.of(index), Index.of(0), arena.of(v), gathered));
            float[] g = arena.floats(gathered);
            double left = 0;
            Sum right = new Sum();
            for (int i = 0; i < g.length; i++) {
                left += (double) g[i] * x[i];
            }
            double size = 0;
            for (int i = 0; i < g.length; i++) {
                size += Math.abs((double) g[i] * x[i]);
            }
            for (int i = 0; i < v.length; i++) {
                right.add((double) v[i] * sums[i]);
            }
            close("⟨v, sums⟩", right.value, left, 1024 * Numbers.U * size);
            assertThat(size).isGreaterThan(1000);
        }
    }

    /** Minibatches stand one after the other in one buffer each; a counter in device memory says which one is taken. */
    @EveryDevice
    void minibatchesAreTakenByACounter(Device device) {
        int rows = 70;
        int segments = 9;
        int draws = 5;
        int batches = 3;
        int[] order = new int[2 + rows * batches];
        int[] offsets = new int[1 + (segments + 1) * batches];
        Arrays.fill(order, -9);
        Arrays.fill(offsets, -9);
        int[][] index = new int[batches][];
        for (int batch = 0; batch < batches; batch++) {
            index[batch] = index(rows, segments - batch);
            ScanOps.Segments made = ScanOps.Segments.of(index[batch], segments);
            System.arraycopy(made.order(), 0, order, 2 + batch * rows, rows);
            System.arraycopy(made.offsets(), 0, offsets, 1 + batch * (segments + 1), segments + 1);
        }
        float[] x = normals(3, (long) rows * draws);
        try (Arena arena = new Arena(device)) {
            Buffer counter = arena.of(new int[] {7, 0});
            Index step = Index.counted(counter, 1);
            Buffer y = arena.out((long) segments * draws);
            Operation sum = new ScanOps.SegmentSum(
                    rows,
                    segments,
                    draws,
                    arena.of(order),
                    step.by(rows).plus(2),
                    arena.of(offsets),
                    step.by(segments + 1L).plus(1),
                    arena.of(x),
                    y);
            try (Program program = device.bind(List.of(sum))) {
                for (int batch : new int[] {0, 2, 1}) {
                    counter.write(1, new int[] {batch}, 0, 1);
                    program.run();
                    same("batch " + batch, arena.floats(y), segmentSum(device, index[batch], segments, draws, x));
                }
            }
        }
    }

    @EveryDevice
    void aNanReachesItsSegmentAndDrawOnly(Device device) {
        for (int rows : new int[] {100, 2000}) {
            for (int segments : new int[] {5, 400}) {
                int[] index = index(rows, segments);
                float[] x = normals(4, 3L * rows);
                x[3 * 77 + 1] = Float.NaN;
                float[] y = segmentSum(device, index, segments, 3, x);
                for (int at = 0; at < y.length; at++) {
                    same("y[" + at + "] is NaN", Float.isNaN(y[at]) ? 1 : 0, at == 3 * index[77] + 1 ? 1 : 0);
                }
            }
        }
    }

    @EveryDevice
    void rowsAndOffsetsThatAreNotThereAreRefusedAndSayWhich(Device device) {
        for (int rows : new int[] {10, 2000}) { // one tile; several, of few segments and of many
            for (int segments : new int[] {3, 300}) {
                for (int bad : new int[] {-1, rows, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                    assertRefused(device, rows, segments, 4, bad, -1, 0, "order[5] is " + bad, "[0, " + rows + ")");
                }
                String limit = rows + 1 + ")";
                assertRefused(device, rows, segments, -1, 0, 2, -1, "offsets[4] is -1", limit);
                assertRefused(device, rows, segments, -1, 0, 0, rows + 1, "offsets[2] is " + (rows + 1), limit);
                assertRefused(device, rows, segments, -1, 0, segments, rows + 7, "is " + (rows + 7), limit);
                assertRefused(
                        device, rows, segments, -1, 0, segments, 1, "offsets[" + (segments + 2) + "] is 1", limit);
            }
        }
    }

    /** The element of order, or of offsets, is replaced; both begin a little later in their buffers. */
    private static void assertRefused(
            Device device, int rows, int segments, int order, int row, int offsets, int place, String... words) {
        ScanOps.Segments made = ScanOps.Segments.of(index(rows, segments), segments);
        int[] orders = new int[rows + 1];
        System.arraycopy(made.order(), 0, orders, 1, rows);
        int[] ends = new int[segments + 3];
        System.arraycopy(made.offsets(), 0, ends, 2, segments + 1);
        if (order >= 0) {
            orders[1 + order] = row;
        } else {
            ends[2 + offsets] = place;
        }
        try (Arena arena = new Arena(device)) {
            Buffer x = arena.of(new float[2 * rows]);
            Buffer y = arena.out(2L * segments);
            assertThatThrownBy(() -> {
                        arena.run(new ScanOps.SegmentSum(
                                rows, segments, 2, arena.of(orders), Index.of(1), arena.of(ends), Index.of(2), x, y));
                        device.synchronize();
                    })
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("segmentSum: ")
                    .hasMessageContainingAll(words);
            device.synchronize(); // told once
        }
    }

    @EveryDevice
    void sumsInPlaceOfTheRowsAreRefused(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer x = arena.out(4);
            Buffer ints = arena.of(new int[] {0, 1});
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new ScanOps.SegmentSum(2, 1, 2, ints, Index.of(0), ints, Index.of(0), x, x))
                    .withMessageContaining("y is x");
        }
    }

    @Test
    void segmentsAreRowsInTheirOrder() {
        ScanOps.Segments made = ScanOps.Segments.of(new int[] {2, 0, 2, 4, 0, 2}, 5);
        assertThat(made.order()).containsExactly(1, 4, 0, 2, 5, 3);
        assertThat(made.offsets()).containsExactly(0, 2, 2, 5, 5, 6);
        assertThat(ScanOps.Segments.of(new int[0], 0).offsets()).containsExactly(0);
        for (int bad : new int[] {-1, 5, Integer.MAX_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ScanOps.Segments.of(new int[] {2, 0, bad, 4}, 5))
                    .withMessage("index[2] is " + bad + ", but must be in [0, 5)");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScanOps.Segments.of(new int[0], -1))
                .withMessageContaining("segments is -1");
    }

    private static int[] index(int rows, int segments) {
        SplittableRandom random = new SplittableRandom(rows + 7L * segments);
        int[] index = new int[rows];
        Arrays.setAll(index, n -> random.nextInt(segments));
        return index;
    }

    private static float[] segmentSum(Device device, int[] index, int segments, int draws, float[] x) {
        ScanOps.Segments made = ScanOps.Segments.of(index, segments);
        try (Arena arena = new Arena(device)) {
            Buffer y = arena.out((long) segments * draws);
            Buffer order = arena.of(made.order());
            Buffer offsets = arena.of(made.offsets());
            arena.run(new ScanOps.SegmentSum(
                    index.length, segments, draws, order, Index.of(0), offsets, Index.of(0), arena.of(x), y));
            return arena.floats(y);
        }
    }

    private static void assertSegments(Device device, int[] index, int segments, int draws) {
        int rows = index.length;
        float[] x = normals(rows + 1L, (long) rows * draws);
        float[] y = segmentSum(device, index, segments, draws, x);
        for (int s = 0; s < draws; s++) {
            int tiles = Math.max(1, (rows + 1023) / 1024);
            float[] chains = new float[segments * tiles];
            Sum[] sums = new Sum[segments];
            Arrays.setAll(sums, j -> new Sum());
            for (int n = 0; n < rows; n++) {
                chains[index[n] * tiles + n / 1024] += x[n * draws + s];
                sums[index[n]].add(x[n * draws + s]);
            }
            for (int j = 0; j < segments; j++) {
                String what = "y[%d,%d] of %d rows, %d segments, %d draws".formatted(j, s, rows, segments, draws);
                double[] own = Numbers.doubles(Arrays.copyOfRange(chains, j * tiles, (j + 1) * tiles));
                same(what, y[j * draws + s], (float) Order.ofSums(own));
                close(what, y[j * draws + s], sums[j], Math.min(1024, sums[j].count) + 1);
            }
        }
    }

    // ---- cumulative sums ----

    @EveryDevice
    void cumulativeSumsAreTheStatedSumsAtAwkwardSizes(Device device) {
        for (int outer : new int[] {0, 1, 3}) {
            for (int inner : new int[] {0, 1, 16, 17, 33, 1023, 1024, 1025, 3100}) {
                for (int draws : new int[] {0, 1, 3, 64, 77}) {
                    assertCumulative(device, outer, inner, draws);
                }
            }
        }
        assertCumulative(device, 2, 34 * 1024 + 3, 2); // more tiles than lanes
    }

    /** More than 1024 tiles. */
    @EveryDevice
    void cumulativeSumsOfTilesOfTilesAreTheStatedSums(Device device) {
        int inner = 1025 * 1024 + 7;
        float[] x = normals(1, inner);
        float[] y = cumulativeSum(device, 1, inner, 1, false, false, x);
        double[] chains = new double[1026];
        for (int tile = 0; tile < 1026; tile++) {
            double before = tile == 0 ? 0 : Order.ofSums(Arrays.copyOf(chains, tile));
            float chain = 0f;
            for (int i = 1024 * tile; i < Math.min(inner, 1024 * tile + 1024); i++) {
                chain += x[i];
                same("y[" + i + "]", y[i], (float) (before + chain));
            }
            chains[tile] = chain;
        }
    }

    @EveryDevice
    void aNanReachesWhatFollowsItInItsDrawOnly(Device device) {
        for (boolean reverse : new boolean[] {false, true}) {
            float[] x = normals(2, 2 * 1500 * 3);
            x[(1500 + 1300) * 3 + 1] = Float.NaN;
            float[] y = cumulativeSum(device, 2, 1500, 3, reverse, false, x);
            for (int at = 0; at < y.length; at++) {
                int i = at / 3 - 1500;
                boolean reached = at % 3 == 1 && i >= 0 && (reverse ? i <= 1300 : i >= 1300);
                same("y[" + at + "] is NaN", Float.isNaN(y[at]) ? 1 : 0, reached ? 1 : 0);
            }
        }
    }

    private static float[] cumulativeSum(
            Device device, int outer, int inner, int draws, boolean reverse, boolean inPlace, float[] x) {
        try (Arena arena = new Arena(device)) {
            Buffer y = inPlace ? arena.inOut(x) : arena.out(x.length);
            arena.run(new ScanOps.CumulativeSum(outer, inner, draws, reverse, inPlace ? y : arena.of(x), y));
            return arena.floats(y);
        }
    }

    private static void assertCumulative(Device device, int outer, int inner, int draws) {
        float[] x = normals(outer + 3L * inner, (long) outer * inner * draws);
        for (boolean reverse : new boolean[] {false, true}) {
            float[] y = cumulativeSum(device, outer, inner, draws, reverse, false, x);
            same("in place", cumulativeSum(device, outer, inner, draws, reverse, true, x), y);
            for (int o = 0; o < outer; o++) {
                for (int s = 0; s < draws; s++) {
                    double[] chains = new double[(inner + 1023) / 1024];
                    Sum sum = new Sum();
                    float chain = 0f;
                    double before = 0;
                    for (int i = 0; i < inner; i++) {
                        if (i > 0 && i % 1024 == 0) {
                            chains[i / 1024 - 1] = chain;
                            before = Order.ofSums(Arrays.copyOf(chains, i / 1024));
                            chain = 0f;
                        }
                        int at = (o * inner + (reverse ? inner - 1 - i : i)) * draws + s;
                        chain += x[at];
                        sum.add(x[at]);
                        String what = "y[%d] of %d x %d x %d, reverse %s".formatted(at, outer, inner, draws, reverse);
                        same(what, y[at], (float) (before + chain));
                        close(what, y[at], sum, Math.min(1024, i + 1) + 1);
                    }
                }
            }
        }
    }
}

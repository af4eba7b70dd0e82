package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.Order;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Blocks that tile a larger block give, together, exactly its numbers; chunks of whole runs give exactly its gradient. */
class SplitsTest {
    private static final Key KEY = new Key(46);
    private static final int STEP = 9;
    private static final int OUTPUTS = 20; // of a product
    private static final DrawBlock WHOLE = DrawBlock.of(3, 21, 1100).at(5, 70, 6);

    private interface Fill {
        void of(Arena arena, DrawBlock block, Buffer out);
    }

    @EveryDevice
    void wordsDoNotDependOnTheSplit(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer whole = arena.out(ElementType.INT32, WHOLE.elements());
            arena.run(new NormalOps.Words(KEY, Index.of(STEP), WHOLE, whole));
            int[] want = arena.ints(whole);
            for (DrawBlock block : blocks(1)) {
                Buffer part = arena.out(ElementType.INT32, block.elements());
                arena.run(new NormalOps.Words(KEY, Index.of(STEP), block, part));
                int[] got = arena.ints(part);
                for (int i = 0; i < got.length; i++) {
                    assertThat(got[i]).isEqualTo(want[index(block, i)]);
                }
            }
        }
    }

    @EveryDevice
    void uniformsDoNotDependOnTheSplit(Device device) {
        assertSplits(device, (arena, block, out) -> arena.run(new NormalOps.Uniform(KEY, Index.of(STEP), block, out)));
    }

    @EveryDevice
    void normalsDoNotDependOnTheSplit(Device device) {
        assertSplits(device, (arena, block, out) -> arena.run(new NormalOps.Normal(KEY, Index.of(STEP), block, out)));
    }

    @EveryDevice
    void drawsDoNotDependOnTheSplit(Device device) {
        float[] mu = normals(1, WHOLE.parameters());
        float[] omega = normals(2, WHOLE.parameters());
        assertSplits(
                device,
                (arena, block, out) -> arena.run(new MeanFieldOps.Sample(
                        KEY,
                        Index.of(STEP),
                        block,
                        arena.of(parameters(mu, block)),
                        arena.of(parameters(omega, block)),
                        out)));
    }

    /** A full-rank draw needs all its coordinates: it may be cut in b and s only. */
    @EveryDevice
    void fullRankDrawsAndScoresDoNotDependOnTheSplit(Device device) {
        DrawBlock whole = DrawBlock.of(3, 21, 9).at(5, 70, 6);
        float[] mu = normals(1, 27);
        float[] factor = Numbers.factors(2, 3, 9);
        try (Arena arena = new Arena(device)) {
            Buffer z = arena.out(whole.elements());
            Buffer score = arena.out(whole.elements());
            arena.run(new FullRankOps.FullRankSample(KEY, Index.of(STEP), whole, arena.of(mu), arena.of(factor), z));
            arena.run(new FullRankOps.FullRankScore(KEY, Index.of(STEP), whole, arena.of(factor), score));
            for (int b = 0; b < 3; b++) {
                for (int s = 0; s < 21; s += 5) {
                    DrawBlock block = DrawBlock.of(1, Math.min(5, 21 - s), 9).at(5 + b, 70 + s, 6);
                    Buffer partZ = arena.out(block.elements());
                    Buffer partScore = arena.out(block.elements());
                    Buffer own = arena.of(Arrays.copyOfRange(factor, 81 * b, 81 * b + 81));
                    Buffer ownMu = arena.of(Arrays.copyOfRange(mu, 9 * b, 9 * b + 9));
                    arena.run(new FullRankOps.FullRankSample(KEY, Index.of(STEP), block, ownMu, own, partZ));
                    arena.run(new FullRankOps.FullRankScore(KEY, Index.of(STEP), block, own, partScore));
                    int from = (b * 21 + s) * 9;
                    int to = from + (int) block.elements();
                    same("z", arena.floats(partZ), Arrays.copyOfRange(arena.floats(z), from, to));
                    same("score", arena.floats(partScore), Arrays.copyOfRange(arena.floats(score), from, to));
                }
            }
        }
    }

    private static void assertSplits(Device device, Fill fill) {
        try (Arena arena = new Arena(device)) {
            Buffer whole = arena.out(WHOLE.elements());
            fill.of(arena, WHOLE, whole);
            float[] want = arena.floats(whole);
            for (int seed = 0; seed < 3; seed++) {
                for (DrawBlock block : blocks(seed)) {
                    Buffer part = arena.out(block.elements());
                    fill.of(arena, block, part);
                    float[] got = arena.floats(part);
                    for (int i = 0; i < got.length; i++) {
                        same(block + "[" + i + "]", got[i], want[index(block, i)]);
                    }
                }
            }
        }
    }

    /** WHOLE cut at random places of every coordinate, seldom at a multiple of 4. */
    private static List<DrawBlock> blocks(long seed) {
        Random random = new Random(seed);
        int[] b = cuts(random, WHOLE.problems(), 1);
        int[] s = cuts(random, WHOLE.draws(), 3);
        int[] d = cuts(random, WHOLE.dimensions(), 6);
        List<DrawBlock> blocks = new ArrayList<>();
        for (int i = 0; i + 1 < b.length; i++) {
            for (int j = 0; j + 1 < s.length; j++) {
                for (int k = 0; k + 1 < d.length; k++) {
                    blocks.add(DrawBlock.of(b[i + 1] - b[i], s[j + 1] - s[j], d[k + 1] - d[k])
                            .at(WHOLE.firstProblem() + b[i], WHOLE.firstDraw() + s[j], WHOLE.firstDimension() + d[k]));
                }
            }
        }
        assertThat(blocks.stream().mapToLong(DrawBlock::elements).sum()).isEqualTo(WHOLE.elements());
        return blocks;
    }

    private static int[] cuts(Random random, int extent, int count) {
        int[] cuts = random.ints(count + 2, 0, extent + 1).toArray();
        cuts[0] = 0;
        cuts[1] = extent;
        Arrays.sort(cuts);
        return cuts;
    }

    /** Where element i of a block stands in WHOLE. */
    private static int index(DrawBlock block, int i) {
        int d = i % block.dimensions() + block.firstDimension() - WHOLE.firstDimension();
        int row = i / block.dimensions();
        int s = row % block.draws() + block.firstDraw() - WHOLE.firstDraw();
        int b = row / block.draws() + block.firstProblem() - WHOLE.firstProblem();
        return (b * WHOLE.draws() + s) * WHOLE.dimensions() + d;
    }

    private static float[] parameters(float[] of, DrawBlock block) {
        float[] part = new float[(int) block.parameters()];
        for (int i = 0; i < part.length; i++) {
            int b = i / block.dimensions() + block.firstProblem() - WHOLE.firstProblem();
            int d = i % block.dimensions() + block.firstDimension() - WHOLE.firstDimension();
            part[i] = of[b * WHOLE.dimensions() + d];
        }
        return part;
    }

    // ---- products ----

    /**
     * Products over parts of the rows that are aligned, 2^j panels of 1024 from a multiple of 2^j on, are the nodes of the
     * tree: each is the tree over its panels, and the tree over the nodes of a level is the whole. The last part is short.
     */
    @EveryDevice
    void alignedPartsOfAProductAreNodesOfItsTree(Device device) {
        for (int rows : new int[] {4 * 1024, 5 * 1024 + 1, 11 * 1024 + 300, 16 * 1024}) {
            float[] a = normals(rows, (long) rows * OUTPUTS);
            float[] b = new float[rows];
            Arrays.fill(b, 1f);
            // Of all outputs but one, sums that cancel: in float32 the order of ordinary ones in float64 is not seen.
            Random random = new Random(rows);
            for (int i = 0; i < a.length; i++) {
                boolean first = i / OUTPUTS % 1024 == 0;
                float spike = (random.nextBoolean() ? 1f : -1f) * (random.nextBoolean() ? 1f : 0x1p55f);
                a[i] = i % OUTPUTS == 0 ? a[i] : first ? spike : 0f;
            }
            try (Arena arena = new Arena(device)) {
                Matrix left = Matrix.of(arena.of(a), rows, OUTPUTS).transposed();
                Matrix right = Matrix.of(arena.of(b), rows, 1);
                double[][] panels = products(arena, left, right, 1);
                float[] whole = product(arena, left, right, 0, rows);
                for (int size = 1; size < 2 * panels.length; size *= 2) {
                    double[][] parts = products(arena, left, right, size);
                    for (int i = 0; i < OUTPUTS; i++) {
                        double[] nodes = new double[parts.length];
                        for (int part = 0; part < parts.length; part++) {
                            int to = Math.min(panels.length, (part + 1) * size);
                            double[] own = new double[to - part * size];
                            for (int p = 0; p < own.length; p++) {
                                own[p] = panels[part * size + p][i];
                            }
                            nodes[part] = Order.tree(own);
                            same(size + " panels, part " + part, parts[part][i], (float) nodes[part]);
                        }
                        same("parts of " + size + " panels", (float) Order.tree(nodes), whole[i]);
                    }
                }
            }
        }
    }

    /** Over each part of so many panels. */
    private static double[][] products(Arena arena, Matrix left, Matrix right, int panels) {
        int rows = right.rows();
        int part = 1024 * panels;
        double[][] products = new double[(rows + part - 1) / part][OUTPUTS];
        for (int p = 0; p < products.length; p++) {
            float[] product = product(arena, left, right, p * part, Math.min(rows, (p + 1) * part));
            for (int i = 0; i < OUTPUTS; i++) {
                products[p][i] = product[i];
            }
        }
        return products;
    }

    private static float[] product(Arena arena, Matrix left, Matrix right, int from, int to) {
        Buffer c = arena.out(OUTPUTS);
        Matrix rows = right.transposed().columns(from, to).transposed();
        arena.run(new GemmOps.Gemm(left.columns(from, to), rows, false, Matrix.of(c, OUTPUTS, 1)));
        return arena.floats(c);
    }

    // ---- chunks ----

    private interface Gradient {
        /** Writes the runs of a shape; vectors [B][S][D] and weights [B][S] are those of its draws. */
        void of(Arena arena, DrawBlock shape, Buffer vectors, Buffer weights, Buffer runs);
    }

    @EveryDevice
    void gradientsDoNotDependOnTheChunks(Device device) {
        int dims = 37;
        int square = dims + dims * dims;
        float[] omega = normals(1, 3L * dims);
        float[] factor = Numbers.factors(2, 3, dims);
        float[] sums = normals(3, 3L * 2 * square, 50, 1);
        assertChunks(
                device,
                dims,
                2 * dims,
                (arena, shape, vectors, weights, runs) -> arena.run(new ReparamOps.MeanFieldReparam(
                        KEY, Index.of(STEP), shape, true, arena.of(omega), vectors, runs)));
        assertChunks(
                device,
                dims,
                2 * dims,
                (arena, shape, vectors, weights, runs) -> arena.run(new ScoreOps.MeanFieldScore(
                        KEY, Index.of(STEP), shape, arena.of(omega), weights, arena.of(sums), 300, runs)));
        assertChunks(
                device,
                dims,
                4 * dims,
                (arena, shape, vectors, weights, runs) ->
                        arena.run(new ScoreOps.MeanFieldScoreSquares(KEY, Index.of(STEP), shape, weights, runs)));
        assertChunks(
                device,
                dims,
                square,
                (arena, shape, vectors, weights, runs) -> arena.run(new ReparamOps.FullRankReparam(
                        KEY, Index.of(STEP), shape, arena.of(factor), vectors, null, runs)));
        assertChunks(
                device,
                dims,
                square,
                (arena, shape, vectors, weights, runs) -> arena.run(new ScoreOps.FullRankScoreGradient(
                        KEY, Index.of(STEP), shape, arena.of(factor), vectors, weights, arena.of(sums), 300, runs)));
        assertChunks(
                device,
                dims,
                2 * square,
                (arena, shape, vectors, weights, runs) -> arena.run(new ScoreOps.FullRankScoreSquares(
                        KEY, Index.of(STEP), shape, arena.of(factor), vectors, weights, runs)));
    }

    private static void assertChunks(Device device, int dims, int width, Gradient gradient) {
        int draws = 300;
        int allRuns = ElboOps.runs(draws);
        float[] vectors = normals(4, 3L * draws * dims);
        float[] weights = normals(5, 3L * draws);
        try (Arena arena = new Arena(device)) {
            float[][] results = new float[4][];
            for (int k = 0; k < results.length; k++) {
                int chunk = k == 0 ? draws : 64 * k;
                Buffer runs = arena.runs(3L * allRuns * width);
                for (int first = 0; first < draws; first += chunk) {
                    DrawBlock shape = DrawBlock.of(3, Math.min(chunk, draws - first), dims)
                            .at(0, first, 0);
                    gradient.of(
                            arena,
                            shape,
                            arena.of(part(vectors, draws * dims, first * dims, shape.draws() * dims)),
                            arena.of(part(weights, draws, first, shape.draws())),
                            runs);
                }
                Buffer mean = arena.out(3L * width);
                arena.run(new ElboOps.MeanOverDraws(3, draws, width, 0.5f, runs, mean));
                results[k] = arena.floats(mean);
                same("chunks of " + chunk, results[k], results[0]);
            }
        }
    }

    /** Elements {@code from} to {@code from + count} of each of three rows. */
    private static float[] part(float[] x, int row, int from, int count) {
        float[] part = new float[3 * count];
        for (int b = 0; b < 3; b++) {
            System.arraycopy(x, b * row + from, part, b * count, count);
        }
        return part;
    }
}

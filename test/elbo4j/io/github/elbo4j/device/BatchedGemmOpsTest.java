package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import io.github.elbo4j.Order;
import io.github.elbo4j.TestDevices;
import java.util.Arrays;

class BatchedGemmOpsTest {
    /** How a batch may lie in its buffer. */
    private enum Layout {
        /** Draws fastest. */
        BESIDE {
            @Override
            Matrices view(Buffer buffer, int rows, int columns, int count) {
                return Matrices.beside(buffer, rows, columns, count);
            }
        },
        /** Draws fastest, transposed, with room between the columns, away from the start. */
        APART {
            @Override
            Matrices view(Buffer buffer, int rows, int columns, int count) {
                Matrix first = new Matrix(buffer, 3, rows, columns, count + 1L, (count + 1L) * rows);
                return new Matrices(first, count, 1);
            }
        },
        /** One matrix after the other, of more columns than are used. */
        AFTER {
            @Override
            Matrices view(Buffer buffer, int rows, int columns, int count) {
                Matrix first = new Matrix(buffer, 1, rows, columns, columns + 2L, 1);
                return new Matrices(first, count, rows * (columns + 2L));
            }
        },
        /** The same for all. */
        SAME {
            @Override
            Matrices view(Buffer buffer, int rows, int columns, int count) {
                return Matrices.repeated(Matrix.of(buffer, rows, columns), count);
            }
        };

        abstract Matrices view(Buffer buffer, int rows, int columns, int count);

        /** Views of a buffer filled with normals, and longer than needed. */
        Matrices make(Arena arena, long seed, int rows, int columns, int count) {
            return view(arena.inOut(normals(seed, (count + 1L) * rows * (columns + 2L) + 9)), rows, columns, count);
        }
    }

    @EveryDevice
    void productsAreTheStatedSumsInEveryLayout(Device device) {
        for (Layout a : Layout.values()) {
            for (Layout b : Layout.values()) {
                for (Layout c : Layout.values()) {
                    for (boolean accumulate : new boolean[] {false, true}) {
                        for (int count : new int[] {c == Layout.SAME ? 1 : 37, 3 - 2 * (c.ordinal() / 3)}) {
                            assertProducts(device, a, b, c, accumulate, count, 3, 5, 7);
                        }
                    }
                }
            }
        }
    }

    @EveryDevice
    void productsAreTheStatedSumsAtAwkwardSizes(Device device) {
        int[][] sizes = { // matrices, rows, columns, inner
            {0, 2, 3, 4},
            {8, 1, 1, 1},
            {64, 1, 2, 33},
            {65, 2, 1, 5},
            {130, 3, 3, 1},
            {70, 7, 1, 300},
            {1, 65, 33, 40},
            {9, 1, 1, 1024},
            {9, 1, 2, 1025},
            {33, 2, 1, 2048},
            {8, 1, 1, 5 * 1024 + 3},
            {2, 3, 2, 3 * 1024 + 5}
        };
        for (int[] n : sizes) {
            assertProducts(device, Layout.BESIDE, Layout.BESIDE, Layout.BESIDE, false, n[0], n[1], n[2], n[3]);
            assertProducts(device, Layout.APART, Layout.SAME, Layout.BESIDE, true, n[0], n[1], n[2], n[3]);
            assertProducts(device, Layout.SAME, Layout.BESIDE, Layout.APART, true, n[0], n[1], n[2], n[3]);
            assertProducts(device, Layout.AFTER, Layout.SAME, Layout.AFTER, false, n[0], n[1], n[2], n[3]);
            assertProducts(device, Layout.AFTER, Layout.BESIDE, Layout.AFTER, true, n[0], n[1], n[2], n[3]);
        }
    }

    @EveryDevice
    void withoutInnerColumnsTheProductIsZero(Device device) {
        for (Layout layout : new Layout[] {Layout.BESIDE, Layout.AFTER}) {
            for (boolean accumulate : new boolean[] {false, true}) {
                assertProducts(device, layout, layout, layout, accumulate, 9, 3, 5, 0);
                assertProducts(device, layout, layout, layout, accumulate, 9, 0, 5, 2);
                assertProducts(device, layout, layout, layout, accumulate, 9, 3, 0, 2);
            }
        }
    }

    /** −0 + −0 is −0, but a sum that begins at +0 is not. */
    @EveryDevice
    void aProductBeginsAtPlusZero(Device device) {
        for (boolean accumulate : new boolean[] {false, true}) {
            try (Arena arena = new Arena(device)) {
                float[] zeros = new float[16];
                Arrays.fill(zeros, -0f);
                float[] ones = new float[16];
                Arrays.fill(ones, 1f);
                Buffer c = arena.inOut(zeros);
                Matrices a = Matrices.beside(arena.of(zeros), 1, 1, 16);
                Matrices b = Matrices.beside(arena.of(ones), 1, 1, 16);
                arena.run(new GemmOps.BatchedGemm(a, b, accumulate, Matrices.beside(c, 1, 1, 16)));
                same("c", arena.floats(c), new float[16]);
            }
        }
    }

    @EveryDevice
    void aBatchOfOneIsTheProduct(Device device) {
        int m = 70;
        int n = 65;
        int k = 1100;
        try (Arena arena = new Arena(device)) {
            Matrix a = Matrix.of(arena.of(normals(1, (long) m * k)), k, m).transposed();
            Matrix b = Matrix.of(arena.of(normals(2, (long) k * n)), k, n);
            Buffer one = arena.inOut(normals(3, (long) m * n));
            Buffer batch = arena.inOut(normals(3, (long) m * n));
            GemmOps.Gemm gemm = new GemmOps.Gemm(a, b, true, Matrix.of(one, m, n));
            Matrices c = Matrices.repeated(Matrix.of(batch, m, n), 1);
            arena.run(gemm);
            arena.run(new GemmOps.BatchedGemm(Matrices.repeated(a, 1), Matrices.repeated(b, 1), true, c));
            same("c", arena.floats(batch), arena.floats(one));
        }
    }

    private static void assertProducts(
            Device device, Layout la, Layout lb, Layout lc, boolean accumulate, int count, int m, int n, int k) {
        try (Arena arena = new Arena(device)) {
            Matrices a = la.make(arena, 1, m, k, count);
            Matrices b = lb.make(arena, 2, k, n, count);
            Matrices c = lc.make(arena, 3, m, n, count);
            float[] as = arena.floats(a.first().buffer());
            float[] bs = arena.floats(b.first().buffer());
            float[] want = arena.floats(c.first().buffer());
            arena.run(new GemmOps.BatchedGemm(a, b, accumulate, c));
            for (int at = 0; at < count * m * n; at++) {
                int s = at / (m * n);
                int i = at / n % m;
                int j = at % n;
                float[] row = new float[k];
                float[] column = new float[k];
                int place = index(c, s, i, j);
                float old = accumulate ? want[place] : 0f;
                Sum sum = new Sum().add(old);
                for (int q = 0; q < k; q++) {
                    row[q] = as[index(a, s, i, q)];
                    column[q] = bs[index(b, s, q, j)];
                    sum.add((double) row[q] * column[q]);
                }
                want[place] = Order.product(old, row, column);
                close("the expectation itself", want[place], sum, Math.min(k, 1024) + 2);
            }
            String what = "%s %s %s %d of %d x %d x %d".formatted(la, lb, lc, count, m, n, k);
            same(what, arena.floats(c.first().buffer()), want); // what lies between the elements of c included
        }
    }

    private static int index(Matrices x, int s, int i, int j) {
        Matrix first = x.first();
        return Math.toIntExact(first.offset() + s * x.stride() + i * first.rowStride() + j * first.columnStride());
    }

    // ---- triangles ----

    /** The one of a single matrix is held against float64 in GemmOpsTest. */
    @EveryDevice
    void eachSolutionIsThatOfItsTriangleAlone(Device device) {
        for (Layout triangle : Layout.values()) {
            for (Layout layout : new Layout[] {Layout.BESIDE, Layout.APART, Layout.AFTER}) {
                for (boolean upper : new boolean[] {false, true}) {
                    assertSolutions(device, triangle, layout, upper, 9, 5, 3);
                }
            }
        }
        for (boolean upper : new boolean[] {false, true}) {
            for (int[] n :
                    new int[][] {{0, 3, 2}, {9, 0, 2}, {9, 3, 0}, {8, 1, 1}, {130, 4, 1}, {65, 33, 2}, {2, 7, 5}}) {
                assertSolutions(device, Layout.BESIDE, Layout.BESIDE, upper, n[0], n[1], n[2]);
                assertSolutions(device, Layout.AFTER, Layout.AFTER, upper, n[0], n[1], n[2]);
            }
            for (Layout layout : new Layout[] {Layout.BESIDE, Layout.AFTER}) { // of several panels of 256
                assertSolutions(device, layout, layout, upper, 8, 600, 1);
                assertSolutions(device, Layout.SAME, layout, upper, 9, 257, 2);
            }
        }
    }

    private static void assertSolutions(
            Device device, Layout lay, Layout layout, boolean upper, int count, int m, int n) {
        try (Arena arena = new Arena(device);
                Arena scalar = new Arena(TestDevices.scalar())) {
            Matrices l = lay.make(arena, 1, m, m, count);
            float[] ls = arena.floats(l.first().buffer());
            for (int at = 0; at < count * m * m; at++) {
                int i = at / m % m;
                int j = at % m;
                int place = index(l, at / (m * m), i, j);
                if (lay != Layout.SAME || at < m * m) {
                    ls[place] = i == j ? 1.5f + Math.abs(ls[place]) : j > i == upper ? ls[place] / m : Float.NaN;
                }
            }
            l.first().buffer().write(0, ls, 0, ls.length);
            Matrices b = layout.make(arena, 2, m, n, count);
            float[] want = arena.floats(b.first().buffer());
            arena.run(new GemmOps.BatchedTriangularSolve(l, upper, b));
            Buffer x = scalar.inOut(want);
            Buffer triangles = scalar.of(ls);
            for (int s = 0; s < count; s++) {
                scalar.run(new GemmOps.TriangularSolve(one(l, s, triangles), upper, one(b, s, x)));
            }
            same(
                    "%s %s %d of %d".formatted(lay, layout, count, m),
                    arena.floats(b.first().buffer()),
                    scalar.floats(x));
            same("the triangles", arena.floats(l.first().buffer()), ls);
        }
    }

    private static Matrix one(Matrices x, int s, Buffer buffer) {
        Matrix y = x.first();
        long offset = y.offset() + s * x.stride();
        return new Matrix(buffer, offset, y.rows(), y.columns(), y.rowStride(), y.columnStride());
    }

    // ---- at the door ----

    @EveryDevice
    void batchesAreAddresses(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer buffer = arena.of(new float[60]);
            Matrices beside = Matrices.beside(buffer, 3, 4, 5);
            assertThat(beside).isEqualTo(new Matrices(new Matrix(buffer, 0, 3, 4, 20, 5), 5, 1));
            assertThat(beside.end()).isEqualTo(60);
            assertThat(beside.transposed().first()).isEqualTo(beside.first().transposed());
            assertThat(new Matrices(Matrix.of(buffer, 3, 4), 5, 12).end()).isEqualTo(60);
            assertThat(Matrices.repeated(Matrix.of(buffer, 3, 4), 5).end()).isEqualTo(12);
            assertThat(Matrices.beside(buffer, 3, 4, 0).end()).isZero();
            assertThat(Matrices.beside(buffer, 0, 4, 5).end()).isZero();
            for (long[] wrong : new long[][] {{-1, 1}, {3, -1}, {3, Long.MAX_VALUE}, {5, 1L << 62}}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> new Matrices(beside.first(), (int) wrong[0], wrong[1]))
                        .withMessageContaining("a batch of " + wrong[0] + " matrices");
            }
        }
    }

    @EveryDevice
    void batchesThatDoNotFitAreRefusedWithTheirExtents(Device device) {
        try (Arena arena = new Arena(device)) {
            Matrices a = Matrices.beside(arena.of(new float[30]), 3, 5, 2);
            Matrices b = Matrices.beside(arena.of(new float[20]), 5, 2, 2);
            Buffer out = arena.out(40);
            Matrices c = Matrices.beside(out, 3, 2, 2);
            assertThat(catchThrowable(() -> arena.run(new GemmOps.BatchedGemm(a, a, false, c))))
                    .hasMessageContainingAll("result is 3 x 2", "3 x 5 times 3 x 5");
            Matrices three = Matrices.beside(out, 3, 2, 3);
            assertThat(catchThrowable(() -> arena.run(new GemmOps.BatchedGemm(a, b, false, three))))
                    .hasMessageContainingAll("result has 3 matrices", "left has 2", "right has 2");
            assertThat(catchThrowable(() -> arena.run(new GemmOps.BatchedTriangularSolve(a, false, c))))
                    .hasMessageContaining("l is 3 x 5");
            Matrices square = Matrices.beside(arena.of(new float[18]), 3, 3, 2);
            assertThat(catchThrowable(() -> arena.run(new GemmOps.BatchedTriangularSolve(square, false, three))))
                    .hasMessageContainingAll("l has 2 matrices", "b has 3");
        }
    }

    @EveryDevice
    void resultsThatShareElementsAreRefused(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer buffer = arena.out(400);
            Matrices x = Matrices.beside(arena.of(new float[45]), 3, 3, 5);
            for (long[] strides : new long[][] {{3, 1, 0}, {3, 1, 8}, {15, 5, 6}, {1, 1, 20}, {15, 4, 1}, {14, 5, 1}}) {
                Matrices folded = new Matrices(new Matrix(buffer, 0, 3, 3, strides[0], strides[1]), 5, strides[2]);
                String words = strides[0] + ", " + strides[1] + ", " + strides[2];
                assertThat(catchThrowable(() -> arena.run(new GemmOps.BatchedGemm(x, x, false, folded))))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("result is 5 of 3 x 3 with strides " + words);
            }
            for (long[] strides : new long[][] {{3, 1, 9}, {1, 3, 9}, {15, 5, 1}, {5, 15, 1}, {24, 1, 4}, {1, 24, 5}}) {
                Matrices apart = new Matrices(new Matrix(buffer, 0, 3, 3, strides[0], strides[1]), 5, strides[2]);
                arena.run(new GemmOps.BatchedGemm(x, x, false, apart));
            }
            Matrices low = Matrices.beside(buffer, 3, 3, 5);
            Matrices touching = new Matrices(new Matrix(buffer, 44, 3, 3, 15, 5), 5, 1);
            Matrices after = new Matrices(new Matrix(buffer, 45, 3, 3, 15, 5), 5, 1);
            assertThat(catchThrowable(() -> arena.run(new GemmOps.BatchedGemm(low, x, false, touching))))
                    .hasMessageContaining("left shares elements");
            assertThat(catchThrowable(() -> arena.run(new GemmOps.BatchedTriangularSolve(low, false, touching))))
                    .hasMessageContaining("l shares elements");
            arena.run(new GemmOps.BatchedGemm(low, x, false, after));
        }
    }
}

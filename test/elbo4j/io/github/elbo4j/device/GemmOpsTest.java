package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import io.github.elbo4j.Order;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

class GemmOpsTest {
    /** How a matrix may lie in its buffer. */
    enum Layout {
        ROWS {
            @Override
            Matrix view(Buffer buffer, int rows, int columns) {
                return Matrix.of(buffer, rows, columns);
            }
        },
        COLUMNS {
            @Override
            Matrix view(Buffer buffer, int rows, int columns) {
                return Matrix.of(buffer, columns, rows).transposed();
            }
        },
        /** A block of columns of a wider matrix, away from the start. */
        BLOCK {
            @Override
            Matrix view(Buffer buffer, int rows, int columns) {
                return new Matrix(buffer, 5, rows, columns + 4, columns + 4L, 1).columns(3, columns + 3);
            }
        },
        /** Neither stride is 1. */
        SPARSE {
            @Override
            Matrix view(Buffer buffer, int rows, int columns) {
                return new Matrix(buffer, 2, rows, columns, 3L * columns + 1, 3);
            }
        };

        abstract Matrix view(Buffer buffer, int rows, int columns);

        /** A view of a buffer filled with normals, and longer than needed. */
        Matrix make(Arena arena, long seed, int rows, int columns) {
            return view(arena.inOut(normals(seed, 3L * rows * columns + 5L * rows + 20)), rows, columns);
        }
    }

    @EveryDevice
    void productsAreTheStatedSumsInEveryLayout(Device device) {
        for (Layout a : Layout.values()) {
            for (Layout b : Layout.values()) {
                for (Layout c : Layout.values()) {
                    for (boolean accumulate : new boolean[] {false, true}) {
                        assertProduct(device, a, b, c, accumulate, 3, 5, 7);
                    }
                }
            }
        }
    }

    @EveryDevice
    void productsAreTheStatedSumsAtAwkwardSizes(Device device) {
        int[][] sizes = {
            {1, 1, 1},
            {1, 65, 33},
            {65, 1, 31},
            {64, 64, 256},
            {67, 131, 257},
            {9, 200, 512},
            {33, 17, 1000},
            {3, 5, 1023},
            {9, 33, 1024},
            {9, 33, 1025},
            {2, 3, 2048},
            {66, 5, 2049},
            {2, 3, 3 * 1024 + 5},
            {5, 2, 4 * 1024 + 1},
            {2, 3, 5 * 1024},
            {1, 2, 7 * 1024},
            {2, 1, 8 * 1024},
            {1, 1, 11 * 1024 + 1}
        };
        for (int[] size : sizes) {
            assertProduct(device, Layout.ROWS, Layout.ROWS, Layout.ROWS, false, size[0], size[1], size[2]);
            assertProduct(device, Layout.ROWS, Layout.COLUMNS, Layout.BLOCK, true, size[0], size[1], size[2]);
            assertProduct(device, Layout.COLUMNS, Layout.BLOCK, Layout.COLUMNS, true, size[0], size[1], size[2]);
        }
    }

    /** Panels' sums so far apart that float64 loses some of them: what is lost tells the order. */
    @EveryDevice
    void panelsAreAddedAsATree(Device device) {
        float big = 0x1p60f;
        assertPanels(device, 0, big, 1, -big, 1); // (big + 1) + (−big + 1); one after the other: 1
        assertPanels(device, 2, big, -big, 1, 1);
        assertPanels(device, 0, 1, big, -big, 0); // one after the other from the end: 1
        assertPanels(device, 1, big, 1, -big, 1, 1); // the odd one out comes last
        assertPanels(device, 2, big, -big, 1, 1, big, 1, -big, -1); // one after the other: 1
        assertPanels(device, 3, big, -big, 0, 0, 1, 1, 1);
        Random random = new Random(1);
        for (int panels = 2; panels < 20; panels++) {
            float[] sums = new float[panels];
            for (int p = 0; p < panels; p++) {
                sums[p] = (random.nextBoolean() ? 1f : -1f) * (random.nextBoolean() ? 1f : 0x1p55f);
            }
            double[] chains = new double[panels];
            Arrays.setAll(chains, p -> sums[p]);
            assertPanels(device, (float) Order.tree(chains), sums);
        }
    }

    private static void assertPanels(Device device, float want, float... sums) {
        float[] a = new float[1024 * sums.length - 1000];
        float[] ones = new float[a.length];
        Arrays.fill(ones, 1f);
        for (int p = 0; p < sums.length; p++) {
            a[1024 * p + 7 * p % 24] = sums[p];
        }
        for (float old : new float[] {0f, 5f}) {
            try (Arena arena = new Arena(device)) {
                Buffer c = arena.inOut(old);
                Matrix column = Matrix.of(arena.of(ones), a.length, 1);
                arena.run(new GemmOps.Gemm(Matrix.of(arena.of(a), 1, a.length), column, old != 0, Matrix.of(c, 1, 1)));
                same(Arrays.toString(sums) + " added to " + old, arena.floats(c)[0], old + want);
            }
        }
    }

    @EveryDevice
    void withoutInnerColumnsTheProductIsZero(Device device) {
        for (boolean accumulate : new boolean[] {false, true}) {
            assertProduct(device, Layout.ROWS, Layout.ROWS, Layout.ROWS, accumulate, 3, 5, 0);
            assertProduct(device, Layout.ROWS, Layout.ROWS, Layout.ROWS, accumulate, 0, 5, 2);
            assertProduct(device, Layout.ROWS, Layout.ROWS, Layout.ROWS, accumulate, 3, 0, 2);
        }
    }

    @EveryDevice
    void aRepeatedRowIsReadAsOften(Device device) {
        float[] row = normals(1, 300);
        float[] b = normals(2, 300 * 5);
        try (Arena arena = new Arena(device)) {
            Buffer c = arena.out(4 * 5);
            arena.run(new GemmOps.Gemm(
                    new Matrix(arena.of(row), 0, 4, 300, 0, 1),
                    Matrix.of(arena.of(b), 300, 5),
                    false,
                    Matrix.of(c, 4, 5)));
            for (int i = 0; i < 20; i++) {
                int j = i % 5;
                float[] column = new float[300];
                for (int k = 0; k < 300; k++) {
                    column[k] = b[k * 5 + j];
                }
                same("c", arena.floats(c)[i], Order.product(0f, row, column));
            }
        }
    }

    @EveryDevice
    void whatWasInTheResultDoesNotReachAProductThatIsNotAccumulated(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer c = arena.inOut(Float.NaN, Float.NaN);
            arena.run(new GemmOps.Gemm(
                    Matrix.of(arena.of(2, 3), 2, 1), Matrix.of(arena.of(5f), 1, 1), false, Matrix.of(c, 2, 1)));
            same("c", arena.floats(c), new float[] {10, 15});
        }
    }

    @EveryDevice
    void aNanReachesItsRowAndColumnOnly(Device device) {
        float[] a = normals(1, 70 * 300);
        float[] b = normals(2, 300 * 70);
        a[5 * 300 + 299] = Float.NaN; // row 5
        b[66] = Float.POSITIVE_INFINITY; // column 66
        try (Arena arena = new Arena(device)) {
            Buffer c = arena.out(70 * 70);
            arena.run(new GemmOps.Gemm(
                    Matrix.of(arena.of(a), 70, 300), Matrix.of(arena.of(b), 300, 70), false, Matrix.of(c, 70, 70)));
            float[] got = arena.floats(c);
            for (int i = 0; i < got.length; i++) {
                same("row 5", Float.isNaN(got[i]) ? 1 : 0, i / 70 == 5 ? 1 : 0);
                same("column 66", Float.isInfinite(got[i]) ? 1 : 0, i % 70 == 66 && i / 70 != 5 ? 1 : 0);
            }
        }
    }

    private static void assertProduct(
            Device device, Layout la, Layout lb, Layout lc, boolean accumulate, int m, int n, int k) {
        try (Arena arena = new Arena(device)) {
            Matrix a = la.make(arena, 1, m, k);
            Matrix b = lb.make(arena, 2, k, n);
            Matrix c = lc.make(arena, 3, m, n);
            float[] as = arena.floats(a.buffer());
            float[] bs = arena.floats(b.buffer());
            float[] want = arena.floats(c.buffer());
            arena.run(new GemmOps.Gemm(a, b, accumulate, c));
            for (int i = 0; i < m; i++) {
                float[] row = elements(a, as, i, true);
                for (int j = 0; j < n; j++) {
                    float[] column = elements(b, bs, j, false);
                    int at = index(c, i, j);
                    float old = accumulate ? want[at] : 0f;
                    Sum sum = new Sum().add(old);
                    for (int q = 0; q < k; q++) {
                        sum.add((double) row[q] * column[q]);
                    }
                    want[at] = Order.product(old, row, column);
                    close("the expectation itself", want[at], sum, Math.min(k, 1024) + 2);
                }
            }
            String what = "%s %s %s %d x %d x %d".formatted(la, lb, lc, m, n, k);
            same(what, arena.floats(c.buffer()), want); // what lies between the elements of c included
        }
    }

    private static float[] elements(Matrix x, float[] values, int of, boolean row) {
        int n = row ? x.columns() : x.rows();
        float[] elements = new float[n];
        IntStream.range(0, n).forEach(i -> elements[i] = values[row ? index(x, of, i) : index(x, i, of)]);
        return elements;
    }

    /** Where element (i, j) of a view lies in its buffer. */
    static int index(Matrix x, int i, int j) {
        return Math.toIntExact(x.offset() + i * x.rowStride() + j * x.columnStride());
    }
}

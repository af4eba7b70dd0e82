package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import java.util.Arrays;

class TriangleOpsTest {
    /** Rows and columns: about a panel of 256 rows, and about the columns that a device takes together, few and many of them. */
    private static final int[][] SIZES = {{0, 5}, {1, 1}, {5, 1030}, {33, 21}, {300, 5}, {257, 70}};

    /**
     * The chains run over the triangle's own columns k in panels that end at multiples of 256: L·b over k ≤ i; a solution
     * x_i = (b_i − Σ_{k &lt; i} L_ik·x_k) / L_ii.
     */
    @EveryDevice
    void triangularMultiplyIsTheProductWithTheTriangle(Device device) {
        for (GemmOpsTest.Layout layout : GemmOpsTest.Layout.values()) {
            for (boolean upper : new boolean[] {false, true}) {
                for (int[] size : SIZES) {
                    int m = size[0];
                    int n = size[1];
                    Triangle x = new Triangle(layout, m, n, upper);
                    float[] got = x.run(device, false);
                    for (int i = 0; i < m; i++) {
                        for (int j = 0; j < n; j++) {
                            float value = 0f;
                            Sum sum = new Sum();
                            for (int panel = 0; panel < m; panel += 256) {
                                float chain = 0f;
                                for (int k = panel; k < Math.min(m, panel + 256); k++) {
                                    if (upper ? k >= i : k <= i) {
                                        chain = Math.fma(x.at(i, k), x.b[k * n + j], chain);
                                        sum.add((double) x.at(i, k) * x.b[k * n + j]);
                                    }
                                }
                                value += chain;
                            }
                            same(layout + " product", got[i * n + j], value);
                            close(layout + " product", got[i * n + j], sum, Math.min(m, 256) + 2);
                        }
                    }
                }
            }
        }
    }

    /** Backward stable: L·x differs from b by as many roundings of |L|·|x| as a chain has. */
    @EveryDevice
    void triangularSolveUndoesTheProductWithTheTriangle(Device device) {
        for (GemmOpsTest.Layout layout : GemmOpsTest.Layout.values()) {
            for (boolean upper : new boolean[] {false, true}) {
                for (int[] size : SIZES) {
                    int m = size[0];
                    int n = size[1];
                    Triangle x = new Triangle(layout, m, n, upper);
                    float[] got = x.run(device, true);
                    for (int i = 0; i < m; i++) {
                        for (int j = 0; j < n; j++) {
                            Sum product = new Sum();
                            for (int k = 0; k < m; k++) {
                                if (upper ? k >= i : k <= i) {
                                    product.add((double) x.at(i, k) * got[k * n + j]);
                                }
                            }
                            close(layout + " L·x", x.b[i * n + j], product, Math.min(m, 256) + 1 + 1 + 1.7 + 1);
                        }
                    }
                }
            }
        }
    }

    /** The triangle with a diagonal away from zero and NaN in the half that must not be read, and what it is applied to. */
    private static final class Triangle {
        private final GemmOpsTest.Layout layout;
        private final int m;
        private final boolean upper;
        private final float[] l;
        private final float[] b;
        private final int n;

        Triangle(GemmOpsTest.Layout layout, int m, int n, boolean upper) {
            this.layout = layout;
            this.m = m;
            this.n = n;
            this.upper = upper;
            l = normals(1, (long) m * m, 0, 1 / Math.sqrt(m));
            b = normals(2, (long) m * n);
            for (int i = 0; i < m * m; i++) {
                int row = i / m;
                int column = i % m;
                l[i] = row == column ? (row % 2 == 0 ? 2 : -1) + l[i] / 4 : (column > row) == upper ? l[i] : Float.NaN;
            }
        }

        float at(int i, int k) {
            return l[i * m + k];
        }

        float[] run(Device device, boolean solve) {
            try (Arena arena = new Arena(device)) {
                Matrix triangle = layout.make(arena, 9, m, m);
                Matrix in = layout.make(arena, 8, m, n);
                float[] values = arena.floats(triangle.buffer());
                for (int i = 0; i < m * m; i++) {
                    values[GemmOpsTest.index(triangle, i / m, i % m)] = l[i];
                }
                triangle.buffer().write(0, values, 0, values.length);
                float[] before = arena.floats(in.buffer());
                for (int i = 0; i < m * n; i++) {
                    before[GemmOpsTest.index(in, i / n, i % n)] = b[i];
                }
                in.buffer().write(0, before, 0, before.length);
                if (solve) {
                    arena.run(new GemmOps.TriangularSolve(triangle, upper, in));
                } else {
                    arena.run(new GemmOps.TriangularMultiply(triangle, upper, in));
                }
                float[] after = arena.floats(in.buffer());
                float[] got = new float[m * n];
                for (int i = 0; i < m * n; i++) {
                    int at = GemmOpsTest.index(in, i / n, i % n);
                    got[i] = after[at];
                    after[at] = before[at];
                }
                same("what lies between", after, before);
                same("the triangle", arena.floats(triangle.buffer()), values);
                return Arrays.copyOf(got, m * n);
            }
        }
    }

    @EveryDevice
    void aSingularTriangleGivesNoFiniteSolution(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer b = arena.inOut(1, 1);
            arena.run(new GemmOps.TriangularSolve(Matrix.of(arena.of(0, 9, 1, 2), 2, 2), false, Matrix.of(b, 2, 1)));
            same("x", arena.floats(b), new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY});
        }
    }
}

package io.github.elbo4j.scalar;

import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrix;
import java.util.Arrays;

/** Dense linear algebra. Twin of kernels/gemm.cu. */
public class GemmKernel {
    /** k's of a chain. */
    public static final int PANEL = 1024;
    /** The same of a triangle's. */
    private static final int TRIANGLE_PANEL = FullRankKernel.PANEL;
    /** Columns of a work item's block of C. */
    public static final int COLUMNS = 64;
    /** Rows of a work item's block of C, at most. */
    private static final int ROWS = 64;

    private static final int A = 16; // memory slots
    private static final int B = 17;
    private static final int C = 18;
    private static final int LINE = 19;
    private static final int NODES = 0;

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(GemmOps.Gemm.class, this::gemm);
        twins.add(GemmOps.TriangularMultiply.class, op -> new Triangular(op.l(), op.upper(), false, op.b()));
        twins.add(GemmOps.TriangularSolve.class, op -> new Triangular(op.l(), op.upper(), true, op.b()));
    }

    // ---- inner loop; SIMD devices replace it ----

    /**
     * {@code c[i,j] = Σ_k a[i,k]·b[k,j]}, each sum one chain of fma from +0: rows × depth times depth × columns ≤ {@link
     * #COLUMNS}. a has a row stride of {@link #PANEL}, b of bs, c of COLUMNS. There is room for
     * 64 rows and columns; what is computed beyond {@code rows} and {@code columns} is not used.
     */
    protected void panel(
            float[] a, float[] b, int bo, int bs, float[] c, int rows, int depth, int columns, WorkerMemory memory) {
        float[][] chains = memory.rows(ROWS, COLUMNS);
        float[] line = memory.floats(LINE, COLUMNS);
        for (int i = 0; i < rows; i++) {
            Arrays.fill(chains[i], 0f);
        }
        // One array for each row and one index for all: the just-in-time compiler vectorizes this form.
        for (int k = 0; k < depth; k++) {
            System.arraycopy(b, bo + k * bs, line, 0, columns);
            for (int i = 0; i < rows; i++) {
                step(a[i * PANEL + k], line, chains[i], columns);
            }
        }
        for (int i = 0; i < rows; i++) {
            System.arraycopy(chains[i], 0, c, i * COLUMNS, columns);
        }
    }

    private static void step(float aik, float[] line, float[] chain, int columns) {
        for (int j = 0; j < columns; j++) {
            chain[j] = Math.fma(aik, line[j], chain[j]);
        }
    }

    /** Columns that the inner loop takes at a time; divides {@link #COLUMNS}. */
    protected int columnMultiple() {
        return 1;
    }

    // ---- launches ----

    /** Smaller blocks where there would be too few for the threads; the numbers do not depend on it. */
    private Task gemm(GemmOps.Gemm op) {
        Gemm[] cuts = {new Gemm(op, ROWS), new Gemm(op, ROWS / 2), new Gemm(op, ROWS / 4), new Gemm(op, ROWS / 8)};
        return workers -> {
            int i = 0;
            while (i < cuts.length - 1 && cuts[i].blocks < 4L * workers.count()) {
                i++;
            }
            cuts[i].run(workers);
        };
    }

    /** One work item is a block of C. */
    private final class Gemm extends OperationKernel<GemmOps.Gemm> {
        private final int rows;
        private final int blocks;

        /** @param rows of a block */
        Gemm(GemmOps.Gemm op, int rows) {
            super(
                    op,
                    blocks(op.c(), rows),
                    (long) op.c().rows() * op.c().columns() * (1 + op.a().columns() / 8));
            this.rows = rows;
            this.blocks = blocks(op.c(), rows);
        }

        private static int blocks(Matrix c, int rows) {
            return Math.multiplyExact(ceilDiv(c.columns(), COLUMNS), ceilDiv(c.rows(), rows));
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            Matrix left = op.a();
            Matrix right = op.b();
            Matrix out = op.c();
            float[] packedA = memory.floats(A, ROWS * PANEL);
            float[] packedB = memory.floats(B, PANEL * COLUMNS);
            float[] block = memory.floats(C, ROWS * COLUMNS);
            double[] nodes = memory.doubles(NODES, levels(ceilDiv(left.columns(), PANEL)) * ROWS * COLUMNS);
            int across = ceilDiv(out.columns(), COLUMNS);
            int inner = left.columns();
            if (inner == 0 && op.accumulate()) {
                return; // no sum, not even +0, to be added
            }
            for (int item = from; item < to; item++) {
                int i = item / across * rows;
                int j = item % across * COLUMNS;
                int m = Math.min(rows, out.rows() - i);
                int n = Math.min(COLUMNS, out.columns() - j);
                int size = m * COLUMNS;
                if (inner == 0) {
                    Arrays.fill(block, 0, size, 0f);
                }
                for (int k = 0; k < inner; k += PANEL) {
                    int depth = Math.min(PANEL, inner - k);
                    read(left, i, k, m, depth, packedA, PANEL);
                    if (right.columnStride() == 1 && n % columnMultiple() == 0) {
                        int bo = (int) (right.offset() + k * right.rowStride() + j);
                        panel(packedA, floats(right.buffer()), bo, (int) right.rowStride(), block, m, depth, n, memory);
                    } else {
                        read(right, k, j, depth, n, packedB, COLUMNS);
                        panel(packedA, packedB, 0, COLUMNS, block, m, depth, n, memory);
                    }
                    if (inner > PANEL) {
                        addPanel(k / PANEL, block, nodes, size);
                    }
                }
                if (inner > PANEL) {
                    total(ceilDiv(inner, PANEL), nodes, block, size);
                }
                write(block, out, i, j, m, n);
            }
        }

        /** How many numbers of an output the tree over so many panels keeps: one a level. */
        private static int levels(int panels) {
            return panels < 2 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(panels);
        }

        /**
         * Takes the chains of the next panel into the tree. {@code nodes[l]} is the sum of 2^l panels
         * that waits for the next 2^l, where bit l of {@code panel} is set.
         */
        private void addPanel(int panel, float[] block, double[] nodes, int size) {
            int full = Integer.numberOfTrailingZeros(~panel);
            for (int e = 0; e < size; e++) {
                double sum = block[e];
                for (int l = 0; l < full; l++) {
                    sum = nodes[l * ROWS * COLUMNS + e] + sum;
                }
                nodes[full * ROWS * COLUMNS + e] = sum;
            }
        }

        /** The root of the tree over so many panels: a sum that waits goes up unchanged to the next sum that waits. */
        private void total(int panels, double[] nodes, float[] block, int size) {
            for (int e = 0; e < size; e++) {
                int level = Integer.numberOfTrailingZeros(panels);
                double sum = nodes[level * ROWS * COLUMNS + e];
                for (int rest = panels & (panels - 1); rest != 0; rest &= rest - 1) {
                    level = Integer.numberOfTrailingZeros(rest);
                    sum = nodes[level * ROWS * COLUMNS + e] + sum;
                }
                block[e] = (float) sum;
            }
        }

        private void read(Matrix from, int i, int j, int m, int n, float[] to, int stride) {
            float[] values = floats(from.buffer());
            int o = (int) (from.offset() + i * from.rowStride() + j * from.columnStride());
            int rs = (int) from.rowStride();
            int cs = (int) from.columnStride();
            for (int r = 0; r < m; r++) {
                if (cs == 1) {
                    System.arraycopy(values, o + r * rs, to, r * stride, n);
                } else {
                    for (int q = 0; q < n; q++) {
                        to[r * stride + q] = values[o + r * rs + q * cs];
                    }
                }
            }
        }

        private void write(float[] from, Matrix to, int i, int j, int m, int n) {
            float[] values = floats(to.buffer());
            int o = (int) (to.offset() + i * to.rowStride() + j * to.columnStride());
            int rs = (int) to.rowStride();
            int cs = (int) to.columnStride();
            boolean accumulate = op.accumulate();
            for (int r = 0; r < m; r++) {
                if (cs == 1 && !accumulate) { // the common case, which the just-in-time compiler vectorizes
                    for (int q = 0; q < n; q++) {
                        values[o + r * rs + q] = 0f + from[r * COLUMNS + q];
                    }
                } else {
                    for (int q = 0; q < n; q++) {
                        int at = o + r * rs + q * cs;
                        values[at] = (accumulate ? values[at] : 0f) + from[r * COLUMNS + q];
                    }
                }
            }
        }
    }

    /** One work item is a column of B. Rows are taken in the order in which what they need is still, or already, there. */
    private static final class Triangular extends HostKernel {
        private final Matrix triangle;
        private final boolean upper;
        private final boolean solve;
        private final Matrix b;

        Triangular(Matrix triangle, boolean upper, boolean solve, Matrix b) {
            super(b.columns(), (long) b.columns() * b.rows() * b.rows());
            this.triangle = triangle;
            this.upper = upper;
            this.solve = solve;
            this.b = b;
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            Matrix x = b;
            int m = x.rows();
            boolean ascending = upper != solve;
            for (int column = from; column < to; column++) {
                int o = (int) (x.offset() + column * x.columnStride());
                for (int step = 0; step < m; step++) {
                    row(floats(x.buffer()), o, (int) x.rowStride(), ascending ? step : m - 1 - step, m);
                }
            }
        }

        private void row(float[] x, int o, int stride, int i, int m) {
            float[] factor = floats(triangle.buffer());
            int lo = (int) (triangle.offset() + i * triangle.rowStride());
            int ls = (int) triangle.columnStride();
            int first = upper ? solve ? i + 1 : i : 0;
            int last = upper ? m : solve ? i : i + 1;
            float sign = solve ? -1f : 1f;
            float value = solve ? x[o + i * stride] : 0f;
            // A row without any k has no chain, not even +0, to be added.
            for (int panel = first < last ? first / TRIANGLE_PANEL * TRIANGLE_PANEL : last;
                    panel < last;
                    panel += TRIANGLE_PANEL) {
                float chain = 0f;
                int end = Math.min(panel + TRIANGLE_PANEL, last);
                for (int k = Math.max(panel, first); k < end; k++) {
                    chain = Math.fma(sign * factor[lo + k * ls], x[o + k * stride], chain);
                }
                value += chain;
            }
            x[o + i * stride] = solve ? value * DetMath.reciprocal(factor[lo + i * ls]) : value;
        }
    }
}

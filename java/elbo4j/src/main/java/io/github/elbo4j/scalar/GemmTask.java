package io.github.elbo4j.scalar;

import static io.github.elbo4j.scalar.GemmKernel.COLUMNS;
import static io.github.elbo4j.scalar.GemmKernel.PANEL;
import static io.github.elbo4j.scalar.GemmKernel.ROWS;

import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrix;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The launches of a batch of products: blocks of C, and where they are too few for the threads, parts of their sums over k. A part is as
 * many panels as a whole subtree has, so that the order of the sum stays; a thread then reads its own rows of both matrices, and each of
 * them once, where k is long.
 */
final class GemmTask implements Task {
    private static final int A = 16; // memory slots
    private static final int B = 17;
    private static final int C = 18;
    private static final int NODES = 0;

    /** Floats of a cache line. */
    private static final int LINE_FLOATS = 16;
    /** Rows of the smallest block. */
    private static final int FEWEST_ROWS = ROWS / 8;
    /** Work items for each thread, at least, if there can be so many. */
    private static final int ITEMS = 4;

    private final GemmOps.BatchedGemm op;
    private final GemmKernel loops;
    private @Nullable Parts parts; // for the threads of the first run
    private @Nullable Ends ends;

    GemmTask(GemmOps.BatchedGemm op, GemmKernel loops) {
        this.op = op;
        this.loops = loops;
    }

    @Override
    public void run(Workers workers) {
        Parts launch = parts;
        if (launch == null) {
            launch = cut(ITEMS * workers.count());
            parts = launch;
            ends = launch.count > 1 ? new Ends(launch) : null;
        }
        launch.run(workers);
        if (ends != null) {
            ends.run(workers);
        }
    }

    private Parts cut(int items) {
        int panels = HostKernel.ceilDiv(op.left().first().columns(), PANEL);
        for (int rows = ROWS; ; rows /= 2) {
            int blocks = blocks(rows);
            int wanted = HostKernel.ceilDiv(items, Math.max(1, blocks));
            int each = wanted == 1 ? panels : Math.max(1, Integer.highestOneBit(panels / wanted));
            int count = Math.max(1, HostKernel.ceilDiv(panels, Math.max(1, each)));
            if ((long) blocks * count >= items || rows == FEWEST_ROWS) {
                return new Parts(rows, blocks, count, each);
            }
        }
    }

    private int blocks(int rows) {
        Matrix c = op.result().first();
        int each = Math.multiplyExact(HostKernel.ceilDiv(c.columns(), COLUMNS), HostKernel.ceilDiv(c.rows(), rows));
        return Math.multiplyExact(each, op.result().count());
    }

    /** One work item is a part of the sums of a block of a C; neighbours are of the same k. */
    private final class Parts extends HostKernel {
        private final int rows;
        private final int blocks;
        private final int count;
        private final int panels; // of a part, but for the last
        private final double[] sums; // [count][blocks][rows][COLUMNS], of several parts

        Parts(int rows, int blocks, int count, int panels) {
            super(Math.multiplyExact(blocks, count), GemmKernel.cost(op));
            this.rows = rows;
            this.blocks = blocks;
            this.count = count;
            this.panels = panels;
            this.sums = new double[count == 1 ? 0 : Math.multiplyExact(rows * COLUMNS, blocks * count)];
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            Matrix left = op.left().first();
            Matrix right = op.right().first();
            Matrix out = op.result().first();
            int inner = left.columns();
            if (inner == 0 && op.accumulate()) {
                return; // no sum, not even +0, to be added
            }
            float[] packedA = memory.floats(A, ROWS * PANEL);
            float[] packedB = memory.floats(B, PANEL * COLUMNS);
            float[] block = memory.floats(C, ROWS * COLUMNS);
            double[] nodes = memory.doubles(NODES, GemmKernel.levels(inner) * ROWS * COLUMNS);
            int down = ceilDiv(out.rows(), rows);
            int each = ceilDiv(out.columns(), COLUMNS) * down;
            int packed = -1; // the columns that packedB holds
            int stride =
                    each == down ? out.columns() : COLUMNS; // of its rows: few columns are often one stretch of memory
            for (int item = from; item < to; item++) {
                int own = item % blocks;
                int s = own / each;
                int i = own % down * rows;
                int j = own % each / down * COLUMNS;
                int m = Math.min(rows, out.rows() - i);
                int n = Math.min(COLUMNS, out.columns() - j);
                int first = item / blocks * panels;
                int end = Math.min(first + panels, ceilDiv(inner, PANEL));
                if (inner == 0) {
                    Arrays.fill(block, 0, m * COLUMNS, 0f);
                }
                for (int panel = first; panel < end; panel++) {
                    int k = panel * PANEL;
                    int depth = Math.min(PANEL, inner - k);
                    float[] a = packedA;
                    int ao = 0;
                    int as = PANEL;
                    int ak = 1;
                    if (m % loops.rowMultiple() == 0) {
                        a = floats(left.buffer());
                        ao = (int) (GemmKernel.place(op.left(), s) + i * left.rowStride() + k * left.columnStride());
                        as = (int) left.rowStride();
                        ak = (int) left.columnStride();
                    } else {
                        read(left, GemmKernel.place(op.left(), s), i, k, m, depth, packedA, PANEL);
                    }
                    float[] b = packedB;
                    int bo = 0;
                    int bs = stride;
                    int rightAt = GemmKernel.place(op.right(), s);
                    if (right.columnStride() == 1
                            && n % loops.columnMultiple() == 0
                            && (down == 1 || isNarrow(right))) {
                        b = floats(right.buffer());
                        bo = (int) (rightAt + k * right.rowStride() + j);
                        bs = (int) right.rowStride();
                    } else if (inner > PANEL || packed != own / down) {
                        read(right, rightAt, k, j, depth, n, packedB, stride);
                        packed = own / down;
                    }
                    loops.panel(a, ao, as, ak, b, bo, bs, block, m, depth, n, memory);
                    if (end - first > 1) {
                        GemmKernel.addPanel(panel - first, block, nodes, ROWS * COLUMNS, m * COLUMNS);
                    }
                }
                keep(item, end - first, block, nodes, m * COLUMNS);
                if (count == 1) {
                    write(block, out, GemmKernel.place(op.result(), s), i, j, m, n);
                }
            }
        }

        /** The item's sum over so many panels: in the block if it is all of the sum. */
        private void keep(int item, int summed, float[] block, double[] nodes, int size) {
            if (count > 1) {
                int at = item * rows * COLUMNS;
                if (summed > 1) {
                    GemmKernel.total(summed, nodes, ROWS * COLUMNS, sums, at, size);
                } else {
                    for (int e = 0; e < size; e++) {
                        sums[at + e] = block[e];
                    }
                }
            } else if (summed > 1) {
                GemmKernel.total(summed, nodes, ROWS * COLUMNS, block, size);
            }
        }
    }

    /** The sums over the parts; one work item is a row of a block. */
    private final class Ends extends HostKernel {
        private final Parts parts;

        Ends(Parts parts) {
            super(Math.multiplyExact(parts.blocks, parts.rows), (long) parts.sums.length);
            this.parts = parts;
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            Matrix out = op.result().first();
            int down = ceilDiv(out.rows(), parts.rows);
            int each = ceilDiv(out.columns(), COLUMNS) * down;
            float[] row = memory.floats(C, COLUMNS);
            for (int item = from; item < to; item++) {
                int own = item / parts.rows;
                int i = own % down * parts.rows + item % parts.rows;
                int j = own % each / down * COLUMNS;
                if (i >= out.rows()) {
                    continue;
                }
                add(item * COLUMNS);
                for (int e = 0; e < COLUMNS; e++) {
                    row[e] = (float) parts.sums[item * COLUMNS + e];
                }
                int n = Math.min(COLUMNS, out.columns() - j);
                write(row, out, GemmKernel.place(op.result(), own / each), i, j, 1, n);
            }
        }

        /** The tree over the parts of a row, the root in the first: neighbours, then sums that are neighbours. */
        private void add(int at) {
            double[] sums = parts.sums;
            int part = parts.blocks * parts.rows * COLUMNS;
            for (int apart = 1; apart < parts.count; apart *= 2) {
                for (int i = 0; i + apart < parts.count; i += 2 * apart) {
                    int to = at + i * part;
                    int from = to + apart * part;
                    for (int e = 0; e < COLUMNS; e++) {
                        sums[to + e] += sums[from + e];
                    }
                }
            }
        }
    }

    /** Rows far from each other fall on the same places of the caches: they are packed if they are used more than once. */
    private static boolean isNarrow(Matrix b) {
        return b.rowStride() <= 2 * COLUMNS;
    }

    private void read(Matrix from, int origin, int i, int j, int m, int n, float[] to, int stride) {
        float[] values = HostKernel.floats(from.buffer());
        int o = (int) (origin + i * from.rowStride() + j * from.columnStride());
        int rs = (int) from.rowStride();
        int cs = (int) from.columnStride();
        if (cs == 1 && rs == n && stride == n) {
            System.arraycopy(values, o, to, 0, m * n);
            return;
        }
        if (cs == 1) {
            for (int r = 0; r < m; r++) {
                System.arraycopy(values, o + r * rs, to, r * stride, n);
            }
            return;
        }
        for (int first = 0; first < n; first += LINE_FLOATS) { // whole cache lines on both sides
            int end = Math.min(n, first + LINE_FLOATS);
            for (int r = 0; r < m; r++) {
                for (int q = first; q < end; q++) {
                    to[r * stride + q] = values[o + r * rs + q * cs];
                }
            }
        }
    }

    private void write(float[] from, Matrix to, int origin, int i, int j, int m, int n) {
        float[] values = HostKernel.floats(to.buffer());
        int o = (int) (origin + i * to.rowStride() + j * to.columnStride());
        int rs = (int) to.rowStride();
        int cs = (int) to.columnStride();
        boolean accumulate = op.accumulate();
        if (cs == 1 && !accumulate) {
            loops.copy(from, values, o, rs, m, n);
            return;
        }
        for (int r = 0; r < m; r++) {
            for (int q = 0; q < n; q++) {
                int at = o + r * rs + q * cs;
                values[at] = (accumulate ? values[at] : 0f) + from[r * COLUMNS + q];
            }
        }
    }
}

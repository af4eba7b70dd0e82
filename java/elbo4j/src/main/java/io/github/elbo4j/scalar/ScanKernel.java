package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.ScanOps;
import java.util.Arrays;

/** Sums by an index, draws beside each other. Twin of kernels/scan.cu. */
public class ScanKernel {
    /** Draws of a work item. */
    private static final int DRAWS = TileSums.MOST;
    /** The same where there would be too few items for the threads: a cache line. */
    private static final int FEW_DRAWS = 16;

    private static final int SUMS = 16; // memory slots
    private static final int BEFORE = 0;

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(ScanOps.SegmentSum.class, op -> cut(new Segments(op, DRAWS), new Segments(op, FEW_DRAWS)));
        twins.add(ScanOps.CumulativeSum.class, op -> cut(new Cumulative(op, DRAWS), new Cumulative(op, FEW_DRAWS)));
    }

    /** The numbers do not depend on the choice. */
    private static Task cut(Scan<?> coarse, Scan<?> fine) {
        return workers -> (coarse.items < 4L * workers.count() ? fine : coarse).run(workers);
    }

    // ---- inner loops; SIMD devices replace them ----

    /** {@code sums[i] += x[o + order[p]·stride + i]} for p = from … to − 1, one after the other. */
    protected void addRows(float[] x, int o, int stride, int[] order, int from, int to, float[] sums, int n) {
        for (int p = from; p < to; p++) {
            int row = o + order[p] * stride;
            for (int i = 0; i < n; i++) {
                sums[i] += x[row + i];
            }
        }
    }

    /** {@code sums[i] += x[o + r·stride + i]}, which {@code y} gets at the same place, for r = 0 … rows − 1. */
    protected void cumulate(float[] x, int o, int stride, int rows, float[] y, float[] sums, int n) {
        for (int r = 0; r < rows; r++) {
            int row = o + r * stride;
            for (int i = 0; i < n; i++) {
                sums[i] += x[row + i];
            }
            System.arraycopy(sums, 0, y, row, n);
        }
    }

    // ---- launches ----

    /** One work item is some neighbouring draws of a segment, or of a sequence. */
    private abstract static class Scan<O extends Operation> extends OperationKernel<O> {
        final int items;
        private final int draws;
        private final int width;
        private final int blocks;

        Scan(O op, int sums, long rows, int draws, int width) {
            super(op, items(sums, draws, width), rows * draws);
            this.items = items(sums, draws, width);
            this.draws = draws;
            this.width = width;
            this.blocks = ceilDiv(draws, width);
        }

        private static int items(int sums, int draws, int width) {
            return Math.multiplyExact(sums, ceilDiv(draws, width));
        }

        @Override
        protected final void run(int from, int to, WorkerMemory memory) {
            for (int item = from; item < to; item++) {
                int first = item % blocks * width;
                sum(item / blocks, first, Math.min(width, draws - first), memory);
            }
        }

        /** Draws {@code first} … {@code first + n − 1}. */
        abstract void sum(int of, int first, int n, WorkerMemory memory);
    }

    private final class Segments extends Scan<ScanOps.SegmentSum> {
        Segments(ScanOps.SegmentSum op, int width) {
            super(op, op.segments(), op.rows(), op.draws(), width);
        }

        @Override
        void sum(int segment, int first, int n, WorkerMemory memory) {
            int[] order = ints(op.order());
            int[] offsets = ints(op.offsets());
            int at = (int) value(op.firstOffset()) + segment;
            checkOffset(at, offsets[at], 0);
            checkOffset(at + 1, offsets[at + 1], offsets[at]);
            int start = (int) value(op.firstOrder());
            int end = start + offsets[at + 1];
            float[] x = floats(op.x());
            float[] sums = memory.floats(SUMS, DRAWS);
            TileSums tiles = memory.tiles;
            Arrays.fill(sums, 0, n, 0f);
            boolean several = false;
            for (int p = start + offsets[at]; p < end; ) {
                int tile = row(order, p) / RowSum.TILE;
                int from = p++;
                while (p < end && row(order, p) / RowSum.TILE == tile) {
                    p++;
                }
                if (p < end && !several) {
                    several = true;
                    tiles.reset();
                }
                addRows(x, first, op.draws(), order, from, p, sums, n);
                if (several) {
                    tiles.add(tile, sums, n);
                    Arrays.fill(sums, 0, n, 0f);
                }
            }
            float[] y = floats(op.y());
            int o = segment * op.draws() + first;
            if (several) {
                double[] totals = memory.doubles(BEFORE, DRAWS);
                tiles.total(totals, n);
                for (int i = 0; i < n; i++) {
                    y[o + i] = (float) totals[i];
                }
            } else {
                System.arraycopy(sums, 0, y, o, n);
            }
        }

        private void checkOffset(int at, int offset, int least) {
            if (offset < least || offset > op.rows()) {
                throw new IllegalArgumentException("segmentSum: offsets[" + at + "] is " + offset + ", but must be in ["
                        + least + ", " + (op.rows() + 1L) + ")");
            }
        }

        private int row(int[] order, int p) {
            int row = order[p];
            if (row < 0 || row >= op.rows()) {
                throw new IllegalArgumentException(
                        "segmentSum: order[" + p + "] is " + row + ", but must be in [0, " + op.rows() + ")");
            }
            return row;
        }
    }

    private final class Cumulative extends Scan<ScanOps.CumulativeSum> {
        Cumulative(ScanOps.CumulativeSum op, int width) {
            super(op, op.outer(), (long) op.outer() * op.inner(), op.draws(), width);
        }

        @Override
        void sum(int sequence, int first, int n, WorkerMemory memory) {
            int inner = op.inner();
            int stride = op.reverse() ? -op.draws() : op.draws();
            int o = (sequence * inner + (op.reverse() ? inner - 1 : 0)) * op.draws() + first;
            float[] x = floats(op.x());
            float[] y = floats(op.y());
            float[] sums = memory.floats(SUMS, DRAWS);
            double[] before = memory.doubles(BEFORE, DRAWS);
            TileSums tiles = memory.tiles;
            tiles.reset();
            for (int i = 0; i < inner; i += RowSum.TILE) {
                int rows = Math.min(RowSum.TILE, inner - i);
                Arrays.fill(sums, 0, n, 0f);
                cumulate(x, o + i * stride, stride, rows, y, sums, n);
                if (i > 0) {
                    tiles.total(before, n);
                    add(before, y, o + i * stride, stride, rows, n);
                }
                if (i + rows < inner) {
                    tiles.add(i / RowSum.TILE, sums, n);
                }
            }
        }

        private static void add(double[] before, float[] y, int o, int stride, int rows, int n) {
            for (int r = 0; r < rows; r++) {
                int row = o + r * stride;
                for (int i = 0; i < n; i++) {
                    y[row + i] = (float) (before[i] + y[row + i]);
                }
            }
        }
    }
}

package io.github.elbo4j.scalar;

import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.MixtureOps;
import io.github.elbo4j.device.MixtureOps.Shape;
import io.github.elbo4j.device.Operation;
import java.util.Arrays;

/**
 * Mixtures of Gaussians seen from their data. Twin of kernels/mixture.cu; the names are those of {@link MixtureOps}.
 *
 * <p>A tile of rows is taken in blocks, whose differences from a mean, [D][BLOCK], stay in the first cache.
 */
public class MixtureKernel {
    /** Rows of a block: a part of a tile. */
    protected static final int BLOCK = 256;

    private static final int D = 16; // memory slots
    private static final int Y = 17;
    private static final int SUM = 19;
    private static final int WEIGHTED = 20;
    private static final int LANE_SUMS = 21;
    private static final int ONES = 22;
    private static final int DENSITY = 0; // slots of doubles
    private static final int REST = 1;
    private static final int MOST = 2;

    private final SharedKernels basics;

    public MixtureKernel(SharedKernels basics) {
        this.basics = basics;
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(MixtureOps.MixtureResponsibilities.class, Responsibilities::new);
        twins.add(MixtureOps.MixtureStatistics.class, Statistics::new);
    }

    // ---- inner loops; SIMD devices replace them ----

    /** {@code q[o + n] = Σ_i (Σ_j≤i w_ij·d_j[n])²} of the triangle from {@code w[at]} on; y is [BLOCK] and of any content. */
    protected void squares(float[] d, int dims, float[] w, int at, float[] y, float[] q, int o, int n) {
        Arrays.fill(q, o, o + n, 0f);
        for (int i = 0; i < dims; i++) {
            Arrays.fill(y, 0, n, 0f);
            for (int j = 0; j <= i; j++) {
                float a = w[at++];
                for (int m = 0; m < n; m++) {
                    y[m] = Math.fma(a, d[j * BLOCK + m], y[m]);
                }
            }
            for (int m = 0; m < n; m++) {
                q[o + m] = Math.fma(y[m], y[m], q[o + m]);
            }
        }
    }

    /** {@code lanes[at + m mod 32] = fma(a[ao + m], b[bo + m], lanes[…])} for m = 0 … n − 1, one after the other. */
    protected void dot(float[] a, int ao, float[] b, int bo, float[] lanes, int at, int n) {
        for (int m = 0; m < n; m += RowSum.LANES) {
            int filled = Math.min(RowSum.LANES, n - m);
            for (int l = 0; l < filled; l++) {
                lanes[at + l] = Math.fma(a[ao + m + l], b[bo + m + l], lanes[at + l]);
            }
        }
    }

    /** {@code most[n] = max(most[n], offset − q[o + n]/2)}. */
    protected void largest(float[] q, int o, double offset, double[] most, int n) {
        for (int m = 0; m < n; m++) {
            double l = offset - 0.5 * q[o + m];
            most[m] = l > most[m] ? l : most[m];
        }
    }

    /** {@code q[o + n] = (offset − q[o + n]/2) − most[n]}, rounded. */
    protected void apart(float[] q, int o, double offset, double[] most, int n) {
        for (int m = 0; m < n; m++) {
            q[o + m] = (float) ((offset - 0.5 * q[o + m]) - most[m]);
        }
    }

    private static void diagonalSquares(float[] d, int dims, float[] w, int at, float[] q, int o, int n) {
        Arrays.fill(q, o, o + n, 0f);
        for (int i = 0; i < dims; i++) {
            float a = w[at + i];
            for (int m = 0; m < n; m++) {
                float y = a * d[i * BLOCK + m];
                q[o + m] = Math.fma(y, y, q[o + m]);
            }
        }
    }

    /** d of component c, rows {@code row} … {@code row + n − 1}. */
    private static void differences(Shape shape, float[] x, float[] means, int c, int row, float[] d, int n) {
        int dims = shape.dimensions();
        for (int i = 0; i < dims; i++) {
            float high = means[2 * c * dims + i];
            float low = means[(2 * c + 1) * dims + i];
            int from = i * shape.rows() + row;
            for (int m = 0; m < n; m++) {
                d[i * BLOCK + m] = (x[from + m] - high) - low;
            }
        }
    }

    // ---- launches ----

    /** One work item is the tiles of a lane, of a run or of a component: the launch has a number of each. */
    private abstract static class OfLanes<O extends Operation> extends OperationKernel<O> {
        final Shape shape;
        private final int columns;

        OfLanes(O op, Shape shape, int columns, long cost) {
            super(op, Math.multiplyExact(columns, MixtureOps.LANES), cost);
            this.shape = shape;
            this.columns = columns;
        }

        @Override
        protected final void run(int from, int to, WorkerMemory memory) {
            for (int item = from; item < to; item++) {
                int lane = item / columns;
                int column = item % columns;
                begin(lane, column);
                for (long row = (long) lane * RowSum.TILE; row < shape.rows(); row += MixtureOps.LANES * RowSum.TILE) {
                    tile(lane, column, (int) row, (int) Math.min(RowSum.TILE, shape.rows() - row), memory);
                }
            }
        }

        /** Before the first tile. */
        abstract void begin(int lane, int column);

        /** Rows {@code row} … {@code row + n − 1}. */
        abstract void tile(int lane, int column, int row, int n, WorkerMemory memory);
    }

    private final class Responsibilities extends OfLanes<MixtureOps.MixtureResponsibilities> {
        Responsibilities(MixtureOps.MixtureResponsibilities op) {
            super(op, op.shape(), op.shape().runs(), cost(op.shape()));
        }

        @Override
        void begin(int lane, int run) {
            if (!op.accumulate()) {
                Arrays.fill(doubles(op.sums()), place(lane, run), place(lane, run) + 2, 0);
            }
        }

        private int place(int lane, int run) {
            return 2 * (lane * shape.runs() + run);
        }

        @Override
        void tile(int lane, int run, int row, int n, WorkerMemory memory) {
            double[] density = memory.doubles(DENSITY, RowSum.TILE);
            double[] rest = memory.doubles(REST, RowSum.TILE);
            for (int b = 0; b < n; b += BLOCK) {
                block(run, row + b, Math.min(BLOCK, n - b), density, rest, b, memory);
            }
            double[] sums = doubles(op.sums());
            sums[place(lane, run)] += SumKernel.tile(density, n, memory);
            sums[place(lane, run) + 1] += SumKernel.tile(rest, n, memory);
        }

        private void block(int run, int row, int n, double[] density, double[] rest, int b, WorkerMemory memory) {
            float[] r = floats(op.responsibilities());
            double[] offsets = doubles(op.offsets());
            double[] most = memory.doubles(MOST, BLOCK);
            float[] sum = memory.floats(SUM, BLOCK);
            int first = run * shape.components();
            int end = first + shape.components();
            for (int c = first; c < end; c++) {
                int o = c * shape.rows() + row;
                squares(c, row, o, n, memory);
                if (c == first) {
                    Arrays.fill(most, 0, n, Double.NEGATIVE_INFINITY);
                }
                largest(r, o, offsets[c], most, n);
            }
            Arrays.fill(sum, 0, n, 0f);
            for (int c = first; c < end; c++) {
                int o = c * shape.rows() + row;
                apart(r, o, offsets[c], most, n);
                basics.math().map(Function.EXP, r, o, r, o, n);
                for (int m = 0; m < n; m++) {
                    sum[m] += r[o + m];
                }
            }
            for (int c = first; c < end; c++) {
                int o = c * shape.rows() + row;
                for (int m = 0; m < n; m++) {
                    r[o + m] /= sum[m];
                }
            }
            basics.math().map(Function.LOG, sum, 0, sum, 0, n);
            for (int m = 0; m < n; m++) {
                density[b + m] = most[m] + sum[m];
                rest[b + m] = sum[m];
            }
        }

        /** q of a component, where its responsibilities will stand. */
        private void squares(int c, int row, int o, int n, WorkerMemory memory) {
            float[] q = floats(op.responsibilities());
            int dims = shape.dimensions();
            float[] d = memory.floats(D, dims * BLOCK);
            differences(shape, floats(op.x()), floats(op.means()), c, row, d, n);
            float[] factors = floats(op.factors());
            int at = c * shape.factor();
            if (shape.full()) {
                MixtureKernel.this.squares(d, dims, factors, at, memory.floats(Y, BLOCK), q, o, n);
            } else {
                diagonalSquares(d, dims, factors, at, q, o, n);
            }
        }
    }

    private final class Statistics extends OfLanes<MixtureOps.MixtureStatistics> {
        Statistics(MixtureOps.MixtureStatistics op) {
            super(op, op.shape(), op.shape().allComponents(), cost(op.shape()));
        }

        @Override
        void begin(int lane, int c) {
            if (!op.accumulate()) {
                Arrays.fill(doubles(op.sums()), place(lane, c), place(lane, c) + shape.width(), 0);
            }
        }

        private int place(int lane, int c) {
            return (lane * shape.allComponents() + c) * shape.width();
        }

        @Override
        void tile(int lane, int c, int row, int n, WorkerMemory memory) {
            float[] lanes = memory.floats(LANE_SUMS, shape.width() * RowSum.LANES);
            Arrays.fill(lanes, 0, shape.width() * RowSum.LANES, 0f);
            for (int b = 0; b < n; b += BLOCK) {
                block(c, row + b, Math.min(BLOCK, n - b), lanes, memory);
            }
            double[] sums = doubles(op.sums());
            for (int k = 0; k < shape.width(); k++) {
                sums[place(lane, c) + k] += fold(lanes, k * RowSum.LANES);
            }
        }

        private void block(int c, int row, int n, float[] lanes, WorkerMemory memory) {
            float[] r = floats(op.responsibilities());
            int o = c * shape.rows() + row;
            int dims = shape.dimensions();
            float[] d = memory.floats(D, dims * BLOCK);
            differences(shape, floats(op.x()), floats(op.means()), c, row, d, n);
            float[] ones = memory.floats(ONES, BLOCK);
            Arrays.fill(ones, 0, n, 1f);
            dot(r, o, ones, 0, lanes, 0, n);
            float[] weighted = memory.floats(WEIGHTED, BLOCK);
            int at = (1 + dims) * RowSum.LANES;
            for (int i = 0; i < dims; i++) {
                dot(r, o, d, i * BLOCK, lanes, (1 + i) * RowSum.LANES, n);
                for (int m = 0; m < n; m++) {
                    weighted[m] = r[o + m] * d[i * BLOCK + m];
                }
                for (int j = shape.full() ? 0 : i; j <= i; j++) {
                    dot(weighted, 0, d, j * BLOCK, lanes, at, n);
                    at += RowSum.LANES;
                }
            }
        }
    }

    /** Folds 32 lanes 16, 8, 4, 2, 1; destroys them. Those that nothing was added to hold +0. */
    private static float fold(float[] lanes, int at) {
        for (int half = RowSum.LANES / 2; half > 0; half /= 2) {
            for (int l = at; l < at + half; l++) {
                lanes[l] += lanes[l + half];
            }
        }
        return lanes[at];
    }

    private static long cost(Shape shape) {
        return (long) shape.rows() * shape.allComponents() * (20 + shape.width()) / 4;
    }
}

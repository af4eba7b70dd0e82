package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.GramOps;
import java.util.Arrays;

/** The sums of squares and products of columns, in float64. Twin of kernels/gram.cu. */
public class GramKernel {
    /** Rows of a chain. */
    public static final int PANEL = GemmKernel.PANEL;
    /** Rows of the result that a work item has. */
    public static final int ROWS = 4;

    private static final int LEFT = 0; // memory slots
    private static final int CHAINS = 1;
    private static final int NODES = 2;

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(GramOps.Gram.class, Gram::new);
    }

    // ---- inner loop; SIMD devices replace it ----

    /**
     * {@code chains[r,j] = Σ_n left[r,n]·x[n,j]} for r &lt; {@link #ROWS}, j &lt; columns, each sum one chain of fma from +0
     * over {@code depth} rows. left has a row stride of {@link #PANEL}, x begins at xo and has one of {@code stride}, chains has
     * one of {@code columns}.
     */
    protected void panel(double[] left, double[] x, int xo, int stride, double[] chains, int depth, int columns) {
        Arrays.fill(chains, 0, ROWS * columns, 0);
        columns(left, x, xo, stride, chains, depth, columns, 0);
    }

    /** Those of the columns from {@code first} on, whose chains are +0. */
    protected static void columns(
            double[] left, double[] x, int xo, int stride, double[] chains, int depth, int columns, int first) {
        for (int n = 0; n < depth; n++) {
            int o = xo + n * stride;
            for (int r = 0; r < ROWS; r++) {
                double a = left[r * PANEL + n];
                for (int j = first; j < columns; j++) {
                    chains[r * columns + j] = Math.fma(a, x[o + j], chains[r * columns + j]);
                }
            }
        }
    }

    // ---- launch ----

    /** One work item is {@link #ROWS} rows of the result, up to their last diagonal element. */
    private final class Gram extends OperationKernel<GramOps.Gram> {
        Gram(GramOps.Gram op) {
            super(
                    op,
                    ceilDiv(op.x().columns(), ROWS),
                    (long) op.x().rows() * op.x().columns() * (1 + op.x().columns() / 8));
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            int k = op.x().columns();
            int stride = (int) op.x().rowStride();
            double[] x = doubles(op.x().buffer());
            double[] left = memory.doubles(LEFT, ROWS * PANEL);
            for (int item = from; item < to; item++) {
                int i = item * ROWS;
                int columns = Math.min(k, i + ROWS);
                int size = ROWS * columns;
                double[] chains = memory.doubles(CHAINS, size);
                double[] nodes = memory.doubles(
                        NODES, size * Math.max(1, GemmKernel.levels(op.x().rows())));
                Arrays.fill(chains, 0, size, 0);
                int panels = ceilDiv(op.x().rows(), PANEL);
                for (int panel = 0; panel < panels; panel++) {
                    int first = panel * PANEL;
                    int depth = Math.min(PANEL, op.x().rows() - first);
                    int xo = (int) (op.x().offset() + (long) first * stride);
                    weigh(x, xo + i, stride, first, depth, columns - i, left);
                    panel(left, x, xo, stride, chains, depth, columns);
                    if (panels > 1) {
                        addPanel(panel, chains, nodes, size);
                    }
                }
                if (panels > 1) {
                    total(panels, nodes, chains, size);
                }
                write(chains, i, columns);
            }
        }

        /** {@code left[r,n] = w[n]·x[n,i+r]}; +0 for a row that is not there. */
        private void weigh(double[] x, int xo, int stride, int first, int depth, int rows, double[] left) {
            Buffer weights = op.weights();
            float[] w = weights == null ? null : floats(weights);
            for (int r = 0; r < ROWS; r++) {
                for (int n = 0; n < depth; n++) {
                    double value = r < rows ? x[xo + n * stride + r] : 0;
                    left[r * PANEL + n] = w == null ? value : w[first + n] * value;
                }
            }
        }

        private void write(double[] sums, int i, int columns) {
            int k = op.x().columns();
            double[] gram = doubles(op.gram());
            for (int r = i; r < columns; r++) {
                for (int j = 0; j <= r; j++) {
                    double sum = sums[(r - i) * columns + j];
                    gram[r * k + j] = sum;
                    gram[j * k + r] = sum;
                }
            }
        }
    }

    // ---- the tree over panels, as GemmKernel has it, of sums that are float64 themselves ----

    private static void addPanel(int panel, double[] chains, double[] nodes, int size) {
        int full = Integer.numberOfTrailingZeros(~panel);
        for (int e = 0; e < size; e++) {
            double sum = chains[e];
            for (int l = 0; l < full; l++) {
                sum = nodes[l * size + e] + sum;
            }
            nodes[full * size + e] = sum;
        }
    }

    private static void total(int panels, double[] nodes, double[] sums, int size) {
        for (int e = 0; e < size; e++) {
            double sum = nodes[Integer.numberOfTrailingZeros(panels) * size + e];
            for (int rest = panels & (panels - 1); rest != 0; rest &= rest - 1) {
                sum = nodes[Integer.numberOfTrailingZeros(rest) * size + e] + sum;
            }
            sums[e] = sum;
        }
    }
}

package io.github.elbo4j.scalar;

import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrices;
import io.github.elbo4j.device.Matrix;
import java.util.Arrays;

/**
 * Dense linear algebra of many matrices: along the batch where they lie beside each other, else one after the other by
 * {@link GemmKernel}. Twin of kernels/gemm.cu.
 */
public final class BatchedGemmKernel {
    /** Matrices of a work item. */
    private static final int BLOCK = 64;
    /** Fewer are not worth their own loops. */
    private static final int FEWEST = 8;

    private static final int PANEL = GemmKernel.PANEL;
    private static final int CHAINS = 16; // a memory slot
    private static final int NODES = 0;

    private final GemmKernel gemm;
    private final ChainKernel products;

    public BatchedGemmKernel(GemmKernel gemm, SharedKernels basics) {
        this.gemm = gemm;
        this.products = basics.chains();
    }

    /** Its operations. */
    public void addTo(Twins twins) {
        twins.add(GemmOps.BatchedGemm.class, op -> {
            boolean beside = beside(op.result()) && lined(op.left()) && lined(op.right());
            return beside ? new Product(op) : gemm.gemm(op);
        });
    }

    /** Whether there are enough matrices that lie beside each other for vectors along the batch. */
    static boolean beside(Matrices written) {
        return written.count() >= FEWEST && written.stride() == 1;
    }

    /** Whether neighbouring matrices, or one for all, can be read for them. */
    static boolean lined(Matrices read) {
        return read.stride() <= 1;
    }

    // ---- launches ----

    /** One work item is an output of some neighbouring matrices. */
    private final class Product extends OperationKernel<GemmOps.BatchedGemm> {
        Product(GemmOps.BatchedGemm op) {
            super(op, items(op.result()), GemmKernel.cost(op));
        }

        private static int items(Matrices c) {
            int each = Math.multiplyExact(c.first().rows(), c.first().columns());
            return Math.multiplyExact(each, ceilDiv(c.count(), BLOCK));
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            Matrix x = op.left().first();
            Matrix y = op.right().first();
            Matrix z = op.result().first();
            int inner = x.columns();
            if (inner == 0 && op.accumulate()) {
                return; // no sum, not even +0, to be added
            }
            float[] chains = memory.floats(CHAINS, BLOCK);
            double[] nodes = memory.doubles(NODES, GemmKernel.levels(inner) * BLOCK);
            int each = z.rows() * z.columns();
            for (int item = from; item < to; item++) {
                int first = item / each * BLOCK;
                int n = Math.min(BLOCK, op.result().count() - first);
                int i = item % each / z.columns();
                int j = item % z.columns();
                int left = (int) (GemmKernel.place(op.left(), first) + i * x.rowStride());
                int right = (int) (GemmKernel.place(op.right(), first) + j * y.columnStride());
                Arrays.fill(chains, 0, n, 0f);
                for (int k = 0; k < inner; k += PANEL) {
                    chains(left, right, k, Math.min(PANEL, inner - k), chains, n);
                    if (inner > PANEL) {
                        GemmKernel.addPanel(k / PANEL, chains, nodes, BLOCK, n);
                    }
                }
                if (inner > PANEL) {
                    GemmKernel.total(ceilDiv(inner, PANEL), nodes, BLOCK, chains, n);
                }
                int at = (int) (GemmKernel.place(op.result(), first) + i * z.rowStride() + j * z.columnStride());
                write(chains, floats(z.buffer()), at, n);
            }
        }

        private void chains(int left, int right, int k, int depth, float[] chains, int n) {
            Matrix x = op.left().first();
            Matrix y = op.right().first();
            int ak = (int) x.columnStride();
            int bk = (int) y.rowStride();
            int as = (int) op.left().stride();
            int bs = (int) op.right().stride();
            float[] a = floats(x.buffer());
            float[] b = floats(y.buffer());
            products.chains(a, left + k * ak, ak, as, b, right + k * bk, bk, bs, depth, 1f, chains, n);
        }

        private void write(float[] chains, float[] c, int at, int n) {
            if (op.accumulate()) {
                for (int s = 0; s < n; s++) {
                    c[at + s] += chains[s];
                }
            } else {
                for (int s = 0; s < n; s++) {
                    c[at + s] = 0f + chains[s];
                }
            }
        }
    }
}

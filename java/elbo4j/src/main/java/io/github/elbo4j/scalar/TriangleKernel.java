package io.github.elbo4j.scalar;

import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrices;
import io.github.elbo4j.device.Matrix;
import java.util.Arrays;

/** Products and solutions with triangles, of many vectors beside each other. Twin of kernels/gemm.cu. */
public final class TriangleKernel {
    /** Vectors of a work item. */
    private static final int BLOCK = 64;
    /** The same, where that would be too few items for the threads. */
    private static final int SMALL_BLOCK = 16;
    /** Work items that are enough. */
    private static final int ITEMS = 16;

    private static final int X = 16; // memory slots
    private static final int CHAINS = 17;
    private static final int VALUES = 18;

    private final ChainKernel products;

    public TriangleKernel(SharedKernels basics) {
        this.products = basics.chains();
    }

    /** Its operations. */
    public void addTo(Twins twins) {
        twins.add(GemmOps.TriangularMultiply.class, op -> {
            return kernel(new Triangles(Matrices.repeated(op.l(), 1), op.upper(), false, Matrices.repeated(op.b(), 1)));
        });
        twins.add(GemmOps.TriangularSolve.class, op -> {
            return kernel(new Triangles(Matrices.repeated(op.l(), 1), op.upper(), true, Matrices.repeated(op.b(), 1)));
        });
        twins.add(GemmOps.BatchedTriangularSolve.class, op -> {
            return kernel(new Triangles(op.l(), op.upper(), true, op.b()));
        });
    }

    private HostKernel kernel(Triangles all) {
        Matrices b = all.b;
        if (BatchedGemmKernel.beside(b) && BatchedGemmKernel.lined(all.l)) {
            return new Beside(all);
        }
        int blocks = Math.multiplyExact(b.count(), HostKernel.ceilDiv(b.first().columns(), BLOCK));
        return new Columns(all, blocks < ITEMS ? SMALL_BLOCK : BLOCK);
    }

    // ---- vectors beside each other ----

    /**
     * Takes n vectors through the rows, in the order in which what a row needs is still, or already, there.
     *
     * @param l where the triangle of the first vector is
     * @param drawStride how far on that of the next one is; 0 for one triangle
     * @param at where the first vector begins in b
     * @param vectorStride how far on the next one does
     */
    private void take(Triangles all, int l, int drawStride, int at, int vectorStride, int n, WorkerMemory memory) {
        Matrix b = all.b.first();
        float[] elements = HostKernel.floats(b.buffer());
        int rowStride = (int) b.rowStride();
        int width = drawStride == 0 ? products.width(n) : n; // there is no triangle beyond the last one
        float[] x = memory.floats(X, b.rows() * width);
        for (int i = 0; i < b.rows(); i++) {
            for (int v = 0; v < n; v++) {
                x[i * width + v] = elements[at + i * rowStride + v * vectorStride];
            }
            Arrays.fill(x, i * width + n, (i + 1) * width, 0f);
        }
        boolean ascending = all.upper != all.solve;
        for (int step = 0; step < b.rows(); step++) {
            int i = ascending ? step : b.rows() - 1 - step;
            row(all, l, drawStride, i, x, width, memory);
        }
        for (int i = 0; i < b.rows(); i++) {
            for (int v = 0; v < n; v++) {
                elements[at + i * rowStride + v * vectorStride] = x[i * width + v];
            }
        }
    }

    private void row(Triangles all, int l, int drawStride, int i, float[] x, int width, WorkerMemory memory) {
        float[] factor = HostKernel.floats(all.l.first().buffer());
        int lo = (int) (l + i * all.l.first().rowStride());
        int ls = (int) all.l.first().columnStride();
        int first = all.upper ? all.solve ? i + 1 : i : 0;
        int last = all.upper ? all.b.first().rows() : all.solve ? i : i + 1;
        float sign = all.solve ? -1f : 1f;
        float[] chains = memory.floats(CHAINS, width);
        float[] values = memory.floats(VALUES, width);
        if (all.solve) {
            System.arraycopy(x, i * width, values, 0, width);
        } else {
            Arrays.fill(values, 0, width, 0f);
        }
        // A row without any k has no chain, not even +0, to be added.
        products.addPanels(factor, lo, ls, drawStride, x, first, last, sign, chains, values, 0, width);
        int diagonal = lo + i * ls;
        if (all.solve && drawStride == 0) {
            products.scale(DetMath.reciprocal(factor[diagonal]), values, 0, width);
        } else if (all.solve) {
            for (int v = 0; v < width; v++) {
                values[v] *= DetMath.reciprocal(factor[diagonal + v]);
            }
        }
        System.arraycopy(values, 0, x, i * width, width);
    }

    // ---- launches ----

    /** {@code B_s = L_s·B_s}, or L_s⁻¹·B_s, for every s. */
    private record Triangles(Matrices l, boolean upper, boolean solve, Matrices b) {
        long cost() {
            long rows = b.first().rows();
            return b.count() * rows * rows * b.first().columns();
        }
    }

    /** One work item is some neighbouring columns of a B. */
    private final class Columns extends HostKernel {
        private final Triangles all;
        private final int block;
        private final int blocks; // of a B

        Columns(Triangles all, int block) {
            super(Math.multiplyExact(all.b.count(), ceilDiv(all.b.first().columns(), block)), all.cost());
            this.all = all;
            this.block = block;
            this.blocks = ceilDiv(all.b.first().columns(), block);
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            Matrix b = all.b.first();
            for (int item = from; item < to; item++) {
                int s = item / blocks;
                int first = item % blocks * block;
                int n = Math.min(block, b.columns() - first);
                int at = (int) (GemmKernel.place(all.b, s) + first * b.columnStride());
                take(all, GemmKernel.place(all.l, s), 0, at, (int) b.columnStride(), n, memory);
            }
        }
    }

    /** One work item is a column of some neighbouring B that lie beside each other. */
    private final class Beside extends HostKernel {
        private final Triangles all;

        Beside(Triangles all) {
            super(Math.multiplyExact(all.b.first().columns(), ceilDiv(all.b.count(), BLOCK)), all.cost());
            this.all = all;
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            Matrix b = all.b.first();
            for (int item = from; item < to; item++) {
                int s = item / b.columns() * BLOCK;
                int n = Math.min(BLOCK, all.b.count() - s);
                int at = (int) (GemmKernel.place(all.b, s) + item % b.columns() * b.columnStride());
                take(all, GemmKernel.place(all.l, s), (int) all.l.stride(), at, 1, n, memory);
            }
        }
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.GramOps;
import io.github.elbo4j.device.Matrix;

/** Launches kernels/gram.cu. */
final class GramCuda extends KernelFamily {
    /** Rows of a chain, as there. */
    private static final int PANEL = 1024;
    /** Rows and columns of a block's tile, as there. */
    private static final int SIDE = 16;

    private final Kernel panels = cuda.kernel("gram_panels");
    private final Kernel add = cuda.kernel("gram_add");

    GramCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(GramOps.Gram.class, this::gram);
    }

    /** Some rows of the result at a time, whose chains fit the workspace of products. */
    private void gram(GramOps.Gram op) {
        Matrix x = op.x();
        int columns = x.columns();
        int panelCount = (int) Grid.ceilDiv(x.rows(), PANEL);
        long row = (long) Double.BYTES * columns * Math.max(1, panelCount);
        int most = columns == 0 ? 1 : (int) Math.max(1, Math.min(columns, GemmCuda.workspace() / row));
        long sums = cuda.workspace(row * most);
        for (int first = 0; first < columns; first += most) {
            int count = Math.min(most, columns - first);
            launch(panels)
                    .address(Launch.place(x.buffer(), x.offset()))
                    .buffer(op.weights())
                    .address(sums)
                    .number(x.rowStride())
                    .number(x.rows())
                    .number(columns)
                    .number(first)
                    .number(count)
                    .run(panelCount * Grid.ceilDiv(columns, SIDE) * Grid.ceilDiv(count, SIDE));
            launch(add)
                    .address(sums)
                    .buffer(op.gram())
                    .number(columns)
                    .number(panelCount)
                    .number(first)
                    .number(count)
                    .run(Grid.threads((long) count * columns));
        }
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.MixtureOps;
import io.github.elbo4j.device.MixtureOps.Shape;

/** Launches kernels/mixture.cu. */
final class MixtureCuda extends KernelFamily {
    /** Dimensions of a row that a thread keeps, rows of a block then, and the side of a square of sums, as there. */
    private static final int FEW = 16;

    private static final int FEW_ROWS = 256;
    private static final int FEW_THREADS = 128;
    private static final int SIDE = 8;
    private static final int STATISTICS_THREADS = 128;
    /** The memory that tiles' sums take at most, but for 32 tiles; a test has less. */
    static final long TILE_BYTES = 64L << 20;

    private static long tileBytes = TILE_BYTES;

    private final Kernel responsibilities = cuda.kernel("mixture_responsibilities");
    private final Kernel responsibilitiesFew = cuda.kernel("mixture_responsibilities_few");
    private final Kernel density = cuda.kernel("mixture_density");
    private final Kernel statistics = cuda.kernel("mixture_statistics");
    private final Kernel lanes = cuda.kernel("mixture_lanes");

    MixtureCuda(Cuda cuda) {
        super(cuda);
    }

    static void tileBytes(long bytes) {
        tileBytes = bytes;
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(MixtureOps.MixtureResponsibilities.class, this::responsibilities);
        launchers.add(MixtureOps.MixtureStatistics.class, this::statistics);
    }

    private void responsibilities(MixtureOps.MixtureResponsibilities op) {
        Shape shape = op.shape();
        long rows = (long) shape.runs() * shape.rows();
        int tileCount = (int) Grid.tilesOf(shape.rows());
        long columns = 2L * shape.runs();
        long tiles = cuda.workspace(Double.BYTES * (columns * tileCount + rows) + Float.BYTES * rows);
        long most = tiles + Double.BYTES * columns * tileCount;
        long rest = most + Double.BYTES * rows;
        boolean few = shape.dimensions() <= FEW;
        Launch each = launch(few ? responsibilitiesFew : responsibilities)
                .buffer(op.x())
                .buffer(op.means())
                .buffer(op.factors())
                .buffer(op.offsets())
                .buffer(op.responsibilities())
                .address(most)
                .address(rest)
                .number(shape.rows())
                .number(shape.dimensions())
                .number(shape.runs())
                .number(shape.components())
                .flag(shape.full())
                .number(0);
        if (few) {
            each.run(Grid.shares(Grid.ceilDiv(shape.rows(), FEW_ROWS) * shape.runs(), 1), FEW_THREADS);
        } else {
            each.run(Grid.threads(rows));
        }
        launch(density)
                .address(most)
                .address(rest)
                .address(tiles)
                .number(shape.rows())
                .number(shape.runs())
                .run(Grid.warps((long) shape.runs() * tileCount));
        lanes(tiles, tileCount, columns, op.accumulate(), op.sums());
    }

    private void statistics(MixtureOps.MixtureStatistics op) {
        Shape shape = op.shape();
        int tileCount = (int) Grid.tilesOf(shape.rows());
        long columns = (long) shape.allComponents() * shape.width();
        long fit = tileBytes / Double.BYTES / columns / MixtureOps.LANES * MixtureOps.LANES;
        int together = (int) Math.min(tileCount, Math.max(MixtureOps.LANES, fit));
        long tiles = cuda.workspace(Double.BYTES * columns * together);
        long sides = Grid.ceilDiv(shape.dimensions(), SIDE);
        long parts = shape.full() ? sides * (sides + 1) / 2 : sides;
        boolean accumulate = op.accumulate();
        int first = 0;
        do {
            int count = Math.min(together, tileCount - first);
            launch(statistics)
                    .buffer(op.x())
                    .buffer(op.means())
                    .buffer(op.responsibilities())
                    .address(tiles)
                    .number(shape.rows())
                    .number(shape.dimensions())
                    .number(shape.allComponents())
                    .number(shape.width())
                    .number(first)
                    .number(count)
                    .flag(shape.full())
                    .number(0)
                    .run(
                            Grid.threads((long) count * shape.allComponents() * parts * Grid.WARP, STATISTICS_THREADS),
                            STATISTICS_THREADS);
            lanes(tiles, count, columns, accumulate, op.sums());
            accumulate = true;
            first += together;
        } while (first < tileCount);
    }

    private void lanes(long tiles, int count, long columns, boolean accumulate, Buffer sums) {
        launch(lanes)
                .address(tiles)
                .buffer(sums)
                .number(columns)
                .number(count)
                .flag(accumulate)
                .run(Grid.threads(columns * MixtureOps.LANES));
    }
}

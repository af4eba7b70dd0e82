package io.github.elbo4j.cuda;

import io.github.elbo4j.device.ScanOps;

/** Launches kernels/scan.cu. */
final class ScanCuda extends KernelFamily {
    /** Threads of a block of scan_segments, as there. */
    private static final int SEGMENT_THREADS = 64;
    /**
     * With no more segments, a tile of rows has enough of each that threads take the tiles of a segment side by side; their
     * sums are a quarter of x at most.
     */
    private static final int FEW_SEGMENTS = 256;

    private final Kernel segmentTiles = cuda.kernel("scan_segment_tiles");
    private final Kernel segmentEnd = cuda.kernel("scan_segment_end");
    private final Kernel segments = cuda.kernel("scan_segments");
    private final Kernel tiles = cuda.kernel("scan_tiles");
    private final Kernel before = cuda.kernel("scan_before");
    private final Kernel cumulate = cuda.kernel("scan_cumulate");

    ScanCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(ScanOps.SegmentSum.class, this::segmentSum);
        launchers.add(ScanOps.CumulativeSum.class, this::cumulativeSum);
    }

    private void segmentSum(ScanOps.SegmentSum op) {
        long sums = (long) op.segments() * op.draws();
        long tileCount = Math.max(1, Grid.tilesOf(op.rows()));
        if (tileCount == 1) {
            fields(segmentTiles, op, 0, 0).run(Grid.threads(sums));
        } else if (op.segments() <= FEW_SEGMENTS) {
            long tileSums = cuda.workspace(Float.BYTES * sums * tileCount);
            fields(segmentTiles, op, tileSums, 0).run(Grid.threads(sums * tileCount));
            fields(segmentEnd, op, tileSums, 0).run(Grid.warps(sums));
        } else {
            long blocks = Grid.threads(sums, SEGMENT_THREADS);
            long lanes = blocks * SEGMENT_THREADS * Grid.WARP;
            long groups = tileCount > Grid.TILE ? cuda.workspace(Double.BYTES * lanes) : 0;
            fields(segments, op, 0, groups).run(blocks, SEGMENT_THREADS);
        }
    }

    private Launch fields(Kernel kernel, ScanOps.SegmentSum op, long tileSums, long groups) {
        return launch(kernel)
                .buffer(op.order())
                .buffer(op.offsets())
                .buffer(op.x())
                .buffer(op.y())
                .address(tileSums)
                .address(groups)
                .faults()
                .index(op.firstOrder())
                .index(op.firstOffset())
                .number(op.rows())
                .number(op.segments())
                .number(op.draws())
                .number(0);
    }

    private void cumulativeSum(ScanOps.CumulativeSum op) {
        long sums = (long) op.outer() * op.draws();
        long tileCount = Grid.tilesOf(op.inner());
        if (tileCount < 2) {
            fields(cumulate, op, 0, 0).run(Grid.threads(sums * tileCount));
            return;
        }
        long beforeTiles = cuda.workspace((Double.BYTES + Float.BYTES) * sums * tileCount);
        long tileSums = beforeTiles + Double.BYTES * sums * tileCount;
        fields(tiles, op, tileSums, beforeTiles).run(Grid.threads(sums * tileCount));
        long parts = Math.min(Grid.WARP, Grid.ceilDiv(tileCount, Grid.WARP));
        fields(before, op, tileSums, beforeTiles).run(Grid.warps(sums * parts));
        fields(cumulate, op, tileSums, beforeTiles).run(Grid.threads(sums * tileCount));
    }

    private Launch fields(Kernel kernel, ScanOps.CumulativeSum op, long tileSums, long beforeTiles) {
        return launch(kernel)
                .buffer(op.x())
                .buffer(op.y())
                .address(tileSums)
                .address(beforeTiles)
                .number(op.outer())
                .number(op.inner())
                .number(op.draws())
                .flag(op.reverse());
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.FusedOps;
import io.github.elbo4j.device.Index;

/** Launches kernels/fused.cu. */
final class FusedCuda extends KernelFamily {
    /** Groups of four coordinates of a block of fused_adam, and its threads. */
    private static final int GROUPS = FusedOps.MAX_DIMENSIONS / 4;

    private static final int STEP_THREADS = 8 * GROUPS;
    /** Slots of a block that takes a part of the coordinates. */
    private static final int MOST_OF_PARTS = 64;
    /** Dimensions from which blocks share those of a run: with fewer, a second launch costs more. */
    private static final int SHARED = 256;
    /** Draws of all problems of a block of fused_adam_moments. */
    private static final int DRAWS_OF_ALL = 2048;

    private final Kernel elbo16 = cuda.kernel("fused_elbo16");
    private final Kernel elbo32 = cuda.kernel("fused_elbo32");
    private final Kernel elbo64 = cuda.kernel("fused_elbo64");
    private final Kernel elbo256 = cuda.kernel("fused_elbo256");
    private final Kernel elboEnd = cuda.kernel("fused_elbo_end");
    private final Kernel elboFold = cuda.kernel("fused_elbo_fold");
    private final Kernel adam = cuda.kernel("fused_adam");
    private final Kernel adamMoments = cuda.kernel("fused_adam_moments");

    FusedCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(FusedOps.GaussianElbo.class, this::elbo);
        launchers.add(FusedOps.GaussianAdam.class, this::adam);
    }

    private void elbo(FusedOps.GaussianElbo op) {
        DrawBlock shape = op.shape();
        Buffer runs = op.runs();
        int dims = shape.dimensions();
        long runsOfAll = shape.problems() * (long) ElboOps.runs(shape.draws());
        int parts = parts(runsOfAll, dims);
        long quads =
                parts == 1 ? quads(Math.min(dims, Grid.TILE)) : Grid.ceilDiv(dims, Grid.WARP) * Grid.WARP / 4 / parts;
        long rows = 2 * shape.allDraws();
        long tiles = Grid.takeTiles(cuda, rows, dims);
        long lanes = parts == 1 ? 0 : cuda.workspace(Float.BYTES * rows * Grid.WARP);
        // With few slots the threads that make a row's terms end it: rows of none have no such threads.
        int most = parts == 1 ? Grid.THREADS : MOST_OF_PARTS;
        int slots = dims == 0 ? most : slots(quads, shape.draws(), most);
        launch(
                        switch (slots) {
                            case 16 -> elbo16;
                            case 32 -> elbo32;
                            case 64 -> elbo64;
                            default -> elbo256;
                        })
                .normals(op.key(), op.step(), shape)
                .buffer(op.mu())
                .buffer(op.omega())
                .buffer(op.target().mu())
                .buffer(op.target().omega())
                .buffer(op.logP())
                .buffer(op.logQ())
                .buffer(runs)
                .address(tiles)
                .address(lanes)
                .number(op.target().shared() ? 0L : dims)
                .number(runs == null ? 0 : RunBlocks.all(runs, shape, 2L * dims))
                .flag(op.path())
                .number(parts)
                .number(0)
                .run(Grid.ceilDiv(runsOfAll, slots / quads) * Math.max(1, Grid.tilesOf(dims)) * parts);
        if (tiles != 0 || lanes != 0) {
            launch(tiles != 0 ? elboEnd : elboFold)
                    .address(tiles != 0 ? tiles : lanes)
                    .buffer(op.logP())
                    .buffer(op.logQ())
                    .number(shape.allDraws())
                    .number(dims)
                    .run(Grid.warps(rows));
        }
    }

    /**
     * Blocks that share the coordinates of a run, where there are few runs: each takes some lanes of a row's sum. With 4 or 8
     * a tile's coordinates fit 64 slots.
     */
    private static int parts(long runs, int dimensions) {
        if (dimensions < SHARED || dimensions > Grid.TILE || runs >= Grid.BUSY) {
            return 1;
        }
        return 4 * runs >= Grid.BUSY ? 4 : 8;
    }

    /**
     * Slots of a block, 16, 32, 64 or 256: as few as a run needs, so that many threads share its draws, but enough that the
     * block takes no more draws at a time than there are.
     */
    private static int slots(long quads, int draws, int most) {
        int slots = 16;
        while (slots < most && (slots < quads || Grid.THREADS / slots > draws)) {
            slots *= slots == 64 ? 4 : 2;
        }
        return slots;
    }

    private static long quads(int dimensions) {
        return Math.max(1, Grid.ceilDiv(dimensions, 4));
    }

    private void adam(FusedOps.GaussianAdam op) {
        DrawBlock shape = op.shape();
        Buffer moments = op.moments();
        int dims = shape.dimensions();
        // Normals made elsewhere are those of one step.
        int each = cuda.makesNormals() ? op.steps() : 1;
        // Moments are of whole problems; without them groups of coordinates have nothing to do with each other.
        long together = Math.min(GROUPS / quads(dims), DRAWS_OF_ALL / shape.draws());
        long blocks = moments == null
                ? Grid.ceilDiv(shape.problems() * quads(dims), GROUPS)
                : Grid.ceilDiv(shape.problems(), together);
        for (int k = 0; k < op.steps(); k += each) {
            Launch launch =
                    launch(moments == null ? adam : adamMoments).normals(op.key(), Index.of(op.step() + k), shape);
            launch.buffer(op.target().mu()).buffer(op.target().omega());
            launch.buffer(op.m()).buffer(op.v()).buffer(op.parameter());
            launch.address(moments == null ? 0 : Launch.place(moments, 3 * (op.slot() + k) * shape.problems()));
            launch.number(op.target().shared() ? 0 : dims).number(each).flag(op.path());
            launch.number(1 - op.decay().beta1())
                    .number(1 - op.decay().beta2())
                    .number(op.decay().guard());
            for (int i = 0; i < FusedOps.MAX_STEPS; i++) {
                int t = op.t() + k + i;
                launch.number(i < each ? op.decay().rateAt(t, op.rate()) : 0f);
            }
            for (int i = 0; i < FusedOps.MAX_STEPS; i++) {
                int t = op.t() + k + i;
                launch.number(i < each ? op.decay().correctionAt(t) : 0f);
            }
            launch.run(blocks, STEP_THREADS);
        }
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.FusedOps;
import io.github.elbo4j.device.Index;

/** Launches kernels/fused.cu. */
final class FusedCuda extends KernelFamily {
    /** Groups of four coordinates of a block of fused_adam. */
    private static final int SMALL = FusedOps.MAX_DIMENSIONS / 4;
    /** Draws of all its problems. */
    private static final int DRAWS_OF_ALL = 2048;

    private final Kernel elbo16 = cuda.kernel("fused_elbo16");
    private final Kernel elbo64 = cuda.kernel("fused_elbo64");
    private final Kernel elbo256 = cuda.kernel("fused_elbo256");
    private final Kernel elboEnd = cuda.kernel("fused_elbo_end");
    private final Kernel adam = cuda.kernel("fused_adam");

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
        long quads = quads(Math.min(dims, Grid.TILE));
        long tiles = Grid.takeTiles(cuda, 2 * shape.allDraws(), dims);
        int slots = slots(quads, shape.draws());
        long runsOfAll = shape.problems() * (long) ElboOps.runs(shape.draws());
        launch(slots == 16 ? elbo16 : slots == 64 ? elbo64 : elbo256)
                .normals(op.key(), op.step(), shape)
                .buffer(op.mu())
                .buffer(op.omega())
                .buffer(op.target().mu())
                .buffer(op.target().omega())
                .buffer(op.logP())
                .buffer(op.logQ())
                .buffer(runs)
                .address(tiles)
                .number(op.target().shared() ? 0L : dims)
                .number(runs == null ? 0 : RunBlocks.all(runs, shape, 2L * dims))
                .flag(op.path())
                .run(Grid.ceilDiv(runsOfAll, slots / quads) * Math.max(1, Grid.tilesOf(dims)));
        if (dims > Grid.TILE) {
            launch(elboEnd)
                    .address(tiles)
                    .buffer(op.logP())
                    .buffer(op.logQ())
                    .number(shape.allDraws())
                    .number(dims)
                    .run(Grid.warps(2 * shape.allDraws()));
        }
    }

    /**
     * Slots of a block, 16, 64 or 256: as few as a run needs, so that many threads share its draws, but enough that the block
     * takes no more draws at a time than there are.
     */
    private static int slots(long quads, int draws) {
        int slots = 16;
        while (slots < Grid.THREADS && (slots < quads || Grid.THREADS / slots > draws)) {
            slots *= 4;
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
        long together = Math.min(SMALL / quads(dims), DRAWS_OF_ALL / shape.draws());
        long blocks = Grid.ceilDiv(shape.problems(), together);
        for (int k = 0; k < op.steps(); k += each) {
            Launch launch = launch(adam).normals(op.key(), Index.of(op.step() + k), shape);
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
            launch.run(blocks);
        }
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.FusedOps;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.Shape;
import org.jspecify.annotations.Nullable;

/** Launches kernels/fused.cu. */
final class FusedCuda {
    /** Groups of four coordinates of a block of fused_adam. */
    private static final int SMALL = FusedOps.MAX_DIMENSIONS / 4;
    /** Draws of all its problems. */
    private static final int DRAWS_OF_ALL = 2048;

    private final Cuda cuda;
    private final Kernel elbo16;
    private final Kernel elbo64;
    private final Kernel elbo256;
    private final Kernel elboEnd;
    private final Kernel adam;

    FusedCuda(Cuda cuda) {
        this.cuda = cuda;
        elbo16 = cuda.kernel("fused_elbo16");
        elbo64 = cuda.kernel("fused_elbo64");
        elbo256 = cuda.kernel("fused_elbo256");
        elboEnd = cuda.kernel("fused_elbo_end");
        adam = cuda.kernel("fused_adam");
    }

    void elbo(
            Key key,
            int step,
            Shape shape,
            boolean path,
            Buffer mu,
            Buffer omega,
            boolean shared,
            Buffer targetMu,
            Buffer targetOmega,
            Buffer logP,
            Buffer logQ,
            @Nullable Buffer runs) {
        int dims = shape.dimensions();
        long quads = quads(Math.min(dims, Grid.TILE));
        long tiles = Grid.takeTiles(cuda, 2 * shape.rows(), dims);
        int slots = slots(quads, shape.draws());
        long runsOfAll = shape.problems() * (long) ElboOps.runs(shape.draws());
        cuda.launch()
                .of(slots == 16 ? elbo16 : slots == 64 ? elbo64 : elbo256)
                .normals(key, step, shape)
                .buffer(mu)
                .buffer(omega)
                .buffer(targetMu)
                .buffer(targetOmega)
                .buffer(logP)
                .buffer(logQ)
                .buffer(runs)
                .address(tiles)
                .number(shared ? 0L : dims)
                .number(runs == null ? 0 : Runs.all(runs, shape, 2L * dims))
                .flag(path)
                .run(
                        Grid.ceilDiv(runsOfAll, slots / quads) * Math.max(1, Grid.tilesOf(dims)),
                        Grid.THREADS,
                        "gaussianElbo");
        if (dims > Grid.TILE) {
            cuda.launch()
                    .of(elboEnd)
                    .address(tiles)
                    .buffer(logP)
                    .buffer(logQ)
                    .number(shape.rows())
                    .number(dims)
                    .run(Grid.warps(2 * shape.rows()), Grid.THREADS, "gaussianElbo");
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

    void adam(
            Key key,
            int step,
            int steps,
            Shape shape,
            boolean path,
            boolean shared,
            Buffer targetMu,
            Buffer targetOmega,
            int t,
            float rate,
            float beta1,
            float beta2,
            float guard,
            Buffer m,
            Buffer v,
            Buffer parameter,
            @Nullable Buffer moments,
            long slot) {
        // Normals made elsewhere are those of one step.
        int each = cuda.makesNormals() ? steps : 1;
        long together = Math.min(SMALL / quads(shape.dimensions()), DRAWS_OF_ALL / shape.draws());
        long blocks = Grid.ceilDiv(shape.problems(), together);
        for (int k = 0; k < steps; k += each) {
            Launch launch = cuda.launch().of(adam).normals(key, step + k, shape);
            launch.buffer(targetMu).buffer(targetOmega).buffer(m).buffer(v).buffer(parameter);
            launch.address(moments == null ? 0 : Launch.place(moments, 3 * (slot + k) * shape.problems()));
            launch.number(shared ? 0 : shape.dimensions()).number(each).flag(path);
            launch.number(1 - beta1).number(1 - beta2).number(guard);
            for (int i = 0; i < FusedOps.MAX_STEPS; i++) {
                launch.number(i < each ? OptimizerOps.rateAt(t + k + i, rate, beta1) : 0f);
            }
            for (int i = 0; i < FusedOps.MAX_STEPS; i++) {
                launch.number(i < each ? OptimizerOps.correctionAt(t + k + i, beta2) : 0f);
            }
            launch.run(blocks, Grid.THREADS, "gaussianAdam");
        }
    }
}

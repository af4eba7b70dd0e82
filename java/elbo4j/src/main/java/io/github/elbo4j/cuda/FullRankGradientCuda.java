package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.ReparamOps;
import io.github.elbo4j.device.ScoreOps;
import org.jspecify.annotations.Nullable;

/** Launches kernels/fullrankgradient.cu. */
final class FullRankGradientCuda extends KernelFamily {
    private final Kernels reparam = new Kernels(cuda, "fullrankgradient_reparam");
    private final Kernels score = new Kernels(cuda, "fullrankgradient_score");
    private final Kernels controlled = new Kernels(cuda, "fullrankgradient_controlled");
    private final Kernels squares = new Kernels(cuda, "fullrankgradient_squares");

    FullRankGradientCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(ReparamOps.FullRankReparam.class, this::reparam);
        launchers.add(ScoreOps.FullRankScoreGradient.class, this::score);
        launchers.add(ScoreOps.FullRankScoreSquares.class, this::squares);
    }

    private void reparam(ReparamOps.FullRankReparam op) {
        Launch launch = begin(reparam, op.key(), op.step(), op.shape(), op.factor(), op.gradient(), op.score());
        end(launch, op.shape(), null, 0, op.runs(), 1);
    }

    private void score(ScoreOps.FullRankScoreGradient op) {
        Kernels kernels = op.sums() == null ? score : controlled;
        Launch launch = begin(kernels, op.key(), op.step(), op.shape(), op.factor(), op.score(), op.weights());
        end(launch, op.shape(), op.sums(), op.draws(), op.runs(), 1);
    }

    private void squares(ScoreOps.FullRankScoreSquares op) {
        Launch launch = begin(squares, op.key(), op.step(), op.shape(), op.factor(), op.score(), op.weights());
        end(launch, op.shape(), null, 0, op.runs(), 2);
    }

    /** The fields that are read of every draw. */
    private Launch begin(
            Kernels kernels,
            Key key,
            Index step,
            DrawBlock shape,
            Buffer factor,
            Buffer vectors,
            @Nullable Buffer other) {
        return launch(isSmall(shape) ? kernels.small : kernels.large)
                .normals(key, step, shape)
                .buffer(factor)
                .buffer(vectors)
                .buffer(other);
    }

    private static void end(
            Launch launch, DrawBlock shape, @Nullable Buffer sums, int allDraws, Buffer runs, int parts) {
        long dims = shape.dimensions();
        launch.buffer(sums)
                .buffer(runs)
                .number(RunBlocks.all(runs, shape, parts * (dims + dims * dims)))
                .number(allDraws)
                .run(blocks(shape, isSmall(shape) ? GemmCuda.SMALL_TILE : GemmCuda.TILE));
    }

    private static boolean isSmall(DrawBlock shape) {
        return blocks(shape, GemmCuda.TILE) < GemmCuda.BUSY;
    }

    private static long blocks(DrawBlock shape, int tile) {
        long tiles = Grid.ceilDiv(shape.dimensions(), tile);
        return shape.problems() * (ElboOps.runs(shape.draws()) * (tiles * tiles));
    }

    /** One operation in both sizes of a tile. */
    private static final class Kernels {
        private final Kernel large;
        private final Kernel small;

        Kernels(Cuda cuda, String name) {
            large = cuda.kernel(name);
            small = cuda.kernel(name + GemmCuda.SMALL_TILE);
        }
    }
}

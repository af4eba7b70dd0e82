package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.ReparamOps;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.device.Shape;
import org.jspecify.annotations.Nullable;

/** Launches kernels/fullrankgradient.cu. */
final class FullRankGradientCuda {
    private final Cuda cuda;
    private final Kernels reparam;
    private final Kernels score;
    private final Kernels controlled;
    private final Kernels squares;

    FullRankGradientCuda(Cuda cuda) {
        this.cuda = cuda;
        reparam = new Kernels(cuda, "fullrankgradient_reparam");
        score = new Kernels(cuda, "fullrankgradient_score");
        controlled = new Kernels(cuda, "fullrankgradient_controlled");
        squares = new Kernels(cuda, "fullrankgradient_squares");
    }

    void addTo(Launchers launchers) {
        launchers.add(ReparamOps.FullRankReparam.class, this::reparam);
        launchers.add(ScoreOps.FullRankScoreGradient.class, this::score);
        launchers.add(ScoreOps.FullRankScoreSquares.class, this::squares);
    }

    private void reparam(ReparamOps.FullRankReparam op) {
        Launch launch = begin(reparam, op.key(), op.step(), op.shape(), op.factor(), op.gradient(), op.score());
        end(launch, op.shape(), null, 0, op.runs(), 1, "fullRankReparam");
    }

    private void score(ScoreOps.FullRankScoreGradient op) {
        Kernels kernels = op.sums() == null ? score : controlled;
        Launch launch = begin(kernels, op.key(), op.step(), op.shape(), op.factor(), op.score(), op.weights());
        end(launch, op.shape(), op.sums(), op.draws(), op.runs(), 1, "fullRankScoreGradient");
    }

    private void squares(ScoreOps.FullRankScoreSquares op) {
        Launch launch = begin(squares, op.key(), op.step(), op.shape(), op.factor(), op.score(), op.weights());
        end(launch, op.shape(), null, 0, op.runs(), 2, "fullRankScoreSquares");
    }

    /** The fields that are read of every draw. */
    private Launch begin(
            Kernels kernels, Key key, Index step, Shape shape, Buffer factor, Buffer vectors, @Nullable Buffer other) {
        return cuda.launch()
                .of(isSmall(shape) ? kernels.small : kernels.large)
                .normals(key, step, shape)
                .buffer(factor)
                .buffer(vectors)
                .buffer(other);
    }

    private static void end(
            Launch launch, Shape shape, @Nullable Buffer sums, int allDraws, Buffer runs, int parts, String operation) {
        long dims = shape.dimensions();
        launch.buffer(sums)
                .buffer(runs)
                .number(Runs.all(runs, shape, parts * (dims + dims * dims)))
                .number(allDraws)
                .run(blocks(shape, isSmall(shape) ? GemmCuda.SMALL_TILE : GemmCuda.TILE), Grid.THREADS, operation);
    }

    private static boolean isSmall(Shape shape) {
        return blocks(shape, GemmCuda.TILE) < GemmCuda.BUSY;
    }

    private static long blocks(Shape shape, int tile) {
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

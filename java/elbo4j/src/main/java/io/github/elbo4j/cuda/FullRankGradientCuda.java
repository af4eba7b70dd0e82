package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Key;
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

    void reparam(Key key, int step, Shape shape, Buffer factor, Buffer slopes, @Nullable Buffer score, Buffer runs) {
        launch(reparam, key, step, shape, factor, slopes, score, null, 0, runs, 1, "fullRankReparam");
    }

    void score(
            Key key,
            int step,
            Shape shape,
            Buffer factor,
            Buffer score,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs) {
        Kernels kernels = sums == null ? this.score : controlled;
        launch(kernels, key, step, shape, factor, score, weights, sums, draws, runs, 1, "fullRankScoreGradient");
    }

    void squares(Key key, int step, Shape shape, Buffer factor, Buffer score, Buffer weights, Buffer runs) {
        launch(squares, key, step, shape, factor, score, weights, null, 0, runs, 2, "fullRankScoreSquares");
    }

    private void launch(
            Kernels kernels,
            Key key,
            int step,
            Shape shape,
            Buffer factor,
            Buffer vectors,
            @Nullable Buffer other,
            @Nullable Buffer sums,
            int allDraws,
            Buffer runs,
            int parts,
            String operation) {
        long dims = shape.dimensions();
        boolean small = blocks(shape, GemmCuda.TILE) < GemmCuda.BUSY;
        cuda.launch()
                .of(small ? kernels.small : kernels.large)
                .normals(key, step, shape)
                .buffer(factor)
                .buffer(vectors)
                .buffer(other)
                .buffer(sums)
                .buffer(runs)
                .number(Runs.all(runs, shape, parts * (dims + dims * dims)))
                .number(allDraws)
                .run(blocks(shape, small ? GemmCuda.SMALL_TILE : GemmCuda.TILE), Grid.THREADS, operation);
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

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.LowRankGradientOps;
import io.github.elbo4j.device.LowRankOps;
import org.jspecify.annotations.Nullable;

/** Launches kernels/lowrankgradient.cu. */
final class LowRankGradientCuda extends KernelFamily {
    /** Coordinates of a block. */
    private static final int COORDINATES = 128;

    private static final int COLUMNS = 16;
    private static final int THREADS = 128;

    private final Kernel reparam = cuda.kernel("lowrankgradient_reparam");
    private final Kernel score = cuda.kernel("lowrankgradient_score");
    private final Kernel controlled = cuda.kernel("lowrankgradient_controlled");
    private final Kernel squares = cuda.kernel("lowrankgradient_squares");

    LowRankGradientCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(LowRankGradientOps.LowRankReparam.class, this::reparam);
        launchers.add(LowRankGradientOps.LowRankScoreGradient.class, this::score);
        launchers.add(LowRankGradientOps.LowRankScoreSquares.class, this::squares);
    }

    private void reparam(LowRankGradientOps.LowRankReparam op) {
        DrawBlock all = LowRankOps.normals(op.shape(), op.rank());
        Launch launch = launch(reparam).normals(op.key(), op.step(), all);
        begin(launch, op.omega(), op.gradient(), op.score(), null, null);
        end(launch, op.shape(), op.rank(), null, 0, op.runs(), 1);
    }

    private void score(LowRankGradientOps.LowRankScoreGradient op) {
        Launch launch = withoutNormals(op.sums() == null ? score : controlled, op.shape(), op.rank());
        begin(launch, op.omega(), op.score(), op.latent(), op.centre(), op.weights());
        end(launch, op.shape(), op.rank(), op.sums(), op.draws(), op.runs(), 1);
    }

    private void squares(LowRankGradientOps.LowRankScoreSquares op) {
        Launch launch = withoutNormals(squares, op.shape(), op.rank());
        begin(launch, op.omega(), op.score(), op.latent(), op.centre(), op.weights());
        end(launch, op.shape(), op.rank(), null, 0, op.runs(), 2);
    }

    /** The shape alone: the score is given. */
    private Launch withoutNormals(Kernel kernel, DrawBlock shape, int rank) {
        return launch(kernel).normals(new Key(0), Index.of(0), LowRankOps.normals(shape, rank), 0);
    }

    private static void begin(
            Launch launch,
            Buffer omega,
            Buffer vectors,
            @Nullable Buffer other,
            @Nullable Buffer centre,
            @Nullable Buffer weights) {
        launch.buffer(omega).buffer(vectors).buffer(other).buffer(centre).buffer(weights);
    }

    private static void end(
            Launch launch, DrawBlock shape, int rank, @Nullable Buffer sums, int allDraws, Buffer runs, int parts) {
        long tiles = Grid.ceilDiv(shape.dimensions(), COORDINATES);
        long groups = Grid.ceilDiv(2 + rank, COLUMNS);
        launch.buffer(sums)
                .buffer(runs)
                .number(rank)
                .number(RunBlocks.all(runs, shape, parts * LowRankOps.width(shape.dimensions(), rank)))
                .number(allDraws)
                .run(shape.problems() * (ElboOps.runs(shape.draws()) * groups * tiles), THREADS);
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.device.ScoreOps.Baseline;

/** Launches kernels/score.cu. */
final class ScoreCuda extends KernelFamily {
    private final Kernel baseline = cuda.kernel("score_baseline");
    private final Kernel weights = cuda.kernel("score_weights");
    private final Kernel meanField = cuda.kernel("score_meanfield");
    private final Kernel controlled = cuda.kernel("score_controlled");
    private final Kernel squares = cuda.kernel("score_squares");

    ScoreCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(ScoreOps.ScoreWeights.class, this::weights);
        launchers.add(ScoreOps.MeanFieldScore.class, this::meanField);
        launchers.add(ScoreOps.MeanFieldScoreSquares.class, this::meanFieldSquares);
    }

    private void weights(ScoreOps.ScoreWeights op) {
        int problems = op.problems();
        int draws = op.draws();
        long subtracted = 0;
        if (op.baseline() != Baseline.NONE) {
            boolean moving = op.baseline() == Baseline.RUNNING_MEAN; // only then are running and rate used
            subtracted = cuda.workspace((long) Double.BYTES * problems);
            launch(baseline)
                    .buffer(op.logP())
                    .buffer(op.logQ())
                    .buffer(moving ? op.running() : null)
                    .address(subtracted)
                    .scalar(moving ? op.rate() : Scalar.of(1))
                    .number(problems)
                    .number(draws)
                    .run(Grid.rows(problems, draws));
        }
        launch(weights)
                .buffer(op.logP())
                .buffer(op.logQ())
                .address(subtracted)
                .buffer(op.weights())
                .number(op.baseline() == Baseline.LEAVE_ONE_OUT ? draws / (draws - 1.0) : 1.0)
                .number(problems)
                .number(draws)
                .run(Grid.threads((long) problems * draws));
    }

    private void meanField(ScoreOps.MeanFieldScore op) {
        launch(op.sums() == null ? meanField : controlled)
                .normals(op.key(), op.step(), op.shape())
                .buffer(op.omega())
                .buffer(op.weights())
                .buffer(op.sums())
                .buffer(op.runs())
                .number(RunBlocks.all(op.runs(), op.shape(), 2L * op.shape().dimensions()))
                .number(op.draws())
                .run(RunBlocks.blocks(op.shape()));
    }

    private void meanFieldSquares(ScoreOps.MeanFieldScoreSquares op) {
        launch(squares)
                .normals(op.key(), op.step(), op.shape())
                .buffer(op.weights())
                .buffer(op.runs())
                .number(RunBlocks.all(op.runs(), op.shape(), 4L * op.shape().dimensions()))
                .number(0)
                .run(RunBlocks.blocks(op.shape()));
    }
}

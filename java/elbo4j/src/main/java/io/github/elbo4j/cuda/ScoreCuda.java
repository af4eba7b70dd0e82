package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.device.ScoreOps.Baseline;

/** Launches kernels/score.cu. */
final class ScoreCuda {
    private final Cuda cuda;
    private final Kernel baseline;
    private final Kernel weights;
    private final Kernel meanField;
    private final Kernel controlled;
    private final Kernel squares;

    ScoreCuda(Cuda cuda) {
        this.cuda = cuda;
        baseline = cuda.kernel("score_baseline");
        weights = cuda.kernel("score_weights");
        meanField = cuda.kernel("score_meanfield");
        controlled = cuda.kernel("score_controlled");
        squares = cuda.kernel("score_squares");
    }

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
            boolean moving = op.baseline() == Baseline.RUNNING_MEAN; // only then are running and rate of account
            subtracted = cuda.workspace((long) Double.BYTES * problems);
            cuda.launch()
                    .of(baseline)
                    .buffer(op.logP())
                    .buffer(op.logQ())
                    .buffer(moving ? op.running() : null)
                    .address(subtracted)
                    .scalar(moving ? op.rate() : Scalar.of(1))
                    .number(problems)
                    .number(draws)
                    .run(Grid.rows(problems, draws), Grid.THREADS, "scoreWeights");
        }
        cuda.launch()
                .of(weights)
                .buffer(op.logP())
                .buffer(op.logQ())
                .address(subtracted)
                .buffer(op.weights())
                .number(op.baseline() == Baseline.LEAVE_ONE_OUT ? draws / (draws - 1.0) : 1.0)
                .number(problems)
                .number(draws)
                .run(Grid.threads((long) problems * draws), Grid.THREADS, "scoreWeights");
    }

    private void meanField(ScoreOps.MeanFieldScore op) {
        cuda.launch()
                .of(op.sums() == null ? meanField : controlled)
                .normals(op.key(), op.step(), op.shape())
                .buffer(op.omega())
                .buffer(op.weights())
                .buffer(op.sums())
                .buffer(op.runs())
                .number(Runs.all(op.runs(), op.shape(), 2L * op.shape().dimensions()))
                .number(op.draws())
                .run(Runs.blocks(op.shape()), Grid.THREADS, "meanFieldScore");
    }

    private void meanFieldSquares(ScoreOps.MeanFieldScoreSquares op) {
        cuda.launch()
                .of(squares)
                .normals(op.key(), op.step(), op.shape())
                .buffer(op.weights())
                .buffer(op.runs())
                .number(Runs.all(op.runs(), op.shape(), 4L * op.shape().dimensions()))
                .number(0)
                .run(Runs.blocks(op.shape()), Grid.THREADS, "meanFieldScoreSquares");
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.device.Shape;
import org.jspecify.annotations.Nullable;

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

    void weights(
            int problems,
            int draws,
            Baseline baseline,
            Buffer logP,
            Buffer logQ,
            @Nullable Buffer running,
            double rate,
            Buffer result) {
        long subtracted = 0;
        if (baseline != Baseline.NONE) {
            subtracted = cuda.arena().take((long) Double.BYTES * problems);
            cuda.launch()
                    .of(this.baseline)
                    .buffer(logP)
                    .buffer(logQ)
                    .buffer(baseline == Baseline.RUNNING_MEAN ? running : null)
                    .address(subtracted)
                    .number(rate)
                    .number(problems)
                    .number(draws)
                    .run(Grid.rows(problems, draws), Grid.THREADS, "scoreWeights");
        }
        cuda.launch()
                .of(weights)
                .buffer(logP)
                .buffer(logQ)
                .address(subtracted)
                .buffer(result)
                .number(baseline == Baseline.LEAVE_ONE_OUT ? draws / (draws - 1.0) : 1.0)
                .number(problems)
                .number(draws)
                .run(Grid.threads((long) problems * draws), Grid.THREADS, "scoreWeights");
    }

    void meanField(
            Key key,
            int step,
            Shape shape,
            Buffer omega,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs) {
        cuda.launch()
                .of(sums == null ? meanField : controlled)
                .normals(key, step, shape)
                .buffer(omega)
                .buffer(weights)
                .buffer(sums)
                .buffer(runs)
                .number(Runs.all(runs, shape, 2L * shape.dimensions()))
                .number(draws)
                .run(Runs.blocks(shape), Grid.THREADS, "meanFieldScore");
    }

    void meanFieldSquares(Key key, int step, Shape shape, Buffer weights, Buffer runs) {
        cuda.launch()
                .of(squares)
                .normals(key, step, shape)
                .buffer(weights)
                .buffer(runs)
                .number(Runs.all(runs, shape, 4L * shape.dimensions()))
                .number(0)
                .run(Runs.blocks(shape), Grid.THREADS, "meanFieldScoreSquares");
    }
}

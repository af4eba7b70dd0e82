package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.device.Shape;
import org.jspecify.annotations.Nullable;

/** Launches kernels/score.cu. */
final class ScoreCuda {
    ScoreCuda(Cuda cuda) {}

    void weights(
            int problems,
            int draws,
            Baseline baseline,
            Buffer logP,
            Buffer logQ,
            @Nullable Buffer running,
            double rate,
            Buffer result) {
        Kernel.missing();
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
        Kernel.missing();
    }

    void meanFieldSquares(Key key, int step, Shape shape, Buffer weights, Buffer runs) {
        Kernel.missing();
    }
}

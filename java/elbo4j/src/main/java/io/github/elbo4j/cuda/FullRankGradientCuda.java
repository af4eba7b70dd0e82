package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Shape;
import org.jspecify.annotations.Nullable;

/** Launches kernels/fullrankgradient.cu. */
final class FullRankGradientCuda {
    FullRankGradientCuda(Cuda cuda) {}

    void reparam(Key key, int step, Shape shape, Buffer factor, Buffer slopes, @Nullable Buffer score, Buffer runs) {
        Kernel.missing();
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
        Kernel.missing();
    }

    void squares(Key key, int step, Shape shape, Buffer factor, Buffer score, Buffer weights, Buffer runs) {
        Kernel.missing();
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Matrix;
import org.jspecify.annotations.Nullable;

/** Launches kernels/likelihood.cu. */
final class LikelihoodCuda {
    LikelihoodCuda(Cuda cuda) {}

    void bernoulliLogit(int rows, int observations, Buffer y, float scale, Buffer eta, Buffer logP) {
        Kernel.missing();
    }

    void gaussian(
            int rows,
            int observations,
            Buffer y,
            float scale,
            Matrix logNoise,
            Buffer eta,
            Buffer logP,
            @Nullable Matrix gradLogNoise) {
        Kernel.missing();
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import org.jspecify.annotations.Nullable;

/** Launches kernels/elbo.cu. */
final class ElboCuda {
    ElboCuda(Cuda cuda) {}

    void moments(int problems, int draws, Buffer logP, @Nullable Buffer logQ, Buffer result, long slot) {
        Kernel.missing();
    }

    void renyi(int problems, int draws, float alpha, Buffer logP, @Nullable Buffer logQ, Buffer bound) {
        Kernel.missing();
    }

    void meanOverDraws(int problems, int draws, int width, float constant, Buffer runSums, Buffer mean) {
        Kernel.missing();
    }
}

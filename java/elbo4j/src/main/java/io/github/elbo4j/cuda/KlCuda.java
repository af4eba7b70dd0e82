package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import org.jspecify.annotations.Nullable;

/** Launches kernels/kl.cu. */
final class KlCuda {
    KlCuda(Cuda cuda) {}

    void toStandard(int problems, int dimensions, Buffer mu, Buffer omega, Buffer kl) {
        Kernel.missing();
    }

    void toStandardGradient(int problems, int dimensions, Buffer mu, Buffer omega, Buffer gradMu, Buffer gradOmega) {
        Kernel.missing();
    }

    void diagonal(int problems, int dimensions, Buffer muQ, Buffer omegaQ, Buffer muP, Buffer omegaP, Buffer kl) {
        Kernel.missing();
    }

    void diagonalGradient(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer omegaQ,
            Buffer muP,
            Buffer omegaP,
            Buffer gradMu,
            Buffer gradOmega) {
        Kernel.missing();
    }

    void full(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer factorQ,
            Buffer muP,
            Buffer factorP,
            @Nullable Buffer kl,
            @Nullable Buffer gradMu,
            @Nullable Buffer gradFactor) {
        Kernel.missing();
    }
}

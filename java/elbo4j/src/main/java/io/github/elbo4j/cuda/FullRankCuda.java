package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Shape;

/** Launches kernels/fullrank.cu. */
final class FullRankCuda {
    FullRankCuda(Cuda cuda) {}

    void sample(Key key, int step, Shape shape, Buffer mu, Buffer factor, Buffer z) {
        Kernel.missing();
    }

    void logDensity(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer logQ) {
        Kernel.missing();
    }

    void gradient(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer gradient) {
        Kernel.missing();
    }

    void score(Key key, int step, Shape shape, Buffer factor, Buffer score) {
        Kernel.missing();
    }

    void entropy(int problems, int dimensions, Buffer factor, Buffer result, long slot) {
        Kernel.missing();
    }
}

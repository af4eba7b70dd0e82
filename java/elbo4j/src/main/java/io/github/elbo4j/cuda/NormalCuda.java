package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Shape;

/** Launches kernels/normal.cu. */
final class NormalCuda {
    NormalCuda(Cuda cuda) {}

    void words(Key key, int step, Shape shape, Buffer words) {
        Kernel.missing();
    }

    void uniform(Key key, int step, Shape shape, Buffer u) {
        Kernel.missing();
    }

    void normal(Key key, int step, Shape shape, Buffer epsilon) {
        Kernel.missing();
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Shape;

/** Launches kernels/reparam.cu. */
final class ReparamCuda {
    ReparamCuda(Cuda cuda) {}

    void meanField(Key key, int step, Shape shape, boolean path, Buffer omega, Buffer gradient, Buffer runs) {
        Kernel.missing();
    }
}

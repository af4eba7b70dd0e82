package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;

/** Launches kernels/optimizer.cu. */
final class OptimizerCuda {
    OptimizerCuda(Cuda cuda) {}

    void sgd(long n, float rate, Buffer gradient, Buffer parameter) {
        Kernel.missing();
    }

    void adam(
            long n,
            int t,
            float rate,
            float beta1,
            float beta2,
            float guard,
            Buffer gradient,
            Buffer m,
            Buffer v,
            Buffer parameter) {
        Kernel.missing();
    }
}

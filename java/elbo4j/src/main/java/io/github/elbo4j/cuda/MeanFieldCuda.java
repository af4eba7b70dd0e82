package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MeanFieldOps.With;
import io.github.elbo4j.device.Shape;
import org.jspecify.annotations.Nullable;

/** Launches kernels/meanfield.cu. */
final class MeanFieldCuda {
    MeanFieldCuda(Cuda cuda) {}

    void sample(Key key, int step, Shape shape, Buffer mu, Buffer omega, Buffer z) {
        Kernel.missing();
    }

    void density(
            Shape shape,
            With with,
            Buffer mu,
            Buffer omega,
            Buffer z,
            @Nullable Buffer logQ,
            @Nullable Buffer gradient) {
        Kernel.missing();
    }

    void entropy(int problems, int dimensions, Buffer omega, Buffer result, long slot) {
        Kernel.missing();
    }
}

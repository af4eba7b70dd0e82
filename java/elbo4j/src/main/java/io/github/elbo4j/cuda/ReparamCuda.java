package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Shape;

/** Launches kernels/reparam.cu. */
final class ReparamCuda {
    private final Cuda cuda;
    private final Kernel meanField;

    ReparamCuda(Cuda cuda) {
        this.cuda = cuda;
        meanField = cuda.kernel("reparam_meanfield");
    }

    void meanField(Key key, int step, Shape shape, boolean path, Buffer omega, Buffer gradient, Buffer runs) {
        cuda.launch()
                .of(meanField)
                .normals(key, step, shape)
                .buffer(omega)
                .buffer(gradient)
                .buffer(runs)
                .number(Runs.all(runs, shape, 2L * shape.dimensions()))
                .flag(path)
                .run(Runs.blocks(shape), Grid.THREADS, "meanFieldReparam");
    }
}

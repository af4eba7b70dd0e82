package io.github.elbo4j.cuda;

import io.github.elbo4j.device.ReparamOps;

/** Launches kernels/reparam.cu. */
final class ReparamCuda extends KernelFamily {
    private final Kernel meanField = cuda.kernel("reparam_meanfield");

    ReparamCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(ReparamOps.MeanFieldReparam.class, this::meanField);
    }

    private void meanField(ReparamOps.MeanFieldReparam op) {
        launch(meanField)
                .normals(op.key(), op.step(), op.shape())
                .buffer(op.omega())
                .buffer(op.gradient())
                .buffer(op.runs())
                .number(RunBlocks.all(op.runs(), op.shape(), 2L * op.shape().dimensions()))
                .flag(op.path())
                .run(RunBlocks.blocks(op.shape()));
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.OptimizerOps;

/** Launches kernels/optimizer.cu. */
final class OptimizerCuda extends KernelFamily {
    private final Kernel sgd = cuda.kernel("math_axpy");
    private final Kernel adam = cuda.kernel("optimizer_adam");

    OptimizerCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(OptimizerOps.Sgd.class, this::sgd);
        launchers.add(OptimizerOps.Adam.class, this::adam);
    }

    private void sgd(OptimizerOps.Sgd op) {
        launch(sgd)
                .buffer(op.gradient())
                .buffer(op.parameter())
                .number(op.n())
                .scalar(op.rate())
                .run(Grid.quads(op.n()));
    }

    private void adam(OptimizerOps.Adam op) {
        launch(adam)
                .buffer(op.gradient())
                .buffer(op.scale())
                .buffer(op.m())
                .buffer(op.v())
                .buffer(op.parameter())
                .number(op.n())
                .scalar(op.rate())
                .scalar(op.correction())
                .number(1 - op.decay().beta1())
                .number(1 - op.decay().beta2())
                .number(op.decay().guard())
                .run(Grid.quads(op.n()));
    }
}

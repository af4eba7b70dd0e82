package io.github.elbo4j.cuda;

import io.github.elbo4j.device.OptimizerOps;

/** Launches kernels/optimizer.cu. */
final class OptimizerCuda {
    private final Cuda cuda;
    private final MathCuda math;
    private final Kernel adam;

    OptimizerCuda(Cuda cuda, MathCuda math) {
        this.cuda = cuda;
        this.math = math;
        adam = cuda.kernel("optimizer_adam");
    }

    void addTo(Launchers launchers) {
        launchers.add(OptimizerOps.Sgd.class, op -> math.axpy(op.n(), op.rate(), op.gradient(), op.parameter(), "sgd"));
        launchers.add(OptimizerOps.Adam.class, this::adam);
    }

    private void adam(OptimizerOps.Adam op) {
        cuda.launch()
                .of(adam)
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
                .run(Grid.quads(op.n()), Grid.THREADS, "adam");
    }
}

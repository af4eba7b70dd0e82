package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.OptimizerOps;
import org.jspecify.annotations.Nullable;

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

    void sgd(long n, float rate, Buffer gradient, Buffer parameter) {
        math.axpy(n, rate, gradient, parameter, "sgd");
    }

    void adam(
            long n,
            int t,
            float rate,
            float beta1,
            float beta2,
            float guard,
            Buffer gradient,
            @Nullable Buffer scale,
            Buffer m,
            Buffer v,
            Buffer parameter) {
        cuda.launch()
                .of(adam)
                .buffer(gradient)
                .buffer(scale)
                .buffer(m)
                .buffer(v)
                .buffer(parameter)
                .number(n)
                .number(OptimizerOps.rateAt(t, rate, beta1))
                .number(1 - beta1)
                .number(1 - beta2)
                .number(OptimizerOps.correctionAt(t, beta2))
                .number(guard)
                .run(Grid.quads(n), Grid.THREADS, "adam");
    }
}

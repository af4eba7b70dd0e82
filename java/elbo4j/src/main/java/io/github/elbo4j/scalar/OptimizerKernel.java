package io.github.elbo4j.scalar;

import static io.github.elbo4j.scalar.HostKernel.floats;
import static io.github.elbo4j.scalar.HostKernel.value;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.OptimizerOps;
import org.jspecify.annotations.Nullable;

/** Ascent steps. Twin of kernels/optimizer.cu. */
public class OptimizerKernel {
    private final SharedKernels basics;

    public OptimizerKernel(SharedKernels basics) {
        this.basics = basics;
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(OptimizerOps.Sgd.class, this::sgd);
        twins.add(OptimizerOps.Adam.class, this::adam);
    }

    // ---- inner loop over at most a block; SIMD devices replace it ----

    /**
     * Parameters {@code o … o+n−1}, whose gradients begin at {@code go}; {@code rate} and {@code correction} hold the bias
     * corrections: rate/(1−beta1^t) and 1/(1−beta2^t).
     *
     * @param scale null, or as long as {@code x}
     */
    protected void adam(
            float rate,
            float gain1,
            float gain2,
            float correction,
            float guard,
            float[] gradient,
            int go,
            float @Nullable [] scale,
            float[] m,
            float[] v,
            float[] x,
            int o,
            int n,
            WorkerMemory memory) {
        for (int i = o; i < o + n; i++) {
            float unit = scale == null ? 1 : scale[i];
            float g = gradient[go + i - o] * unit;
            m[i] = Math.fma(gain1, g - m[i], m[i]);
            v[i] = Math.fma(gain2, Math.fma(g, g, -v[i]), v[i]);
            float root = (float) Math.sqrt(v[i] * correction) + guard;
            x[i] = Math.fma(rate * unit * m[i], DetMath.reciprocal(root), x[i]);
        }
    }

    // ---- launches ----

    private HostKernel sgd(OptimizerOps.Sgd op) {
        return new Blocks(op.n(), op.n(), (o, n, memory) -> {
            float rate = (float) value(op.rate());
            basics.math().axpy(rate, floats(op.gradient()), o, floats(op.parameter()), o, n);
        });
    }

    private HostKernel adam(OptimizerOps.Adam op) {
        return new Blocks(op.n(), 4 * op.n(), (o, n, memory) -> adam(op, o, n, memory));
    }

    private void adam(OptimizerOps.Adam op, int o, int n, WorkerMemory memory) {
        Buffer scale = op.scale();
        adam(
                (float) value(op.rate()),
                1 - op.decay().beta1(),
                1 - op.decay().beta2(),
                (float) value(op.correction()),
                op.decay().guard(),
                floats(op.gradient()),
                o,
                scale == null ? null : floats(scale),
                floats(op.m()),
                floats(op.v()),
                floats(op.parameter()),
                o,
                n,
                memory);
    }
}

package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.OptimizerOps;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Ascent steps. Twin of kernels/optimizer.cu. */
public class OptimizerKernel {
    private static final int BLOCK = RowSum.TILE;

    private final Basics basics;
    private final Adam adam = new Adam();

    public OptimizerKernel(Basics basics) {
        this.basics = basics;
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
            Scratch scratch) {
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

    public void sgd(long n, float rate, Buffer gradient, Buffer parameter) {
        basics.math().axpy(n, rate, gradient, parameter);
    }

    public void adam(
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
        adam.n = (int) n;
        adam.rate = OptimizerOps.rateAt(t, rate, beta1);
        adam.gain1 = 1 - beta1;
        adam.gain2 = 1 - beta2;
        adam.correction = OptimizerOps.correctionAt(t, beta2);
        adam.guard = guard;
        adam.gradient = gradient;
        adam.scale = scale;
        adam.m = m;
        adam.v = v;
        adam.parameter = parameter;
        basics.workers().run(adam, Kernel.ceilDiv(adam.n, BLOCK), 4 * n);
    }

    /** One work item is a block. */
    private final class Adam extends Kernel {
        private int n;
        private float rate;
        private float gain1;
        private float gain2;
        private float correction;
        private float guard;
        private @Nullable Buffer gradient;
        private @Nullable Buffer scale;
        private @Nullable Buffer m;
        private @Nullable Buffer v;
        private @Nullable Buffer parameter;

        @Override
        protected void run(int from, int to, Scratch scratch) {
            float[] g = floats(Objects.requireNonNull(gradient));
            float[] units = scale == null ? null : floats(scale);
            float[] first = floats(Objects.requireNonNull(m));
            float[] second = floats(Objects.requireNonNull(v));
            float[] x = floats(Objects.requireNonNull(parameter));
            for (int item = from; item < to; item++) {
                int o = item * BLOCK;
                adam(
                        rate,
                        gain1,
                        gain2,
                        correction,
                        guard,
                        g,
                        o,
                        units,
                        first,
                        second,
                        x,
                        o,
                        Math.min(BLOCK, n - o),
                        scratch);
            }
        }
    }
}

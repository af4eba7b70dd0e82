package io.github.elbo4j.scalar;

import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.ReparamOps;
import java.util.Arrays;

/** The pathwise gradient of the mean-field family. Twin of kernels/reparam.cu. */
public class ReparamKernel {
    private static final int BLOCK = RowSum.TILE;
    private static final int SIGMA = 16; // memory slots
    private static final int INVERSE = 17;
    private static final int EPSILON = 18;
    private static final int SUMS = 19;

    private final SharedKernels basics;

    public ReparamKernel(SharedKernels basics) {
        this.basics = basics;
    }

    /** Its operation. */
    public final void addTo(Twins twins) {
        twins.add(ReparamOps.MeanFieldReparam.class, MeanField::new);
    }

    // ---- inner loops over at most a block, one draw added; SIMD devices replace them ----

    /** {@code mu[i] += g}, {@code omega[i] += g·(sigma·epsilon)}. */
    protected void add(float[] g, int o, float[] sigma, float[] epsilon, float[] sums, int omega, int n) {
        for (int i = 0; i < n; i++) {
            float slope = g[o + i];
            sums[i] += slope;
            sums[omega + i] += slope * (sigma[i] * epsilon[i]);
        }
    }

    /** The same with g + epsilon·inverse in place of g. */
    protected void addPath(
            float[] g, int o, float[] sigma, float[] inverse, float[] epsilon, float[] sums, int omega, int n) {
        for (int i = 0; i < n; i++) {
            float slope = Math.fma(epsilon[i], inverse[i], g[o + i]);
            sums[i] += slope;
            sums[omega + i] += slope * (sigma[i] * epsilon[i]);
        }
    }

    // ---- launch ----

    /** One work item is a block of coordinates of one run of one problem. */
    private final class MeanField extends OperationKernel<ReparamOps.MeanFieldReparam> {
        MeanField(ReparamOps.MeanFieldReparam op) {
            super(op, RunItems.count(op.shape()), 5 * op.shape().elements());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            Key key = op.key();
            int step = (int) value(op.step());
            DrawBlock x = op.shape();
            boolean path = op.path();
            float[] logScale = floats(op.omega());
            float[] g = floats(op.gradient());
            double[] out = doubles(op.runs());
            int dims = x.dimensions();
            float[] sigma = memory.floats(SIGMA, BLOCK);
            float[] inverse = memory.floats(INVERSE, BLOCK);
            float[] epsilon = memory.floats(EPSILON, BLOCK);
            float[] acc = memory.floats(SUMS, 2 * BLOCK);
            for (int item = from; item < to; item++) {
                int b = RunItems.problem(x, item);
                int d = RunItems.firstDimension(x, item);
                int n = Math.min(BLOCK, dims - d);
                int end = RunItems.lastDraw(x, item);
                Arrays.fill(acc, 0, 2 * BLOCK, 0f);
                basics.math().map(Function.EXP, logScale, b * dims + d, sigma, 0, n);
                basics.math().expNegated(logScale, b * dims + d, inverse, 0, n);
                for (int s = RunItems.firstDraw(x, item); s < end; s++) {
                    basics.normals().block(key, step, x, b, s, d, n, epsilon, 0, memory);
                    int o = (b * x.draws() + s) * dims + d;
                    if (path) {
                        addPath(g, o, sigma, inverse, epsilon, acc, BLOCK, n);
                    } else {
                        add(g, o, sigma, epsilon, acc, BLOCK, n);
                    }
                }
                int at = RunItems.offset(x, item, out.length, 2 * dims);
                for (int i = 0; i < n; i++) {
                    out[at + d + i] = acc[i];
                    out[at + dims + d + i] = acc[BLOCK + i];
                }
            }
        }
    }
}

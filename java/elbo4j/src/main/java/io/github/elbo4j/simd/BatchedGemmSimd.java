package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.BatchedGemmKernel;
import jdk.incubator.vector.FloatVector;

/** The inner loop of {@link BatchedGemmKernel}: a lane per matrix, four vectors of chains in registers. */
final class BatchedGemmSimd extends BatchedGemmKernel {
    private static final int FOUR = 4 * Lanes.COUNT;

    BatchedGemmSimd(GemmSimd gemm) {
        super(gemm);
    }

    @Override
    protected void chains(
            float[] a,
            int ao,
            int ak,
            int as,
            float[] b,
            int bo,
            int bk,
            int bs,
            int depth,
            float sign,
            float[] chains,
            int n) {
        int s = 0;
        for (; s + FOUR <= n; s += FOUR) {
            FloatVector c0 = FloatVector.zero(F);
            FloatVector c1 = FloatVector.zero(F);
            FloatVector c2 = FloatVector.zero(F);
            FloatVector c3 = FloatVector.zero(F);
            for (int k = 0; k < depth; k++) {
                int left = ao + k * ak + s * as;
                int right = bo + k * bk + s * bs;
                c0 = operand(a, left, as).mul(sign).fma(operand(b, right, bs), c0);
                c1 = operand(a, left + as * Lanes.COUNT, as)
                        .mul(sign)
                        .fma(operand(b, right + bs * Lanes.COUNT, bs), c1);
                c2 = operand(a, left + 2 * as * Lanes.COUNT, as)
                        .mul(sign)
                        .fma(operand(b, right + 2 * bs * Lanes.COUNT, bs), c2);
                c3 = operand(a, left + 3 * as * Lanes.COUNT, as)
                        .mul(sign)
                        .fma(operand(b, right + 3 * bs * Lanes.COUNT, bs), c3);
            }
            c0.intoArray(chains, s);
            c1.intoArray(chains, s + Lanes.COUNT);
            c2.intoArray(chains, s + 2 * Lanes.COUNT);
            c3.intoArray(chains, s + 3 * Lanes.COUNT);
        }
        for (; s + Lanes.COUNT <= n; s += Lanes.COUNT) {
            FloatVector c = FloatVector.zero(F);
            for (int k = 0; k < depth; k++) {
                FloatVector left = operand(a, ao + k * ak + s * as, as);
                c = left.mul(sign).fma(operand(b, bo + k * bk + s * bs, bs), c);
            }
            c.intoArray(chains, s);
        }
        for (; s < n; s++) {
            float chain = 0f;
            for (int k = 0; k < depth; k++) {
                chain = Math.fma(sign * a[ao + k * ak + s * as], b[bo + k * bk + s * bs], chain);
            }
            chains[s] = chain;
        }
    }

    /** Neighbouring elements, or one that is the same for all; the compiler takes the choice out of the loop. */
    private static FloatVector operand(float[] x, int o, int stride) {
        return stride == 0 ? FloatVector.broadcast(F, x[o]) : FloatVector.fromArray(F, x, o);
    }
}

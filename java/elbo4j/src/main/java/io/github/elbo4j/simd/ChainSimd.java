package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.ChainKernel;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** The inner loops of {@link ChainKernel}: a lane per sum, four vectors of chains in registers. */
final class ChainSimd extends ChainKernel {
    private static final int FOUR = 4 * Lanes.COUNT;
    private static final int TWO = 2 * Lanes.COUNT;

    @Override
    protected int width(int n) {
        return n == 1 ? 1 : (n + Lanes.COUNT - 1) / Lanes.COUNT * Lanes.COUNT;
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
        if (as == 0 && bs == 1) {
            Arrays.fill(chains, 0, n, 0f);
            same(a, ao, ak, b, bo, bk, depth, sign, chains, n);
            return;
        }
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

    @Override
    protected void same(
            float[] a, int ao, int ak, float[] b, int bo, int bk, int depth, float sign, float[] chains, int n) {
        int s = 0;
        for (; s + FOUR <= n; s += FOUR) {
            FloatVector c0 = FloatVector.fromArray(F, chains, s);
            FloatVector c1 = FloatVector.fromArray(F, chains, s + Lanes.COUNT);
            FloatVector c2 = FloatVector.fromArray(F, chains, s + 2 * Lanes.COUNT);
            FloatVector c3 = FloatVector.fromArray(F, chains, s + 3 * Lanes.COUNT);
            for (int k = 0; k < depth; k++) {
                FloatVector left = FloatVector.broadcast(F, sign * a[ao + k * ak]);
                int right = bo + k * bk + s;
                c0 = left.fma(FloatVector.fromArray(F, b, right), c0);
                c1 = left.fma(FloatVector.fromArray(F, b, right + Lanes.COUNT), c1);
                c2 = left.fma(FloatVector.fromArray(F, b, right + 2 * Lanes.COUNT), c2);
                c3 = left.fma(FloatVector.fromArray(F, b, right + 3 * Lanes.COUNT), c3);
            }
            c0.intoArray(chains, s);
            c1.intoArray(chains, s + Lanes.COUNT);
            c2.intoArray(chains, s + 2 * Lanes.COUNT);
            c3.intoArray(chains, s + 3 * Lanes.COUNT);
        }
        for (; s + TWO <= n; s += TWO) {
            FloatVector c0 = FloatVector.fromArray(F, chains, s);
            FloatVector c1 = FloatVector.fromArray(F, chains, s + Lanes.COUNT);
            for (int k = 0; k < depth; k++) {
                FloatVector left = FloatVector.broadcast(F, sign * a[ao + k * ak]);
                int right = bo + k * bk + s;
                c0 = left.fma(FloatVector.fromArray(F, b, right), c0);
                c1 = left.fma(FloatVector.fromArray(F, b, right + Lanes.COUNT), c1);
            }
            c0.intoArray(chains, s);
            c1.intoArray(chains, s + Lanes.COUNT);
        }
        for (; s + Lanes.COUNT <= n; s += Lanes.COUNT) {
            FloatVector c = FloatVector.fromArray(F, chains, s);
            for (int k = 0; k < depth; k++) {
                FloatVector left = FloatVector.broadcast(F, sign * a[ao + k * ak]);
                c = left.fma(FloatVector.fromArray(F, b, bo + k * bk + s), c);
            }
            c.intoArray(chains, s);
        }
        for (; s < n; s++) {
            float chain = chains[s];
            for (int k = 0; k < depth; k++) {
                chain = Math.fma(sign * a[ao + k * ak], b[bo + k * bk + s], chain);
            }
            chains[s] = chain;
        }
    }

    @Override
    protected void add(float[] chains, float[] x, int o, int n) {
        int l = 0;
        for (; l + Lanes.COUNT <= n; l += Lanes.COUNT) {
            FloatVector chain = FloatVector.fromArray(F, chains, l);
            FloatVector.fromArray(F, x, o + l).add(chain).intoArray(x, o + l);
        }
        for (; l < n; l++) {
            x[o + l] += chains[l];
        }
    }

    @Override
    protected void scale(float by, float[] x, int o, int n) {
        int l = 0;
        for (; l + Lanes.COUNT <= n; l += Lanes.COUNT) {
            FloatVector.fromArray(F, x, o + l).mul(by).intoArray(x, o + l);
        }
        for (; l < n; l++) {
            x[o + l] *= by;
        }
    }

    @Override
    protected void end(float[] values, float a, float[] chains, float[] x, int o, int n) {
        FloatVector factor = FloatVector.broadcast(F, a);
        int l = 0;
        for (; l + Lanes.COUNT <= n; l += Lanes.COUNT) {
            FloatVector chain = FloatVector.fromArray(F, chains, l);
            FloatVector.fromArray(F, values, l)
                    .add(factor.fma(FloatVector.fromArray(F, x, o + l), chain))
                    .intoArray(x, o + l);
        }
        for (; l < n; l++) {
            x[o + l] = values[l] + Math.fma(a, x[o + l], chains[l]);
        }
    }

    /** Neighbouring elements, or one that is the same for all; the compiler takes the choice out of the loop. */
    private static FloatVector operand(float[] x, int o, int stride) {
        return stride == 0 ? FloatVector.broadcast(F, x[o]) : FloatVector.fromArray(F, x, o);
    }
}

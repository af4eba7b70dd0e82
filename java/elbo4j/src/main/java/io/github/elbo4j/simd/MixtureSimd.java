package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.D;
import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.MixtureKernel;
import io.github.elbo4j.scalar.RowSum;
import io.github.elbo4j.scalar.SharedKernels;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The inner loops of {@link MixtureKernel}: a lane per row, chains and sums in registers. */
final class MixtureSimd extends MixtureKernel {
    private static final int PAIR = 2 * Lanes.COUNT;
    private static final int FOUR = 4 * Lanes.COUNT;
    private static final int HALF = Lanes.COUNT / 2;

    MixtureSimd(SharedKernels basics) {
        super(basics);
    }

    @Override
    protected void squares(float[] d, int dims, float[] w, int at, float[] y, float[] q, int o, int n) {
        int whole = n - n % FOUR;
        for (int m = 0; m < whole; m += FOUR) {
            squares(d, m, dims, w, at, q, o + m);
        }
        if (whole < n) {
            rest(d, whole, dims, w, at, q, o, n);
        }
    }

    /** Four vectors of rows. */
    private static void squares(float[] d, int m, int dims, float[] w, int at, float[] q, int o) {
        FloatVector q0 = FloatVector.zero(F);
        FloatVector q1 = q0;
        FloatVector q2 = q0;
        FloatVector q3 = q0;
        for (int i = 0; i < dims; i++) {
            FloatVector y0 = FloatVector.zero(F);
            FloatVector y1 = y0;
            FloatVector y2 = y0;
            FloatVector y3 = y0;
            int from = m;
            for (int j = 0; j <= i; j++) {
                FloatVector a = FloatVector.broadcast(F, w[at++]);
                y0 = a.fma(FloatVector.fromArray(F, d, from), y0);
                y1 = a.fma(FloatVector.fromArray(F, d, from + Lanes.COUNT), y1);
                y2 = a.fma(FloatVector.fromArray(F, d, from + 2 * Lanes.COUNT), y2);
                y3 = a.fma(FloatVector.fromArray(F, d, from + 3 * Lanes.COUNT), y3);
                from += BLOCK;
            }
            q0 = y0.fma(y0, q0);
            q1 = y1.fma(y1, q1);
            q2 = y2.fma(y2, q2);
            q3 = y3.fma(y3, q3);
        }
        q0.intoArray(q, o);
        q1.intoArray(q, o + Lanes.COUNT);
        q2.intoArray(q, o + 2 * Lanes.COUNT);
        q3.intoArray(q, o + 3 * Lanes.COUNT);
    }

    private static void rest(float[] d, int first, int dims, float[] w, int at, float[] q, int o, int n) {
        for (int m = first; m < n; m++) {
            float sum = 0f;
            int next = at;
            for (int i = 0; i < dims; i++) {
                float chain = 0f;
                for (int j = 0; j <= i; j++) {
                    chain = Math.fma(w[next++], d[j * BLOCK + m], chain);
                }
                sum = Math.fma(chain, chain, sum);
            }
            q[o + m] = sum;
        }
    }

    // No helper takes or returns vectors in the two loops below: they are inlined into a large caller, whose compiler
    // may give up inlining at
    // any call but those of vectors' own methods, and vectors that pass a call lie on the heap.

    @Override
    protected void largest(float[] q, int o, double offset, double[] most, int n) {
        int m = 0;
        for (; m + Lanes.COUNT <= n; m += Lanes.COUNT) {
            FloatVector own = FloatVector.fromArray(F, q, o + m);
            DoubleVector low = DoubleVector.broadcast(D, offset)
                    .sub(((DoubleVector) own.convertShape(VectorOperators.F2D, D, 0)).mul(0.5));
            DoubleVector old = DoubleVector.fromArray(D, most, m);
            old.blend(low, low.compare(VectorOperators.GT, old)).intoArray(most, m);
            DoubleVector high = DoubleVector.broadcast(D, offset)
                    .sub(((DoubleVector) own.convertShape(VectorOperators.F2D, D, 1)).mul(0.5));
            old = DoubleVector.fromArray(D, most, m + HALF);
            old.blend(high, high.compare(VectorOperators.GT, old)).intoArray(most, m + HALF);
        }
        for (; m < n; m++) {
            double l = offset - 0.5 * q[o + m];
            most[m] = l > most[m] ? l : most[m];
        }
    }

    @Override
    protected void apart(float[] q, int o, double offset, double[] most, int n) {
        int m = 0;
        for (; m + Lanes.COUNT <= n; m += Lanes.COUNT) {
            FloatVector own = FloatVector.fromArray(F, q, o + m);
            DoubleVector low = DoubleVector.broadcast(D, offset)
                    .sub(((DoubleVector) own.convertShape(VectorOperators.F2D, D, 0)).mul(0.5))
                    .sub(DoubleVector.fromArray(D, most, m));
            DoubleVector high = DoubleVector.broadcast(D, offset)
                    .sub(((DoubleVector) own.convertShape(VectorOperators.F2D, D, 1)).mul(0.5))
                    .sub(DoubleVector.fromArray(D, most, m + HALF));
            FloatVector both = ((FloatVector) low.convertShape(VectorOperators.D2F, F, 0))
                    .add((FloatVector) high.convertShape(VectorOperators.D2F, F, -1));
            both.intoArray(q, o + m);
        }
        for (; m < n; m++) {
            q[o + m] = (float) ((offset - 0.5 * q[o + m]) - most[m]);
        }
    }

    @Override
    protected void dot(float[] a, int ao, float[] b, int bo, float[] lanes, int at, int n) {
        int whole = n - n % RowSum.LANES;
        for (int g = 0; g < RowSum.LANES; g += PAIR) {
            FloatVector low = FloatVector.fromArray(F, lanes, at + g);
            FloatVector high = FloatVector.fromArray(F, lanes, at + g + Lanes.COUNT);
            for (int m = g; m < whole; m += RowSum.LANES) {
                low = FloatVector.fromArray(F, a, ao + m).fma(FloatVector.fromArray(F, b, bo + m), low);
                high = FloatVector.fromArray(F, a, ao + m + Lanes.COUNT)
                        .fma(FloatVector.fromArray(F, b, bo + m + Lanes.COUNT), high);
            }
            low.intoArray(lanes, at + g);
            high.intoArray(lanes, at + g + Lanes.COUNT);
        }
        for (int m = whole; m < n; m++) {
            int lane = at + m - whole;
            lanes[lane] = Math.fma(a[ao + m], b[bo + m], lanes[lane]);
        }
    }
}

package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.GemmKernel;
import io.github.elbo4j.scalar.WorkerMemory;
import jdk.incubator.vector.FloatVector;

/**
 * The inner loop of {@link GemmKernel}: a lane per output, four rows of two vectors in registers. Eight chains keep two
 * fma units busy at a latency of four.
 */
final class GemmSimd extends GemmKernel {
    private static final int PAIR = 2 * Lanes.COUNT;

    @Override
    protected int columnMultiple() {
        return PAIR;
    }

    @Override
    protected void panel(
            float[] a, float[] b, int bo, int bs, float[] c, int rows, int depth, int columns, WorkerMemory memory) {
        for (int j = 0; j < columns; j += PAIR) {
            for (int i = 0; i < rows; i += 4) {
                block(a, i * PANEL, b, bo + j, bs, c, i * COLUMNS + j, depth);
            }
        }
    }

    private static void block(float[] a, int ao, float[] b, int bo, int bs, float[] c, int co, int depth) {
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c01 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F);
        FloatVector c11 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F);
        FloatVector c21 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F);
        FloatVector c31 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bo + k * bs);
            FloatVector b1 = FloatVector.fromArray(F, b, bo + k * bs + Lanes.COUNT);
            FloatVector a0 = FloatVector.broadcast(F, a[ao + k]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[ao + PANEL + k]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(F, a[ao + 2 * PANEL + k]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(F, a[ao + 3 * PANEL + k]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        put(c, co, c00, c01);
        put(c, co + COLUMNS, c10, c11);
        put(c, co + 2 * COLUMNS, c20, c21);
        put(c, co + 3 * COLUMNS, c30, c31);
    }

    private static void put(float[] c, int co, FloatVector low, FloatVector high) {
        low.intoArray(c, co);
        high.intoArray(c, co + Lanes.COUNT);
    }
}

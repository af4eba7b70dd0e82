package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.GemmKernel;
import io.github.elbo4j.scalar.WorkerMemory;
import jdk.incubator.vector.FloatVector;

/**
 * The inner loop of {@link GemmKernel}: a lane per output, eight rows of two vectors in registers, four where fewer are left.
 * Sixteen chains keep two fma units busy at a latency of four, and ten loads feed sixteen fma. (Twelve rows would have fewer loads
 * still, but exceed what HotSpot inlines: their vectors go to the heap.)
 */
final class GemmSimd extends GemmKernel {
    private static final int PAIR = 2 * Lanes.COUNT;

    @Override
    protected int rowMultiple() {
        return 4;
    }

    @Override
    protected int columnMultiple() {
        return PAIR;
    }

    @Override
    protected void panel(
            float[] a,
            int ao,
            int as,
            int ak,
            float[] b,
            int bo,
            int bs,
            float[] c,
            int rows,
            int depth,
            int columns,
            WorkerMemory memory) {
        for (int j = 0; j < columns; j += PAIR) {
            int i = 0;
            for (; columns - j <= Lanes.COUNT && i + 8 <= rows; i += 8) {
                narrow(a, ao + i * as, as, ak, b, bo + j, bs, c, i * COLUMNS + j, depth);
            }
            for (; i + 8 <= rows; i += 8) {
                large(a, ao + i * as, as, ak, b, bo + j, bs, c, i * COLUMNS + j, depth);
            }
            for (; i < rows; i += 4) {
                block(a, ao + i * as, as, ak, b, bo + j, bs, c, i * COLUMNS + j, depth);
            }
        }
    }

    @Override
    protected void copy(float[] from, float[] to, int o, int stride, int rows, int columns) {
        int whole = F.loopBound(columns);
        int padded = whole == columns ? whole : whole + Lanes.COUNT;
        // Of rows that are neighbours in memory the next one overwrites what a whole vector leaves beyond this one.
        int end = stride == columns ? o + rows * columns : 0;
        for (int r = 0; r < rows; r++) {
            int at = o + r * stride;
            int vectors = at + padded <= end ? padded : whole;
            for (int q = 0; q < vectors; q += Lanes.COUNT) {
                FloatVector.fromArray(F, from, r * COLUMNS + q).add(0f).intoArray(to, at + q);
            }
            for (int q = vectors; q < columns; q++) {
                to[at + q] = 0f + from[r * COLUMNS + q];
            }
        }
    }

    private static void block(
            float[] a, int ao, int as, int ak, float[] b, int bo, int bs, float[] c, int co, int depth) {
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c01 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F);
        FloatVector c11 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F);
        FloatVector c21 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F);
        FloatVector c31 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            int at = ao + k * ak;
            FloatVector b0 = FloatVector.fromArray(F, b, bo + k * bs);
            FloatVector b1 = FloatVector.fromArray(F, b, bo + k * bs + Lanes.COUNT);
            FloatVector a0 = FloatVector.broadcast(F, a[at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[at + as]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(F, a[at + 2 * as]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(F, a[at + 3 * as]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        put(c, co, c00, c01);
        put(c, co + COLUMNS, c10, c11);
        put(c, co + 2 * COLUMNS, c20, c21);
        put(c, co + 3 * COLUMNS, c30, c31);
    }

    private static void large(
            float[] a, int ao, int as, int ak, float[] b, int bo, int bs, float[] c, int co, int depth) {
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c01 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F);
        FloatVector c11 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F);
        FloatVector c21 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F);
        FloatVector c31 = FloatVector.zero(F);
        FloatVector c40 = FloatVector.zero(F);
        FloatVector c41 = FloatVector.zero(F);
        FloatVector c50 = FloatVector.zero(F);
        FloatVector c51 = FloatVector.zero(F);
        FloatVector c60 = FloatVector.zero(F);
        FloatVector c61 = FloatVector.zero(F);
        FloatVector c70 = FloatVector.zero(F);
        FloatVector c71 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            int at = ao + k * ak;
            FloatVector b0 = FloatVector.fromArray(F, b, bo + k * bs);
            FloatVector b1 = FloatVector.fromArray(F, b, bo + k * bs + Lanes.COUNT);
            FloatVector a0 = FloatVector.broadcast(F, a[at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[at + as]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(F, a[at + 2 * as]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(F, a[at + 3 * as]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(F, a[at + 4 * as]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = FloatVector.broadcast(F, a[at + 5 * as]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = FloatVector.broadcast(F, a[at + 6 * as]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = FloatVector.broadcast(F, a[at + 7 * as]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        put(c, co, c00, c01);
        put(c, co + COLUMNS, c10, c11);
        put(c, co + 2 * COLUMNS, c20, c21);
        put(c, co + 3 * COLUMNS, c30, c31);
        put(c, co + 4 * COLUMNS, c40, c41);
        put(c, co + 5 * COLUMNS, c50, c51);
        put(c, co + 6 * COLUMNS, c60, c61);
        put(c, co + 7 * COLUMNS, c70, c71);
    }

    /** Eight rows of one vector: eight chains. */
    private static void narrow(
            float[] a, int ao, int as, int ak, float[] b, int bo, int bs, float[] c, int co, int depth) {
        FloatVector c0 = FloatVector.zero(F);
        FloatVector c1 = FloatVector.zero(F);
        FloatVector c2 = FloatVector.zero(F);
        FloatVector c3 = FloatVector.zero(F);
        FloatVector c4 = FloatVector.zero(F);
        FloatVector c5 = FloatVector.zero(F);
        FloatVector c6 = FloatVector.zero(F);
        FloatVector c7 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            int at = ao + k * ak;
            FloatVector b0 = FloatVector.fromArray(F, b, bo + k * bs);
            c0 = FloatVector.broadcast(F, a[at]).fma(b0, c0);
            c1 = FloatVector.broadcast(F, a[at + as]).fma(b0, c1);
            c2 = FloatVector.broadcast(F, a[at + 2 * as]).fma(b0, c2);
            c3 = FloatVector.broadcast(F, a[at + 3 * as]).fma(b0, c3);
            c4 = FloatVector.broadcast(F, a[at + 4 * as]).fma(b0, c4);
            c5 = FloatVector.broadcast(F, a[at + 5 * as]).fma(b0, c5);
            c6 = FloatVector.broadcast(F, a[at + 6 * as]).fma(b0, c6);
            c7 = FloatVector.broadcast(F, a[at + 7 * as]).fma(b0, c7);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + COLUMNS);
        c2.intoArray(c, co + 2 * COLUMNS);
        c3.intoArray(c, co + 3 * COLUMNS);
        c4.intoArray(c, co + 4 * COLUMNS);
        c5.intoArray(c, co + 5 * COLUMNS);
        c6.intoArray(c, co + 6 * COLUMNS);
        c7.intoArray(c, co + 7 * COLUMNS);
    }

    private static void put(float[] c, int co, FloatVector low, FloatVector high) {
        low.intoArray(c, co);
        high.intoArray(c, co + Lanes.COUNT);
    }
}

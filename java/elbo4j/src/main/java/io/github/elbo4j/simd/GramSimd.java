package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.D;

import io.github.elbo4j.scalar.GramKernel;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;

/** The inner loop of {@link GramKernel}: a lane per column, {@link GramKernel#ROWS} rows of two vectors in registers. */
final class GramSimd extends GramKernel {
    private static final int WIDTH = D.length();

    @Override
    protected void panel(double[] left, double[] x, int xo, int stride, double[] chains, int depth, int columns) {
        int j = 0;
        for (; j + 2 * WIDTH <= columns; j += 2 * WIDTH) {
            pair(left, x, xo + j, stride, chains, j, depth, columns);
        }
        for (; j + WIDTH <= columns; j += WIDTH) {
            single(left, x, xo + j, stride, chains, j, depth, columns);
        }
        for (int r = 0; r < ROWS; r++) {
            Arrays.fill(chains, r * columns + j, (r + 1) * columns, 0);
        }
        columns(left, x, xo, stride, chains, depth, columns, j);
    }

    private static void pair(
            double[] left, double[] x, int xo, int stride, double[] chains, int j, int depth, int columns) {
        DoubleVector c00 = DoubleVector.zero(D);
        DoubleVector c01 = DoubleVector.zero(D);
        DoubleVector c10 = DoubleVector.zero(D);
        DoubleVector c11 = DoubleVector.zero(D);
        DoubleVector c20 = DoubleVector.zero(D);
        DoubleVector c21 = DoubleVector.zero(D);
        DoubleVector c30 = DoubleVector.zero(D);
        DoubleVector c31 = DoubleVector.zero(D);
        for (int n = 0; n < depth; n++) {
            DoubleVector x0 = DoubleVector.fromArray(D, x, xo + n * stride);
            DoubleVector x1 = DoubleVector.fromArray(D, x, xo + n * stride + WIDTH);
            DoubleVector a0 = DoubleVector.broadcast(D, left[n]);
            c00 = a0.fma(x0, c00);
            c01 = a0.fma(x1, c01);
            DoubleVector a1 = DoubleVector.broadcast(D, left[PANEL + n]);
            c10 = a1.fma(x0, c10);
            c11 = a1.fma(x1, c11);
            DoubleVector a2 = DoubleVector.broadcast(D, left[2 * PANEL + n]);
            c20 = a2.fma(x0, c20);
            c21 = a2.fma(x1, c21);
            DoubleVector a3 = DoubleVector.broadcast(D, left[3 * PANEL + n]);
            c30 = a3.fma(x0, c30);
            c31 = a3.fma(x1, c31);
        }
        put(chains, j, c00, c01);
        put(chains, j + columns, c10, c11);
        put(chains, j + 2 * columns, c20, c21);
        put(chains, j + 3 * columns, c30, c31);
    }

    private static void put(double[] chains, int at, DoubleVector low, DoubleVector high) {
        low.intoArray(chains, at);
        high.intoArray(chains, at + WIDTH);
    }

    private static void single(
            double[] left, double[] x, int xo, int stride, double[] chains, int j, int depth, int columns) {
        DoubleVector c0 = DoubleVector.zero(D);
        DoubleVector c1 = DoubleVector.zero(D);
        DoubleVector c2 = DoubleVector.zero(D);
        DoubleVector c3 = DoubleVector.zero(D);
        for (int n = 0; n < depth; n++) {
            DoubleVector row = DoubleVector.fromArray(D, x, xo + n * stride);
            c0 = DoubleVector.broadcast(D, left[n]).fma(row, c0);
            c1 = DoubleVector.broadcast(D, left[PANEL + n]).fma(row, c1);
            c2 = DoubleVector.broadcast(D, left[2 * PANEL + n]).fma(row, c2);
            c3 = DoubleVector.broadcast(D, left[3 * PANEL + n]).fma(row, c3);
        }
        c0.intoArray(chains, j);
        c1.intoArray(chains, j + columns);
        c2.intoArray(chains, j + 2 * columns);
        c3.intoArray(chains, j + 3 * columns);
    }
}

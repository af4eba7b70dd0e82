package io.github.elbo4j.scalar;

import java.util.Arrays;

/** Sums along a row in the order of {@link io.github.elbo4j.device.Operation}. Twin of kernels/sum.cuh. */
public class SumKernel {
    private static final int LANES = 3; // memory slot of doubles
    private static final int BESIDE = 10; // memory slot

    /** Σ of at most 1024 elements: one tile. */
    protected float tile(float[] x, int o, int n, WorkerMemory memory) {
        float[] lanes = memory.floats(8, RowSum.LANES);
        int filled = Math.min(n, RowSum.LANES);
        for (int i = 0; i < filled; i++) {
            lanes[i] = 0f + x[o + i]; // lanes begin at +0, which makes +0 of −0
        }
        for (int i = RowSum.LANES; i < n; i++) {
            lanes[i % RowSum.LANES] += x[o + i];
        }
        return RowSum.fold(lanes, n);
    }

    /** Σ of at most 1024 elements that are float64. */
    static double tile(double[] x, int n, WorkerMemory memory) {
        double[] lanes = memory.doubles(LANES, RowSum.LANES);
        Arrays.fill(lanes, 0, RowSum.LANES, 0);
        for (int i = 0; i < n; i += RowSum.LANES) {
            int last = Math.min(RowSum.LANES, n - i);
            for (int l = 0; l < last; l++) {
                lanes[l] += x[i + l];
            }
        }
        return RowSum.foldLanes(lanes);
    }

    /** The tiles of {@code count} neighbouring rows of {@code columns} ≤ 1024 elements each. */
    protected void tiles(float[] x, int o, int columns, int count, float[] out, WorkerMemory memory) {
        if (columns > 0 && columns <= RowSum.LANES) {
            besideEachOther(x, o, columns, count, out, memory);
            return;
        }
        for (int r = 0; r < count; r++) {
            out[r] = tile(x, o + r * columns, columns, memory);
        }
    }

    /** Rows of at most an element a lane, turned so that what is added to each other stands in two stretches of an array. */
    private void besideEachOther(float[] x, int o, int columns, int count, float[] out, WorkerMemory memory) {
        float[] lanes = memory.floats(BESIDE, columns * count);
        for (int i = 0; i < columns; i++) {
            for (int r = 0; r < count; r++) {
                lanes[i * count + r] = x[o + r * columns + i];
            }
        }
        tilesBeside(lanes, columns, count);
        System.arraycopy(lanes, 0, out, 0, count);
    }

    /** The tiles of {@code count} rows of {@code columns} ≤ 1024 elements that stand beside each other, in place: {@code x[r] = Σ_i x[i·count + r]}. */
    final void tilesBeside(float[] x, int columns, int count) {
        for (int i = 0; i < columns * count; i++) {
            x[i] = 0f + x[i]; // lanes begin at +0, which makes +0 of −0
        }
        for (int i = RowSum.LANES; i < columns; i += RowSum.LANES) {
            add(x, i * count, Math.min(RowSum.LANES, columns - i) * count);
        }
        int filled = Math.min(columns, RowSum.LANES);
        for (int half = RowSum.LANES / 2; half > 0; half /= 2) {
            if (half < filled) {
                add(x, half * count, (filled - half) * count);
                filled = half;
            }
        }
    }

    /** {@code x[i] += x[o + i]} for i &lt; n ≤ o; SIMD devices replace it. */
    protected void add(float[] x, int o, int n) {
        for (int i = 0; i < n; i++) {
            x[i] += x[o + i];
        }
    }

    /** Σ x[o … o+n−1]. */
    public final double row(float[] x, int o, int n, WorkerMemory memory) {
        if (n <= RowSum.TILE) {
            return tile(x, o, n, memory);
        }
        RowSum sum = memory.sum.reset();
        for (int i = 0; i < n; i += RowSum.TILE) {
            sum.add(tile(x, o + i, Math.min(RowSum.TILE, n - i), memory));
        }
        return sum.total();
    }
}

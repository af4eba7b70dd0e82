package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.ScanKernel;
import jdk.incubator.vector.FloatVector;

/** The inner loops of {@link ScanKernel}: a lane per draw, four vectors of sums in registers. */
final class ScanSimd extends ScanKernel {
    private static final int FOUR = 4 * Lanes.COUNT;

    @Override
    protected void addRows(float[] x, int o, int stride, int[] order, int from, int to, float[] sums, int n) {
        int i = 0;
        for (; i + FOUR <= n; i += FOUR) {
            FloatVector s0 = FloatVector.fromArray(F, sums, i);
            FloatVector s1 = FloatVector.fromArray(F, sums, i + Lanes.COUNT);
            FloatVector s2 = FloatVector.fromArray(F, sums, i + 2 * Lanes.COUNT);
            FloatVector s3 = FloatVector.fromArray(F, sums, i + 3 * Lanes.COUNT);
            for (int p = from; p < to; p++) {
                int row = o + i + order[p] * stride;
                s0 = s0.add(FloatVector.fromArray(F, x, row));
                s1 = s1.add(FloatVector.fromArray(F, x, row + Lanes.COUNT));
                s2 = s2.add(FloatVector.fromArray(F, x, row + 2 * Lanes.COUNT));
                s3 = s3.add(FloatVector.fromArray(F, x, row + 3 * Lanes.COUNT));
            }
            s0.intoArray(sums, i);
            s1.intoArray(sums, i + Lanes.COUNT);
            s2.intoArray(sums, i + 2 * Lanes.COUNT);
            s3.intoArray(sums, i + 3 * Lanes.COUNT);
        }
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            FloatVector s = FloatVector.fromArray(F, sums, i);
            for (int p = from; p < to; p++) {
                s = s.add(FloatVector.fromArray(F, x, o + i + order[p] * stride));
            }
            s.intoArray(sums, i);
        }
        for (; i < n; i++) {
            float s = sums[i];
            for (int p = from; p < to; p++) {
                s += x[o + i + order[p] * stride];
            }
            sums[i] = s;
        }
    }

    @Override
    protected void cumulate(float[] x, int o, int stride, int rows, float[] y, float[] sums, int n) {
        int i = 0;
        for (; i + FOUR <= n; i += FOUR) {
            FloatVector s0 = FloatVector.fromArray(F, sums, i);
            FloatVector s1 = FloatVector.fromArray(F, sums, i + Lanes.COUNT);
            FloatVector s2 = FloatVector.fromArray(F, sums, i + 2 * Lanes.COUNT);
            FloatVector s3 = FloatVector.fromArray(F, sums, i + 3 * Lanes.COUNT);
            for (int r = 0; r < rows; r++) {
                int row = o + i + r * stride;
                s0 = s0.add(FloatVector.fromArray(F, x, row));
                s1 = s1.add(FloatVector.fromArray(F, x, row + Lanes.COUNT));
                s2 = s2.add(FloatVector.fromArray(F, x, row + 2 * Lanes.COUNT));
                s3 = s3.add(FloatVector.fromArray(F, x, row + 3 * Lanes.COUNT));
                s0.intoArray(y, row);
                s1.intoArray(y, row + Lanes.COUNT);
                s2.intoArray(y, row + 2 * Lanes.COUNT);
                s3.intoArray(y, row + 3 * Lanes.COUNT);
            }
            s0.intoArray(sums, i);
            s1.intoArray(sums, i + Lanes.COUNT);
            s2.intoArray(sums, i + 2 * Lanes.COUNT);
            s3.intoArray(sums, i + 3 * Lanes.COUNT);
        }
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            FloatVector s = FloatVector.fromArray(F, sums, i);
            for (int r = 0; r < rows; r++) {
                s = s.add(FloatVector.fromArray(F, x, o + i + r * stride));
                s.intoArray(y, o + i + r * stride);
            }
            s.intoArray(sums, i);
        }
        for (; i < n; i++) {
            float s = sums[i];
            for (int r = 0; r < rows; r++) {
                s += x[o + i + r * stride];
                y[o + i + r * stride] = s;
            }
            sums[i] = s;
        }
    }
}

package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.RowSum;
import io.github.elbo4j.scalar.Scratch;
import io.github.elbo4j.scalar.SumKernel;
import jdk.incubator.vector.FloatVector;

/** A tile's 32 lanes in registers: two of 16 floats, four of 8 or eight of 4, two at a time. */
final class SumSimd extends SumKernel {
    private static final int PAIR = 2 * Lanes.COUNT;

    @Override
    protected float tile(float[] x, int o, int n, Scratch scratch) {
        if (n < RowSum.LANES) {
            return super.tile(x, o, n, scratch);
        }
        float[] lanes = scratch.floats(8, RowSum.LANES);
        int whole = n - n % RowSum.LANES;
        for (int g = 0; g < RowSum.LANES; g += PAIR) {
            FloatVector low = FloatVector.zero(F);
            FloatVector high = FloatVector.zero(F);
            for (int i = g; i < whole; i += RowSum.LANES) {
                low = low.add(FloatVector.fromArray(F, x, o + i));
                high = high.add(FloatVector.fromArray(F, x, o + i + Lanes.COUNT));
            }
            low.intoArray(lanes, g);
            high.intoArray(lanes, g + Lanes.COUNT);
        }
        for (int i = whole; i < n; i++) {
            lanes[i - whole] += x[o + i];
        }
        return RowSum.fold(lanes, n);
    }
}

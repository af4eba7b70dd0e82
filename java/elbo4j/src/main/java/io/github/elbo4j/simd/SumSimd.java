package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.RowSum;
import io.github.elbo4j.scalar.SumKernel;
import io.github.elbo4j.scalar.WorkerMemory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/** A tile's 32 lanes in registers: two of 16 floats, four of 8 or eight of 4, two at a time. */
final class SumSimd extends SumKernel {
    private static final int PAIR = 2 * Lanes.COUNT;
    /** Lane l takes lane l + COUNT/2, then l + COUNT/4, … 1; what the upper lanes take does not matter. */
    private static final VectorShuffle<Float> EIGHT = shift(8);

    private static final VectorShuffle<Float> FOUR = shift(4);
    private static final VectorShuffle<Float> TWO = shift(2);
    private static final VectorShuffle<Float> ONE = shift(1);

    private static VectorShuffle<Float> shift(int by) {
        return VectorShuffle.fromOp(F, lane -> (lane + by) % Lanes.COUNT);
    }

    @Override
    protected float tile(float[] x, int o, int n, WorkerMemory memory) {
        if (n < RowSum.LANES) {
            return super.tile(x, o, n, memory);
        }
        float[] lanes = memory.floats(8, RowSum.LANES);
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

    @Override
    protected void add(float[] x, int o, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, x, i)
                    .add(FloatVector.fromArray(F, x, o + i))
                    .intoArray(x, i);
        }
        for (int i = whole; i < n; i++) {
            x[i] += x[o + i];
        }
    }

    /** Rows of one or two registers, and where a lane is one of 16 longer ones, are folded in them: lane l adds lane l + half. */
    @Override
    protected void tiles(float[] x, int o, int columns, int count, float[] out, WorkerMemory memory) {
        // A row's last vector may reach beyond it, into what is there but not added.
        boolean isLong = PAIR == RowSum.LANES && columns > PAIR && o + count * columns + PAIR <= x.length;
        if (isLong) {
            longer(x, o, columns, count, out);
        } else if (columns == Lanes.COUNT || columns == PAIR) {
            for (int r = 0; r < count; r++) {
                int row = o + r * columns;
                FloatVector sum = FloatVector.zero(F).add(FloatVector.fromArray(F, x, row));
                if (columns == PAIR) {
                    sum = sum.add(FloatVector.zero(F).add(FloatVector.fromArray(F, x, row + Lanes.COUNT)));
                }
                out[r] = folded(sum);
            }
        } else {
            super.tiles(x, o, columns, count, out, memory);
        }
    }

    private static void longer(float[] x, int o, int columns, int count, float[] out) {
        int rest = columns % PAIR;
        VectorMask<Float> lowRest = F.indexInRange(0, rest);
        VectorMask<Float> highRest = F.indexInRange(0, Math.max(0, rest - Lanes.COUNT));
        for (int r = 0; r < count; r++) {
            int row = o + r * columns;
            int end = row + columns - rest;
            FloatVector low = FloatVector.zero(F);
            FloatVector high = FloatVector.zero(F);
            for (int i = row; i < end; i += PAIR) {
                low = low.add(FloatVector.fromArray(F, x, i));
                high = high.add(FloatVector.fromArray(F, x, i + Lanes.COUNT));
            }
            low = low.blend(low.add(FloatVector.fromArray(F, x, end)), lowRest);
            high = high.blend(high.add(FloatVector.fromArray(F, x, end + Lanes.COUNT)), highRest);
            out[r] = folded(low.add(high));
        }
    }

    private static float folded(FloatVector lanes) {
        FloatVector sum = lanes;
        sum = Lanes.COUNT >= 16 ? sum.add(sum.rearrange(EIGHT)) : sum;
        sum = Lanes.COUNT >= 8 ? sum.add(sum.rearrange(FOUR)) : sum;
        sum = Lanes.COUNT >= 4 ? sum.add(sum.rearrange(TWO)) : sum;
        sum = sum.add(sum.rearrange(ONE));
        return sum.lane(0);
    }
}

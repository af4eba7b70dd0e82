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
    /** Lane l takes lane l ^ COUNT/2, then l ^ COUNT/4, …: the one that it is added to. */
    private static final VectorShuffle<Float> HALF = across(Lanes.COUNT / 2);

    private static final VectorShuffle<Float> QUARTER = across(Lanes.COUNT / 4);
    private static final VectorShuffle<Float> EIGHTH = across(Lanes.COUNT / 8);
    private static final VectorShuffle<Float> SIXTEENTH = across(Lanes.COUNT / 16);
    /** Lanes l < l ^ COUNT/2, and so on. */
    private static final VectorMask<Float> LOWER_HALF = lower(Lanes.COUNT / 2);

    private static final VectorMask<Float> LOWER_QUARTER = lower(Lanes.COUNT / 4);
    private static final VectorMask<Float> LOWER_EIGHTH = lower(Lanes.COUNT / 8);
    private static final VectorMask<Float> LOWER_SIXTEENTH = lower(Lanes.COUNT / 16);

    private static VectorShuffle<Float> across(int by) {
        return VectorShuffle.fromOp(F, lane -> lane ^ by);
    }

    private static VectorMask<Float> lower(int by) {
        boolean[] isLower = new boolean[Lanes.COUNT];
        for (int lane = 0; lane < isLower.length; lane++) {
            isLower[lane] = (lane & by) == 0;
        }
        return VectorMask.fromArray(F, isLower, 0);
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
            float[] lanes = memory.floats(8, Lanes.COUNT * Lanes.COUNT / 2);
            int whole = F.loopBound(count);
            for (int r = 0; r < whole; r += Lanes.COUNT) {
                rows(x, o + r * columns, columns, lanes, out, r);
            }
            for (int r = whole; r < count; r++) {
                out[r] = 0f + folded(row(x, o + r * columns, columns));
            }
        } else {
            super.tiles(x, o, columns, count, out, memory);
        }
    }

    /** A row's lanes: of a row of two registers what is added to each other first. That they begin at +0 shows in a sum of −0 alone, at its end. */
    private static FloatVector row(float[] x, int o, int columns) {
        FloatVector low = FloatVector.fromArray(F, x, o);
        return columns == PAIR ? low.add(FloatVector.fromArray(F, x, o + Lanes.COUNT)) : low;
    }

    /**
     * {@code out[r + l]} is row l folded, for as many rows as there are lanes: two vectors become one whose lower and upper lanes are
     * theirs, half of them gone, and so on. Through memory, since what is folded in registers alone is more than a compiler inlines.
     */
    private static void rows(float[] x, int o, int columns, float[] lanes, float[] out, int r) {
        for (int i = 0; i < Lanes.COUNT / 2; i++) {
            FloatVector a = row(x, o + i * columns, columns);
            FloatVector b = row(x, o + (i + Lanes.COUNT / 2) * columns, columns);
            folded(a, b, HALF, LOWER_HALF).intoArray(lanes, i * Lanes.COUNT);
        }
        level(lanes, Lanes.COUNT / 4, QUARTER, LOWER_QUARTER);
        level(lanes, Lanes.COUNT / 8, EIGHTH, LOWER_EIGHTH);
        level(lanes, Lanes.COUNT / 16, SIXTEENTH, LOWER_SIXTEENTH);
        FloatVector.fromArray(F, lanes, 0).add(0f).intoArray(out, r);
    }

    private static void level(float[] lanes, int vectors, VectorShuffle<Float> across, VectorMask<Float> isLower) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromArray(F, lanes, i * Lanes.COUNT);
            FloatVector b = FloatVector.fromArray(F, lanes, (i + vectors) * Lanes.COUNT);
            folded(a, b, across, isLower).intoArray(lanes, i * Lanes.COUNT);
        }
    }

    /** Lower lanes: a's lower plus a's upper; upper lanes: the same of b. */
    private static FloatVector folded(
            FloatVector a, FloatVector b, VectorShuffle<Float> across, VectorMask<Float> isLower) {
        return b.rearrange(across).blend(a, isLower).add(b.blend(a.rearrange(across), isLower));
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
        sum = sum.add(sum.rearrange(HALF));
        sum = Lanes.COUNT >= 4 ? sum.add(sum.rearrange(QUARTER)) : sum;
        sum = Lanes.COUNT >= 8 ? sum.add(sum.rearrange(EIGHTH)) : sum;
        sum = Lanes.COUNT >= 16 ? sum.add(sum.rearrange(SIXTEENTH)) : sum;
        return sum.lane(0);
    }
}

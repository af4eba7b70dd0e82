package io.github.elbo4j.simd;

import static io.github.elbo4j.scalar.Philox.MULTIPLIER_0;
import static io.github.elbo4j.scalar.Philox.MULTIPLIER_1;
import static io.github.elbo4j.scalar.Philox.ROUNDS;
import static io.github.elbo4j.scalar.Philox.WEYL_0;
import static io.github.elbo4j.scalar.Philox.WEYL_1;
import static io.github.elbo4j.simd.Lanes.L;

import io.github.elbo4j.scalar.NormalKernel;
import io.github.elbo4j.scalar.NormalsAhead;
import io.github.elbo4j.scalar.WorkerMemory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Normals, a lane per counter, in three stages over small arrays: words, Box–Muller, interleaving. One loop with all three
 * is too large for the compiler and several times slower.
 */
final class NormalSimd extends NormalKernel {
    private static final long LOW = 0xffffffffL;
    private static final int LANES = Lanes.COUNT;
    private static final int LONGS = LANES / 2;
    /** Counters of a block, and room for whole vectors. */
    private static final int STAGE = BLOCK / 4 + 2 + LANES;
    /** Vectors of short rows that are made ahead where more are likely to follow. */
    private static final int MANY = 4;

    private static final CounterWalk COUNTERS = new CounterWalk(STAGE, 0, false);
    private static final CounterWalk PROBLEMS = new CounterWalk(1, 1, true);
    private static final CounterWalk DRAWS = new CounterWalk(TOGETHER / LANES, 1, false);
    private static final CounterWalk ONE_DRAW =
            new CounterWalk(TOGETHER / LANES, 1, true); // of problems that stand elsewhere
    private static final CounterWalk[] DRAWS_OF = CounterWalk.byCounters(MANY, false);
    private static final CounterWalk[] PROBLEMS_OF = CounterWalk.byCounters(MANY, true);

    private static final VectorShuffle<Float> LOW_ZIP = VectorShuffle.makeZip(Lanes.F, 0);
    private static final VectorShuffle<Float> HIGH_ZIP = VectorShuffle.makeZip(Lanes.F, 1);
    /** A rearrangement of two vectors is an instruction from JDK 21 on; on 17 it is ten times slower than a plain loop. */
    private static final boolean ZIP = Runtime.version().feature() >= 21;

    /**
     * Box–Muller in two stages. They are called through an array of three classes on purpose: the compiler does not inline
     * such a call. Inlined into one method, they would exceed its limit of nodes, some vector would be put on the heap,
     * and the whole would take four times as long.
     */
    private static final Stage[] STAGES = {new Radii(), new Angles(), new Nothing()};

    private interface Stage {
        void run(int[] radii, int[] angles, float[] cosines, float[] sines, int count);
    }

    private static final class Radii implements Stage {
        @Override
        public void run(int[] radii, int[] angles, float[] cosines, float[] sines, int count) {
            radii(radii, angles, cosines, count);
        }
    }

    private static final class Angles implements Stage {
        @Override
        public void run(int[] radii, int[] angles, float[] cosines, float[] sines, int count) {
            angles(angles, cosines, sines, count);
        }
    }

    /** The third class. */
    private static final class Nothing implements Stage {
        @Override
        public void run(int[] radii, int[] angles, float[] cosines, float[] sines, int count) {}
    }

    NormalSimd() {
        super(new SobolSimd());
    }

    @Override
    protected void counters(
            long seed, int step, int b, int s, int first, int count, float[] out, int o, WorkerMemory memory) {
        if (count < LANES) { // most would idle
            few(seed, step, b, s, first, count, out, o, memory);
        } else {
            counters(seed, step, b, s, first, COUNTERS, count, out, o, memory);
        }
    }

    /** A short row: where it has not been made with the ones before, it is made with some of the next. */
    private static void few(
            long seed, int step, int b, int s, int first, int count, float[] out, int o, WorkerMemory memory) {
        NormalsAhead ahead = memory.ahead[first == 0 ? 0 : 1];
        int at = ahead.find(seed, step, b, s, first, count);
        if (at < 0) {
            at = ahead.begin(seed, step, b, s, first, count, LANES / count, MANY * LANES / count);
            CounterWalk walk = (ahead.isAlongProblems() ? PROBLEMS_OF : DRAWS_OF)[count];
            counters(seed, step, b, s, first, walk, ahead.made() * count, ahead.values, at, memory);
        }
        System.arraycopy(ahead.values, at, out, o, 4 * count);
    }

    /** A lane per row: no lane idles, and nothing is interleaved. Coordinates that nobody asks for are made in whole pairs only. */
    @Override
    protected void beside(
            long seed, int step, int b, int s, int n, int first, int dims, float[] out, WorkerMemory memory) {
        beside(seed, step, b, s, DRAWS, DRAWS.problems, n, first, dims, out, memory);
    }

    @Override
    protected void beside(
            long seed,
            int step,
            int[] problems,
            int at,
            int s,
            int n,
            int first,
            int dims,
            float[] out,
            WorkerMemory memory) {
        long[] chosen = memory.longs(1, TOGETHER);
        int whole = (n + LANES - 1) / LANES * LANES;
        for (int i = 0; i < whole; i++) {
            chosen[CounterWalk.place(i)] = problems[at + Math.min(i, n - 1)];
        }
        beside(seed, step, 0, s, ONE_DRAW, chosen, n, first, dims, out, memory);
    }

    /** Rows that stand as a walk says. */
    private static void beside(
            long seed,
            int step,
            int b,
            int s,
            CounterWalk walk,
            long[] problems,
            int n,
            int first,
            int dims,
            float[] out,
            WorkerMemory memory) {
        int whole = (n + LANES - 1) / LANES * LANES;
        int counters = (dims + 3) >>> 2;
        int[] w0 = memory.ints(2, counters * whole);
        int[] w1 = memory.ints(3, counters * whole);
        int[] w2 = memory.ints(4, counters * whole);
        int[] w3 = memory.ints(5, counters * whole);
        for (int c = 0; c < counters; c++) {
            philox(seed, step, b, s, first + c, walk, problems, n, w0, w1, w2, w3, c * whole);
        }
        float[] x0 = memory.floats(1, counters * whole);
        float[] x1 = memory.floats(2, counters * whole);
        float[] x2 = memory.floats(3, counters * whole);
        float[] x3 = memory.floats(4, counters * whole);
        int seconds = (dims + 1) >>> 2; // counters whose second pair is asked for
        for (Stage stage : STAGES) {
            stage.run(w0, w1, x0, x1, counters * whole);
            stage.run(w2, w3, x2, x3, seconds * whole);
        }
        for (int i = 0; i < dims; i++) {
            float[] x = i % 4 == 0 ? x0 : i % 4 == 1 ? x1 : i % 4 == 2 ? x2 : x3;
            System.arraycopy(x, i / 4 * whole, out, i * TOGETHER, n);
        }
    }

    /** The normals of {@code count} counters that stand as a walk says. */
    private static void counters(
            long seed,
            int step,
            int b,
            int s,
            int first,
            CounterWalk walk,
            int count,
            float[] out,
            int o,
            WorkerMemory memory) {
        int[] w0 = memory.ints(2, STAGE);
        int[] w1 = memory.ints(3, STAGE);
        int[] w2 = memory.ints(4, STAGE);
        int[] w3 = memory.ints(5, STAGE);
        philox(seed, step, b, s, first, walk, walk.problems, count, w0, w1, w2, w3, 0);
        float[] x0 = memory.floats(1, STAGE);
        float[] x1 = memory.floats(2, STAGE);
        float[] x2 = memory.floats(3, STAGE);
        float[] x3 = memory.floats(4, STAGE);
        for (Stage stage : STAGES) {
            stage.run(w0, w1, x0, x1, count);
            stage.run(w2, w3, x2, x3, count);
        }
        if (ZIP) {
            interleave(x0, x1, x2, x3, count, out, o);
        } else {
            for (int i = 0; i < count; i++) {
                out[o + 4 * i] = x0[i];
                out[o + 4 * i + 1] = x1[i];
                out[o + 4 * i + 2] = x2[i];
                out[o + 4 * i + 3] = x3[i];
            }
        }
    }

    @Override
    protected void words(
            long seed, int step, int b, int s, int first, int count, int[] out, int o, WorkerMemory memory) {
        int[] w0 = memory.ints(2, STAGE);
        int[] w1 = memory.ints(3, STAGE);
        int[] w2 = memory.ints(4, STAGE);
        int[] w3 = memory.ints(5, STAGE);
        philox(seed, step, b, s, first, COUNTERS, COUNTERS.problems, count, w0, w1, w2, w3, 0);
        for (int i = 0; i < count; i++) {
            out[o + 4 * i] = w0[i];
            out[o + 4 * i + 1] = w1[i];
            out[o + 4 * i + 2] = w2[i];
            out[o + 4 * i + 3] = w3[i];
        }
    }

    /**
     * Normals of as many neighbouring problems as there are lanes: {@code count} counters of each of {@code rows} draws. Those
     * of lane j of counter c of draw s + r stand from {@code j·apart + (r·count + c)·LANES} on.
     */
    void problems(
            long seed,
            int step,
            int b,
            int s,
            int rows,
            int first,
            int count,
            float[] out,
            int apart,
            WorkerMemory memory) {
        int n = rows * count * LANES;
        int[] w0 = memory.ints(2, n);
        int[] w1 = memory.ints(3, n);
        int[] w2 = memory.ints(4, n);
        int[] w3 = memory.ints(5, n);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < count; c++) {
                int at = (r * count + c) * LANES;
                philox(seed, step, b, s + r, first + c, PROBLEMS, PROBLEMS.problems, LANES, w0, w1, w2, w3, at);
            }
        }
        float[] x0 = memory.floats(1, n);
        float[] x1 = memory.floats(2, n);
        float[] x2 = memory.floats(3, n);
        float[] x3 = memory.floats(4, n);
        for (Stage stage : STAGES) {
            stage.run(w0, w1, x0, x1, n);
            stage.run(w2, w3, x2, x3, n);
        }
        System.arraycopy(x0, 0, out, 0, n);
        System.arraycopy(x1, 0, out, apart, n);
        System.arraycopy(x2, 0, out, 2 * apart, n);
        System.arraycopy(x3, 0, out, 3 * apart, n);
    }

    /**
     * The words of {@code count} counters, one array a word, whole vectors written from {@code at} on; the counters stand as a
     * walk says, but for their problems. A word lives in the upper half of a 64-bit lane, so that a product is one multiplication of
     * lanes whose upper half needs no shift: {@code c} has the even counters of a vector, {@code d} the odd ones. The two are
     * independent, and one is computed while the other waits. Written out: a helper would not be inlined, and its vectors lie on the heap.
     */
    private static void philox(
            long seed,
            int step,
            int b,
            int s,
            int first,
            CounterWalk walk,
            long[] problems,
            int count,
            int[] w0,
            int[] w1,
            int[] w2,
            int[] w3,
            int at) {
        for (int i = 0; i < count; i += LANES) {
            LongVector c0 = LongVector.fromArray(L, walk.counters, i).add(first).lanewise(VectorOperators.LSHL, 32);
            LongVector c1 = LongVector.fromArray(L, walk.draws, i).add(s).lanewise(VectorOperators.LSHL, 32);
            LongVector c2 = LongVector.fromArray(L, problems, i).add(b).lanewise(VectorOperators.LSHL, 32);
            LongVector c3 = LongVector.broadcast(L, (long) step << 32);
            LongVector d0 =
                    LongVector.fromArray(L, walk.counters, i + LONGS).add(first).lanewise(VectorOperators.LSHL, 32);
            LongVector d1 =
                    LongVector.fromArray(L, walk.draws, i + LONGS).add(s).lanewise(VectorOperators.LSHL, 32);
            LongVector d2 = LongVector.fromArray(L, problems, i + LONGS).add(b).lanewise(VectorOperators.LSHL, 32);
            LongVector d3 = LongVector.broadcast(L, (long) step << 32);
            int k0 = (int) seed;
            int k1 = (int) (seed >>> 32);
            for (int round = 0; round < ROUNDS; round++) {
                LongVector key0 = LongVector.broadcast(L, (long) k0 << 32);
                LongVector key1 = LongVector.broadcast(L, (long) k1 << 32);
                // The compiler makes a 32 x 32 multiplication of lanes whose factors are shifted or masked so.
                LongVector p = c0.lanewise(VectorOperators.LSHR, 32)
                        .mul(LongVector.broadcast(L, MULTIPLIER_0).and(LOW));
                LongVector q = c2.lanewise(VectorOperators.LSHR, 32)
                        .mul(LongVector.broadcast(L, MULTIPLIER_1).and(LOW));
                c0 = q.lanewise(VectorOperators.XOR, c1).lanewise(VectorOperators.XOR, key0);
                c1 = q.lanewise(VectorOperators.LSHL, 32);
                c2 = p.lanewise(VectorOperators.XOR, c3).lanewise(VectorOperators.XOR, key1);
                c3 = p.lanewise(VectorOperators.LSHL, 32);
                p = d0.lanewise(VectorOperators.LSHR, 32)
                        .mul(LongVector.broadcast(L, MULTIPLIER_0).and(LOW));
                q = d2.lanewise(VectorOperators.LSHR, 32)
                        .mul(LongVector.broadcast(L, MULTIPLIER_1).and(LOW));
                d0 = q.lanewise(VectorOperators.XOR, d1).lanewise(VectorOperators.XOR, key0);
                d1 = q.lanewise(VectorOperators.LSHL, 32);
                d2 = p.lanewise(VectorOperators.XOR, d3).lanewise(VectorOperators.XOR, key1);
                d3 = p.lanewise(VectorOperators.LSHL, 32);
                k0 += WEYL_0;
                k1 += WEYL_1;
            }
            d0.and(~LOW)
                    .lanewise(VectorOperators.OR, c0.lanewise(VectorOperators.LSHR, 32))
                    .reinterpretAsInts()
                    .intoArray(w0, at + i);
            d1.and(~LOW)
                    .lanewise(VectorOperators.OR, c1.lanewise(VectorOperators.LSHR, 32))
                    .reinterpretAsInts()
                    .intoArray(w1, at + i);
            d2.and(~LOW)
                    .lanewise(VectorOperators.OR, c2.lanewise(VectorOperators.LSHR, 32))
                    .reinterpretAsInts()
                    .intoArray(w2, at + i);
            d3.and(~LOW)
                    .lanewise(VectorOperators.OR, c3.lanewise(VectorOperators.LSHR, 32))
                    .reinterpretAsInts()
                    .intoArray(w3, at + i);
        }
    }

    /** {@code cosines = ±radius}, the sign that of the angle's word. */
    private static void radii(int[] radii, int[] angles, float[] cosines, int count) {
        for (int i = 0; i < count; i += LANES) {
            IntVector sign = IntVector.fromArray(Lanes.I, angles, i).and(0x80000000);
            VectorMath.radius(IntVector.fromArray(Lanes.I, radii, i))
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.XOR, sign)
                    .reinterpretAsFloats()
                    .intoArray(cosines, i);
        }
    }

    /** {@code (cosines, sines) = ±radius · (cos, sin)(angle)}. */
    private static void angles(int[] angles, float[] cosines, float[] sines, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector radius = FloatVector.fromArray(Lanes.F, cosines, i);
            FloatVector angle = VectorMath.angle(IntVector.fromArray(Lanes.I, angles, i));
            radius.mul(VectorMath.cosHalfTurn(angle)).intoArray(cosines, i);
            radius.mul(VectorMath.sinHalfTurn(angle)).intoArray(sines, i);
        }
    }

    /** Four arrays to one, element by element: x0 and x2, x1 and x3 are zipped, then their zips. */
    private static void interleave(float[] x0, float[] x1, float[] x2, float[] x3, int count, float[] out, int o) {
        int whole = Lanes.F.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector a = FloatVector.fromArray(Lanes.F, x0, i);
            FloatVector b = FloatVector.fromArray(Lanes.F, x1, i);
            FloatVector c = FloatVector.fromArray(Lanes.F, x2, i);
            FloatVector d = FloatVector.fromArray(Lanes.F, x3, i);
            FloatVector even = a.rearrange(LOW_ZIP, c);
            FloatVector odd = b.rearrange(LOW_ZIP, d);
            int at = o + 4 * i;
            even.rearrange(LOW_ZIP, odd).intoArray(out, at);
            even.rearrange(HIGH_ZIP, odd).intoArray(out, at + LANES);
            even = a.rearrange(HIGH_ZIP, c);
            odd = b.rearrange(HIGH_ZIP, d);
            even.rearrange(LOW_ZIP, odd).intoArray(out, at + 2 * LANES);
            even.rearrange(HIGH_ZIP, odd).intoArray(out, at + 3 * LANES);
        }
        for (int i = whole; i < count; i++) {
            out[o + 4 * i] = x0[i];
            out[o + 4 * i + 1] = x1[i];
            out[o + 4 * i + 2] = x2[i];
            out[o + 4 * i + 3] = x3[i];
        }
    }
}

package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.ControlVariate;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** A lane per score. */
final class ControlVariateSimd extends ControlVariate {
    @Override
    protected void add(
            float w,
            float[] h,
            int ho,
            float[] g,
            int go,
            int draws,
            float[] means,
            int p,
            int width,
            float[] sums,
            int o,
            int n) {
        for (int j = 0; j < n; j += Lanes.COUNT) {
            // Whole vectors, up to one with a spread that is not a normal number, 0 say: the plain loop takes that one,
            // and what is left.
            j += whole(w, h, ho + j, g, go + j, draws, means, p + j, width, sums, o + j, n - j);
            int rest = Math.min(Lanes.COUNT, n - j);
            super.add(w, h, ho + j, g, go + j, draws, means, p + j, width, sums, o + j, rest);
        }
    }

    private static int whole(
            float w,
            float[] h,
            int ho,
            float[] g,
            int go,
            int draws,
            float[] means,
            int p,
            int width,
            float[] sums,
            int o,
            int n) {
        int j = 0;
        for (; j + Lanes.COUNT <= n; j += Lanes.COUNT) {
            FloatVector square = FloatVector.fromArray(F, h, ho + j);
            square = square.mul(square);
            FloatVector rest =
                    FloatVector.fromArray(F, means, p + width + j).mul(draws).sub(square);
            if (!rest.compare(VectorOperators.GE, Float.MIN_NORMAL).allTrue()) {
                return j;
            }
            FloatVector left = square.fma(
                    FloatVector.broadcast(F, -w),
                    FloatVector.fromArray(F, means, p + j).mul(draws));
            FloatVector a = left.mul(VectorMath.reciprocal(rest));
            FloatVector term = FloatVector.broadcast(F, w).sub(a).mul(FloatVector.fromArray(F, g, go + j));
            FloatVector.fromArray(F, sums, o + j).add(term).intoArray(sums, o + j);
        }
        return j;
    }
}

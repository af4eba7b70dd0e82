package io.github.elbo4j.simd;

import io.github.elbo4j.scalar.DetMath;
import io.github.elbo4j.scalar.SobolKernel;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Normals of scrambled points, a lane each; what makes the points are loops over integers that the compiler vectorizes itself. */
final class SobolSimd extends SobolKernel {
    /** A word or its complement is below it wherever {@link DetMath#normalQuantile} is in a tail: from 3,420,208 on none is. */
    private static final int TAIL = 3_473_408;

    @Override
    protected void normals(int[] words, int n, float[] out, int o) {
        if (n < Lanes.COUNT) {
            super.normals(words, n, out, o);
            return;
        }
        for (int i = 0; i < n; i += Lanes.COUNT) {
            int last = Math.min(i, n - Lanes.COUNT); // the last vector may begin within the one before
            vector(words, last, out, o + last);
        }
    }

    /** Tails are left to the twin, one normal in six hundred: a branch that both sides of a vector come out of would keep it on the heap. */
    private static void vector(int[] words, int i, float[] out, int o) {
        IntVector word = IntVector.fromArray(Lanes.I, words, i);
        VectorMath.centralQuantile(word).intoArray(out, o);
        IntVector below = word.lanewise(VectorOperators.XOR, word.lanewise(VectorOperators.ASHR, 31));
        if (below.compare(VectorOperators.LT, TAIL).anyTrue()) {
            for (int lane = 0; lane < Lanes.COUNT; lane++) {
                int each = words[i + lane];
                if ((each ^ (each >> 31)) < TAIL) {
                    out[o + lane] = DetMath.normalQuantile(each);
                }
            }
        }
    }
}

package io.github.elbo4j.simd;

import io.github.elbo4j.scalar.SobolKernel;
import jdk.incubator.vector.IntVector;

/** Normals of scrambled points, a lane each; what makes the points are loops over integers that the compiler vectorizes itself. */
final class SobolSimd extends SobolKernel {
    @Override
    protected void normals(int[] words, int n, float[] out, int o) {
        int whole = Lanes.I.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            VectorMath.normalQuantile(IntVector.fromArray(Lanes.I, words, i)).intoArray(out, o + i);
        }
        if (whole < n) { // words go on behind n, whatever they are
            VectorMath.normalQuantile(IntVector.fromArray(Lanes.I, words, whole))
                    .intoArray(out, o + whole, Lanes.F.indexInRange(whole, n));
        }
    }
}

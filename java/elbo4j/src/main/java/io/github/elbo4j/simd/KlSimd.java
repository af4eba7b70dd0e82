package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.KlKernel;
import io.github.elbo4j.scalar.SharedKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The inner loops of {@link KlKernel}, a lane per coordinate. */
final class KlSimd extends KlKernel {
    KlSimd(SharedKernels basics) {
        super(basics);
    }

    @Override
    protected void standardTerms(float[] mu, float[] omega, int m, float[] terms, int t, int n) {
        int whole = F.loopBound(n);
        int done = near(mu, omega, m, terms, t, whole) ? whole : 0;
        super.standardTerms(mu, omega, m + done, terms, t + done, n - done);
    }

    /**
     * In one loop, so that both arrays come from memory while it computes; whether all of omega is so near to 0 that the terms are
     * right.
     */
    private static boolean near(float[] mu, float[] omega, int m, float[] terms, int t, int whole) {
        IntVector farthest =
                IntVector.zero(Lanes.I); // as bits, whose order is that of absolute values; NaN is beyond all
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector location = FloatVector.fromArray(F, mu, m + i);
            FloatVector logScale = FloatVector.fromArray(F, omega, m + i);
            farthest = farthest.max(logScale.reinterpretAsInts().and(0x7fffffff));
            FloatVector scale = VectorMath.expNear(logScale);
            FloatVector square = scale.fma(scale, location.fma(location, FloatVector.broadcast(F, -1f)));
            FloatVector.broadcast(F, 0.5f).fma(square, logScale.neg()).intoArray(terms, t + i);
        }
        return farthest.reduceLanes(VectorOperators.MAX) <= Float.floatToRawIntBits(VectorMath.NEAR);
    }

    @Override
    protected void diagonalTerms(
            float[] muQ, float[] muP, int m, float[] logRatio, float[] ratio, float[] inverse, float[] terms, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector e = FloatVector.fromArray(F, muQ, m + i)
                    .sub(FloatVector.fromArray(F, muP, m + i))
                    .mul(FloatVector.fromArray(F, inverse, i));
            FloatVector r = FloatVector.fromArray(F, ratio, i);
            FloatVector square = r.fma(r, e.fma(e, FloatVector.broadcast(F, -1f)));
            FloatVector.broadcast(F, 0.5f)
                    .fma(square, FloatVector.fromArray(F, logRatio, i).neg())
                    .intoArray(terms, i);
        }
        for (int i = whole; i < n; i++) {
            float e = (muQ[m + i] - muP[m + i]) * inverse[i];
            terms[i] = Math.fma(0.5f, Math.fma(ratio[i], ratio[i], Math.fma(e, e, -1f)), -logRatio[i]);
        }
    }
}

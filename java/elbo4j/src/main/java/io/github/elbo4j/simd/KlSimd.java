package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.KlKernel;
import io.github.elbo4j.scalar.SharedKernels;
import jdk.incubator.vector.FloatVector;

/** The inner loops of {@link KlKernel}, a lane per coordinate. */
final class KlSimd extends KlKernel {
    KlSimd(SharedKernels basics) {
        super(basics);
    }

    /** In one loop, so that both arrays come from memory while it computes. */
    @Override
    protected void standardTerms(float[] mu, float[] omega, int m, float[] terms, int t, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector location = FloatVector.fromArray(F, mu, m + i);
            FloatVector logScale = FloatVector.fromArray(F, omega, m + i);
            FloatVector scale = VectorMath.exp(logScale);
            FloatVector square = scale.fma(scale, location.fma(location, FloatVector.broadcast(F, -1f)));
            FloatVector.broadcast(F, 0.5f).fma(square, logScale.neg()).intoArray(terms, t + i);
        }
        super.standardTerms(mu, omega, m + whole, terms, t + whole, n - whole);
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

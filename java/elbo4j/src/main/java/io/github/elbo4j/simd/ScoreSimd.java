package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.ScoreKernel;
import io.github.elbo4j.scalar.SharedKernels;
import jdk.incubator.vector.FloatVector;

/** The inner loops of {@link ScoreKernel}, a lane per coordinate. */
final class ScoreSimd extends ScoreKernel {
    ScoreSimd(SharedKernels basics) {
        super(basics);
    }

    @Override
    protected void add(float w, float[] epsilon, float[] inverse, float[] sums, int omega, int n) {
        int whole = F.loopBound(n);
        FloatVector weight = FloatVector.broadcast(F, w);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector e = FloatVector.fromArray(F, epsilon, i);
            FloatVector inMu = e.mul(FloatVector.fromArray(F, inverse, i)).mul(weight);
            FloatVector inOmega = e.fma(e, FloatVector.broadcast(F, -1f)).mul(weight);
            FloatVector.fromArray(F, sums, i).add(inMu).intoArray(sums, i);
            FloatVector.fromArray(F, sums, omega + i).add(inOmega).intoArray(sums, omega + i);
        }
        for (int i = whole; i < n; i++) {
            float e = epsilon[i];
            sums[i] += w * (e * inverse[i]);
            sums[omega + i] += w * Math.fma(e, e, -1f);
        }
    }
}

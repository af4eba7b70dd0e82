package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.ReparamKernel;
import io.github.elbo4j.scalar.SharedKernels;
import jdk.incubator.vector.FloatVector;

/** The inner loops of {@link ReparamKernel}, a lane per coordinate. */
final class ReparamSimd extends ReparamKernel {
    ReparamSimd(SharedKernels basics) {
        super(basics);
    }

    @Override
    protected void add(float[] g, int o, float[] sigma, float[] epsilon, float[] sums, int omega, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector slope = FloatVector.fromArray(F, g, o + i);
            FloatVector shift = FloatVector.fromArray(F, sigma, i).mul(FloatVector.fromArray(F, epsilon, i));
            FloatVector.fromArray(F, sums, i).add(slope).intoArray(sums, i);
            FloatVector.fromArray(F, sums, omega + i).add(slope.mul(shift)).intoArray(sums, omega + i);
        }
        for (int i = whole; i < n; i++) {
            float slope = g[o + i];
            sums[i] += slope;
            sums[omega + i] += slope * (sigma[i] * epsilon[i]);
        }
    }

    @Override
    protected void addPath(
            float[] g, int o, float[] sigma, float[] inverse, float[] epsilon, float[] sums, int omega, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector e = FloatVector.fromArray(F, epsilon, i);
            FloatVector slope = e.fma(FloatVector.fromArray(F, inverse, i), FloatVector.fromArray(F, g, o + i));
            FloatVector shift = FloatVector.fromArray(F, sigma, i).mul(e);
            FloatVector.fromArray(F, sums, i).add(slope).intoArray(sums, i);
            FloatVector.fromArray(F, sums, omega + i).add(slope.mul(shift)).intoArray(sums, omega + i);
        }
        for (int i = whole; i < n; i++) {
            float slope = Math.fma(epsilon[i], inverse[i], g[o + i]);
            sums[i] += slope;
            sums[omega + i] += slope * (sigma[i] * epsilon[i]);
        }
    }
}

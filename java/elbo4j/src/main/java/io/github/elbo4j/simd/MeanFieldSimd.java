package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.device.MeanFieldOps.Variable;
import io.github.elbo4j.scalar.MeanFieldKernel;
import io.github.elbo4j.scalar.SharedKernels;
import jdk.incubator.vector.FloatVector;

/** The inner loops of {@link MeanFieldKernel}, a lane per coordinate; the scalar formulas for what is left over. */
final class MeanFieldSimd extends MeanFieldKernel {
    MeanFieldSimd(SharedKernels basics) {
        super(basics);
    }

    @Override
    protected void sample(float[] mu, int m, float[] sigma, int d, float[] epsilon, float[] z, int o, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, sigma, d + i)
                    .fma(FloatVector.fromArray(F, epsilon, i), FloatVector.fromArray(F, mu, m + i))
                    .intoArray(z, o + i);
        }
        for (int i = whole; i < n; i++) {
            z[o + i] = Math.fma(sigma[d + i], epsilon[i], mu[m + i]);
        }
    }

    @Override
    protected void terms(
            float[] mu, float[] omega, int m, float[] inverse, int d, float[] z, int o, float[] terms, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector h = FloatVector.fromArray(F, z, o + i)
                    .sub(FloatVector.fromArray(F, mu, m + i))
                    .mul(FloatVector.fromArray(F, inverse, d + i));
            h.mul(-0.5f).fma(h, FloatVector.fromArray(F, omega, m + i).neg()).intoArray(terms, i);
        }
        for (int i = whole; i < n; i++) {
            float h = (z[o + i] - mu[m + i]) * inverse[d + i];
            terms[i] = Math.fma(-0.5f * h, h, -omega[m + i]);
        }
    }

    /** In one loop, so that all arrays come from memory while it computes. */
    @Override
    protected void rowTerms(float[] mu, float[] omega, float[] z, int o, float[] terms, int t, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector logScale = FloatVector.fromArray(F, omega, o + i).neg();
            FloatVector h = FloatVector.fromArray(F, z, o + i)
                    .sub(FloatVector.fromArray(F, mu, o + i))
                    .mul(VectorMath.exp(logScale));
            h.mul(-0.5f).fma(h, logScale).intoArray(terms, t + i);
        }
        super.rowTerms(mu, omega, z, o + whole, terms, t + whole, n - whole);
    }

    @Override
    protected void gradient(
            Variable variable, float[] mu, int m, float[] inverse, int d, float[] z, float[] gradient, int o, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector scale = FloatVector.fromArray(F, inverse, d + i);
            FloatVector h = FloatVector.fromArray(F, z, o + i)
                    .sub(FloatVector.fromArray(F, mu, m + i))
                    .mul(scale);
            FloatVector slope = variable == Variable.OMEGA ? h.fma(h, FloatVector.broadcast(F, -1f)) : h.mul(scale);
            (variable == Variable.Z ? slope.neg() : slope).intoArray(gradient, o + i);
        }
        super.gradient(variable, mu, m + whole, inverse, d + whole, z, gradient, o + whole, n - whole);
    }

    @Override
    protected void termsAndGradient(
            float[] mu,
            float[] omega,
            int m,
            float[] inverse,
            int d,
            float[] z,
            float[] gradient,
            int o,
            float[] terms,
            int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector scale = FloatVector.fromArray(F, inverse, d + i);
            FloatVector h = FloatVector.fromArray(F, z, o + i)
                    .sub(FloatVector.fromArray(F, mu, m + i))
                    .mul(scale);
            h.mul(-0.5f).fma(h, FloatVector.fromArray(F, omega, m + i).neg()).intoArray(terms, i);
            h.mul(scale).neg().intoArray(gradient, o + i);
        }
        for (int i = whole; i < n; i++) {
            float h = (z[o + i] - mu[m + i]) * inverse[d + i];
            terms[i] = Math.fma(-0.5f * h, h, -omega[m + i]);
            gradient[o + i] = -(h * inverse[d + i]);
        }
    }
}

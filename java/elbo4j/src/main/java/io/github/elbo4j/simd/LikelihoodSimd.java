package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.scalar.LikelihoodKernel;
import io.github.elbo4j.scalar.SharedKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The inner loops of {@link LikelihoodKernel}, a lane per observation. */
final class LikelihoodSimd extends LikelihoodKernel {
    private final MathSimd math;

    LikelihoodSimd(SharedKernels basics, MathSimd math) {
        super(basics);
        this.math = math;
    }

    /**
     * softplus(eta) = max(eta, 0) + ln(1 + e) and sigmoid(eta) = 1/(1 + e), or e/(1 + e) below 0, with e = exp(−|eta|). The
     * three functions are taken in loops of their own: in one they are too large for the compiler, and put vectors on the
     * heap.
     */
    @Override
    protected void bernoulli(
            float[] y, int yo, float scale, float[] eta, int o, float[] terms, int to, int n, float[] work) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, eta, o + i).abs().neg().intoArray(work, i);
        }
        math.map(Function.EXP, work, 0, work, 0, whole);
        math.ofOnePlus(work, terms, to, work, n, whole);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromArray(F, eta, o + i);
            FloatVector target = FloatVector.fromArray(F, y, yo + i);
            FloatVector inverse = FloatVector.fromArray(F, work, n + i);
            FloatVector sigmoid =
                    inverse.blend(FloatVector.fromArray(F, work, i).mul(inverse), x.compare(VectorOperators.LT, 0f));
            target.sub(sigmoid).mul(scale).intoArray(eta, o + i);
            FloatVector softplus = FloatVector.zero(F)
                    .blend(x, x.compare(VectorOperators.GT, 0f))
                    .add(FloatVector.fromArray(F, terms, to + i));
            target.fma(x, softplus.neg()).intoArray(terms, to + i);
        }
        super.bernoulli(y, yo + whole, scale, eta, o + whole, terms, to + whole, n - whole, work);
    }

    @Override
    protected void greatest(float[] eta, int o, int k, float[] greatest, float[] which, int from, int to) {
        int whole = from + F.loopBound(to - from);
        for (int i = from; i < whole; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromArray(F, eta, o + i);
            FloatVector before = FloatVector.fromArray(F, greatest, i);
            VectorMask<Float> greater = x.compare(VectorOperators.GT, before);
            before.blend(x, greater).intoArray(greatest, i);
            FloatVector.fromArray(F, which, i).blend(k, greater).intoArray(which, i);
        }
        super.greatest(eta, o, k, greatest, which, whole, to);
    }

    @Override
    protected void exponentials(
            float[] eta, int o, int k, float[] greatest, float[] which, float[] rest, int from, int to) {
        int whole = from + F.loopBound(to - from);
        for (int i = from; i < whole; i += Lanes.COUNT) {
            FloatVector shift = FloatVector.fromArray(F, greatest, i);
            shift = shift.blend(0f, shift.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
            FloatVector e = VectorMath.exp(FloatVector.fromArray(F, eta, o + i).sub(shift));
            e.intoArray(eta, o + i);
            VectorMask<Float> own = FloatVector.fromArray(F, which, i).compare(VectorOperators.EQ, k);
            FloatVector.fromArray(F, rest, i).add(e.blend(0f, own)).intoArray(rest, i);
        }
        super.exponentials(eta, o, k, greatest, which, rest, whole, to);
    }

    @Override
    protected void inverses(float[] rest, float[] inverse, int from, int to) {
        int whole = from + F.loopBound(to - from);
        for (int i = from; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, rest, i).add(1f).intoArray(inverse, i);
        }
        math.reciprocals(inverse, from, whole - from);
        super.inverses(rest, inverse, whole, to);
    }

    @Override
    protected void categorical(
            float[] y, int yo, int k, float scale, float[] inverse, float[] eta, int o, int from, int to) {
        int whole = from + F.loopBound(to - from);
        for (int i = from; i < whole; i += Lanes.COUNT) {
            FloatVector target = FloatVector.zero(F)
                    .blend(1f, FloatVector.fromArray(F, y, yo + i).compare(VectorOperators.EQ, k));
            FloatVector share = FloatVector.fromArray(F, eta, o + i).mul(FloatVector.fromArray(F, inverse, i));
            target.sub(share).mul(scale).intoArray(eta, o + i);
        }
        super.categorical(y, yo, k, scale, inverse, eta, o, whole, to);
    }

    @Override
    protected void mixture(float scale, float[] inverse, float[] eta, int o, int from, int to) {
        int whole = from + F.loopBound(to - from);
        for (int i = from; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, eta, o + i)
                    .mul(FloatVector.fromArray(F, inverse, i))
                    .mul(scale)
                    .intoArray(eta, o + i);
        }
        super.mixture(scale, inverse, eta, o, whole, to);
    }

    @Override
    protected void gaussian(float[] y, int yo, float scale, float inverse, float[] eta, int o, float[] terms, int n) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector e = FloatVector.fromArray(F, y, yo + i)
                    .sub(FloatVector.fromArray(F, eta, o + i))
                    .mul(inverse);
            e.mul(e).intoArray(terms, i);
            e.mul(inverse).mul(scale).intoArray(eta, o + i);
        }
        for (int i = whole; i < n; i++) {
            float e = (y[yo + i] - eta[o + i]) * inverse;
            terms[i] = e * e;
            eta[o + i] = scale * (e * inverse);
        }
    }
}

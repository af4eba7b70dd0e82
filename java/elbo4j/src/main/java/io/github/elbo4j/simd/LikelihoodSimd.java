package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.scalar.Basics;
import io.github.elbo4j.scalar.LikelihoodKernel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The inner loops of {@link LikelihoodKernel}, a lane per observation. */
final class LikelihoodSimd extends LikelihoodKernel {
    private final MathSimd math;

    LikelihoodSimd(Basics basics, MathSimd math) {
        super(basics);
        this.math = math;
    }

    @Override
    protected void bernoulli(float[] y, int yo, float scale, float[] eta, int o, float[] terms, int to, int n) {
        int whole = F.loopBound(n);
        // softplus and sigmoid both begin with exp(−|eta|). It is taken by a call that is not inlined:
        // one method with all three would exceed the compiler's limit of nodes and put vectors on the heap.
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromArray(F, eta, o + i).abs().neg().intoArray(terms, to + i);
        }
        math.map(Function.EXP, terms, to, terms, to, whole);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromArray(F, eta, o + i);
            FloatVector target = FloatVector.fromArray(F, y, yo + i);
            FloatVector e = FloatVector.fromArray(F, terms, to + i);
            FloatVector part = VectorMath.reciprocalOnePlus(e);
            FloatVector sigmoid = part.blend(e.mul(part), x.compare(VectorOperators.LT, 0f));
            target.sub(sigmoid).mul(scale).intoArray(eta, o + i);
            FloatVector softplus = FloatVector.zero(F)
                    .blend(x, x.compare(VectorOperators.GT, 0f))
                    .add(VectorMath.log1pInside(e));
            target.fma(x, softplus.neg()).intoArray(terms, to + i);
        }
        super.bernoulli(y, yo + whole, scale, eta, o + whole, terms, to + whole, n - whole);
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

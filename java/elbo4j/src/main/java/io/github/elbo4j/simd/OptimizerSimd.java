package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.Basics;
import io.github.elbo4j.scalar.OptimizerKernel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The inner loop of {@link OptimizerKernel}, a lane per parameter. */
final class OptimizerSimd extends OptimizerKernel {
    OptimizerSimd(Basics basics) {
        super(basics);
    }

    @Override
    protected void adam(
            float rate,
            float gain1,
            float gain2,
            float correction,
            float guard,
            float[] gradient,
            int go,
            float[] m,
            float[] v,
            float[] x,
            int o,
            int n) {
        int whole = F.loopBound(n);
        FloatVector toFirst = FloatVector.broadcast(F, gain1);
        FloatVector toSecond = FloatVector.broadcast(F, gain2);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector g = FloatVector.fromArray(F, gradient, go + i);
            FloatVector first = FloatVector.fromArray(F, m, o + i);
            FloatVector second = FloatVector.fromArray(F, v, o + i);
            first = toFirst.fma(g.sub(first), first);
            second = toSecond.fma(g.fma(g, second.neg()), second);
            first.intoArray(m, o + i);
            second.intoArray(v, o + i);
            FloatVector root =
                    second.mul(correction).lanewise(VectorOperators.SQRT).add(guard);
            first.mul(rate)
                    .fma(VectorMath.reciprocal(root), FloatVector.fromArray(F, x, o + i))
                    .intoArray(x, o + i);
        }
        super.adam(rate, gain1, gain2, correction, guard, gradient, go + whole, m, v, x, o + whole, n - whole);
    }
}

package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.OptimizerKernel;
import io.github.elbo4j.scalar.SharedKernels;
import io.github.elbo4j.scalar.WorkerMemory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/** The inner loop of {@link OptimizerKernel}, a lane per parameter. */
final class OptimizerSimd extends OptimizerKernel {
    private static final int ROOTS = 9; // memory slot; those from 16 on may be a caller's

    private final MathSimd math;

    OptimizerSimd(SharedKernels basics, MathSimd math) {
        super(basics);
        this.math = math;
    }

    /** In three loops, since one with the reciprocal is too large for the compiler. */
    @Override
    protected void adam(
            float rate,
            float gain1,
            float gain2,
            float correction,
            float guard,
            float[] gradient,
            int go,
            float @Nullable [] scale,
            float[] m,
            float[] v,
            float[] x,
            int o,
            int n,
            WorkerMemory memory) {
        int whole = F.loopBound(n);
        float[] roots = memory.floats(ROOTS, whole);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector g = FloatVector.fromArray(F, gradient, go + i);
            if (scale != null) {
                g = g.mul(FloatVector.fromArray(F, scale, o + i));
            }
            FloatVector first = FloatVector.fromArray(F, m, o + i);
            FloatVector second = FloatVector.fromArray(F, v, o + i);
            g.sub(first).fma(FloatVector.broadcast(F, gain1), first).intoArray(m, o + i);
            second = g.fma(g, second.neg()).fma(FloatVector.broadcast(F, gain2), second);
            second.intoArray(v, o + i);
            second.mul(correction).lanewise(VectorOperators.SQRT).add(guard).intoArray(roots, i);
        }
        math.reciprocals(roots, 0, whole);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector rates = FloatVector.broadcast(F, rate);
            if (scale != null) {
                rates = rates.mul(FloatVector.fromArray(F, scale, o + i));
            }
            rates.mul(FloatVector.fromArray(F, m, o + i))
                    .fma(FloatVector.fromArray(F, roots, i), FloatVector.fromArray(F, x, o + i))
                    .intoArray(x, o + i);
        }
        super.adam(
                rate,
                gain1,
                gain2,
                correction,
                guard,
                gradient,
                go + whole,
                scale,
                m,
                v,
                x,
                o + whole,
                n - whole,
                memory);
    }
}

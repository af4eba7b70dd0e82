package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.FullRankGradientKernel;
import io.github.elbo4j.scalar.SharedKernels;
import jdk.incubator.vector.FloatVector;

/** The inner loop of {@link FullRankGradientKernel}, a lane per column of the factor. */
final class FullRankGradientSimd extends FullRankGradientKernel {
    FullRankGradientSimd(SharedKernels basics) {
        super(basics);
    }

    @Override
    protected void add(float u, float[] epsilon, float[] sums, int o, int n) {
        for (int j = 0; j < n; j += Lanes.COUNT) {
            FloatVector.fromArray(F, sums, o + j)
                    .add(FloatVector.fromArray(F, epsilon, j).mul(u))
                    .intoArray(sums, o + j);
        }
    }
}

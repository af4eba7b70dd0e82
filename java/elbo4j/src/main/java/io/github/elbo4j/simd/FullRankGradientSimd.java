package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.scalar.FullRankGradientKernel;
import io.github.elbo4j.scalar.SharedKernels;
import jdk.incubator.vector.FloatVector;

/** The inner loops of {@link FullRankGradientKernel}, a lane per column of the factor. */
final class FullRankGradientSimd extends FullRankGradientKernel {
    FullRankGradientSimd(SharedKernels basics) {
        super(basics);
    }

    @Override
    protected void add(float[] u, int uo, float[] x, int xo, int stride, int n, float[] sums, int o, int length) {
        for (int j = 0; j < length; j += Lanes.COUNT) {
            FloatVector sum = FloatVector.fromArray(F, sums, o + j);
            for (int s = 0; s < n; s++) {
                sum = sum.add(FloatVector.fromArray(F, x, xo + s * stride + j).mul(u[uo + s * ROWS]));
            }
            sum.intoArray(sums, o + j);
        }
    }

    /** A lane per row of the factor. */
    @Override
    protected void addDiagonal(
            float[] u, float[] x, int xo, int stride, int n, float[] diagonal, int d, float[] sums, int length) {
        int i = 0;
        for (; i + Lanes.COUNT <= length; i += Lanes.COUNT) {
            FloatVector sum = FloatVector.fromArray(F, sums, i);
            FloatVector scale = FloatVector.fromArray(F, diagonal, d + i);
            for (int s = 0; s < n; s++) {
                FloatVector product =
                        FloatVector.fromArray(F, u, s * ROWS + i).mul(FloatVector.fromArray(F, x, xo + s * stride + i));
                sum = sum.add(product.mul(scale));
            }
            sum.intoArray(sums, i);
        }
        for (; i < length; i++) {
            for (int s = 0; s < n; s++) {
                sums[i] += (u[s * ROWS + i] * x[xo + s * stride + i]) * diagonal[d + i];
            }
        }
    }

    @Override
    protected void multiply(float v, float[] x, int xo, float[] h, int ho, int n) {
        int j = 0;
        for (; j + Lanes.COUNT <= n; j += Lanes.COUNT) {
            FloatVector.fromArray(F, x, xo + j).mul(v).intoArray(h, ho + j);
        }
        for (; j < n; j++) {
            h[ho + j] = v * x[xo + j];
        }
    }

    @Override
    protected void addSquares(float w, float[] h, int ho, float[] sums, int o, int part, int n) {
        int j = 0;
        for (; j + Lanes.COUNT <= n; j += Lanes.COUNT) {
            FloatVector square = FloatVector.fromArray(F, h, ho + j);
            square = square.mul(square);
            FloatVector.fromArray(F, sums, o + j).add(square.mul(w)).intoArray(sums, o + j);
            int at = part + o + j;
            FloatVector.fromArray(F, sums, at).add(square).intoArray(sums, at);
        }
        for (; j < n; j++) {
            float square = h[ho + j] * h[ho + j];
            sums[o + j] += w * square;
            sums[part + o + j] += square;
        }
    }
}

package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.FullRankOps;
import io.github.elbo4j.device.Operation;

/**
 * The Gaussian with a Cholesky factor. Twin of kernels/fullrank.cu.
 *
 * <p>A factor holds the lower triangle, its diagonal as a logarithm; {@code diagonal} and {@code inverse} below are
 * exp(log L_ii) and exp(−log L_ii). Every chain runs over increasing k in panels that end at multiples of 256; a panel
 * begins at +0 and is added to what came before.
 */
public class FullRankKernel {
    /** k's of a chain of a triangle's. */
    static final int PANEL = 256;

    private static final int DIAGONAL = 16; // memory slots
    private static final int VECTOR = 17;
    private static final int TERMS = 18;

    private final SharedKernels basics;

    public FullRankKernel(SharedKernels basics) {
        this.basics = basics;
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(FullRankOps.FullRankSample.class, Sample::new);
        twins.add(FullRankOps.FullRankLogDensity.class, LogDensity::new);
        twins.add(FullRankOps.FullRankLogDensityGradient.class, Gradient::new);
        twins.add(FullRankOps.FullRankScore.class, Score::new);
        twins.add(FullRankOps.FullRankEntropy.class, Entropy::new);
    }

    // ---- one draw; f is the D × D factor at index fo ----

    /** {@code z[o + i] = mu[m + i] + Σ_{j ≤ i} L_ij · epsilon[j]}. */
    protected void multiply(
            float[] f, int fo, float[] diagonal, float[] epsilon, float[] mu, int m, float[] z, int o, int dims) {
        for (int i = 0; i < dims; i++) {
            float value = mu[m + i];
            for (int panel = 0; panel <= i; panel += PANEL) {
                float chain = 0f;
                int end = Math.min(panel + PANEL, i + 1);
                for (int j = panel; j < end; j++) {
                    chain = Math.fma(j < i ? f[fo + i * dims + j] : diagonal[i], epsilon[j], chain);
                }
                value += chain;
            }
            z[o + i] = value;
        }
    }

    /** {@code L·x = x} in place, forward: {@code x_i = (x_i − Σ_{j < i} L_ij·x_j) · inverse_i}. */
    static void solve(float[] f, int fo, float[] inverse, float[] x, int dims) {
        for (int i = 0; i < dims; i++) {
            float value = x[i];
            for (int panel = 0; panel < i; panel += PANEL) {
                float chain = 0f;
                int end = Math.min(panel + PANEL, i);
                for (int j = panel; j < end; j++) {
                    chain = Math.fma(-f[fo + i * dims + j], x[j], chain);
                }
                value += chain;
            }
            x[i] = value * inverse[i];
        }
    }

    /** {@code Lᵀ·x = x} in place, backward: {@code x_i = (x_i − Σ_{j > i} L_ji·x_j) · inverse_i}, down to row first. */
    static void solveTransposed(float[] f, int fo, float[] inverse, float[] x, int first, int dims) {
        for (int i = dims - 1; i >= first; i--) {
            float value = x[i];
            // The last row has no chain, not even +0, to be added.
            for (int panel = i + 1 < dims ? (i + 1) / PANEL * PANEL : dims; panel < dims; panel += PANEL) {
                float chain = 0f;
                int end = Math.min(panel + PANEL, dims);
                for (int j = Math.max(panel, i + 1); j < end; j++) {
                    chain = Math.fma(-f[fo + j * dims + i], x[j], chain);
                }
                value += chain;
            }
            x[i] = value * inverse[i];
        }
    }

    /** {@code out[i] = exp(±f_ii)}. */
    static void exponentials(float[] f, int fo, boolean inverted, float[] out, int dims) {
        for (int i = 0; i < dims; i++) {
            float log = f[fo + i * dims + i];
            out[i] = DetMath.exp(inverted ? -log : log);
        }
    }

    /** {@code r[i] = z[o + i] − mu[m + i]}. */
    private static void residual(float[] z, int o, float[] mu, int m, float[] r, int dims) {
        for (int i = 0; i < dims; i++) {
            r[i] = z[o + i] - mu[m + i];
        }
    }

    // ---- launches ----

    /** One work item is a group of draws of one problem. */
    private abstract static class Rows<O extends Operation> extends OperationKernel<O> {
        final DrawBlock shape;
        final int dims;
        private final Buffer factor;
        private final boolean inverted;

        /** @param inverted whether a draw takes exp(−log L_ii) or exp(log L_ii) */
        Rows(O op, DrawBlock shape, Buffer factor, boolean inverted) {
            super(op, Groups.count(shape), shape.elements() * (4 + shape.dimensions()));
            this.shape = shape;
            this.dims = shape.dimensions();
            this.factor = factor;
            this.inverted = inverted;
        }

        @Override
        protected final void run(int from, int to, WorkerMemory memory) {
            float[] f = floats(factor);
            float[] diagonal = memory.floats(DIAGONAL, dims);
            float[] vector = memory.floats(VECTOR, dims);
            for (int item = from; item < to; item++) {
                int b = Groups.problem(shape, item);
                int fo = b * dims * dims;
                int end = Groups.lastDraw(shape, item);
                exponentials(f, fo, inverted, diagonal, dims);
                for (int s = Groups.firstDraw(shape, item); s < end; s++) {
                    draw(b, s, b * shape.draws() + s, f, fo, diagonal, vector, memory);
                }
            }
        }

        /**
         * One draw.
         *
         * @param row of the draws of all problems
         * @param vector memory for one
         */
        abstract void draw(
                int b, int s, int row, float[] f, int fo, float[] diagonal, float[] vector, WorkerMemory memory);
    }

    private final class Sample extends Rows<FullRankOps.FullRankSample> {
        Sample(FullRankOps.FullRankSample op) {
            super(op, op.shape(), op.factor(), false);
        }

        @Override
        void draw(int b, int s, int row, float[] f, int fo, float[] diagonal, float[] epsilon, WorkerMemory memory) {
            basics.normals().row(op.key().seed(), (int) value(op.step()), shape, b, s, epsilon, memory);
            multiply(f, fo, diagonal, epsilon, floats(op.mu()), b * dims, floats(op.z()), row * dims, dims);
        }
    }

    private final class Score extends Rows<FullRankOps.FullRankScore> {
        Score(FullRankOps.FullRankScore op) {
            super(op, op.shape(), op.factor(), true);
        }

        @Override
        void draw(int b, int s, int row, float[] f, int fo, float[] inverse, float[] x, WorkerMemory memory) {
            basics.normals().row(op.key().seed(), (int) value(op.step()), shape, b, s, x, memory);
            solveTransposed(f, fo, inverse, x, 0, dims);
            System.arraycopy(x, 0, floats(op.score()), row * dims, dims);
        }
    }

    private final class LogDensity extends Rows<FullRankOps.FullRankLogDensity> {
        LogDensity(FullRankOps.FullRankLogDensity op) {
            super(op, op.shape(), op.factor(), true);
        }

        @Override
        void draw(int b, int s, int row, float[] f, int fo, float[] inverse, float[] h, WorkerMemory memory) {
            residual(floats(op.z()), row * dims, floats(op.mu()), b * dims, h, dims);
            solve(f, fo, inverse, h, dims);
            doubles(op.logQ())[row] = value(f, fo, h, memory);
        }

        /** Σ_i (−h_i²/2 − log L_ii) along the row, less the constant. */
        private double value(float[] f, int fo, float[] h, WorkerMemory memory) {
            float[] terms = memory.floats(TERMS, dims);
            for (int i = 0; i < dims; i++) {
                terms[i] = Math.fma(-0.5f * h[i], h[i], -f[fo + i * dims + i]);
            }
            return basics.sums().row(terms, 0, dims, memory) - dims * MeanFieldKernel.HALF_LOG_2PI;
        }
    }

    private static final class Gradient extends Rows<FullRankOps.FullRankLogDensityGradient> {
        Gradient(FullRankOps.FullRankLogDensityGradient op) {
            super(op, op.shape(), op.factor(), true);
        }

        @Override
        void draw(int b, int s, int row, float[] f, int fo, float[] inverse, float[] x, WorkerMemory memory) {
            residual(floats(op.z()), row * dims, floats(op.mu()), b * dims, x, dims);
            solve(f, fo, inverse, x, dims);
            solveTransposed(f, fo, inverse, x, 0, dims);
            float[] gradient = floats(op.gradient());
            for (int i = 0; i < dims; i++) {
                gradient[row * dims + i] = -x[i];
            }
        }
    }

    /** One work item is a problem. */
    private final class Entropy extends OperationKernel<FullRankOps.FullRankEntropy> {
        Entropy(FullRankOps.FullRankEntropy op) {
            super(op, op.problems(), (long) op.problems() * op.dimensions());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            float[] f = floats(op.factor());
            double[] out = doubles(op.entropy());
            int dims = op.dimensions();
            int at = (int) value(op.slot()) * op.problems();
            float[] terms = memory.floats(TERMS, dims);
            for (int b = from; b < to; b++) {
                for (int i = 0; i < dims; i++) {
                    terms[i] = f[(b * dims + i) * dims + i];
                }
                double sum = basics.sums().row(terms, 0, dims, memory);
                out[at + b] = sum + dims * (MeanFieldKernel.HALF_LOG_2PI + 0.5);
            }
        }
    }
}

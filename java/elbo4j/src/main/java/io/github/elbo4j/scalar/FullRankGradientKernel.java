package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.ReparamOps;
import io.github.elbo4j.device.ScoreOps;
import java.util.Arrays;

/**
 * Both gradients of the full-rank family: sums over draws of {@code u_i} and {@code u_i · epsilon_j}, with u = w·v for the
 * score and u = g (+ v) for the pathwise one. Twin of the full-rank kernels in kernels/score.cu and kernels/reparam.cu.
 *
 * <p>{@code h} below is the score: v_i for mu, {@code v_i·epsilon_j} for L_ij, {@code v_i·epsilon_i·L_ii − 1} for log L_ii.
 */
public class FullRankGradientKernel {
    private static final int DIAGONAL = 16; // memory slots
    private static final int EPSILON = 17;
    private static final int SUMS = 18;
    private static final int FACTORS = 19;

    /** Rows of the factor whose sums one work item makes; every item makes epsilon again. */
    protected static final int ROWS = 32;
    /** Elements of the longest vector. */
    private static final int ROUND = 16;
    /** Elements of the draws that are taken together. */
    private static final int TOGETHER = 2048;

    private final SharedKernels basics;

    public FullRankGradientKernel(SharedKernels basics) {
        this.basics = basics;
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(ReparamOps.FullRankReparam.class, Reparam::new);
        twins.add(ScoreOps.FullRankScoreGradient.class, op -> {
            Buffer sums = op.sums();
            return sums == null ? new Score(op) : new Controlled(op, sums);
        });
        twins.add(ScoreOps.FullRankScoreSquares.class, Squares::new);
    }

    // ---- inner loops; SIMD devices replace them ----

    /**
     * {@code sums[o + j] += Σ_s u[uo + s·ROWS]·x[xo + s·stride + j]} over s &lt; n in order, for j &lt; length; those from there to
     * the next multiple of {@link #ROUND} may be anything.
     */
    protected void add(float[] u, int uo, float[] x, int xo, int stride, int n, float[] sums, int o, int length) {
        for (int s = 0; s < n; s++) {
            float factor = u[uo + s * ROWS];
            for (int j = 0; j < length; j++) {
                sums[o + j] += factor * x[xo + s * stride + j];
            }
        }
    }

    /**
     * {@code sums[i] += Σ_s (u[s·ROWS + i]·x[xo + s·stride + i])·diagonal[d + i]} over s &lt; n in order, for i &lt; length.
     */
    protected void addDiagonal(
            float[] u, float[] x, int xo, int stride, int n, float[] diagonal, int d, float[] sums, int length) {
        for (int s = 0; s < n; s++) {
            for (int i = 0; i < length; i++) {
                sums[i] += (u[s * ROWS + i] * x[xo + s * stride + i]) * diagonal[d + i];
            }
        }
    }

    /** {@code h[ho + j] = v·x[xo + j]} for j &lt; n. */
    protected void multiply(float v, float[] x, int xo, float[] h, int ho, int n) {
        for (int j = 0; j < n; j++) {
            h[ho + j] = v * x[xo + j];
        }
    }

    /** {@code sums[o + j] += w·h²} and, {@code part} further on, {@code h²}, with h = h[ho + j]. */
    protected void addSquares(float w, float[] h, int ho, float[] sums, int o, int part, int n) {
        for (int j = 0; j < n; j++) {
            float square = h[ho + j] * h[ho + j];
            sums[o + j] += w * square;
            sums[part + o + j] += square;
        }
    }

    // ---- launches ----

    /** One work item is a block of rows of the factor, in one run of one problem. */
    private abstract class Gradient<O extends Operation> extends OperationKernel<O> {
        private final Key key;
        private final Index step;
        private final DrawBlock shape;
        private final Buffer factor;
        private final Buffer vectors;
        private final Buffer runs;
        private final int parts;
        final int dims;
        final int stride; // of the rows below, with room for the last vector
        final int width; // of a gradient
        final int partLength; // a row block's sums: the factor's diagonal, then mu and its row below the diagonal by
        // turns

        /**
         * @param vectors g or v
         * @param parts gradients that are made
         */
        Gradient(O op, Key key, Index step, DrawBlock shape, Buffer factor, Buffer vectors, Buffer runs, int parts) {
            super(
                    op,
                    shape.problems() * ElboOps.runs(shape.draws()) * ceilDiv(shape.dimensions(), ROWS),
                    shape.elements() * (4 + shape.dimensions()));
            this.key = key;
            this.step = step;
            this.shape = shape;
            this.factor = factor;
            this.vectors = vectors;
            this.runs = runs;
            this.parts = parts;
            this.dims = shape.dimensions();
            this.width = dims + dims * dims;
            this.stride = ceilDiv(1 + dims, ROUND) * ROUND;
            this.partLength = rowAt(ROWS);
        }

        @Override
        protected final void run(int from, int to, WorkerMemory memory) {
            int step = (int) value(this.step);
            float[] f = floats(factor);
            float[] v = floats(vectors);
            double[] out = doubles(runs);
            int blocks = ceilDiv(dims, ROWS);
            int perProblem = ElboOps.runs(shape.draws()) * blocks;
            float[] diagonal = memory.floats(DIAGONAL, dims);
            int together = Math.min(Math.max(1, TOGETHER / stride), Math.min(shape.draws(), ElboOps.DRAWS_PER_RUN));
            float[] x = memory.floats(EPSILON, together * stride);
            Arrays.fill(x, 0, together * stride, 0f);
            for (int s = 0; s < together; s++) {
                x[s * stride] = 1f; // a draw is 1, epsilon, zeros
            }
            float[] acc = memory.floats(SUMS, parts * partLength);
            for (int item = from; item < to; item++) {
                int b = item / perProblem;
                int run = item % perProblem / blocks;
                int first = item % blocks * ROWS;
                int last = Math.min(dims, first + ROWS);
                int end = Math.min(shape.draws(), (run + 1) * ElboOps.DRAWS_PER_RUN);
                Arrays.fill(acc, 0, parts * partLength, 0f);
                CholeskyKernel.exponentials(f, b * dims * dims, false, diagonal, dims);
                for (int s = run * ElboOps.DRAWS_PER_RUN; s < end; s += together) {
                    int n = Math.min(together, end - s);
                    normals(key, step, b, s, n, x, memory);
                    draws(b, b * shape.draws() + s, n, first, last, v, x, diagonal, acc, memory);
                }
                int o = RunItems.offset(shape, b, run, out.length, parts * width);
                for (int part = 0; part < parts; part++) {
                    for (int i = first; i < last; i++) {
                        int at = o + part * width + dims + i * dims;
                        out[at + i] = acc[part * partLength + i - first];
                        int row = part * partLength + rowAt(i - first);
                        out[o + part * width + i] = acc[row];
                        for (int j = 0; j < i; j++) {
                            out[at + j] = acc[row + 1 + j];
                        }
                        Arrays.fill(out, at + i + 1, at + dims, 0);
                    }
                }
            }
        }

        /** The normals of n draws to their rows. */
        private void normals(Key key, int step, int b, int s, int n, float[] x, WorkerMemory memory) {
            float[] beside = basics.normals().kept(key, step, shape, b, s, n, memory);
            for (int k = 0; k < n; k++) {
                if (beside == null) {
                    basics.normals().row(key, step, shape, b, s + k, x, k * stride + 1, memory);
                    continue;
                }
                for (int i = 0; i < dims; i++) {
                    x[k * stride + 1 + i] = beside[i * NormalKernel.TOGETHER + k];
                }
            }
        }

        /** Where the sum of mu and those of a row of the factor begin. */
        final int rowAt(int row) {
            return ROWS + row * stride;
        }

        /**
         * Adds n draws to the sums of rows first … last−1: for row i that of the diagonal at i − first; that of mu, and those below
         * the diagonal, from {@link #rowAt} on.
         *
         * @param row the first draw, of those of all problems
         * @param x 1, epsilon of a draw and zeros, every {@link #stride}
         */
        abstract void draws(
                int b,
                int row,
                int n,
                int first,
                int last,
                float[] v,
                float[] x,
                float[] diagonal,
                float[] acc,
                WorkerMemory memory);
    }

    /** Sums of {@code u_i} and {@code u_i·epsilon_j}. */
    private abstract class Linear<O extends Operation> extends Gradient<O> {
        Linear(O op, Key key, Index step, DrawBlock shape, Buffer factor, Buffer vectors, Buffer runs) {
            super(op, key, step, shape, factor, vectors, runs, 1);
        }

        @Override
        final void draws(
                int b,
                int row,
                int n,
                int first,
                int last,
                float[] v,
                float[] x,
                float[] diagonal,
                float[] acc,
                WorkerMemory memory) {
            float[] u = memory.floats(FACTORS, n * ROWS);
            int count = last - first;
            for (int s = 0; s < n; s++) {
                factors(row + s, (row + s) * dims + first, v, u, s * ROWS, count);
            }
            diagonals(row, n, first, v, u, x, diagonal, acc, count);
            for (int i = first; i < last; i++) {
                add(u, i - first, x, 0, stride, n, acc, rowAt(i - first), 1 + i);
            }
        }

        /** u of {@code count} rows of a draw, from uo on; they begin at o in v. */
        abstract void factors(int row, int o, float[] v, float[] u, int uo, int count);

        /** Adds n draws to the sums of {@code count} elements of the diagonal. */
        abstract void diagonals(
                int row, int n, int first, float[] v, float[] u, float[] x, float[] diagonal, float[] acc, int count);
    }

    private final class Reparam extends Linear<ReparamOps.FullRankReparam> {
        Reparam(ReparamOps.FullRankReparam op) {
            super(op, op.key(), op.step(), op.shape(), op.factor(), op.gradient(), op.runs());
        }

        @Override
        void factors(int row, int o, float[] g, float[] u, int uo, int count) {
            Buffer score = op.score();
            float[] more = score == null ? null : floats(score);
            System.arraycopy(g, o, u, uo, count);
            for (int i = 0; i < count && more != null; i++) {
                u[uo + i] += more[o + i];
            }
        }

        @Override
        void diagonals(
                int row, int n, int first, float[] g, float[] u, float[] x, float[] diagonal, float[] acc, int count) {
            addDiagonal(u, x, 1 + first, stride, n, diagonal, first, acc, count);
        }
    }

    private final class Score extends Linear<ScoreOps.FullRankScoreGradient> {
        Score(ScoreOps.FullRankScoreGradient op) {
            super(op, op.key(), op.step(), op.shape(), op.factor(), op.score(), op.runs());
        }

        @Override
        void factors(int row, int o, float[] v, float[] u, int uo, int count) {
            float w = floats(op.weights())[row];
            for (int i = 0; i < count; i++) {
                u[uo + i] = w * v[o + i];
            }
        }

        @Override
        void diagonals(
                int row, int n, int first, float[] v, float[] u, float[] x, float[] diagonal, float[] acc, int count) {
            for (int s = 0; s < n; s++) {
                float w = floats(op.weights())[row + s];
                int o = (row + s) * dims + first;
                int e = s * stride + 1 + first;
                for (int i = 0; i < count; i++) {
                    acc[i] += w * ((v[o + i] * x[e + i]) * diagonal[first + i] - 1f);
                }
            }
        }
    }

    /** What is not linear in the score of a coordinate. */
    private abstract class Nonlinear<O extends Operation> extends Gradient<O> {
        Nonlinear(O op, Key key, Index step, DrawBlock shape, Buffer factor, Buffer vectors, Buffer runs, int parts) {
            super(op, key, step, shape, factor, vectors, runs, parts);
        }

        @Override
        final void draws(
                int b,
                int row,
                int n,
                int first,
                int last,
                float[] v,
                float[] x,
                float[] diagonal,
                float[] acc,
                WorkerMemory memory) {
            float[] h = memory.floats(FACTORS, partLength);
            for (int i = first; i < last; i++) {
                int at = rowAt(i - first);
                int p = 2 * b * width + dims + i * dims;
                for (int s = 0; s < n; s++) {
                    float vi = v[(row + s) * dims + i];
                    multiply(vi, x, s * stride, h, at, 1 + i);
                    h[i - first] = (vi * x[s * stride + 1 + i]) * diagonal[i] - 1f;
                    add(row + s, h, acc, at, 2 * b * width + i, 1);
                    add(row + s, h, acc, at + 1, p, i);
                    add(row + s, h, acc, i - first, p + i, 1);
                }
            }
        }

        /** Adds what n scores of a draw make, at the same place of h and of the sums; their parameters are those from index p of [B][2][P] on. */
        abstract void add(int row, float[] h, float[] acc, int at, int p, int n);
    }

    /** The score with a control variate for each coordinate. */
    private final class Controlled extends Nonlinear<ScoreOps.FullRankScoreGradient> {
        private final Buffer sums;

        Controlled(ScoreOps.FullRankScoreGradient op, Buffer sums) {
            super(op, op.key(), op.step(), op.shape(), op.factor(), op.score(), op.runs(), 1);
            this.sums = sums;
        }

        @Override
        void add(int row, float[] h, float[] acc, int at, int p, int n) {
            float w = floats(op.weights())[row];
            basics.variates().add(w, h, at, h, at, op.draws(), floats(sums), p, width, acc, at, n);
        }
    }

    private final class Squares extends Nonlinear<ScoreOps.FullRankScoreSquares> {
        Squares(ScoreOps.FullRankScoreSquares op) {
            super(op, op.key(), op.step(), op.shape(), op.factor(), op.score(), op.runs(), 2);
        }

        @Override
        void add(int row, float[] h, float[] acc, int at, int p, int n) {
            addSquares(floats(op.weights())[row], h, at, acc, at, partLength, n);
        }
    }
}

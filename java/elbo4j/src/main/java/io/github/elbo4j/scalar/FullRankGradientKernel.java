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

    /** Rows of the factor whose sums one work item makes; every item makes epsilon again. */
    private static final int ROWS = 32;
    /** Elements of the longest vector. */
    private static final int ROUND = 16;

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

    // ---- inner loop; SIMD devices replace it ----

    /** {@code sums[o + j] += u·epsilon[j]} for j &lt; n; those from there to the next multiple of {@link #ROUND} may be anything. */
    protected void add(float u, float[] epsilon, float[] sums, int o, int n) {
        for (int j = 0; j < n; j++) {
            sums[o + j] += u * epsilon[j];
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
        private final int stride; // of the factor's rows, with room for the last vector
        final int partLength; // a row block's sums: mu, the factor's diagonal, then its rows below the diagonal

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
            this.stride = ceilDiv(dims, ROUND) * ROUND;
            this.partLength = rowAt(ROWS);
        }

        @Override
        protected final void run(int from, int to, WorkerMemory memory) {
            long seed = key.seed();
            int step = (int) value(this.step);
            float[] f = floats(factor);
            float[] v = floats(vectors);
            double[] out = doubles(runs);
            int width = dims + dims * dims;
            int blocks = ceilDiv(dims, ROWS);
            int perProblem = ElboOps.runs(shape.draws()) * blocks;
            float[] diagonal = memory.floats(DIAGONAL, dims);
            float[] epsilon = memory.floats(EPSILON, stride);
            Arrays.fill(epsilon, dims, stride, 0f);
            float[] acc = memory.floats(SUMS, parts * partLength);
            for (int item = from; item < to; item++) {
                int b = item / perProblem;
                int run = item % perProblem / blocks;
                int first = item % blocks * ROWS;
                int last = Math.min(dims, first + ROWS);
                int end = Math.min(shape.draws(), (run + 1) * ElboOps.DRAWS_PER_RUN);
                Arrays.fill(acc, 0, parts * partLength, 0f);
                CholeskyKernel.exponentials(f, b * dims * dims, false, diagonal, dims);
                for (int s = run * ElboOps.DRAWS_PER_RUN; s < end; s++) {
                    basics.normals().row(seed, step, shape, b, s, epsilon, memory);
                    draw(b, b * shape.draws() + s, first, last, v, epsilon, diagonal, acc);
                }
                int o = RunItems.offset(shape, b, run, out.length, parts * width);
                for (int part = 0; part < parts; part++) {
                    for (int i = first; i < last; i++) {
                        int a = part * partLength + i - first;
                        out[o + part * width + i] = acc[a];
                        int at = o + part * width + dims + i * dims;
                        out[at + i] = acc[a + ROWS];
                        a = part * partLength + rowAt(i - first);
                        for (int j = 0; j < i; j++) {
                            out[at + j] = acc[a + j];
                        }
                        Arrays.fill(out, at + i + 1, at + dims, 0);
                    }
                }
            }
        }

        /** Where the sums of a row of the factor begin. */
        final int rowAt(int row) {
            return 2 * ROWS + row * stride;
        }

        /**
         * Adds one draw to the sums of rows first … last−1: for row i that for mu at i − first, that of the diagonal at {@code
         * ROWS + i − first}, and those below it from {@link #rowAt} on.
         *
         * @param row the draw, of those of all problems
         */
        abstract void draw(
                int b, int row, int first, int last, float[] v, float[] epsilon, float[] diagonal, float[] acc);
    }

    private final class Reparam extends Gradient<ReparamOps.FullRankReparam> {
        Reparam(ReparamOps.FullRankReparam op) {
            super(op, op.key(), op.step(), op.shape(), op.factor(), op.gradient(), op.runs(), 1);
        }

        @Override
        void draw(int b, int row, int first, int last, float[] g, float[] epsilon, float[] diagonal, float[] acc) {
            Buffer score = op.score();
            float[] more = score == null ? null : floats(score);
            for (int i = first; i < last; i++) {
                int mu = i - first;
                int at = rowAt(mu);
                float u = more == null ? g[row * dims + i] : g[row * dims + i] + more[row * dims + i];
                acc[mu] += u;
                add(u, epsilon, acc, at, i);
                acc[ROWS + mu] += (u * epsilon[i]) * diagonal[i];
            }
        }
    }

    private final class Score extends Gradient<ScoreOps.FullRankScoreGradient> {
        Score(ScoreOps.FullRankScoreGradient op) {
            super(op, op.key(), op.step(), op.shape(), op.factor(), op.score(), op.runs(), 1);
        }

        @Override
        void draw(int b, int row, int first, int last, float[] v, float[] epsilon, float[] diagonal, float[] acc) {
            float w = floats(op.weights())[row];
            for (int i = first; i < last; i++) {
                float vi = v[row * dims + i];
                int mu = i - first;
                int at = rowAt(mu);
                acc[mu] += w * vi;
                add(w * vi, epsilon, acc, at, i);
                acc[ROWS + mu] += w * ((vi * epsilon[i]) * diagonal[i] - 1f);
            }
        }
    }

    /** The score with a control variate for each coordinate. */
    private final class Controlled extends Gradient<ScoreOps.FullRankScoreGradient> {
        private final Buffer sums;

        Controlled(ScoreOps.FullRankScoreGradient op, Buffer sums) {
            super(op, op.key(), op.step(), op.shape(), op.factor(), op.score(), op.runs(), 1);
            this.sums = sums;
        }

        @Override
        void draw(int b, int row, int first, int last, float[] v, float[] epsilon, float[] diagonal, float[] acc) {
            float[] means = floats(sums);
            float w = floats(op.weights())[row];
            for (int i = first; i < last; i++) {
                float vi = v[row * dims + i];
                int mu = i - first;
                int at = rowAt(mu);
                int a = b * 2 * (dims + dims * dims);
                acc[mu] += controlled(w, vi, means, a + i);
                a += dims + i * dims;
                for (int j = 0; j < i; j++) {
                    acc[at + j] += controlled(w, vi * epsilon[j], means, a + j);
                }
                acc[ROWS + mu] += controlled(w, (vi * epsilon[i]) * diagonal[i] - 1f, means, a + i);
            }
        }

        private float controlled(float w, float h, float[] means, int at) {
            float weighted = op.draws() * means[at];
            float norm = op.draws() * means[at + dims + dims * dims];
            return (w - ScoreKernel.controlVariate(w, h * h, weighted, norm)) * h;
        }
    }

    private final class Squares extends Gradient<ScoreOps.FullRankScoreSquares> {
        Squares(ScoreOps.FullRankScoreSquares op) {
            super(op, op.key(), op.step(), op.shape(), op.factor(), op.score(), op.runs(), 2);
        }

        @Override
        void draw(int b, int row, int first, int last, float[] v, float[] epsilon, float[] diagonal, float[] acc) {
            float w = floats(op.weights())[row];
            for (int i = first; i < last; i++) {
                float vi = v[row * dims + i];
                int mu = i - first;
                int at = rowAt(mu);
                square(w, vi, acc, mu);
                for (int j = 0; j < i; j++) {
                    square(w, vi * epsilon[j], acc, at + j);
                }
                square(w, (vi * epsilon[i]) * diagonal[i] - 1f, acc, ROWS + mu);
            }
        }

        private void square(float w, float h, float[] acc, int at) {
            acc[at] += w * (h * h);
            acc[partLength + at] += h * h;
        }
    }
}

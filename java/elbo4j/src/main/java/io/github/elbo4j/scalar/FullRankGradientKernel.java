package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Shape;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Both gradients of the full-rank family: sums over draws of {@code u_i} and {@code u_i · epsilon_j}, with u = w·v for the
 * score and u = g (+ v) for the pathwise one. Twin of the full-rank kernels in kernels/score.cu and kernels/reparam.cu.
 *
 * <p>{@code h} below is the score: v_i for mu, {@code v_i·epsilon_j} for L_ij, {@code v_i·epsilon_i·L_ii − 1} for log L_ii.
 */
public class FullRankGradientKernel {
    private static final int DIAGONAL = 16; // scratch slots
    private static final int EPSILON = 17;
    private static final int SUMS = 18;

    /** Rows of the factor whose sums one work item makes; every item makes epsilon again. */
    private static final int ROWS = 32;

    private enum Kind {
        REPARAM,
        SCORE,
        CONTROLLED_SCORE,
        SQUARES
    }

    private final Basics basics;
    private final Gradient gradient = new Gradient();

    public FullRankGradientKernel(Basics basics) {
        this.basics = basics;
    }

    // ---- inner loop; SIMD devices replace it ----

    /** {@code sums[o + j] += u·epsilon[j]} for j &lt; n. */
    protected void add(float u, float[] epsilon, float[] sums, int o, int n) {
        for (int j = 0; j < n; j++) {
            sums[o + j] += u * epsilon[j];
        }
    }

    // ---- launches ----

    public void reparam(
            Key key, int step, Shape shape, Buffer factor, Buffer slopes, @Nullable Buffer score, Buffer runs) {
        gradient.launch(Kind.REPARAM, key, step, shape, factor, slopes, score, null, 0, runs);
    }

    public void score(
            Key key,
            int step,
            Shape shape,
            Buffer factor,
            Buffer score,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs) {
        Kind kind = sums == null ? Kind.SCORE : Kind.CONTROLLED_SCORE;
        gradient.launch(kind, key, step, shape, factor, score, weights, sums, draws, runs);
    }

    public void squares(Key key, int step, Shape shape, Buffer factor, Buffer score, Buffer weights, Buffer runs) {
        gradient.launch(Kind.SQUARES, key, step, shape, factor, score, weights, null, 0, runs);
    }

    /** One work item is a block of rows of the factor, in one run of one problem. */
    private final class Gradient extends Kernel {
        private Kind kind = Kind.REPARAM;
        private long seed;
        private int step;
        private @Nullable Shape shape;
        private @Nullable Buffer factor;
        private @Nullable Buffer vectors; // g or v
        private @Nullable Buffer other; // v or null; w
        private @Nullable Buffer means;
        private int allDraws;
        private @Nullable Buffer runs;

        void launch(
                Kind kind,
                Key key,
                int step,
                Shape shape,
                Buffer factor,
                Buffer vectors,
                @Nullable Buffer other,
                @Nullable Buffer means,
                int allDraws,
                Buffer runs) {
            this.kind = kind;
            this.seed = key.seed();
            this.step = step;
            this.shape = shape;
            this.factor = factor;
            this.vectors = vectors;
            this.other = other;
            this.means = means;
            this.allDraws = allDraws;
            this.runs = runs;
            int items = shape.problems() * ElboOps.runs(shape.draws()) * ceilDiv(shape.dimensions(), ROWS);
            basics.workers().run(this, items, shape.elements() * (4 + shape.dimensions()));
        }

        @Override
        protected void run(int from, int to, Scratch scratch) {
            Shape x = Objects.requireNonNull(shape);
            float[] f = floats(Objects.requireNonNull(factor));
            double[] out = doubles(Objects.requireNonNull(runs));
            int dims = x.dimensions();
            int width = dims + dims * dims;
            int parts = kind == Kind.SQUARES ? 2 : 1;
            int blocks = ceilDiv(dims, ROWS);
            int perProblem = ElboOps.runs(x.draws()) * blocks;
            float[] diagonal = scratch.floats(DIAGONAL, dims);
            float[] epsilon = scratch.floats(EPSILON, dims);
            int partLength = ROWS + ROWS * dims; // a row block's sums: mu, then the factor's rows
            float[] acc = scratch.floats(SUMS, parts * partLength);
            for (int item = from; item < to; item++) {
                int b = item / perProblem;
                int run = item % perProblem / blocks;
                int first = item % blocks * ROWS;
                int last = Math.min(dims, first + ROWS);
                int end = Math.min(x.draws(), (run + 1) * ElboOps.RUN);
                Arrays.fill(acc, 0, parts * partLength, 0f);
                FullRankKernel.exponentials(f, b * dims * dims, false, diagonal, dims);
                for (int s = run * ElboOps.RUN; s < end; s++) {
                    basics.normals().row(seed, step, x, b, s, epsilon, scratch);
                    addDraw(b, b * x.draws() + s, first, last, dims, epsilon, diagonal, acc, partLength);
                }
                int o = Runs.offset(x, b, run, out.length, parts * width);
                for (int part = 0; part < parts; part++) {
                    for (int i = first; i < last; i++) {
                        int a = part * partLength + i - first;
                        out[o + part * width + i] = acc[a];
                        a = part * partLength + ROWS + (i - first) * dims;
                        for (int j = 0; j < dims; j++) {
                            out[o + part * width + dims + i * dims + j] = acc[a + j];
                        }
                    }
                }
            }
        }

        private void addDraw(
                int b,
                int row,
                int first,
                int last,
                int dims,
                float[] epsilon,
                float[] diagonal,
                float[] acc,
                int partLength) {
            float[] v = floats(Objects.requireNonNull(vectors));
            float[] more = other == null ? null : floats(other);
            for (int i = first; i < last; i++) {
                float vi = v[row * dims + i];
                int mu = i - first;
                int at = ROWS + mu * dims;
                float along = (vi * epsilon[i]) * diagonal[i];
                switch (kind) {
                    case REPARAM -> {
                        float u = more == null ? vi : vi + more[row * dims + i];
                        acc[mu] += u;
                        add(u, epsilon, acc, at, i);
                        acc[at + i] += (u * epsilon[i]) * diagonal[i];
                    }
                    case SCORE -> {
                        float w = Objects.requireNonNull(more)[row];
                        acc[mu] += w * vi;
                        add(w * vi, epsilon, acc, at, i);
                        acc[at + i] += w * (along - 1f);
                    }
                    case CONTROLLED_SCORE -> {
                        float w = Objects.requireNonNull(more)[row];
                        int a = b * 2 * (dims + dims * dims);
                        acc[mu] += controlled(w, vi, a + i, dims);
                        a += dims + i * dims;
                        for (int j = 0; j < i; j++) {
                            acc[at + j] += controlled(w, vi * epsilon[j], a + j, dims);
                        }
                        acc[at + i] += controlled(w, along - 1f, a + i, dims);
                    }
                    case SQUARES -> {
                        float w = Objects.requireNonNull(more)[row];
                        square(w, vi, acc, mu, partLength);
                        for (int j = 0; j < i; j++) {
                            square(w, vi * epsilon[j], acc, at + j, partLength);
                        }
                        square(w, along - 1f, acc, at + i, partLength);
                    }
                }
            }
        }

        private void square(float w, float h, float[] acc, int at, int partLength) {
            acc[at] += w * (h * h);
            acc[partLength + at] += h * h;
        }

        private float controlled(float w, float h, int at, int dims) {
            float[] m = floats(Objects.requireNonNull(means));
            float weighted = allDraws * m[at];
            float norm = allDraws * m[at + dims + dims * dims];
            return (w - ScoreKernel.controlVariate(w, h * h, weighted, norm)) * h;
        }
    }
}

package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Shape;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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

    private static final int DIAGONAL = 16; // scratch slots
    private static final int EPSILON = 17;
    private static final int SOLVED = 18;
    private static final int TERMS = 19;

    private static final double[] NONE = {};
    private static final float[] NO_VECTORS = {};

    private enum Kind {
        SAMPLE,
        LOG_DENSITY,
        GRADIENT,
        SCORE
    }

    private final Basics basics;
    private final Rows rows = new Rows();
    private final Entropy entropy = new Entropy();

    public FullRankKernel(Basics basics) {
        this.basics = basics;
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

    // ---- launches ----

    public void sample(Key key, int step, Shape shape, Buffer mu, Buffer factor, Buffer z) {
        rows.launch(Kind.SAMPLE, key, step, shape, mu, factor, null, z);
    }

    public void logDensity(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer logQ) {
        rows.launch(Kind.LOG_DENSITY, null, 0, shape, mu, factor, z, logQ);
    }

    public void gradient(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer gradient) {
        rows.launch(Kind.GRADIENT, null, 0, shape, mu, factor, z, gradient);
    }

    public void score(Key key, int step, Shape shape, Buffer factor, Buffer score) {
        rows.launch(Kind.SCORE, key, step, shape, null, factor, null, score);
    }

    public void entropy(int problems, int dimensions, Buffer factor, Buffer result, long slot) {
        entropy.dims = dimensions;
        entropy.factor = factor;
        entropy.result = result;
        entropy.at = (int) (slot * problems);
        basics.workers().run(entropy, problems, (long) problems * dimensions);
    }

    /** One work item is a group of draws of one problem. */
    private final class Rows extends Kernel {
        private Kind kind = Kind.SAMPLE;
        private long seed;
        private int step;
        private @Nullable Shape shape;
        private @Nullable Buffer mu;
        private @Nullable Buffer factor;
        private @Nullable Buffer z;
        private @Nullable Buffer out;

        void launch(
                Kind kind,
                @Nullable Key key,
                int step,
                Shape shape,
                @Nullable Buffer mu,
                Buffer factor,
                @Nullable Buffer z,
                Buffer out) {
            this.kind = kind;
            this.seed = key == null ? 0 : key.seed();
            this.step = step;
            this.shape = shape;
            this.mu = mu;
            this.factor = factor;
            this.z = z;
            this.out = out;
            basics.workers().run(this, Groups.count(shape), shape.elements() * (4 + shape.dimensions()));
        }

        @Override
        protected void run(int from, int last, Scratch scratch) {
            Shape x = Objects.requireNonNull(shape);
            float[] f = floats(Objects.requireNonNull(factor));
            Buffer to = Objects.requireNonNull(out);
            double[] densities = kind == Kind.LOG_DENSITY ? doubles(to) : NONE;
            float[] result = kind == Kind.LOG_DENSITY ? NO_VECTORS : floats(to);
            int dims = x.dimensions();
            float[] diagonal = scratch.floats(DIAGONAL, dims);
            float[] epsilon = scratch.floats(EPSILON, dims);
            float[] solved = scratch.floats(SOLVED, dims);
            for (int item = from; item < last; item++) {
                int b = Groups.problem(x, item);
                int fo = b * dims * dims;
                int end = Groups.lastDraw(x, item);
                exponentials(f, fo, kind != Kind.SAMPLE, diagonal, dims);
                for (int s = Groups.firstDraw(x, item); s < end; s++) {
                    int row = b * x.draws() + s;
                    int o = row * dims;
                    switch (kind) {
                        case SAMPLE -> {
                            basics.normals().row(seed, step, x, b, s, epsilon, scratch);
                            float[] location = floats(Objects.requireNonNull(mu));
                            multiply(f, fo, diagonal, epsilon, location, b * dims, result, o, dims);
                        }
                        case SCORE -> {
                            basics.normals().row(seed, step, x, b, s, solved, scratch);
                            solveTransposed(f, fo, diagonal, solved, 0, dims);
                            System.arraycopy(solved, 0, result, o, dims);
                        }
                        case LOG_DENSITY -> {
                            residual(b, o, dims, solved);
                            solve(f, fo, diagonal, solved, dims);
                            densities[row] = value(f, fo, solved, dims, scratch);
                        }
                        case GRADIENT -> {
                            residual(b, o, dims, solved);
                            solve(f, fo, diagonal, solved, dims);
                            solveTransposed(f, fo, diagonal, solved, 0, dims);
                            for (int i = 0; i < dims; i++) {
                                result[o + i] = -solved[i];
                            }
                        }
                    }
                }
            }
        }

        private void residual(int b, int o, int dims, float[] r) {
            float[] draws = floats(Objects.requireNonNull(z));
            float[] location = floats(Objects.requireNonNull(mu));
            for (int i = 0; i < dims; i++) {
                r[i] = draws[o + i] - location[b * dims + i];
            }
        }

        /** Σ_i (−h_i²/2 − log L_ii) along the row, less the constant. */
        private double value(float[] f, int fo, float[] h, int dims, Scratch scratch) {
            float[] terms = scratch.floats(TERMS, dims);
            for (int i = 0; i < dims; i++) {
                terms[i] = Math.fma(-0.5f * h[i], h[i], -f[fo + i * dims + i]);
            }
            return basics.sums().row(terms, 0, dims, scratch) - dims * MeanFieldKernel.HALF_LOG_2PI;
        }
    }

    /** One work item is a problem. */
    private final class Entropy extends Kernel {
        private int dims;
        private int at;
        private @Nullable Buffer factor;
        private @Nullable Buffer result;

        @Override
        protected void run(int from, int to, Scratch scratch) {
            float[] f = floats(Objects.requireNonNull(factor));
            double[] out = doubles(Objects.requireNonNull(result));
            float[] terms = scratch.floats(TERMS, dims);
            for (int b = from; b < to; b++) {
                for (int i = 0; i < dims; i++) {
                    terms[i] = f[(b * dims + i) * dims + i];
                }
                double sum = basics.sums().row(terms, 0, dims, scratch);
                out[at + b] = sum + dims * (MeanFieldKernel.HALF_LOG_2PI + 0.5);
            }
        }
    }
}

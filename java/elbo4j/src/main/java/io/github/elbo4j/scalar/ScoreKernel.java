package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.device.Shape;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The score-function gradient of the mean-field family, and the weights of both. Twin of kernels/score.cu. */
public class ScoreKernel {
    private static final int BLOCK = RowSum.TILE;
    private static final int INVERSE = 16; // scratch slots
    private static final int EPSILON = 17;
    private static final int SUMS = 18;

    private final Basics basics;
    private final Weights weights = new Weights();
    private final MeanField meanField = new MeanField();

    public ScoreKernel(Basics basics) {
        this.basics = basics;
    }

    // ---- inner loops over at most a block, one draw added; SIMD devices replace them ----

    /** {@code mu[i] += w·(epsilon·inverse)}, {@code omega[i] += w·(epsilon² − 1)}. */
    protected void add(float w, float[] epsilon, float[] inverse, float[] sums, int omega, int n) {
        for (int i = 0; i < n; i++) {
            float e = epsilon[i];
            sums[i] += w * (e * inverse[i]);
            sums[omega + i] += w * Math.fma(e, e, -1f);
        }
    }

    /** {@code (w·epsilon², epsilon², w·h², h²)}, {@code stride} apart. */
    protected void addSquares(float w, float[] epsilon, float[] sums, int stride, int n) {
        for (int i = 0; i < n; i++) {
            float square = epsilon[i] * epsilon[i];
            float h = Math.fma(epsilon[i], epsilon[i], -1f);
            sums[i] += w * square;
            sums[stride + i] += square;
            sums[2 * stride + i] += w * (h * h);
            sums[3 * stride + i] += h * h;
        }
    }

    /** The control variate estimated from the other draws: {@code (A − w·h²) / (N − h²)}, 0 if they have no spread. */
    static float controlVariate(float w, float square, float weighted, float norm) {
        float rest = norm - square;
        return rest > 0f ? Math.fma(-w, square, weighted) * DetMath.reciprocal(rest) : 0f;
    }

    // ---- launches ----

    public void weights(
            int problems,
            int draws,
            Baseline baseline,
            Buffer logP,
            Buffer logQ,
            @Nullable Buffer running,
            double rate,
            Buffer result) {
        weights.draws = draws;
        weights.baseline = baseline;
        weights.logP = logP;
        weights.logQ = logQ;
        weights.running = running;
        weights.rate = rate;
        weights.result = result;
        basics.workers().run(weights, problems, 2L * problems * draws);
    }

    public void meanField(
            Key key,
            int step,
            Shape shape,
            Buffer omega,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs) {
        meanField.sums = sums;
        meanField.allDraws = draws;
        meanField.launch(key, step, shape, omega, weights, runs);
    }

    public void meanFieldSquares(Key key, int step, Shape shape, Buffer weights, Buffer runs) {
        meanField.launch(key, step, shape, null, weights, runs);
    }

    /** One work item is a problem. */
    private static final class Weights extends Kernel {
        private int draws;
        private Baseline baseline = Baseline.NONE;
        private @Nullable Buffer logP;
        private @Nullable Buffer logQ;
        private @Nullable Buffer running;
        private double rate;
        private @Nullable Buffer result;

        @Override
        protected void run(int from, int to, Scratch scratch) {
            double[] p = doubles(Objects.requireNonNull(logP));
            double[] q = doubles(Objects.requireNonNull(logQ));
            float[] out = floats(Objects.requireNonNull(result));
            for (int b = from; b < to; b++) {
                double mean = baseline == Baseline.NONE ? 0 : ElboKernel.mean(p, q, b, draws, scratch);
                double subtracted = mean;
                double factor = 1;
                if (baseline == Baseline.RUNNING_MEAN) {
                    double[] state = doubles(Objects.requireNonNull(running));
                    subtracted = state[b];
                    state[b] += rate * (mean - state[b]);
                } else if (baseline == Baseline.LEAVE_ONE_OUT) {
                    factor = draws / (draws - 1.0);
                }
                for (int at = b * draws; at < (b + 1) * draws; at++) {
                    out[at] = (float) ((ElboKernel.difference(p, q, at) - subtracted) * factor);
                }
            }
        }
    }

    /** One work item is a block of coordinates of one run of one problem. Without omega: the squares. */
    private final class MeanField extends Kernel {
        private long seed;
        private int step;
        private @Nullable Shape shape;
        private @Nullable Buffer omega;
        private @Nullable Buffer weights;
        private @Nullable Buffer sums;
        private int allDraws;
        private @Nullable Buffer runs;

        void launch(Key key, int step, Shape shape, @Nullable Buffer omega, Buffer weights, Buffer runs) {
            this.seed = key.seed();
            this.step = step;
            this.shape = shape;
            this.omega = omega;
            this.weights = weights;
            this.runs = runs;
            basics.workers().run(this, Runs.count(shape), 5 * shape.elements());
        }

        @Override
        protected void run(int from, int to, Scratch scratch) {
            Shape x = Objects.requireNonNull(shape);
            float[] w = floats(Objects.requireNonNull(weights));
            double[] out = doubles(Objects.requireNonNull(runs));
            int dims = x.dimensions();
            int parts = omega == null ? 4 : 2;
            float[] epsilon = scratch.floats(EPSILON, BLOCK);
            float[] inverse = scratch.floats(INVERSE, BLOCK);
            float[] acc = scratch.floats(SUMS, 4 * BLOCK);
            for (int item = from; item < to; item++) {
                int b = Runs.problem(x, item);
                int d = Runs.firstDimension(x, item);
                int n = Math.min(BLOCK, dims - d);
                int end = Runs.lastDraw(x, item);
                Arrays.fill(acc, 0, parts * BLOCK, 0f);
                if (omega != null) {
                    basics.math().expNegated(floats(omega), b * dims + d, inverse, 0, n);
                }
                for (int s = Runs.firstDraw(x, item); s < end; s++) {
                    basics.normals().block(seed, step, x, b, s, d, n, epsilon, 0, scratch);
                    float weight = w[b * x.draws() + s];
                    if (omega == null) {
                        addSquares(weight, epsilon, acc, BLOCK, n);
                    } else if (sums == null) {
                        add(weight, epsilon, inverse, acc, BLOCK, n);
                    } else {
                        addControlled(weight, epsilon, inverse, floats(sums), b * 4 * dims + d, dims, acc, n);
                    }
                }
                int o = Runs.offset(x, item, out.length, parts * dims);
                for (int part = 0; part < parts; part++) {
                    for (int i = 0; i < n; i++) {
                        out[o + part * dims + d + i] = acc[part * BLOCK + i];
                    }
                }
            }
        }

        private void addControlled(
                float w, float[] epsilon, float[] inverse, float[] means, int at, int dims, float[] acc, int n) {
            for (int i = 0; i < n; i++) {
                float e = epsilon[i];
                float h = Math.fma(e, e, -1f);
                float a = controlVariate(w, e * e, allDraws * means[at + i], allDraws * means[at + dims + i]);
                acc[i] += (w - a) * (e * inverse[i]);
                int omegaAt = at + 2 * dims + i;
                a = controlVariate(w, h * h, allDraws * means[omegaAt], allDraws * means[omegaAt + dims]);
                acc[BLOCK + i] += (w - a) * h;
            }
        }
    }
}

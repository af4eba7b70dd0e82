package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.device.ScoreOps.Baseline;
import java.util.Arrays;

/** The score-function gradient of the mean-field family, and the weights of both. Twin of kernels/score.cu. */
public class ScoreKernel {
    private static final int BLOCK = RowSum.TILE;
    private static final int INVERSE = 16; // memory slots
    private static final int EPSILON = 17;
    private static final int SUMS = 18;

    private final SharedKernels basics;

    public ScoreKernel(SharedKernels basics) {
        this.basics = basics;
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(ScoreOps.ScoreWeights.class, Weights::new);
        twins.add(ScoreOps.MeanFieldScore.class, Score::new);
        twins.add(ScoreOps.MeanFieldScoreSquares.class, Squares::new);
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

    // ---- launches ----

    /** One work item is a problem. */
    private static final class Weights extends OperationKernel<ScoreOps.ScoreWeights> {
        Weights(ScoreOps.ScoreWeights op) {
            super(op, op.problems(), 2L * op.problems() * op.draws());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            double[] p = doubles(op.logP());
            double[] q = doubles(op.logQ());
            float[] out = floats(op.weights());
            int draws = op.draws();
            Baseline baseline = op.baseline();
            Buffer running = op.running();
            for (int b = from; b < to; b++) {
                double mean = baseline == Baseline.NONE ? 0 : ElboKernel.mean(p, q, b, draws, memory);
                double subtracted = mean;
                double factor = 1;
                if (baseline == Baseline.RUNNING_MEAN && running != null) {
                    double[] state = doubles(running);
                    subtracted = state[b];
                    state[b] += value(op.rate()) * (mean - state[b]);
                } else if (baseline == Baseline.LEAVE_ONE_OUT) {
                    factor = draws / (draws - 1.0);
                }
                for (int at = b * draws; at < (b + 1) * draws; at++) {
                    out[at] = (float) ((ElboKernel.difference(p, q, at) - subtracted) * factor);
                }
            }
        }
    }

    /** One work item is a block of coordinates of one run of one problem. */
    private abstract class MeanField extends OperationKernel<ScoreOps.MeanFieldScoreSquares> {
        private final int parts;

        /**
         * So many sums of each coordinate.
         *
         * @param op what every sum reads and writes
         */
        MeanField(ScoreOps.MeanFieldScoreSquares op, int parts) {
            super(op, RunItems.count(op.shape()), 5 * op.shape().elements());
            this.parts = parts;
        }

        @Override
        protected final void run(int from, int to, WorkerMemory memory) {
            Key key = op.key();
            int step = (int) value(op.step());
            DrawBlock shape = op.shape();
            float[] w = floats(op.weights());
            double[] out = doubles(op.runs());
            int dims = shape.dimensions();
            float[] epsilon = memory.floats(EPSILON, BLOCK);
            float[] inverse = memory.floats(INVERSE, BLOCK);
            float[] acc = memory.floats(SUMS, 4 * BLOCK); // 2 or 4 of sums; else the scores' own
            for (int item = from; item < to; item++) {
                int b = RunItems.problem(shape, item);
                int d = RunItems.firstDimension(shape, item);
                int n = Math.min(BLOCK, dims - d);
                int end = RunItems.lastDraw(shape, item);
                Arrays.fill(acc, 0, parts * BLOCK, 0f);
                begin(b * dims + d, inverse, n);
                for (int s = RunItems.firstDraw(shape, item); s < end; s++) {
                    basics.normals().block(key, step, shape, b, s, d, n, epsilon, 0, memory);
                    draw(w[b * shape.draws() + s], epsilon, inverse, b * 4 * dims + d, dims, acc, n);
                }
                int o = RunItems.offset(shape, item, out.length, parts * dims);
                for (int part = 0; part < parts; part++) {
                    for (int i = 0; i < n; i++) {
                        out[o + part * dims + d + i] = acc[part * BLOCK + i];
                    }
                }
            }
        }

        /** Before the first draw: {@code inverse[i] = exp(−omega[m + i])}, if it is needed. */
        abstract void begin(int m, float[] inverse, int n);

        /** Adds a draw; {@code at} is where the block's first means would stand among four blocks of dims a problem. */
        abstract void draw(float w, float[] epsilon, float[] inverse, int at, int dims, float[] acc, int n);
    }

    private final class Score extends MeanField {
        private final ScoreOps.MeanFieldScore score;

        Score(ScoreOps.MeanFieldScore op) {
            super(new ScoreOps.MeanFieldScoreSquares(op.key(), op.step(), op.shape(), op.weights(), op.runs()), 2);
            this.score = op;
        }

        @Override
        void begin(int m, float[] inverse, int n) {
            basics.math().expNegated(floats(score.omega()), m, inverse, 0, n);
        }

        @Override
        void draw(float w, float[] epsilon, float[] inverse, int at, int dims, float[] acc, int n) {
            Buffer sums = score.sums();
            if (sums == null) {
                add(w, epsilon, inverse, acc, BLOCK, n);
            } else {
                addControlled(w, epsilon, inverse, floats(sums), at, dims, acc, n);
            }
        }

        private void addControlled(
                float w, float[] epsilon, float[] inverse, float[] means, int at, int dims, float[] acc, int n) {
            int omega = 2 * BLOCK; // the scores
            int mu = 3 * BLOCK;
            for (int i = 0; i < n; i++) {
                acc[omega + i] = Math.fma(epsilon[i], epsilon[i], -1f);
                acc[mu + i] = epsilon[i] * inverse[i];
            }
            int draws = score.draws();
            basics.variates().add(w, epsilon, 0, acc, mu, draws, means, at, dims, acc, 0, n);
            basics.variates().add(w, acc, omega, acc, omega, draws, means, at + 2 * dims, dims, acc, BLOCK, n);
        }
    }

    private final class Squares extends MeanField {
        Squares(ScoreOps.MeanFieldScoreSquares op) {
            super(op, 4);
        }

        @Override
        void begin(int m, float[] inverse, int n) {}

        @Override
        void draw(float w, float[] epsilon, float[] inverse, int at, int dims, float[] acc, int n) {
            addSquares(w, epsilon, acc, BLOCK, n);
        }
    }
}

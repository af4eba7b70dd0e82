package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.FusedOps;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.Shape;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Draws of q, their log-densities under q and a diagonal Gaussian target, and the pathwise gradient, in one pass. Twin of
 * kernels/fused.cu.
 *
 * <p>{@code z = fma(sigma, epsilon, mu)}; {@code h = (z − mu)·exp(−omega)} under q and {@code (z − targetMu)·
 * exp(−targetOmega)} under the target, whose slope is {@code g = −h·exp(−targetOmega)}.
 */
public class FusedKernel {
    /** The most runs of a problem in {@link #adam}. */
    protected static final int MAX_RUNS = FusedOps.MAX_DRAWS / ElboOps.RUN;

    protected static final double HALF_LOG_2PI = MeanFieldKernel.HALF_LOG_2PI;

    // ---- what a block of coordinates needs, one array of rows ----

    private static final int BLOCK = RowSum.TILE;
    /** From row to row. Not 1024: rows a power of two apart would compete for the same places of a cache. */
    private static final int ROW = BLOCK + 48;

    protected static final int MU = 0;
    protected static final int OMEGA = ROW;
    protected static final int SIGMA = 2 * ROW;
    protected static final int INVERSE = 3 * ROW;
    protected static final int TARGET_MU = 4 * ROW;
    protected static final int TARGET_OMEGA = 5 * ROW;
    protected static final int TARGET_INVERSE = 6 * ROW;
    /** The run's sums for mu. */
    protected static final int SUM_MU = 7 * ROW;
    /** The run's sums for omega. */
    protected static final int SUM_OMEGA = 8 * ROW;

    protected static final int ROWS = 9 * ROW;

    protected static final int TERMS_Q = 17; // scratch slots; those from FREE on are a SIMD device's
    protected static final int TERMS_P = 18;
    protected static final int ROWS_SLOT = 19;
    private static final int EPSILON = 20;
    private static final int TILE = 21;
    protected static final int RUNS = 22;
    protected static final int GRADIENT = 23;
    protected static final int FREE = 24;
    protected static final int LOG_P = 0; // slots of doubles; those from FREE_DOUBLES on are a SIMD device's
    protected static final int LOG_Q = 1;
    protected static final int FREE_DOUBLES = 2;

    private final Basics basics;
    private final OptimizerKernel optimizer;
    private final Elbo elbo = new Elbo();
    private final Totals totals = new Totals();
    private final Adam adam = new Adam();

    public FusedKernel(Basics basics, OptimizerKernel optimizer) {
        this.basics = basics;
        this.optimizer = optimizer;
    }

    // ---- inner loops over at most a block; SIMD devices replace them ----

    /**
     * One draw: adds g (with {@code path}, g + epsilon·exp(−omega)) and its product with sigma·epsilon to the run's sums,
     * if {@code slopes} are wanted, and writes the tile sums of the terms of log p and log q to {@code tile[0]} and {@code
     * tile[1]}.
     */
    protected void draw(
            float[] x, float[] epsilon, int n, boolean slopes, boolean path, float[] tile, Scratch scratch) {
        float[] termsP = scratch.floats(TERMS_P, BLOCK);
        float[] termsQ = scratch.floats(TERMS_Q, BLOCK);
        coordinates(x, epsilon, 0, n, slopes, path, termsP, termsQ);
        tile[0] = basics.sums().tile(termsP, 0, n, scratch);
        tile[1] = basics.sums().tile(termsQ, 0, n, scratch);
    }

    /** Coordinates from … to−1 of a draw; the first one's terms go to {@code termsP[0]} and {@code termsQ[0]}. */
    protected static void coordinates(
            float[] x,
            float[] epsilon,
            int from,
            int to,
            boolean slopes,
            boolean path,
            float[] termsP,
            float[] termsQ) {
        for (int i = from; i < to; i++) {
            float z = Math.fma(x[SIGMA + i], epsilon[i], x[MU + i]);
            float q = (z - x[MU + i]) * x[INVERSE + i];
            float p = (z - x[TARGET_MU + i]) * x[TARGET_INVERSE + i];
            termsQ[i - from] = Math.fma(-0.5f * q, q, -x[OMEGA + i]);
            termsP[i - from] = Math.fma(-0.5f * p, p, -x[TARGET_OMEGA + i]);
            if (slopes) {
                float slope = -(p * x[TARGET_INVERSE + i]);
                slope = path ? Math.fma(epsilon[i], x[INVERSE + i], slope) : slope;
                x[SUM_MU + i] += slope;
                x[SUM_OMEGA + i] += slope * (x[SIGMA + i] * epsilon[i]);
            }
        }
    }

    // ---- launches ----

    public void elbo(
            Key key,
            int step,
            Shape shape,
            boolean path,
            Buffer mu,
            Buffer omega,
            boolean shared,
            Buffer targetMu,
            Buffer targetOmega,
            Buffer logP,
            Buffer logQ,
            @Nullable Buffer runs) {
        int rows = Math.toIntExact(shape.rows());
        if (shape.dimensions() == 0) {
            Arrays.fill(Kernel.doubles(logP), 0, rows, 0.0);
            Arrays.fill(Kernel.doubles(logQ), 0, rows, 0.0);
            return;
        }
        elbo.seed = key.seed();
        elbo.step = step;
        elbo.shape = shape;
        elbo.path = path;
        elbo.mu = mu;
        elbo.omega = omega;
        elbo.shared = shared;
        elbo.targetMu = targetMu;
        elbo.targetOmega = targetOmega;
        elbo.logP = logP;
        elbo.logQ = logQ;
        elbo.runs = runs;
        int tiles = Kernel.ceilDiv(shape.dimensions(), BLOCK);
        if (tiles > 1) {
            totals.ensure(Math.multiplyExact(rows, tiles));
        }
        basics.workers().run(elbo, Runs.count(shape), 6 * shape.elements());
        if (tiles > 1) {
            totals.dimensions = shape.dimensions();
            totals.logP = logP;
            totals.logQ = logQ;
            basics.workers().run(totals, rows, 4L * rows * tiles);
        }
    }

    public void adam(
            Key key,
            int step,
            int steps,
            Shape shape,
            boolean path,
            boolean shared,
            Buffer targetMu,
            Buffer targetOmega,
            int t,
            float rate,
            float beta1,
            float beta2,
            float guard,
            Buffer m,
            Buffer v,
            Buffer parameter,
            @Nullable Buffer moments,
            long slot) {
        Fit f = adam.fit;
        f.seed = key.seed();
        f.step = step;
        f.steps = steps;
        f.shape = shape;
        f.path = path;
        f.targetStride = shared ? 0 : shape.dimensions();
        f.targetMu = Kernel.floats(targetMu);
        f.targetOmega = Kernel.floats(targetOmega);
        for (int k = 0; k < steps; k++) {
            f.rates[k] = OptimizerOps.rateAt(t + k, rate, beta1);
            f.corrections[k] = OptimizerOps.correctionAt(t + k, beta2);
        }
        f.gain1 = 1 - beta1;
        f.gain2 = 1 - beta2;
        f.guard = guard;
        f.m = Kernel.floats(m);
        f.v = Kernel.floats(v);
        f.parameter = Kernel.floats(parameter);
        f.moments = moments == null ? null : Kernel.doubles(moments);
        f.at = (int) (slot * shape.problems());
        int items = Kernel.ceilDiv(shape.problems(), problemsTogether());
        basics.workers().run(adam, items, 8L * steps * shape.elements());
    }

    /** One work item is a block of coordinates of one run of one problem. */
    private final class Elbo extends Kernel {
        private long seed;
        private int step;
        private @Nullable Shape shape;
        private boolean path;
        private @Nullable Buffer mu;
        private @Nullable Buffer omega;
        private boolean shared;
        private @Nullable Buffer targetMu;
        private @Nullable Buffer targetOmega;
        private @Nullable Buffer logP;
        private @Nullable Buffer logQ;
        private @Nullable Buffer runs;

        @Override
        protected void run(int from, int to, Scratch scratch) {
            Shape shape = Objects.requireNonNull(this.shape);
            double[] p = doubles(Objects.requireNonNull(logP));
            double[] q = doubles(Objects.requireNonNull(logQ));
            double[] out = runs == null ? null : doubles(runs);
            int dims = shape.dimensions();
            int tiles = ceilDiv(dims, BLOCK);
            double constant = dims * HALF_LOG_2PI;
            float[] x = scratch.floats(ROWS_SLOT, ROWS);
            float[] tile = scratch.floats(TILE, 2);
            float[] epsilon = scratch.floats(EPSILON, BLOCK);
            for (int item = from; item < to; item++) {
                int b = Runs.problem(shape, item);
                int d = Runs.firstDimension(shape, item);
                int n = Math.min(BLOCK, dims - d);
                int end = Runs.lastDraw(shape, item);
                parameters(b * dims + d, (shared ? 0 : b * dims) + d, n, x);
                for (int s = Runs.firstDraw(shape, item); s < end; s++) {
                    basics.normals().block(seed, step, shape, b, s, d, n, epsilon, 0, scratch);
                    draw(x, epsilon, n, out != null, path, tile, scratch);
                    int row = b * shape.draws() + s;
                    if (tiles == 1) {
                        p[row] = tile[0] - constant;
                        q[row] = tile[1] - constant;
                    } else {
                        totals.tilesP[row * tiles + d / BLOCK] = tile[0];
                        totals.tilesQ[row * tiles + d / BLOCK] = tile[1];
                    }
                }
                if (out != null) {
                    int at = Runs.offset(shape, item, out.length, 2 * dims) + d;
                    for (int i = 0; i < n; i++) {
                        out[at + i] = x[SUM_MU + i];
                        out[at + dims + i] = x[SUM_OMEGA + i];
                    }
                }
            }
        }

        private void parameters(int m, int target, int n, float[] x) {
            float[] logSigma = floats(Objects.requireNonNull(omega));
            float[] logTarget = floats(Objects.requireNonNull(targetOmega));
            System.arraycopy(floats(Objects.requireNonNull(mu)), m, x, MU, n);
            System.arraycopy(logSigma, m, x, OMEGA, n);
            System.arraycopy(floats(Objects.requireNonNull(targetMu)), target, x, TARGET_MU, n);
            System.arraycopy(logTarget, target, x, TARGET_OMEGA, n);
            basics.math().expNegated(logTarget, target, x, TARGET_INVERSE, n);
            prepare(x, n);
        }
    }

    /** exp(omega) and exp(−omega) of a block, and a run's sums before its first draw. */
    protected final void prepare(float[] x, int n) {
        basics.math().map(Function.EXP, x, OMEGA, x, SIGMA, n);
        basics.math().expNegated(x, OMEGA, x, INVERSE, n);
        Arrays.fill(x, SUM_MU, SUM_MU + n, 0f);
        Arrays.fill(x, SUM_OMEGA, SUM_OMEGA + n, 0f);
    }

    /** The tile sums of rows of more than one tile, and their totals. One work item is a row. */
    private static final class Totals extends Kernel {
        private int dimensions;
        private @Nullable Buffer logP;
        private @Nullable Buffer logQ;
        private float[] tilesP = new float[0]; // [B][S][tiles]
        private float[] tilesQ = new float[0];

        void ensure(int count) {
            if (tilesP.length < count) {
                tilesP = new float[count];
                tilesQ = new float[count];
            }
        }

        @Override
        protected void run(int from, int to, Scratch scratch) {
            double[] p = doubles(Objects.requireNonNull(logP));
            double[] q = doubles(Objects.requireNonNull(logQ));
            int tiles = ceilDiv(dimensions, BLOCK);
            double constant = dimensions * HALF_LOG_2PI;
            for (int row = from; row < to; row++) {
                p[row] = total(tilesP, row * tiles, tiles, scratch) - constant;
                q[row] = total(tilesQ, row * tiles, tiles, scratch) - constant;
            }
        }

        private static double total(float[] sums, int o, int tiles, Scratch scratch) {
            RowSum sum = scratch.sum.reset();
            for (int i = 0; i < tiles; i++) {
                sum.add(sums[o + i]);
            }
            return sum.total();
        }
    }

    // ---- many steps of small problems ----

    /** The parameters of a launch of steps. */
    protected static final class Fit {
        public long seed;
        public int step;
        public int steps;
        public Shape shape = Shape.of(0, 0, 0);
        public boolean path;
        /** From one problem's target to the next. */
        public int targetStride;

        public float[] targetMu = new float[0];
        public float[] targetOmega = new float[0];
        /** rate/(1−beta1^t) of each step. */
        public final float[] rates = new float[FusedOps.MAX_STEPS];
        /** 1/(1−beta2^t) of each step. */
        public final float[] corrections = new float[FusedOps.MAX_STEPS];

        public float gain1;
        public float gain2;
        public float guard;
        public float[] m = new float[0];
        public float[] v = new float[0];
        public float[] parameter = new float[0];
        public double @Nullable [] moments;
        private int at;
    }

    /** How many problems {@link #fit} takes at a time. */
    protected int problemsTogether() {
        return 1;
    }

    /** All steps of {@code count} neighbouring problems, at most {@link #problemsTogether}. */
    protected void fit(Fit f, int problem, int count, Scratch scratch) {
        Shape shape = f.shape;
        int dims = shape.dimensions();
        int draws = shape.draws();
        int o = problem * 2 * dims;
        int target = problem * f.targetStride;
        double constant = dims * HALF_LOG_2PI;
        float[] x = scratch.floats(ROWS_SLOT, ROWS);
        float[] tile = scratch.floats(TILE, 2);
        float[] epsilon = scratch.floats(EPSILON, BLOCK);
        float[] runs = scratch.floats(RUNS, MAX_RUNS * 2 * FusedOps.MAX_DIMENSIONS);
        float[] gradient = scratch.floats(GRADIENT, 2 * FusedOps.MAX_DIMENSIONS);
        double[] logP = scratch.doubles(LOG_P, FusedOps.MAX_DRAWS);
        double[] logQ = scratch.doubles(LOG_Q, FusedOps.MAX_DRAWS);
        System.arraycopy(f.targetMu, target, x, TARGET_MU, dims);
        System.arraycopy(f.targetOmega, target, x, TARGET_OMEGA, dims);
        basics.math().expNegated(f.targetOmega, target, x, TARGET_INVERSE, dims);
        Arrays.fill(runs, 0f);
        for (int k = 0; k < f.steps; k++) {
            System.arraycopy(f.parameter, o, x, MU, dims);
            System.arraycopy(f.parameter, o + dims, x, OMEGA, dims);
            for (int s = 0; s < draws; s++) {
                if (s % ElboOps.RUN == 0) {
                    prepare(x, dims);
                }
                basics.normals().block(f.seed, f.step + k, shape, problem, s, 0, dims, epsilon, 0, scratch);
                draw(x, epsilon, dims, true, f.path, tile, scratch);
                logP[s] = tile[0] - constant;
                logQ[s] = tile[1] - constant;
                if ((s + 1) % ElboOps.RUN == 0 || s + 1 == draws) {
                    int run = s / ElboOps.RUN * 2 * dims;
                    System.arraycopy(x, SUM_MU, runs, run, dims);
                    System.arraycopy(x, SUM_OMEGA, runs, run + dims, dims);
                }
            }
            record(f, k, problem, logP, logQ, scratch);
            gradient(runs, dims, draws, f.path, gradient);
            follow(f, k, gradient, f.m, f.v, f.parameter, o, 2 * dims, scratch);
        }
    }

    /** The moments of a step, if they are wanted. */
    protected final void record(Fit f, int k, int problem, double[] logP, double[] logQ, Scratch scratch) {
        if (f.moments != null) {
            int at = 3 * (f.at + k * f.shape.problems() + problem);
            ElboKernel.moments(logP, logQ, 0, f.shape.draws(), f.moments, at, scratch);
        }
    }

    /**
     * {@code gradient[p] = 1/S · Σ_r runs[r,p]}, and without {@code path} 1 more for each omega.
     *
     * @param runs [MAX_RUNS][2·width]; those that the draws do not fill are 0
     */
    protected static void gradient(float[] runs, int width, int draws, boolean path, float[] gradient) {
        int two = 4 * width;
        for (int p = 0; p < 2 * width; p++) {
            // The fold of at most four lanes.
            double sum =
                    ((double) runs[p] + runs[two + p]) + ((double) runs[2 * width + p] + runs[two + 2 * width + p]);
            float mean = (float) (sum / draws);
            gradient[p] = path ? mean : mean + (p < width ? 0f : 1f);
        }
    }

    /** Adam's step k for n parameters from {@code o} on; the gradient's begin at 0. */
    protected final void follow(
            Fit f, int k, float[] gradient, float[] m, float[] v, float[] x, int o, int n, Scratch scratch) {
        float rate = f.rates[k];
        float correction = f.corrections[k];
        optimizer.adam(rate, f.gain1, f.gain2, correction, f.guard, gradient, 0, null, m, v, x, o, n, scratch);
    }

    /** One work item is as many problems as are taken together. */
    private final class Adam extends Kernel {
        private final Fit fit = new Fit();

        @Override
        protected void run(int from, int to, Scratch scratch) {
            int together = problemsTogether();
            for (int item = from; item < to; item++) {
                int problem = item * together;
                fit(fit, problem, Math.min(together, fit.shape.problems() - problem), scratch);
            }
        }
    }
}

package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.FusedOps;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps.Function;
import java.util.Arrays;

/**
 * Draws of q, their log-densities under q and a diagonal Gaussian target, and the pathwise gradient, in one pass. Twin of
 * kernels/fused.cu.
 *
 * <p>{@code z = fma(sigma, epsilon, mu)}; {@code h = (z − mu)·exp(−omega)} under q and {@code (z − targetMu)·
 * exp(−targetOmega)} under the target, whose slope is {@code g = −h·exp(−targetOmega)}.
 */
public class FusedKernel {
    /** The most runs of a problem in {@link FusedOps.GaussianAdam}. */
    protected static final int MAX_RUNS = FusedOps.MAX_DRAWS / ElboOps.DRAWS_PER_RUN;

    protected static final double HALF_LOG_2PI = MeanFieldKernel.HALF_LOG_2PI;

    // ---- what a block of coordinates needs, one array of rows ----

    private static final int BLOCK = RowSum.TILE;
    /** The distance of rows. Not 1024: rows a power of two apart would compete for the same lines of a cache. */
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

    protected static final int TERMS_Q = 17; // memory slots; those from FREE on are a SIMD device's
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

    private final SharedKernels basics;
    private final OptimizerKernel optimizer;

    public FusedKernel(SharedKernels basics, OptimizerKernel optimizer) {
        this.basics = basics;
        this.optimizer = optimizer;
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(FusedOps.GaussianElbo.class, this::elbo);
        twins.add(FusedOps.GaussianAdam.class, Adam::new);
    }

    // ---- inner loops over at most a block; SIMD devices replace them ----

    /**
     * One draw: adds g (with {@code path}, g + epsilon·exp(−omega)) and its product with sigma·epsilon to the run's sums,
     * if {@code slopes} are wanted, and writes the tile sums of the terms of log p and log q to {@code tile[0]} and {@code
     * tile[1]}.
     */
    protected void draw(
            float[] x, float[] epsilon, int n, boolean slopes, boolean path, float[] tile, WorkerMemory memory) {
        float[] termsP = memory.floats(TERMS_P, BLOCK);
        float[] termsQ = memory.floats(TERMS_Q, BLOCK);
        coordinates(x, epsilon, 0, n, slopes, path, termsP, termsQ);
        tile[0] = basics.sums().tile(termsP, 0, n, memory);
        tile[1] = basics.sums().tile(termsQ, 0, n, memory);
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

    private Task elbo(FusedOps.GaussianElbo op) {
        DrawBlock shape = op.shape();
        if (shape.dimensions() == 0) {
            return workers -> {
                Arrays.fill(HostKernel.doubles(op.logP()), 0, (int) shape.allDraws(), 0.0);
                Arrays.fill(HostKernel.doubles(op.logQ()), 0, (int) shape.allDraws(), 0.0);
            };
        }
        Totals totals = new Totals(op);
        Elbo elbo = new Elbo(op, totals);
        return totals.tiles == 1
                ? elbo
                : workers -> {
                    elbo.run(workers);
                    totals.run(workers);
                };
    }

    /** One work item is a block of coordinates of one run of one problem. */
    private final class Elbo extends OperationKernel<FusedOps.GaussianElbo> {
        private final Totals totals;

        Elbo(FusedOps.GaussianElbo op, Totals totals) {
            super(op, RunItems.count(op.shape()), 6 * op.shape().elements());
            this.totals = totals;
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            Key key = op.key();
            int step = (int) value(op.step());
            DrawBlock shape = op.shape();
            boolean path = op.path();
            int targetStride = op.target().shared() ? 0 : shape.dimensions();
            double[] p = doubles(op.logP());
            double[] q = doubles(op.logQ());
            Buffer runs = op.runs();
            double[] out = runs == null ? null : doubles(runs);
            int dims = shape.dimensions();
            int tiles = totals.tiles;
            double constant = dims * HALF_LOG_2PI;
            float[] x = memory.floats(ROWS_SLOT, ROWS);
            float[] tile = memory.floats(TILE, 2);
            float[] epsilon = memory.floats(EPSILON, BLOCK);
            for (int item = from; item < to; item++) {
                int b = RunItems.problem(shape, item);
                int d = RunItems.firstDimension(shape, item);
                int n = Math.min(BLOCK, dims - d);
                int end = RunItems.lastDraw(shape, item);
                parameters(b * dims + d, b * targetStride + d, n, x);
                for (int s = RunItems.firstDraw(shape, item); s < end; s++) {
                    basics.normals().block(key, step, shape, b, s, d, n, epsilon, 0, memory);
                    draw(x, epsilon, n, out != null, path, tile, memory);
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
                    int at = RunItems.offset(shape, item, out.length, 2 * dims) + d;
                    for (int i = 0; i < n; i++) {
                        out[at + i] = x[SUM_MU + i];
                        out[at + dims + i] = x[SUM_OMEGA + i];
                    }
                }
            }
        }

        private void parameters(int m, int target, int n, float[] x) {
            float[] logTarget = floats(op.target().omega());
            System.arraycopy(floats(op.mu()), m, x, MU, n);
            System.arraycopy(floats(op.omega()), m, x, OMEGA, n);
            System.arraycopy(floats(op.target().mu()), target, x, TARGET_MU, n);
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
    private static final class Totals extends OperationKernel<FusedOps.GaussianElbo> {
        private final int tiles; // of a row; with more than one, memory for their sums follows
        private final float[] tilesP; // [B][S][tiles]
        private final float[] tilesQ;

        Totals(FusedOps.GaussianElbo op) {
            super(op, (int) op.shape().allDraws(), 4 * op.shape().allDraws() * tiles(op.shape()));
            this.tiles = tiles(op.shape());
            int count = tiles == 1 ? 0 : Math.multiplyExact((int) op.shape().allDraws(), tiles);
            this.tilesP = new float[count];
            this.tilesQ = new float[count];
        }

        private static int tiles(DrawBlock shape) {
            return ceilDiv(shape.dimensions(), BLOCK);
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            double[] p = doubles(op.logP());
            double[] q = doubles(op.logQ());
            double constant = op.shape().dimensions() * HALF_LOG_2PI;
            for (int row = from; row < to; row++) {
                p[row] = total(tilesP, row * tiles, tiles, memory) - constant;
                q[row] = total(tilesQ, row * tiles, tiles, memory) - constant;
            }
        }

        private static double total(float[] sums, int o, int tiles, WorkerMemory memory) {
            RowSum sum = memory.sum.reset();
            for (int i = 0; i < tiles; i++) {
                sum.add(sums[o + i]);
            }
            return sum.total();
        }
    }

    // ---- many steps of small problems ----

    /** Steps that are to be taken. */
    protected static final class Fit {
        public final FusedOps.GaussianAdam op;
        public final DrawBlock shape;
        /** From one problem's target to the next. */
        public final int targetStride;

        private final float[] rates; // rate/(1−beta1^t) of each step
        private final float[] corrections; // 1/(1−beta2^t) of each step

        private Fit(FusedOps.GaussianAdam op) {
            this.op = op;
            this.shape = op.shape();
            this.targetStride = op.target().shared() ? 0 : shape.dimensions();
            this.rates = new float[op.steps()];
            this.corrections = new float[op.steps()];
            for (int k = 0; k < op.steps(); k++) {
                rates[k] = op.decay().rateAt(op.t() + k, op.rate());
                corrections[k] = op.decay().correctionAt(op.t() + k);
            }
        }

        public float[] targetMu() {
            return HostKernel.floats(op.target().mu());
        }

        public float[] targetOmega() {
            return HostKernel.floats(op.target().omega());
        }

        public float[] m() {
            return HostKernel.floats(op.m());
        }

        public float[] v() {
            return HostKernel.floats(op.v());
        }

        public float[] parameter() {
            return HostKernel.floats(op.parameter());
        }
    }

    /** How many problems {@link #fit} takes at a time. */
    protected int problemsTogether() {
        return 1;
    }

    /** All steps of {@code count} neighbouring problems, at most {@link #problemsTogether}. */
    protected void fit(Fit f, int problem, int count, WorkerMemory memory) {
        DrawBlock shape = f.shape;
        Key key = f.op.key();
        boolean path = f.op.path();
        float[] targetOmega = f.targetOmega();
        float[] parameter = f.parameter();
        int dims = shape.dimensions();
        int draws = shape.draws();
        int o = problem * 2 * dims;
        int target = problem * f.targetStride;
        double constant = dims * HALF_LOG_2PI;
        float[] x = memory.floats(ROWS_SLOT, ROWS);
        float[] tile = memory.floats(TILE, 2);
        float[] epsilon = memory.floats(EPSILON, BLOCK);
        float[] runs = memory.floats(RUNS, MAX_RUNS * 2 * FusedOps.MAX_DIMENSIONS);
        float[] gradient = memory.floats(GRADIENT, 2 * FusedOps.MAX_DIMENSIONS);
        double[] logP = memory.doubles(LOG_P, FusedOps.MAX_DRAWS);
        double[] logQ = memory.doubles(LOG_Q, FusedOps.MAX_DRAWS);
        System.arraycopy(f.targetMu(), target, x, TARGET_MU, dims);
        System.arraycopy(targetOmega, target, x, TARGET_OMEGA, dims);
        basics.math().expNegated(targetOmega, target, x, TARGET_INVERSE, dims);
        Arrays.fill(runs, 0f);
        for (int k = 0; k < f.op.steps(); k++) {
            System.arraycopy(parameter, o, x, MU, dims);
            System.arraycopy(parameter, o + dims, x, OMEGA, dims);
            for (int s = 0; s < draws; s++) {
                if (s % ElboOps.DRAWS_PER_RUN == 0) {
                    prepare(x, dims);
                }
                basics.normals().block(key, f.op.step() + k, shape, problem, s, 0, dims, epsilon, 0, memory);
                draw(x, epsilon, dims, true, path, tile, memory);
                logP[s] = tile[0] - constant;
                logQ[s] = tile[1] - constant;
                if ((s + 1) % ElboOps.DRAWS_PER_RUN == 0 || s + 1 == draws) {
                    int run = s / ElboOps.DRAWS_PER_RUN * 2 * dims;
                    System.arraycopy(x, SUM_MU, runs, run, dims);
                    System.arraycopy(x, SUM_OMEGA, runs, run + dims, dims);
                }
            }
            record(f, k, problem, logP, logQ, memory);
            gradient(runs, dims, draws, path, gradient);
            follow(f, k, gradient, f.m(), f.v(), parameter, o, 2 * dims, memory);
        }
    }

    /** The moments of a step, if they are wanted. */
    protected final void record(Fit f, int k, int problem, double[] logP, double[] logQ, WorkerMemory memory) {
        Buffer moments = f.op.moments();
        if (moments != null) {
            int at = 3 * (((int) f.op.slot() + k) * f.shape.problems() + problem);
            ElboKernel.moments(logP, logQ, 0, f.shape.draws(), HostKernel.doubles(moments), at, memory);
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
            Fit f, int k, float[] gradient, float[] m, float[] v, float[] x, int o, int n, WorkerMemory memory) {
        float gain1 = 1 - f.op.decay().beta1();
        float gain2 = 1 - f.op.decay().beta2();
        float guard = f.op.decay().guard();
        optimizer.adam(f.rates[k], gain1, gain2, f.corrections[k], guard, gradient, 0, null, m, v, x, o, n, memory);
    }

    /** One work item is as many problems as are taken together. */
    private final class Adam extends HostKernel {
        private final Fit fit;

        Adam(FusedOps.GaussianAdam op) {
            super(
                    ceilDiv(op.shape().problems(), problemsTogether()),
                    8L * op.steps() * op.shape().elements());
            this.fit = new Fit(op);
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            int together = problemsTogether();
            for (int item = from; item < to; item++) {
                int problem = item * together;
                fit(fit, problem, Math.min(together, fit.shape.problems() - problem), memory);
            }
        }
    }
}

package io.github.elbo4j.simd;

import static io.github.elbo4j.simd.Lanes.F;

import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.FusedOps;
import io.github.elbo4j.scalar.FusedKernel;
import io.github.elbo4j.scalar.OptimizerKernel;
import io.github.elbo4j.scalar.RowSum;
import io.github.elbo4j.scalar.SharedKernels;
import io.github.elbo4j.scalar.WorkerMemory;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * {@link FusedKernel} in vectors: in a pass a lane per coordinate, whose terms never leave the registers; in small fits a lane
 * per problem, so that no lane idles however few dimensions there are.
 */
final class FusedSimd extends FusedKernel {
    private static final int TILE_LANES = RowSum.LANES;
    private static final int LANES = Lanes.COUNT;
    /** Counters of a problem that are made at a time: their normals and all parameters fit the first-level cache. */
    private static final int COUNTERS = 32;
    /** From the normals of one coordinate of a counter to the next one's. */
    private static final int COORDINATE = COUNTERS * LANES;

    private static final int WIDEST = FusedOps.MAX_DIMENSIONS * LANES;

    private final NormalSimd normals;
    private final MathSimd math;

    FusedSimd(SharedKernels basics, OptimizerKernel optimizer, NormalSimd normals, MathSimd math) {
        super(basics, optimizer);
        this.normals = normals;
        this.math = math;
    }

    // ---- one pass ----

    @Override
    protected void draw(
            float[] x, float[] epsilon, int n, boolean slopes, boolean path, float[] tile, WorkerMemory memory) {
        if (n < TILE_LANES) {
            super.draw(x, epsilon, n, slopes, path, tile, memory);
            return;
        }
        float[] lanesP = memory.floats(FREE, TILE_LANES);
        float[] lanesQ = memory.floats(FREE + 1, TILE_LANES);
        int whole = n - n % TILE_LANES;
        for (int g = 0; g < TILE_LANES; g += Lanes.COUNT) {
            if (slopes) {
                termsAndSlopes(x, epsilon, g, whole, path, lanesP, lanesQ);
            } else {
                terms(x, epsilon, g, whole, lanesP, lanesQ);
            }
        }
        if (whole < n) {
            float[] termsP = memory.floats(TERMS_P, TILE_LANES);
            float[] termsQ = memory.floats(TERMS_Q, TILE_LANES);
            coordinates(x, epsilon, whole, n, slopes, path, termsP, termsQ);
            for (int l = 0; l < n - whole; l++) {
                lanesP[l] += termsP[l];
                lanesQ[l] += termsQ[l];
            }
        }
        tile[0] = RowSum.fold(lanesP, n);
        tile[1] = RowSum.fold(lanesQ, n);
    }

    /** Lanes g … of the tile's 32: coordinates g, g + 32, … */
    private static void terms(float[] x, float[] epsilon, int g, int whole, float[] lanesP, float[] lanesQ) {
        FloatVector sumP = FloatVector.zero(F);
        FloatVector sumQ = FloatVector.zero(F);
        for (int i = g; i < whole; i += TILE_LANES) {
            FloatVector mu = FloatVector.fromArray(F, x, MU + i);
            FloatVector z = FloatVector.fromArray(F, x, SIGMA + i).fma(FloatVector.fromArray(F, epsilon, i), mu);
            FloatVector q = z.sub(mu).mul(FloatVector.fromArray(F, x, INVERSE + i));
            FloatVector p = z.sub(FloatVector.fromArray(F, x, TARGET_MU + i))
                    .mul(FloatVector.fromArray(F, x, TARGET_INVERSE + i));
            sumQ = sumQ.add(
                    q.mul(-0.5f).fma(q, FloatVector.fromArray(F, x, OMEGA + i).neg()));
            sumP = sumP.add(p.mul(-0.5f)
                    .fma(p, FloatVector.fromArray(F, x, TARGET_OMEGA + i).neg()));
        }
        sumP.intoArray(lanesP, g);
        sumQ.intoArray(lanesQ, g);
    }

    /** As above, with the slopes added to the run's sums. */
    private static void termsAndSlopes(
            float[] x, float[] epsilon, int g, int whole, boolean path, float[] lanesP, float[] lanesQ) {
        FloatVector sumP = FloatVector.zero(F);
        FloatVector sumQ = FloatVector.zero(F);
        for (int i = g; i < whole; i += TILE_LANES) {
            FloatVector mu = FloatVector.fromArray(F, x, MU + i);
            FloatVector sigma = FloatVector.fromArray(F, x, SIGMA + i);
            FloatVector normal = FloatVector.fromArray(F, epsilon, i);
            FloatVector inverse = FloatVector.fromArray(F, x, INVERSE + i);
            FloatVector targetInverse = FloatVector.fromArray(F, x, TARGET_INVERSE + i);
            FloatVector z = sigma.fma(normal, mu);
            FloatVector q = z.sub(mu).mul(inverse);
            FloatVector p = z.sub(FloatVector.fromArray(F, x, TARGET_MU + i)).mul(targetInverse);
            sumQ = sumQ.add(
                    q.mul(-0.5f).fma(q, FloatVector.fromArray(F, x, OMEGA + i).neg()));
            sumP = sumP.add(p.mul(-0.5f)
                    .fma(p, FloatVector.fromArray(F, x, TARGET_OMEGA + i).neg()));
            FloatVector slope = p.mul(targetInverse).neg();
            slope = path ? normal.fma(inverse, slope) : slope;
            FloatVector.fromArray(F, x, SUM_MU + i).add(slope).intoArray(x, SUM_MU + i);
            FloatVector.fromArray(F, x, SUM_OMEGA + i)
                    .add(slope.mul(sigma.mul(normal)))
                    .intoArray(x, SUM_OMEGA + i);
        }
        sumP.intoArray(lanesP, g);
        sumQ.intoArray(lanesQ, g);
    }

    // ---- small fits, a lane per problem: element i of a problem's row stands at i·COUNT + lane ----

    @Override
    protected int problemsTogether() {
        return LANES;
    }

    @Override
    protected void fit(Fit f, int problem, int count, WorkerMemory memory) {
        DrawBlock shape = f.shape;
        FusedOps.GaussianAdam op = f.op;
        boolean recorded = op.moments() != null;
        int dims = shape.dimensions();
        int draws = shape.draws();
        int width = dims * LANES;
        int lane = shape.firstDimension() & 3;
        int counters = (lane + dims + 3) >> 2;
        int together = Math.max(1, COUNTERS / Math.max(1, counters));
        float[] x = memory.floats(ROWS_SLOT, ROWS);
        float[] runs = memory.floats(RUNS, MAX_RUNS * 2 * WIDEST);
        float[] gradient = memory.floats(GRADIENT, 2 * WIDEST);
        float[] phi = memory.floats(FREE, 2 * WIDEST);
        float[] m = memory.floats(FREE + 1, 2 * WIDEST);
        float[] v = memory.floats(FREE + 2, 2 * WIDEST);
        float[] epsilon = memory.floats(FREE + 3, 4 * COORDINATE);
        int target = problem * f.targetStride;
        gather(f.targetMu(), target, f.targetStride, dims, count, x, TARGET_MU);
        gather(f.targetOmega(), target, f.targetStride, dims, count, x, TARGET_OMEGA);
        math.expNegated(x, TARGET_OMEGA, x, TARGET_INVERSE, width);
        int o = problem * 2 * dims;
        gather(f.parameter(), o, 2 * dims, 2 * dims, count, phi, 0);
        gather(f.m(), o, 2 * dims, 2 * dims, count, m, 0);
        gather(f.v(), o, 2 * dims, 2 * dims, count, v, 0);
        Arrays.fill(runs, 0f);
        for (int k = 0; k < op.steps(); k++) {
            System.arraycopy(phi, 0, x, MU, width);
            System.arraycopy(phi, width, x, OMEGA, width);
            for (int s = 0; s < draws; ) {
                if (s % ElboOps.DRAWS_PER_RUN == 0) {
                    prepare(x, width);
                }
                int toRunEnd = ElboOps.DRAWS_PER_RUN - s % ElboOps.DRAWS_PER_RUN;
                int rows = Math.min(Math.min(together, toRunEnd), draws - s);
                normals.problems(
                        op.key().seed(),
                        op.step() + k,
                        shape.firstProblem() + problem,
                        shape.firstDraw() + s,
                        rows,
                        shape.firstDimension() >>> 2,
                        counters,
                        epsilon,
                        COORDINATE,
                        memory);
                for (int d = 0; d < dims; d++) {
                    int e = epsilonAt(lane + d);
                    slopes(x, d * LANES, epsilon, e, counters * LANES, rows, op.path());
                }
                if (recorded) {
                    for (int r = 0; r < rows; r++) {
                        densities(x, epsilon, lane, r * counters * LANES, dims, s + r, memory);
                    }
                }
                s += rows;
                if (s % ElboOps.DRAWS_PER_RUN == 0 || s == draws) {
                    int run = (s - 1) / ElboOps.DRAWS_PER_RUN * 2 * width;
                    System.arraycopy(x, SUM_MU, runs, run, width);
                    System.arraycopy(x, SUM_OMEGA, runs, run + width, width);
                }
            }
            if (recorded) {
                recordAll(f, k, problem, count, memory);
            }
            gradient(runs, width, draws, op.path(), gradient);
            follow(f, k, gradient, m, v, phi, 0, 2 * width, memory);
        }
        scatter(phi, dims, count, f.parameter(), o);
        scatter(m, dims, count, f.m(), o);
        scatter(v, dims, count, f.v(), o);
    }

    /** Where the normals of a coordinate, counted from its counter's first, begin. */
    private static int epsilonAt(int coordinate) {
        return (coordinate & 3) * COORDINATE + (coordinate >> 2) * LANES;
    }

    /** One coordinate of some draws: its slopes are added to the run's sums in the order of the draws. */
    private static void slopes(float[] x, int d, float[] epsilon, int e, int stride, int draws, boolean path) {
        FloatVector mu = FloatVector.fromArray(F, x, MU + d);
        FloatVector sigma = FloatVector.fromArray(F, x, SIGMA + d);
        FloatVector inverse = FloatVector.fromArray(F, x, INVERSE + d);
        FloatVector targetMu = FloatVector.fromArray(F, x, TARGET_MU + d);
        FloatVector targetInverse = FloatVector.fromArray(F, x, TARGET_INVERSE + d);
        FloatVector sumMu = FloatVector.fromArray(F, x, SUM_MU + d);
        FloatVector sumOmega = FloatVector.fromArray(F, x, SUM_OMEGA + d);
        for (int s = 0; s < draws; s++) {
            FloatVector normal = FloatVector.fromArray(F, epsilon, e + s * stride);
            FloatVector p = sigma.fma(normal, mu).sub(targetMu).mul(targetInverse);
            FloatVector slope = p.mul(targetInverse).neg();
            slope = path ? normal.fma(inverse, slope) : slope;
            sumMu = sumMu.add(slope);
            sumOmega = sumOmega.add(slope.mul(sigma.mul(normal)));
        }
        sumMu.intoArray(x, SUM_MU + d);
        sumOmega.intoArray(x, SUM_OMEGA + d);
    }

    /** log p and log q of a draw: D ≤ 64 terms go to 32 lanes, each a vector of problems, which are folded. */
    private static void densities(
            float[] x, float[] epsilon, int lane, int e, int dims, int draw, WorkerMemory memory) {
        float[] termsP = memory.floats(TERMS_P, TILE_LANES * LANES);
        float[] termsQ = memory.floats(TERMS_Q, TILE_LANES * LANES);
        for (int i = 0; i < dims; i++) {
            int d = i * LANES;
            int l = i % TILE_LANES * LANES;
            FloatVector mu = FloatVector.fromArray(F, x, MU + d);
            FloatVector normal = FloatVector.fromArray(F, epsilon, epsilonAt(lane + i) + e);
            FloatVector z = FloatVector.fromArray(F, x, SIGMA + d).fma(normal, mu);
            FloatVector q = z.sub(mu).mul(FloatVector.fromArray(F, x, INVERSE + d));
            FloatVector p = z.sub(FloatVector.fromArray(F, x, TARGET_MU + d))
                    .mul(FloatVector.fromArray(F, x, TARGET_INVERSE + d));
            FloatVector termQ =
                    q.mul(-0.5f).fma(q, FloatVector.fromArray(F, x, OMEGA + d).neg());
            FloatVector termP = p.mul(-0.5f)
                    .fma(p, FloatVector.fromArray(F, x, TARGET_OMEGA + d).neg());
            boolean later = i >= TILE_LANES;
            termP.add(later ? FloatVector.fromArray(F, termsP, l) : FloatVector.zero(F))
                    .intoArray(termsP, l);
            termQ.add(later ? FloatVector.fromArray(F, termsQ, l) : FloatVector.zero(F))
                    .intoArray(termsQ, l);
        }
        fold(termsP, dims);
        fold(termsQ, dims);
        double constant = dims * HALF_LOG_2PI;
        double[] logP = memory.doubles(FREE_DOUBLES, FusedOps.MAX_DRAWS * LANES);
        double[] logQ = memory.doubles(FREE_DOUBLES + 1, FusedOps.MAX_DRAWS * LANES);
        for (int l = 0; l < LANES; l++) {
            logP[draw * LANES + l] = (dims == 0 ? 0f : termsP[l]) - constant;
            logQ[draw * LANES + l] = (dims == 0 ? 0f : termsQ[l]) - constant;
        }
    }

    /** {@link RowSum#fold} of vectors. */
    private static void fold(float[] lanes, int n) {
        for (int half = TILE_LANES / 2; half > 0; half /= 2) {
            int end = Math.min(half, n - half);
            for (int l = 0; l < end; l++) {
                FloatVector.fromArray(F, lanes, l * LANES)
                        .add(FloatVector.fromArray(F, lanes, (l + half) * LANES))
                        .intoArray(lanes, l * LANES);
            }
            n = Math.min(n, half);
        }
    }

    private void recordAll(Fit f, int k, int problem, int count, WorkerMemory memory) {
        double[] allP = memory.doubles(FREE_DOUBLES, FusedOps.MAX_DRAWS * LANES);
        double[] allQ = memory.doubles(FREE_DOUBLES + 1, FusedOps.MAX_DRAWS * LANES);
        double[] logP = memory.doubles(LOG_P, FusedOps.MAX_DRAWS);
        double[] logQ = memory.doubles(LOG_Q, FusedOps.MAX_DRAWS);
        for (int l = 0; l < count; l++) {
            for (int s = 0; s < f.shape.draws(); s++) {
                logP[s] = allP[s * LANES + l];
                logQ[s] = allQ[s * LANES + l];
            }
            record(f, k, problem + l, logP, logQ, memory);
        }
    }

    /** Rows of n, one a problem, to lanes; lanes without a problem do what the last one's does, for nothing. */
    private static void gather(float[] from, int o, int stride, int n, int count, float[] to, int at) {
        for (int l = 0; l < LANES; l++) {
            int row = o + Math.min(l, count - 1) * stride;
            for (int i = 0; i < n; i++) {
                to[at + i * LANES + l] = from[row + i];
            }
        }
    }

    /** The way back, for rows of 2·dims. */
    private static void scatter(float[] from, int dims, int count, float[] to, int o) {
        for (int l = 0; l < count; l++) {
            for (int i = 0; i < 2 * dims; i++) {
                to[o + l * 2 * dims + i] = from[i * LANES + l];
            }
        }
    }
}

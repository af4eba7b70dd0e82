package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.family.VariationalFamily.GaussianPass;
import io.github.elbo4j.model.DiagonalGaussian;
import io.github.elbo4j.model.LogJoint;
import org.jspecify.annotations.Nullable;

/**
 * The stochastic gradient of the ELBO with respect to the parameters of a family, from S draws:
 *
 * <ul>
 *   <li>{@link Gradient#REPARAM}: {@code 1/S · Σ ∇z log p · ∂z/∂phi + ∇entropy}
 *   <li>{@link Gradient#PATH}: {@code 1/S · Σ ∇z (log p − log q) · ∂z/∂phi}
 *   <li>{@link Gradient#SCORE}: {@code 1/S · Σ (f − baseline) · ∇log q} with f = log p − log q
 * </ul>
 *
 * <p>and, from the same draws, the mean of f, which estimates the ELBO. All memory is allocated once; the draws are cut
 * into chunks where they would not fit the workspace, which changes no bit. Where the model is a diagonal Gaussian and
 * the family has a {@link GaussianPass}, draws are not stored at all; that changes no bit either.
 */
public final class GradientEstimator implements AutoCloseable {
    /** The least weight of the newest step in the running mean. */
    private static final double RUNNING_RATE = 0.1;

    private final LogJoint joint;
    private final VariationalFamily family;
    private final Gradient kind;
    private final Baseline baseline;
    private final int draws;
    private final DrawChunks chunks;
    private final Resources own;
    private final @Nullable GaussianPass pass; // then there are no z and slope
    private final boolean score;
    private final Buffer z; // [B][chunk][D]
    private final Buffer logP; // [B][S]
    private final Buffer logQ; // [B][S]
    private final Buffer chunkPartP; // [B][chunk], of logP; if there are several chunks
    private final Buffer chunkPartQ; // [B][chunk], of logQ
    private final Buffer chunkPart; // [B][chunk], of the weights
    private final Buffer runs; // [B][runs][P]
    private final Buffer gradient; // [B][P]
    private final Buffer slope; // ∇z log p, [B][chunk][D]; pathwise gradients only
    private final @Nullable Buffer weights; // [B][S]; score gradient only
    private final @Nullable Buffer squareRuns; // [B][runs][squares]; control variate only
    private final @Nullable Buffer squares; // [B][squares]; control variate only
    private final @Nullable Buffer running; // [B]; running mean only
    private int runningSteps;

    /**
     * An estimator and its memory.
     *
     * @param joint of the family's dimensions, on its device
     * @param baseline of the score gradient; not used otherwise
     * @param draws S of each problem
     * @param workspaceBytes what draws and gradients may take
     */
    public GradientEstimator(
            LogJoint joint,
            VariationalFamily family,
            Gradient kind,
            Baseline baseline,
            int draws,
            long workspaceBytes) {
        EstimateChecks.fit(joint, family, draws);
        if (kind == Gradient.SCORE
                && draws < 2
                && (baseline == Baseline.LEAVE_ONE_OUT || baseline == Baseline.CONTROL_VARIATE)) {
            throw new IllegalArgumentException("draws is " + draws + ", but the baseline " + baseline
                    + " is estimated from the other draws and needs 2 or more");
        }
        this.joint = joint;
        this.family = family;
        this.kind = kind;
        this.baseline = baseline;
        this.draws = draws;
        this.own = new Resources(family.device());
        int problems = family.problems();
        score = kind == Gradient.SCORE;
        boolean control = score && baseline == Baseline.CONTROL_VARIATE;
        DiagonalGaussian target = joint.diagonalGaussian();
        pass = target == null ? null : family.gaussianPass(target.mu(), target.omega());
        // z, the score of a full-rank family, ∇z log p
        long perDraw = pass != null ? 0 : (score ? 2L : 3L) * family.dimensions();
        chunks = new DrawChunks(problems, draws, family.dimensions(), perDraw, workspaceBytes);
        DrawBlock largest = chunks.largest();
        long all = (long) problems * draws;
        long runCount = (long) problems * ElboOps.runs(draws);
        z = own.allocate(pass != null ? 0 : largest.elements());
        logP = own.allocate(ElementType.FLOAT64, all);
        logQ = own.allocate(ElementType.FLOAT64, all);
        chunkPartP = own.allocate(ElementType.FLOAT64, chunks.single() ? 0 : largest.allDraws());
        chunkPartQ = own.allocate(ElementType.FLOAT64, chunks.single() ? 0 : largest.allDraws());
        chunkPart = own.allocate(score && !chunks.single() ? largest.allDraws() : 0);
        runs = own.allocate(ElementType.FLOAT64, runCount * family.parameters());
        gradient = own.allocate((long) problems * family.parameters());
        slope = own.allocate(pass != null || score ? 0 : largest.elements());
        weights = score ? own.allocate(all) : null;
        squareRuns = control ? own.allocate(ElementType.FLOAT64, runCount * family.squares()) : null;
        squares = control ? own.allocate((long) problems * family.squares()) : null;
        running = score && baseline == Baseline.RUNNING_MEAN ? own.allocate(ElementType.FLOAT64, problems) : null;
    }

    /**
     * Records one gradient, in {@link #gradient()}, and {@code (mean, variance, standard error)} of f over the draws. Before
     * it runs, {@link LogJoint#atStep} is called.
     *
     * @param key of the draws. Of a pathwise gradient its points may be others than independent ones; then the standard error in the
     *     moments means nothing, and that of a mean over steps is told by these
     * @param step the address of the draws, and of a minibatch's rows
     * @param path whether a pathwise gradient is without the score term ({@link Gradient#PATH})
     * @param moments at least [slot+1][B][3] FLOAT64, record {@code slot} written
     * @param runningRate of the running mean: see {@link #runningRate}; not used without one
     */
    public void record(Recorder to, Key key, Index step, boolean path, Buffer moments, Index slot, Scalar runningRate) {
        if (score) { // a baseline is to be independent of the draw that it is taken from
            EstimateChecks.independent(key);
        }
        for (int w = 0; w < chunks.count(); w++) {
            DrawBlock shape =
                    chunks.shape(w).at(family.firstProblem(), chunks.shape(w).firstDraw(), 0);
            Buffer partP = chunks.single() ? logP : chunkPartP;
            Buffer partQ = chunks.single() ? logQ : chunkPartQ;
            if (pass != null) {
                pass.record(to, key, step, shape, path, partP, partQ, score ? null : runs);
            } else {
                family.sample(to, key, step, shape, z);
                joint.record(to, shape, z, partP, score ? null : slope);
                family.logDensityAtDraw(to, key, step, shape, z, partQ);
                if (!score) {
                    family.reparam(to, key, step, shape, path, slope, runs);
                }
            }
            if (!chunks.single()) {
                chunks.gather(to, w, partP, logP);
                chunks.gather(to, w, partQ, logQ);
            }
        }
        to.run(new ElboOps.Moments(family.problems(), draws, logP, logQ, moments, slot));
        if (weights != null) {
            recordScore(to, key, step, weights, runningRate);
        }
        to.run(new ElboOps.MeanOverDraws(family.problems(), draws, family.parameters(), 0f, runs, gradient));
        if (!score && !path) {
            family.addEntropyGradient(to, gradient);
        }
    }

    /** {@link #record Records} the gradient of a step and runs it once. */
    public void estimate(Key key, int step, Buffer moments, long slot) {
        joint.atStep(step);
        Scalar rate = Scalar.of(runningRate(1));
        ran(1);
        Recorder.run(family.device(), to -> {
            record(to, key, Index.of(step), kind == Gradient.PATH, moments, Index.of(slot), rate);
            joint.recordEndOfStep(to);
        });
    }

    /** The rate of the running mean at the {@code ahead}-th of the steps to come, from 1. */
    public double runningRate(int ahead) {
        return Math.max(RUNNING_RATE, 1.0 / (runningSteps + ahead));
    }

    /** Must be called after so many steps have run: they have updated the running mean. */
    public void ran(int steps) {
        runningSteps += steps;
    }

    /** The latest gradient, [B][P]. */
    public Buffer gradient() {
        return gradient;
    }

    /** S. */
    public int draws() {
        return draws;
    }

    /**
     * The state that an estimator carries from step to step.
     *
     * @param running the running mean of f of each problem; empty with another baseline
     * @param steps of how many steps that is
     */
    public record State(double[] running, int steps) {
        /** The state of a new estimator. */
        public static final State NONE = new State(new double[0], 0);
    }

    /** A copy of the state. */
    public State state() {
        return new State(running == null ? new double[0] : running.toDoubles(), runningSteps);
    }

    /** Goes back to an earlier state. */
    public void restore(State state) {
        runningSteps = state.steps();
        if (running != null) {
            running.write(0, state.running(), 0, state.running().length);
        }
    }

    @Override
    public void close() {
        own.close();
    }

    private void recordScore(Recorder to, Key key, Index step, Buffer allWeights, Scalar runningRate) {
        int problems = family.problems();
        to.run(new ScoreOps.ScoreWeights(problems, draws, baseline, logP, logQ, running, runningRate, allWeights));
        if (squares != null && squareRuns != null) {
            for (int w = 0; w < chunks.count(); w++) {
                family.scoreSquares(to, key, step, chunks.shape(w), part(to, w, allWeights), squareRuns);
            }
            to.run(new ElboOps.MeanOverDraws(problems, draws, family.squares(), 0f, squareRuns, squares));
        }
        for (int w = 0; w < chunks.count(); w++) {
            family.score(to, key, step, chunks.shape(w), part(to, w, allWeights), squares, draws, runs);
        }
    }

    private Buffer part(Recorder to, int chunk, Buffer all) {
        if (chunks.single()) {
            return all;
        }
        chunks.scatter(to, chunk, all, chunkPart);
        return chunkPart;
    }
}

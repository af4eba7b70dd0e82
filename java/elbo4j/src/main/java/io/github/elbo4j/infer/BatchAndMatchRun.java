package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One fit of {@link BatchAndMatch}. */
final class BatchAndMatchRun extends MethodRun {
    /** Below it an update would move by less than half of what its batch says. */
    private static final double LEAST_LAMBDA = 1;
    /** Powers of a larger score would overflow: it counts as infinite. */
    private static final double LARGEST_SCORE = 0x1p200;

    private final BatchAndMatch settings;
    private final int batch;
    private final Key batches;
    private final @Nullable RowSample sample;
    private final VariationalFamily q;
    private final GradientGuard guard;
    private final Buffer epsilon; // [B][D]
    private final Effort effort;
    private final MatchWindow window;
    private final List<TracePoint> trace = new ArrayList<>();
    private StartNormal normal;
    private int retreats;
    private long draws;
    private long left; // draws that were left out

    /** Draws in the coordinates in which q is N(0, I), and the scores there, but for those that are not finite. */
    private record Batch(double[][] draws, double[][] scores) {}

    BatchAndMatchRun(BatchAndMatch settings, Device device, LogJoint joint) {
        super(device, joint, settings.seed, settings.cancelled);
        this.settings = settings;
        this.batches = key.fork("batches");
        window = new MatchWindow(dimensions);
        normal = StartNormal.independent(joint.start(), StartNormal.ones(dimensions));
        sample = RowSample.of(joint, RowSample.Rule.DEFAULT, key);
        if (sample != null) {
            opened.add(sample::close);
        }
        batch = settings.batch(dimensions, sample != null);
        effort = sample == null
                ? Effort.usual(batch, FreshDraws.DRAWS)
                : Effort.ofManyRows(batch, FreshDraws.DRAWS, false);
        q = Family.fullRank().create(device, 1, dimensions);
        opened.add(q::close);
        guard = new GradientGuard(true, joint, q, key);
        epsilon = opened.allocate((long) batch * dimensions);
    }

    @Override
    Ending stopped() {
        return new Ending(
                Status.INTERRUPTED,
                window.updates() == 0
                        ? "stopped before the first update"
                        : "stopped after update " + window.updates() + ", while the answer might still move");
    }

    @Override
    @Nullable
    String reached() {
        return window.updates() == 0 ? null : "update " + window.updates();
    }

    @Override
    boolean start() {
        guard.check(normal.parameters(q));
        Starts.Found found = search(q, effort.finalists(), settings.starts, sample);
        draws += found.evaluations();
        StartNormal best = found.normal();
        if (best != null) {
            normal = best;
        }
        return best != null;
    }

    /** Updates until the answer has settled. */
    @Override
    Ending advance() {
        for (int step = 0; ; step++) {
            if (isCancelled()) {
                return stopped();
            }
            Batch drawn = draw(step);
            StartNormal next;
            if (2 * drawn.draws.length < batch || drawn.draws.length < dimensions + 2) {
                retreats++;
                next = normal.narrowed(0.5);
                if (retreats > BatchAndMatch.MOST_RETREATS || !next.isFinite()) {
                    return diverged("at most draws log p or its gradient is not finite, however narrow q is");
                }
            } else {
                next = moved(drawn, Math.max(LEAST_LAMBDA, (double) batch * dimensions / (step + 1)));
                if (!next.isFinite()) {
                    return diverged("a mean or a standard deviation is beyond the range of float32");
                }
            }
            normal = next;
            switch (window.add(normal)) {
                case SETTLED -> {
                    return new Ending(Status.CONVERGED, "more updates would not move the answer: its " + error());
                }
                case UNSETTLED -> {
                    return new Ending(Status.STEP_LIMIT, "the answer still moves: its " + error());
                }
                case GOING_ON -> {}
            }
        }
    }

    private Ending diverged(String why) {
        return new Ending(Status.DIVERGED, "diverged at update " + (window.updates() + 1) + ": " + why + leftOut());
    }

    private String error() {
        return String.format(
                Locale.ROOT,
                "Monte Carlo error is %.1g sd at most (%s), by batches of %d draws%s",
                window.error(),
                joint.parameterNames().get(window.worstCoordinate()),
                batch,
                leftOut());
    }

    private String leftOut() {
        return left == 0
                ? ""
                : "; " + left + (left == 1 ? " draw was" : " draws were")
                        + " left out, where log p or its gradient is not finite";
    }

    /** Draws from q and asks for log p and its scores. */
    private Batch draw(int step) {
        device.run(new NormalOps.Normal(batches, Index.of(step), DrawBlock.of(1, batch, dimensions), epsilon));
        float[] normals = epsilon.toFloats();
        double[][] u = new double[batch][dimensions];
        double[] z = new double[batch * dimensions];
        for (int s = 0; s < batch; s++) {
            for (int i = 0; i < dimensions; i++) {
                u[s][i] = normals[s * dimensions + i];
            }
            System.arraycopy(normal.at(u[s]), 0, z, s * dimensions, dimensions);
        }
        double[] logP = new double[batch];
        double[] slopes = new double[batch * dimensions];
        density.evaluate(batch, z, logP, slopes);
        draws += batch;
        note(step, u, logP);
        List<double[]> kept = new ArrayList<>();
        List<double[]> scores = new ArrayList<>();
        for (int s = 0; s < batch; s++) {
            double[] score = normal.slope(Arrays.copyOfRange(slopes, s * dimensions, (s + 1) * dimensions));
            if (Double.isFinite(logP[s]) && Arrays.stream(score).allMatch(g -> Math.abs(g) <= LARGEST_SCORE)) {
                kept.add(u[s]);
                scores.add(score);
            }
        }
        left += batch - kept.size();
        return new Batch(kept.toArray(new double[0][]), scores.toArray(new double[0][]));
    }

    /** The ELBO of the q that a batch is of, for the trace and the listener. */
    private void note(int step, double[][] u, double[] logP) {
        double constant = 0.5 * dimensions * StartNormal.LOG_TWO_PI + normal.logDeterminant();
        double[] ratios = new double[batch];
        Arrays.setAll(ratios, s -> logP[s] + 0.5 * InverseHessian.dot(u[s], u[s]) + constant);
        Estimate elbo = LogWeights.of(ratios).elbo(0);
        trace.add(new TracePoint(step + 1, elbo.value(), elbo.standardError()));
        double seconds = Math.max(1e-9, seconds());
        settings.listener.progress(new Progress(
                step + 1, BatchAndMatch.MOST_UPDATES, elbo.value(), elbo.standardError(), draws / seconds));
    }

    /** The update, with a smaller lambda where float64 does not hold the covariance. */
    private StartNormal moved(Batch drawn, double lambda) {
        double[][] factor = null;
        ScoreMatch.Normal update;
        double smaller = lambda;
        do {
            update = ScoreMatch.update(drawn.draws, drawn.scores, smaller);
            factor = DenseMatrix.cholesky(update.covariance());
            smaller /= 4; // towards 0, where the covariance is I
        } while (factor == null);
        return StartNormal.correlated(normal.at(update.mean()), LowerTriangle.product(normal.dense(), factor));
    }

    @Override
    FitResult result(Ending ending) {
        Gaussian answer = window.updates() == 0 ? normal.gaussian() : window.average();
        FreshDraws judged = judged(ending, answer);
        return result(
                BatchAndMatch.NAME,
                Family.fullRank().label(),
                settings.told(batch),
                window.updates(),
                judged,
                new GaussianPosterior(joint.parameterNames(), answer),
                trace,
                draws,
                List.of());
    }

    private FreshDraws judged(Ending ending, Gaussian answer) {
        List<Concern> concerns = new ArrayList<>();
        if (ending.status() == Status.CONVERGED) {
            guard.check(normal.parameters(q));
        }
        Concern wrong = guard.concern();
        if (wrong != null) {
            concerns.add(wrong);
        }
        Concern end = ending.concern();
        if (ending.status() == Status.FAILED && end != null) {
            concerns.add(end);
            return FreshDraws.unmeasured(ending, concerns);
        }
        return FreshDraws.of(
                device,
                joint,
                answer,
                new FreshDraws.Background(
                        ending, modes, concerns, effort.evaluation(), FreshDraws.MOST, sample, null, 0),
                key);
    }
}

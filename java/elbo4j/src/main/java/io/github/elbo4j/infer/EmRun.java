package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Concern.Kind;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.PointDensity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One fit of {@link VariationalEm}. */
final class EmRun implements AutoCloseable {
    /** Nats by which the ELBO of moved and scaled draws may fall by rounding and by what is not quadratic. */
    private static final double FALL = 1e-2;
    /** The step of the differences of the score, in standard deviations of theta if z were known. */
    private static final double STEP = 0.2;

    private final VariationalEm settings;
    private final Device device;
    private final long begun = System.nanoTime();
    private final Key key;
    private final Resources opened;
    private final LogJoint joint; // of z and theta
    private final GivenWeights given;
    private final PointDensity density; // of z and theta
    private final PointDensity ofZ; // given theta
    private final int[] z; // places of the coordinates of z
    private final int[] theta; // and of theta
    private final double[][] epsilon; // [S][z]
    private final double[] at; // [D], the present theta and mode of z
    private final double[] points; // [S][D]
    private final double[] logP; // [S]
    private final double[] share; // [S], of each draw in expectations
    private final List<Double> elbo = new ArrayList<>();
    private @Nullable FitResult latest; // of the family
    private double[] unit = {}; // standard deviations of theta if z were known
    private long evaluated;
    private final Squarem squarem = new Squarem();
    private double @Nullable [] plain; // theta without the jump that has just been made

    EmRun(VariationalEm settings, Device device, Model model) {
        this.settings = settings;
        this.device = device;
        key = new Key(settings.seed);
        boolean[] isWeight = model.weightCoordinates();
        theta = places(isWeight, true);
        z = places(isWeight, false);
        opened = new Resources(device);
        try {
            joint = model.logJointWithWeights(device);
            opened.add(joint::close);
            given = new GivenWeights(device, joint, isWeight);
            opened.add(given::close);
            density = new PointDensity(device, joint);
            opened.add(density::close);
            ofZ = new PointDensity(device, given);
            opened.add(ofZ::close);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        at = joint.start();
        int draws = 2 * Math.max((settings.draws + 1) / 2, 2 * z.length); // pairs
        epsilon = MatchedNormals.of(
                Starts.normals(device, key.fork("expectations"), DrawBlock.of(1, draws, z.length)), draws, z.length);
        points = new double[draws * at.length];
        logP = new double[draws];
        share = new double[draws];
    }

    private static int[] places(boolean[] which, boolean value) {
        return IntStream.range(0, which.length).filter(d -> which[d] == value).toArray();
    }

    FitResult fit() {
        Ending ending = new Ending(Status.STEP_LIMIT, "stopped at the limit of " + settings.maxSteps + " steps");
        Gaussian q = null;
        try {
            for (int step = 1; step <= settings.maxSteps; step++) {
                q = expect();
                double[] ratios = ratios(q);
                if (plain != null && !(LogWeights.mean(ratios).value() >= elbo.get(elbo.size() - 1))) {
                    putTheta(plain); // the jump led down
                    q = expect();
                    ratios = ratios(q);
                }
                plain = null;
                elbo.add(LogWeights.mean(ratios).value());
                double evidence = LogWeights.of(ratios).logEvidence(0).value();
                settings.listener.accept(new VariationalEm.Step(
                        step, select(theta), LogWeights.mean(ratios).value(), evidence));
                Ending ended = ended(step);
                if (ended != null) {
                    ending = ended;
                    break;
                }
                squarem.before(select(theta));
                maximize();
                jump();
            }
        } catch (CancellationException e) {
            ending = new Ending(Status.INTERRUPTED, "stopped in step " + (elbo.size() + 1));
        }
        return result(ending, q);
    }

    /** Why it ends after the E step of this step; null if it goes on. */
    private @Nullable Ending ended(int step) {
        if (!Double.isFinite(elbo.get(step - 1))) {
            return new Ending(Status.DIVERGED, "the ELBO is not finite at step " + step);
        }
        if (settings.cancelled.getAsBoolean()) {
            return new Ending(Status.INTERRUPTED, "interrupted after step " + step);
        }
        return EmStopping.isAtEnd(elbo, settings.tolerance)
                ? new Ending(
                        Status.CONVERGED,
                        String.format(Locale.ROOT, "less than %.2g nats are left to gain", settings.tolerance))
                : null;
    }

    // ---- E ----

    /** The q of the present theta. */
    private Gaussian expect() {
        given.at(at);
        if (settings.kind == VariationalEm.Kind.FAMILY) {
            Sgvi.Builder sgvi = Sgvi.builder().seed(settings.seed).cancelled(settings.cancelled);
            sgvi.family(settings.family == null ? Family.fullRank() : settings.family);
            if (latest != null) {
                sgvi.continueFrom(latest);
            }
            latest = sgvi.build().fit(device, given);
            evaluated += latest.draws();
            return moved(latest.gaussian());
        }
        Climb climb = new Climb(ofZ, select(z), settings.cancelled);
        Climb.Summit top = climb.run();
        evaluated += climb.evaluations();
        if (top == null && settings.cancelled.getAsBoolean()) {
            throw new CancellationException();
        }
        if (top == null) {
            throw new IllegalArgumentException(
                    "log p is not finite where the model starts; give its weights another start");
        }
        return moved(new Gaussian(top.at(), top.covariance()));
    }

    /** Puts z at the mean of q. */
    private Gaussian moved(Gaussian q) {
        for (int i = 0; i < z.length; i++) {
            at[z[i]] = q.mean(i);
        }
        return q;
    }

    private double[] select(int[] places) {
        return IntStream.of(places).mapToDouble(place -> at[place]).toArray();
    }

    /** log p − log q at the draws, which this makes, with their shares in expectations. */
    private double[] ratios(Gaussian q) {
        double[] ratios = new double[logP.length];
        for (int s = 0; s < ratios.length; s++) {
            double[] draw = q.at(epsilon[s]);
            ratios[s] = -q.logDensity(draw);
            System.arraycopy(at, 0, points, s * at.length, at.length);
            for (int i = 0; i < z.length; i++) {
                points[s * at.length + z[i]] = draw[i];
            }
        }
        density.evaluate(logP.length, points, logP, null);
        evaluated += logP.length;
        double most = Double.NEGATIVE_INFINITY;
        for (int s = 0; s < ratios.length; s++) {
            ratios[s] += logP[s];
            most = Math.max(most, ratios[s]);
        }
        double sum = 0;
        for (int s = 0; s < ratios.length; s++) {
            share[s] = settings.kind == VariationalEm.Kind.DRAWS ? StrictMath.exp(ratios[s] - most) : 1;
            sum += share[s];
        }
        for (int s = 0; s < ratios.length; s++) {
            share[s] /= sum;
        }
        return ratios;
    }

    // ---- M ----

    /** E_q[log p_theta(x, z)] as a function of theta. */
    private final class Expected implements Objective {
        private final double[] slopes = new double[points.length];

        @Override
        public int dimensions() {
            return theta.length;
        }

        @Override
        public boolean isExact() {
            return density.isExact();
        }

        @Override
        public void evaluate(int rows, double[] thetas, double[] values, double @Nullable [] gradient) {
            for (int r = 0; r < rows; r++) {
                for (int s = 0; s < logP.length; s++) {
                    for (int i = 0; i < theta.length; i++) {
                        points[s * at.length + theta[i]] = thetas[r * theta.length + i];
                    }
                }
                density.evaluate(logP.length, points, logP, gradient == null ? null : slopes);
                evaluated += logP.length;
                values[r] = 0;
                for (int s = 0; s < logP.length; s++) {
                    values[r] += share[s] * logP[s];
                }
                for (int i = 0; i < theta.length && gradient != null; i++) {
                    gradient[r * theta.length + i] = 0;
                    for (int s = 0; s < logP.length; s++) {
                        gradient[r * theta.length + i] += share[s] * slopes[s * at.length + theta[i]];
                    }
                }
            }
        }
    }

    private void maximize() {
        LbfgsPath climb = new LbfgsPath(new Expected(), select(theta), settings.cancelled);
        climb.walk((x, gradient, h) -> unit = h.diagonal());
        putTheta(climb.end());
    }

    private void jump() {
        double[] there = squarem.jump(select(theta), unit);
        if (there != null) {
            plain = select(theta);
            putTheta(there);
        }
    }

    private void putTheta(double[] values) {
        for (int i = 0; i < theta.length; i++) {
            at[theta[i]] = values[i];
        }
    }

    // ---- the end ----

    /** The inverse of the observed information: differences of the score {@code E_q[∇theta log p]}. Null if it is not positive. */
    private double @Nullable [][] covariance() {
        double[] here = at.clone();
        double[][] information = new double[theta.length][theta.length];
        for (int i = 0; i < theta.length; i++) {
            double h = STEP * Math.sqrt(unit[i]);
            double[] up = score(here, i, h);
            double[] down = score(here, i, -h);
            for (int j = 0; j < theta.length; j++) {
                information[i][j] += (down[j] - up[j]) / (4 * h);
                information[j][i] += (down[j] - up[j]) / (4 * h);
            }
        }
        System.arraycopy(here, 0, at, 0, at.length);
        double[][] lower = DenseMatrix.cholesky(information);
        return lower == null ? null : LowerTriangle.inverseOfSquare(lower);
    }

    private double[] score(double[] here, int i, double by) {
        System.arraycopy(here, 0, at, 0, at.length);
        at[theta[i]] += by;
        ratios(expect());
        double[] gradient = new double[theta.length];
        new Expected().evaluate(1, select(theta), new double[1], gradient);
        return gradient;
    }

    private FitResult result(Ending ended, @Nullable Gaussian found) {
        Gaussian q = found == null ? Gaussian.independent(select(z), ones(z.length)) : found;
        List<Concern> more = new ArrayList<>();
        double[][] ofTheta = null;
        Ending ending = ended;
        if (found != null && unit.length > 0 && ended.status() == Status.CONVERGED) {
            try {
                ofTheta = covariance();
            } catch (CancellationException e) {
                ending = ended.then(Status.INTERRUPTED, "the standard errors were not measured");
            }
            if (ofTheta == null && ending.status() == Status.CONVERGED) {
                more.add(new Concern(
                        Kind.UNBOUNDED,
                        Verdict.DO_NOT_TRUST,
                        null,
                        "the likelihood has no largest value near these weights, or is flat there: its curvature is not"
                                + " positive"));
            }
        }
        for (int i = 1; i < elbo.size() && settings.kind == VariationalEm.Kind.POSTERIOR; i++) {
            if (elbo.get(i) < elbo.get(i - 1) - FALL) {
                more.add(new Concern(
                        Kind.NOT_CONVERGED,
                        Verdict.USABLE,
                        null,
                        String.format(
                                Locale.ROOT,
                                "the ELBO fell by %.2g nats at step %d, which it cannot where q is the posterior: the posterior is"
                                        + " not normal",
                                elbo.get(i - 1) - elbo.get(i),
                                i + 1)));
                break;
            }
        }
        given.at(at);
        FreshDraws judged =
                FreshDraws.of(device, given, q, FreshDraws.Background.of(ending, List.of(), List.of()), key);
        more.addAll(judged.assessment().concerns());
        Assessment assessment = Assessment.of(
                judged.assessment().kHat(),
                judged.assessment().efficiency(),
                judged.assessment().draws(),
                more);
        List<TracePoint> trace = new ArrayList<>();
        elbo.forEach(value -> trace.add(new TracePoint(trace.size() + 1, value, 0)));
        return new FitResult(
                settings.kind.label,
                settings.family == null ? Family.fullRank().label() : settings.family.label(),
                told(),
                device.name(),
                device.arithmetic(),
                device.rng(),
                settings.seed,
                elbo.size(),
                judged.status(),
                "",
                judged.message(),
                judged.elbo(),
                judged.logEvidence(),
                assessment,
                List.of(),
                new GaussianPosterior(joint.parameterNames(), whole(q, ofTheta)),
                trace,
                (System.nanoTime() - begun) * 1e-9,
                evaluated,
                List.of());
    }

    private Map<String, Object> told() {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("draws", logP.length);
        told.put("tolerance", settings.tolerance);
        told.put("weights", theta.length);
        return told;
    }

    /** Theta, and beside it z given theta; without its covariance, theta is as if z were known. */
    private Gaussian whole(Gaussian q, double @Nullable [][] ofTheta) {
        double[][] covariance = new double[at.length][at.length];
        for (int i = 0; i < z.length; i++) {
            for (int j = 0; j < z.length; j++) {
                covariance[z[i]][z[j]] = q.covariance(i, j);
            }
        }
        for (int i = 0; i < theta.length; i++) {
            for (int j = 0; j < theta.length; j++) {
                double known = i != j ? 0 : unit.length == 0 ? 1 : unit[i];
                covariance[theta[i]][theta[j]] = ofTheta == null ? known : ofTheta[i][j];
            }
        }
        return new Gaussian(at, covariance);
    }

    private static double[] ones(int n) {
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Override
    public void close() {
        opened.close();
    }
}

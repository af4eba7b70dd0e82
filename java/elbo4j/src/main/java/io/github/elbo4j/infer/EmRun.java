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

    /** The tolerance of steps by the posterior's normal that lead to where others begin. */
    private static final double OPENING = 1e-2;

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
    private final EmExpectation expectation;
    private final double[] at; // [D], the present theta and mean of z
    private final List<Double> elbo = new ArrayList<>(); // of each step
    private final List<Double> heights = new ArrayList<>();
    private @Nullable Found seen; // by the last step
    private @Nullable FitResult latest; // of the family
    private double[] unit = {}; // variances of theta if z were known
    private int opening; // steps of EM before those of another kind
    private long evaluated;

    /**
     * What an E step found.
     *
     * @param at theta, and the mean of z
     * @param fit of a family
     * @param height what steps raise: the ELBO, or of weighted draws log p_theta(x)
     */
    private record Found(
            double[] at, Gaussian q, @Nullable FitResult fit, double elbo, double logEvidence, double height) {}

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
        double[][] epsilon = MatchedNormals.of(
                Starts.normals(device, key.fork("expectations"), DrawBlock.of(1, draws, z.length)), draws, z.length);
        expectation = new EmExpectation(density, z, theta, epsilon);
    }

    private static int[] places(boolean[] which, boolean value) {
        return IntStream.range(0, which.length).filter(d -> which[d] == value).toArray();
    }

    FitResult fit() {
        Ending ending;
        try {
            ending = climb(VariationalEm.Kind.POSTERIOR);
            if (settings.kind != VariationalEm.Kind.POSTERIOR && ending.status() != Status.INTERRUPTED) {
                opening = elbo.size();
                back();
                ending = climb(settings.kind);
            }
        } catch (CancellationException e) {
            ending = new Ending(Status.INTERRUPTED, "stopped in step " + (elbo.size() + 1));
        }
        back();
        return result(ending);
    }

    /** Returns to where the last step was. */
    private void back() {
        if (seen != null) {
            System.arraycopy(seen.at, 0, at, 0, at.length);
            latest = seen.fit;
        }
    }

    /** E and M steps from the present theta on. */
    private Ending climb(VariationalEm.Kind kind) {
        elbo.clear();
        heights.clear();
        Anderson anderson = new Anderson();
        double[] plain = null; // theta without the jump that has just been made
        while (true) {
            Found now = expect(kind);
            if (plain != null && seen != null) {
                boolean up = now != null && now.height >= seen.height;
                anderson.stepped(up);
                if (!up) {
                    back();
                    putTheta(plain);
                    now = expect(kind);
                }
            }
            if (now == null && seen == null) {
                throw new IllegalArgumentException(
                        "log p is not finite where the model starts; give its weights another start");
            }
            if (now == null) {
                return new Ending(Status.DIVERGED, "log p is not finite at step " + (elbo.size() + 1));
            }
            seen = now;
            elbo.add(now.elbo);
            heights.add(now.height);
            if (kind == settings.kind) {
                settings.listener.accept(new VariationalEm.Step(elbo.size(), select(theta), now.elbo, now.logEvidence));
            }
            Ending ended = ended(kind, anderson.left());
            if (ended != null) {
                return ended;
            }
            double[] here = select(theta);
            double[] top = maximum();
            double[] step = sum(top, -1, here);
            double[] longer = anderson.step(here, step, unit);
            plain = longer == null ? null : top;
            putTheta(longer == null ? top : sum(here, 1, longer));
        }
    }

    /** Why it ends after this step; null if it goes on. */
    private @Nullable Ending ended(VariationalEm.Kind kind, double left) {
        int step = elbo.size();
        if (settings.cancelled.getAsBoolean()) {
            return new Ending(Status.INTERRUPTED, "interrupted after step " + step);
        }
        double tolerance = kind == settings.kind ? settings.tolerance : Math.max(OPENING, settings.tolerance);
        if (EmStopping.isAtEnd(heights, left, tolerance)) {
            return new Ending(
                    Status.CONVERGED, String.format(Locale.ROOT, "less than %.2g nats are left to gain", tolerance));
        }
        return step < settings.maxSteps
                ? null
                : new Ending(Status.STEP_LIMIT, "stopped at the limit of " + settings.maxSteps + " steps");
    }

    // ---- E ----

    /** An E step at the present theta, of which it puts z at the mean of q; null where log p is not finite. */
    private @Nullable Found expect(VariationalEm.Kind kind) {
        given.at(at);
        Gaussian q = kind == VariationalEm.Kind.FAMILY ? ofFamily() : atMode();
        if (q == null) {
            return null;
        }
        for (int i = 0; i < z.length; i++) {
            at[z[i]] = q.mean(i);
        }
        boolean weighted = kind == VariationalEm.Kind.DRAWS;
        double[] ratios = expectation.over(q, at, weighted);
        double bound = LogWeights.mean(ratios).value();
        double evidence = LogWeights.of(ratios).logEvidence(0).value();
        return Double.isFinite(bound)
                ? new Found(at.clone(), q, latest, bound, evidence, weighted ? evidence : bound)
                : null;
    }

    private Gaussian ofFamily() {
        Sgvi.Builder sgvi = Sgvi.builder().seed(settings.seed).cancelled(settings.cancelled);
        sgvi.family(settings.family == null ? Family.fullRank() : settings.family);
        sgvi.initialMean(select(z));
        if (latest != null) {
            sgvi.continueFrom(latest);
        }
        latest = sgvi.build().fit(device, given);
        evaluated += latest.draws();
        return latest.gaussian();
    }

    private @Nullable Gaussian atMode() {
        Climb climb = new Climb(ofZ, select(z), settings.cancelled);
        Climb.Summit top = climb.run();
        evaluated += climb.evaluations();
        if (top == null && settings.cancelled.getAsBoolean()) {
            throw new CancellationException();
        }
        return top == null ? null : new Gaussian(top.at(), top.covariance());
    }

    private double[] select(int[] places) {
        return IntStream.of(places).mapToDouble(place -> at[place]).toArray();
    }

    // ---- M ----

    /** The theta of an M step. */
    private double[] maximum() {
        LbfgsPath climb = new LbfgsPath(expectation, select(theta), settings.cancelled);
        climb.walk((x, gradient, h) -> unit = h.diagonal());
        return climb.end();
    }

    private static double[] sum(double[] x, double factor, double[] y) {
        double[] sum = new double[x.length];
        Arrays.setAll(sum, i -> x[i] + factor * y[i]);
        return sum;
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
        double[] gradient = new double[theta.length];
        if (expect(settings.kind) == null) {
            Arrays.fill(gradient, Double.NaN);
            return gradient;
        }
        expectation.evaluate(1, select(theta), new double[1], gradient);
        return gradient;
    }

    private FitResult result(Ending ended) {
        Gaussian q = seen == null ? Gaussian.independent(select(z), ones(z.length)) : seen.q;
        List<Concern> more = new ArrayList<>();
        double[][] ofTheta = null;
        Ending ending = ended;
        if (unit.length > 0 && ended.status() == Status.CONVERGED) {
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
                evaluated + expectation.evaluated(),
                List.of());
    }

    private Map<String, Object> told() {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("draws", expectation.draws());
        told.put("tolerance", settings.tolerance);
        told.put("weights", theta.length);
        if (settings.kind != VariationalEm.Kind.POSTERIOR) {
            told.put("openingSteps", opening);
        }
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

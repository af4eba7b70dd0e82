package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.infer.Concern.Kind;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One fit of {@link FixedDraws}. */
final class FixedDrawsRun extends MethodRun {
    /** Standard errors that one ELBO must be above another. */
    private static final double SURE = 2;

    private final FixedDraws settings;
    private final @Nullable RowSample sample;
    private final VariationalFamily q;
    private final GradientGuard guard;
    private final Effort effort;
    private final List<TracePoint> trace = new ArrayList<>();
    private final List<Concern> concerns = new ArrayList<>();
    private final FixedFamily family;
    private final PointVisits visits;
    private StartNormal at; // q so far
    private int pairs;
    private int steps;
    private long draws; // beside the visits
    private List<Account> accounts = List.of();

    FixedDrawsRun(FixedDraws settings, Device device, LogJoint joint) {
        super(device, joint, settings.seed, settings.cancelled);
        this.settings = settings;
        family = settings.family;
        visits = new PointVisits(Objective.of(density), cancelled);
        sample = RowSample.of(joint, RowSample.Rule.DEFAULT, key);
        if (sample != null) {
            opened.add(sample::close);
        }
        pairs = Math.max(settings.firstPairs(sample != null), family.leastPairs(dimensions));
        effort = sample == null
                ? Effort.usual(2 * pairs, FreshDraws.DRAWS)
                : Effort.ofManyRows(2 * pairs, FreshDraws.DRAWS, false);
        q = family.family().create(device, 1, dimensions);
        opened.add(q::close);
        q.numberFrom(settings.problem);
        guard = new GradientGuard(true, joint, q, key);
        at = StartNormal.independent(joint.start(), StartNormal.ones(dimensions));
    }

    @Override
    Ending stopped() {
        return new Ending(
                Status.INTERRUPTED,
                steps == 0
                        ? "stopped before the first step"
                        : "stopped after step " + steps + ", before the end of the climb with " + 2 * pairs + " draws");
    }

    @Override
    @Nullable
    String reached() {
        return steps == 0 ? null : "step " + steps;
    }

    @Override
    boolean start() {
        guard.check(at.parameters(q));
        Starts.Found found = search(q, 128, settings.starts, sample);
        draws += found.evaluations();
        StartNormal normal = found.normal();
        if (normal != null) {
            at = normal;
        }
        return normal != null;
    }

    /** Climbs to the optimum, with more draws as long as they are too few. */
    @Override
    Ending advance() {
        float[] normals = new float[0];
        while (true) {
            if (normals.length < pairs * dimensions) {
                normals = Starts.normals(device, key.fork("fixed draws"), q.block(pairs, 0));
            }
            Top top = climb(normals);
            if (isCancelled()) {
                return stopped();
            }
            if (!top.isTop) {
                return new Ending(Status.STEP_LIMIT, notThere(top.left));
            }
            double worst = top.worst;
            int most = family.mostPairs(dimensions);
            // A full-rank q has an optimum without any block once there are draws enough; errors that are not known are
            // too large.
            boolean enough = family == FixedFamily.FULL_RANK
                    ? worst <= FixedDraws.LARGEST_ERROR
                    : !(worst > FixedDraws.LARGEST_ERROR);
            if (enough || 2 * pairs > most) {
                return new Ending(Status.CONVERGED, settled(worst));
            }
            double times = worst / FixedDraws.LARGEST_ERROR;
            do {
                pairs *= 2;
                times /= Math.sqrt(2);
            } while (times > 1 && 2 * pairs <= most);
        }
    }

    /**
     * Where a climb ended.
     *
     * @param left nats that the last step promised
     * @param worst the largest error of the better account, in sds; NaN where it is not known
     */
    private record Top(boolean isTop, double left, double worst) {}

    private Top climb(float[] normals) {
        FixedElbo<?> elbo = family.elbo(visits, normals, pairs, at);
        LbfgsPath path = new LbfgsPath(elbo, elbo.start(), cancelled, elbo.scale());
        path.walk((x, gradient, h) -> note(path.logP()));
        at = elbo.normal(path.end());
        return climb(family.elbo(visits, normals, pairs, at));
    }

    private <C extends TrustRegion.Curvature> Top climb(FixedElbo<C> elbo) {
        TrustRegion<C> region = new TrustRegion<>(elbo, elbo::curvature, elbo.scale(), cancelled);
        TrustRegion.Summit<C> top = region.climb(elbo.start());
        at = elbo.normal(top.at());
        steps += top.steps() - 1;
        note(top.height());
        double worst = top.isTop() && !isCancelled() ? account(elbo.accounts(joint.parameterNames(), top)) : Double.NaN;
        return new Top(top.isTop(), top.left(), worst);
    }

    private void note(double height) {
        steps++;
        trace.add(new TracePoint(steps, height + dimensions * (0.5 + 0.5 * StartNormal.LOG_TWO_PI), 0));
    }

    /**
     * Keeps the accounts, the better one first. Returns the largest error of that.
     *
     * @param found q's, and that of linear response where there is one
     */
    private double account(List<Account> found) {
        accounts = found.size() == 2 && isBetter(found.get(1)) ? List.of(found.get(1), found.get(0)) : found;
        return accounts.get(0).largestError();
    }

    /**
     * Whether the normal of linear response has a larger ELBO than independent normals and does not reach where there is no
     * posterior, as far as fresh draws tell: where the posterior is so far from a normal that its curvature says little, it has
     * not.
     */
    private boolean isBetter(Account response) {
        double[][] factor =
                DenseMatrix.cholesky(Objects.requireNonNull(response.posterior().covariance()));
        if (factor == null) {
            return false;
        }
        int count = effort.comparison();
        float[] epsilon = Starts.normals(device, key.fork("accounts"), q.block(count, 0));
        LogWeights ofResponse = StartNormal.correlated(at.mean(), factor).logWeights(density, epsilon, count);
        LogWeights ofQ = at.logWeights(density, epsilon, count);
        draws += 2L * count;
        double[] gain = ofResponse.values(0);
        double[] from = ofQ.values(0);
        Arrays.setAll(gain, s -> gain[s] - from[s]);
        Estimate more = LogWeights.mean(gain);
        double empty = ofResponse.emptyShare(0);
        return more.value() >= -SURE * more.standardError()
                && !(empty > Evaluation.USABLE_EMPTY && empty > ofQ.emptyShare(0));
    }

    private long evaluations() {
        return draws + visits.count();
    }

    private String notThere(double left) {
        return String.format(
                Locale.ROOT,
                "the ELBO of %d fixed draws has no optimum where %d steps came to; the last one promised %.2g nats",
                2 * pairs,
                steps,
                left);
    }

    private String settled(double worst) {
        String found = String.format(
                Locale.ROOT, "the ELBO of %d fixed draws is at its optimum (%d evaluations)", 2 * pairs, evaluations());
        if (Double.isNaN(worst)) {
            concerns.add(new Concern(
                    Kind.FEW_DRAWS,
                    Verdict.USABLE,
                    null,
                    "how much other draws would move the answer is not known: without some of them it has no optimum"));
            return found;
        }
        String moved =
                String.format(Locale.ROOT, "another set of draws would move a mean or an sd by %.2g sd at most", worst);
        if (worst > FixedDraws.LARGEST_ERROR) {
            concerns.add(new Concern(
                    Kind.FEW_DRAWS,
                    worst > 2 * FixedDraws.LARGEST_ERROR ? Verdict.DO_NOT_TRUST : Verdict.USABLE,
                    null,
                    moved));
        }
        return found + "; " + moved;
    }

    @Override
    FitResult result(Ending ending) {
        GaussianPosterior reported = accounts.isEmpty()
                ? new GaussianPosterior(joint.parameterNames(), at.gaussian())
                : (GaussianPosterior) accounts.get(0).posterior();
        FreshDraws judged = judged(ending, reported.gaussian());
        return result(
                FixedDraws.NAME,
                family.family().label(),
                settings.told(pairs),
                steps,
                judged,
                reported,
                trace,
                evaluations(),
                accounts);
    }

    private FreshDraws judged(Ending ending, Gaussian reported) {
        if (ending.status() == Status.FAILED) {
            concerns.add(new Concern(Kind.FAILED, Verdict.DO_NOT_TRUST, null, ending.message()));
            return FreshDraws.unmeasured(ending, concerns);
        }
        if (ending.status() == Status.CONVERGED) {
            guard.check(at.parameters(q));
        }
        Concern wrong = guard.concern();
        if (wrong != null) {
            concerns.add(wrong);
        }
        Posterior response = accounts.size() == 2
                        && accounts.get(0).name().equals(FixedAccounts.INDEPENDENT)
                        && !Double.isNaN(accounts.get(1).sdError(0))
                ? accounts.get(1).posterior()
                : null;
        FreshDraws.Background known = new FreshDraws.Background(
                ending,
                modes,
                concerns,
                effort.evaluation(),
                sample == null ? family.mostWeights() : FreshDraws.MOST, // of many rows each draw is a pass
                sample,
                response,
                settings.problem);
        return FreshDraws.of(device, joint, reported, known, key);
    }
}

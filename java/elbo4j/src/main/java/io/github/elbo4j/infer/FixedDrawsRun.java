package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Family;
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
    private double[] phi; // [2·D]
    private int pairs;
    private int steps;
    private long draws;
    private List<Account> accounts = List.of();

    FixedDrawsRun(FixedDraws settings, Device device, LogJoint joint) {
        super(device, joint, settings.seed, settings.cancelled);
        this.settings = settings;
        sample = RowSample.of(joint, RowSample.Rule.DEFAULT, key);
        if (sample != null) {
            opened.add(sample::close);
        }
        pairs = settings.firstPairs(sample != null);
        effort = sample == null
                ? Effort.usual(2 * pairs, FreshDraws.DRAWS)
                : Effort.ofManyRows(2 * pairs, FreshDraws.DRAWS, false);
        q = Family.meanField().create(device, 1, dimensions);
        opened.add(q::close);
        guard = new GradientGuard(true, joint, q, key);
        double[] sd = new double[dimensions];
        Arrays.fill(sd, 1);
        phi = phiOf(joint.start(), sd);
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
        guard.check(parameters());
        Starts.Found found = search(q, 128, settings.starts, sample);
        draws += found.evaluations();
        StartNormal normal = found.normal();
        if (normal != null) {
            phi = phiOf(normal.mean(), normal.sd());
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
            PairedDraws objective = new PairedDraws(density, normals, pairs, cancelled);
            TrustRegion.Summit<FixedCurvature> top;
            double worst;
            try {
                top = climb(objective);
                if (isCancelled()) {
                    return stopped();
                }
                worst = top.isTop() ? account(objective, top.curvature()) : Double.NaN;
            } finally {
                draws += objective.evaluations();
            }
            if (!top.isTop()) {
                return new Ending(Status.STEP_LIMIT, notThere(top));
            }
            int most =
                    dimensions <= FixedDraws.MOST_RESPONSES ? FixedDraws.MOST_PAIRS : FixedDraws.MOST_INDEPENDENT_PAIRS;
            if (!(worst > FixedDraws.LARGEST_ERROR) || 2 * pairs > most) {
                return new Ending(Status.CONVERGED, settled(worst));
            }
            double times = worst / FixedDraws.LARGEST_ERROR;
            do {
                pairs *= 2;
                times /= Math.sqrt(2);
            } while (times > 1 && 2 * pairs <= most);
        }
    }

    private TrustRegion.Summit<FixedCurvature> climb(PairedDraws objective) {
        double[] scale = scale();
        LbfgsPath path = new LbfgsPath(objective, phi, cancelled, scale);
        path.walk((x, gradient, h) -> note(path.logP()));
        phi = path.end();
        scale = scale();
        double[] units = scale;
        TrustRegion<FixedCurvature> region = new TrustRegion<>(
                objective,
                at -> dimensions <= FixedDraws.MOST_RESPONSES
                        ? FixedCurvature.Dense.at(objective, at, FixedDraws.BLOCKS)
                        : new FixedCurvature.Products(objective, at, units),
                scale,
                cancelled);
        TrustRegion.Summit<FixedCurvature> top = region.climb(phi);
        phi = top.at();
        steps += top.steps() - 1;
        note(top.height());
        return top;
    }

    /** About the inverse of the diagonal of A: that of a Gaussian posterior. */
    private double[] scale() {
        double[] scale = new double[2 * dimensions];
        for (int d = 0; d < dimensions; d++) {
            scale[d] = StrictMath.exp(2 * phi[dimensions + d]);
            scale[dimensions + d] = 0.5;
        }
        return scale;
    }

    private void note(double height) {
        steps++;
        trace.add(new TracePoint(steps, height + dimensions * (0.5 + 0.5 * StartNormal.LOG_TWO_PI), 0));
    }

    /** Makes the accounts with their errors, the better one first. Returns the largest error of that. */
    private double account(PairedDraws objective, FixedCurvature curvature) {
        FixedAccounts of = new FixedAccounts(joint.parameterNames(), objective, phi, curvature);
        Account independent = of.independent();
        Account response = of.linearResponse();
        if (response == null) {
            accounts = List.of(independent);
        } else {
            accounts = isBetter(response) ? List.of(response, independent) : List.of(independent, response);
        }
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
        double[] mean = Arrays.copyOf(phi, dimensions);
        LogWeights ofResponse = StartNormal.correlated(mean, factor).logWeights(density, epsilon, count);
        LogWeights ofQ = StartNormal.independent(mean, sd()).logWeights(density, epsilon, count);
        draws += 2L * count;
        double[] gain = ofResponse.values(0);
        double[] from = ofQ.values(0);
        Arrays.setAll(gain, s -> gain[s] - from[s]);
        Estimate more = LogWeights.mean(gain);
        double empty = ofResponse.emptyShare(0);
        return more.value() >= -SURE * more.standardError()
                && !(empty > Evaluation.USABLE_EMPTY && empty > ofQ.emptyShare(0));
    }

    private double[] phiOf(double[] mean, double[] sd) {
        double[] all = Arrays.copyOf(mean, 2 * dimensions);
        for (int d = 0; d < dimensions; d++) {
            all[dimensions + d] = StrictMath.log(sd[d]);
        }
        return all;
    }

    /** Of q. */
    private float[] parameters() {
        return q.parametersOf(Arrays.copyOf(phi, dimensions), sd(), null);
    }

    private double[] sd() {
        double[] sd = new double[dimensions];
        Arrays.setAll(sd, d -> StrictMath.exp(phi[dimensions + d]));
        return sd;
    }

    private String notThere(TrustRegion.Summit<?> top) {
        return String.format(
                Locale.ROOT,
                "the ELBO of %d fixed draws has no optimum where %d steps came to; the last one promised %.2g nats",
                2 * pairs,
                steps,
                top.left());
    }

    private String settled(double worst) {
        String found = String.format(
                Locale.ROOT, "the ELBO of %d fixed draws is at its optimum (%d evaluations)", 2 * pairs, draws);
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
                ? FixedAccounts.normal(joint.parameterNames(), phi, null)
                : (GaussianPosterior) accounts.get(0).posterior();
        FreshDraws judged = judged(ending, reported.gaussian());
        return result(
                FixedDraws.NAME,
                Family.meanField().label(),
                settings.told(pairs),
                steps,
                judged,
                reported,
                trace,
                draws,
                accounts);
    }

    private FreshDraws judged(Ending ending, Gaussian reported) {
        if (ending.status() == Status.FAILED) {
            concerns.add(new Concern(Kind.FAILED, Verdict.DO_NOT_TRUST, null, ending.message()));
            return FreshDraws.unmeasured(ending, concerns);
        }
        if (ending.status() == Status.CONVERGED) {
            guard.check(parameters());
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
        FreshDraws.Background known =
                new FreshDraws.Background(ending, modes, concerns, effort.evaluation(), sample, response);
        return FreshDraws.of(device, joint, reported, known, key);
    }
}

package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.PointSet;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One fit of {@link VariationalMixture}. */
final class MixtureRun extends MethodRun {
    private static final int PATHS = 8;
    /** Fresh draws that tell whether a normal is enough. */
    private static final int FIRST = 4096;
    /** Fresh draws that tell the ELBOs of two mixtures apart, and where p has more than q. */
    private static final int MORE = 16384;
    /** Weights that leave so much of the draws leave nothing for another component. */
    private static final double ENOUGH = 0.95;
    /** Components that are tried in vain, one after the other. */
    private static final int TRIES = 4;
    /** Of the posterior, where q has no draws: from here on a component is tried for it. */
    private static final double LEAST_BEYOND = 0.001;
    /** Nats that a component must add, beside two errors of the difference. */
    private static final double RISE = 0.005;

    private final VariationalMixture settings;
    private final MixtureAscent ascent;
    private final Trace trace = new Trace(1, PointSet.INDEPENDENT); // of the climbs that were kept
    private List<MixtureComponent> q;
    private int pools;

    MixtureRun(VariationalMixture settings, Device device, LogJoint joint) {
        super(device, joint, settings.seed, settings.cancelled);
        this.settings = settings;
        ascent = new MixtureAscent(density, key.fork("mixture"), cancelled);
        q = List.of(
                MixtureComponent.of(0, StartNormal.independent(joint.start(), StartNormal.ones(joint.dimensions()))));
    }

    @Override
    Ending stopped() {
        return new Ending(
                Status.INTERRUPTED,
                trace.steps() == 0
                        ? "stopped before the first ascent ended"
                        : "stopped with " + count(q.size()) + ", before others were tried");
    }

    @Override
    @Nullable
    String reached() {
        return trace.steps() == 0 ? null : "round " + trace.steps();
    }

    private static String count(int components) {
        return components + (components == 1 ? " component" : " components");
    }

    /** Takes the normals that paths found for components; false if there is none. */
    @Override
    boolean start() {
        try (VariationalFamily family = Family.fullRank().create(device, 1, joint.dimensions())) {
            StartNormal best = search(family, Starts.FINAL_DRAWS, PATHS, null).normal();
            if (best == null) {
                return false;
            }
            q = modes.isEmpty()
                    ? List.of(MixtureComponent.of(0, best))
                    : modes.stream()
                            .limit(settings.components)
                            .map(mode -> MixtureComponent.of(
                                    mode.logEvidence().value(), StartNormal.independent(mode.at(), mode.sd())))
                            .toList();
            return true;
        }
    }

    /**
     * A mixture, and what fresh draws say of it.
     *
     * @param draws [S][D]
     * @param logRatios log p − log q, [S]
     */
    private record Candidate(MixtureAscent.Top top, double[][] draws, double[] logRatios, Estimate elbo) {
        double efficiency() {
            return LogWeights.of(logRatios).efficiency(0);
        }

        /** Whether its ELBO is higher by so much and two errors. */
        boolean isBetterThan(Candidate other, double rise) {
            double error = StrictMath.hypot(elbo.standardError(), other.elbo.standardError());
            return elbo.value() - other.elbo.value() > rise + 2 * error;
        }
    }

    /** Climbs, and adds components as long as they raise the ELBO. */
    @Override
    Ending advance() {
        Candidate best = keep(drawn(ascent.climb(q), FIRST));
        best = isDone(best) ? best : drawn(best.top, MORE);
        for (int tries = 0; tries < TRIES && !isDone(best); tries++) {
            MixtureGrowth growth = MixtureGrowth.of(best.top.q(), best.draws, best.logRatios);
            Candidate next = drawn(ascent.climb(growth.grown(tries % 2 == 0)), MORE);
            boolean better = next.isBetterThan(best, RISE);
            best = better ? keep(next) : drawn(best.top, MORE); // the next one begins at other draws
            tries = better ? -1 : tries;
        }
        best = reached(best);
        if (isCancelled()) {
            return stopped();
        }
        if (!best.top.finite()) {
            return new Ending(Status.DIVERGED, "log p or its gradient is not finite at draws of q");
        }
        String words = String.format(Locale.ROOT, "%s, %d evaluations", count(q.size()), ascent.draws());
        if (!best.top.settled()) {
            return new Ending(Status.STEP_LIMIT, words + ": the ELBO still rose when the last climb ended");
        }
        String enough = enough(best);
        return new Ending(
                Status.CONVERGED, words + ": " + (enough.isEmpty() ? "another one raises the ELBO no more" : enough));
    }

    private boolean isDone(Candidate best) {
        return isCancelled() || !enough(best).isEmpty();
    }

    /** With a component for what lies where q has no draws, if wider ones find it: broad parts under a narrow one, one after the other. */
    private Candidate reached(Candidate found) {
        Candidate best = found;
        while (best.top.finite() && q.size() < settings.components && !isCancelled()) {
            NormalMixture mixture = mixture(q);
            WiderDraws wider = WiderDraws.of(
                    Objective.of(density),
                    mixture,
                    mixture.moments(),
                    LogWeights.of(best.logRatios).logEvidence(0).value(),
                    key.fork("wider " + pools));
            double[][] factor =
                    wider == null ? null : DenseMatrix.cholesky(wider.base().covariance());
            if (wider == null || factor == null || wider.share() < LEAST_BEYOND) {
                return best;
            }
            for (double[] row : factor) {
                Arrays.setAll(row, j -> wider.width() * row[j]);
            }
            List<MixtureComponent> more = new ArrayList<>(q);
            more.add(new MixtureComponent(
                    StrictMath.log(wider.share()), wider.base().mean(), factor));
            Candidate next = drawn(ascent.climb(more), MORE);
            if (!next.isBetterThan(best, 0)) {
                return best;
            }
            best = keep(next);
        }
        return best;
    }

    /** Why no more components are needed; empty if they may be. */
    private String enough(Candidate best) {
        if (!best.top.finite()) {
            return "log p is not finite";
        }
        if (best.efficiency() >= ENOUGH) {
            return String.format(
                    Locale.ROOT, "importance weighting would leave %.0f %% of the draws", 100 * best.efficiency());
        }
        return q.size() >= settings.components ? "as many as are allowed" : "";
    }

    private Candidate keep(Candidate candidate) {
        q = candidate.top.q();
        for (Estimate elbo : candidate.top.trace()) {
            trace.add(elbo.value(), elbo.standardError());
        }
        settings.listener.progress(new Progress(
                q.size(),
                settings.components,
                candidate.elbo.value(),
                candidate.elbo.standardError(),
                ascent.draws() / seconds()));
        return candidate;
    }

    private Candidate drawn(MixtureAscent.Top top, int count) {
        DrawSource.OfMixture source = new DrawSource.OfMixture(joint, density, mixture(top.q()));
        double[][] draws = source.draws(key.fork("pool " + pools++), count);
        double[] logRatios = source.logRatios(draws);
        return new Candidate(top, draws, logRatios, LogWeights.of(logRatios).elbo(0));
    }

    private NormalMixture mixture(List<MixtureComponent> of) {
        return MixtureComponent.mixture(joint.parameterNames(), of);
    }

    @Override
    FitResult result(Ending ending) {
        NormalMixture mixture = mixture(q);
        Gaussian only = q.size() == 1 ? mixture.components().get(0) : null;
        FreshDraws judged = judged(ending, mixture, only);
        return result(
                VariationalMixture.NAME,
                only == null ? "mixture of " + q.size() : Family.fullRank().label(),
                Map.of("components", settings.components),
                trace.steps(),
                judged,
                only == null ? mixture : new GaussianPosterior(joint.parameterNames(), only),
                trace.points(),
                ascent.draws(),
                List.of());
    }

    private FreshDraws judged(Ending ending, NormalMixture mixture, @Nullable Gaussian only) {
        Concern concern = ending.concern();
        // Of what diverged at once, draws around the start say where log p is not finite.
        if (concern != null && trace.steps() == 0 && ending.status() != Status.DIVERGED) {
            return FreshDraws.unmeasured(ending, List.of(concern));
        }
        List<Concern> concerns = concern == null
                ? GradientGuard.concerns(device, joint, only == null ? mixture.moments() : only, key)
                : List.of();
        FreshDraws.Background known = FreshDraws.Background.of(ending, modes, concerns);
        return only == null
                ? FreshDraws.of(device, joint, density, mixture, known, key)
                : FreshDraws.of(device, joint, only, known, key);
    }
}

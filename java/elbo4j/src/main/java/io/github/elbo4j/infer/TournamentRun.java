package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One {@link Tournament}: its entrants, their stages, and how they are told apart. */
final class TournamentRun implements AutoCloseable {
    /** Standard errors beyond the tolerance that an entrant must be behind the best. */
    private static final double Z = 2;
    /** Standard deviations by which a mean is elsewhere: skewness moves means of one mode by less. */
    private static final double ELSEWHERE = 4;

    private final Tournament tournament;
    private final Device device;
    private final LogJoint joint;
    private final SgviSettings settings;
    private final Key fresh; // of the draws that measure
    private final long begun = System.nanoTime();
    private final List<Contender> all = new ArrayList<>(); // as ties are decided
    private long draws; // that measured
    private boolean isCut; // the device failed: no more enter

    /** An entrant on its way. */
    private static final class Contender {
        final Family family;
        final double rate;
        final int start;
        final SgviRun run;
        double @Nullable [] ratios; // log p − log q at fresh draws, of the latest measurement
        Estimate elbo = new Estimate(Double.NaN, Double.NaN, 0);

        @Nullable
        Gaussian q; // where it was measured

        boolean stays = true;
        boolean fails; // by the device, before there was anything to keep

        Contender(Family family, double rate, int start, SgviRun run) {
            this.family = family;
            this.rate = rate;
            this.start = start;
            this.run = run;
        }

        Standing standing() {
            return run.standing();
        }

        boolean isBroken() {
            Status status = standing().status();
            return fails || status == Status.DIVERGED || status == Status.FAILED;
        }

        boolean canWin() {
            return stays && !isBroken() && Double.isFinite(elbo.value());
        }

        /** By how much the ELBO is higher than another one, at the draws by which both were measured. */
        Estimate difference(Contender other) {
            double[] own = ratios;
            double[] others = other.ratios;
            if (own == null || others == null) {
                return new Estimate(Double.NaN, Double.NaN, 0);
            }
            double[] differences = new double[Math.min(own.length, others.length)];
            for (int s = 0; s < differences.length; s++) {
                differences[s] = own[s] - others[s];
            }
            return LogWeights.mean(differences);
        }
    }

    TournamentRun(Tournament tournament, Device device, LogJoint joint) {
        this.tournament = tournament;
        this.device = device;
        this.joint = joint;
        settings = tournament.settings.facing(joint);
        fresh = new Key(settings.seed).fork("tournament");
    }

    FitResult fit() {
        enter();
        int few = 2 * settings.effort.comparison();
        measure(few);
        leave();
        for (Contender each : all) {
            if (each.stays && !each.isBroken() && each.standing().status() == null) {
                go(each, Integer.MAX_VALUE);
            }
        }
        measure(Math.max(few, Math.min(settings.effort.evaluation(), LogWeights.MOST_DRAWS)));
        return result(winner());
    }

    /** The first stage of all. */
    private void enter() {
        for (Family family : tournament.families(joint)) {
            for (int start = 1; start <= tournament.starts; start++) {
                enter(family, start);
            }
        }
    }

    /** The first stage of all rates from a start, the same for all. */
    private void enter(Family family, int start) {
        double[] place = tournament.place(device, joint, start);
        Beginning known = null;
        for (double rate : Tournament.rates()) {
            if ((isStopped() || isCut) && !all.isEmpty()) {
                return;
            }
            SgviSettings own = tournament.settings(joint, family, place, rate);
            own.beginning = known;
            Contender next = contender(family, rate, start, own);
            if (next == null) {
                return;
            }
            all.add(next);
            go(next, Tournament.STAGE);
            if (!next.standing().usesRate()) {
                return; // other rates would do the same
            }
            known = next.standing().beginning();
        }
    }

    /** Null if there is no memory for it, and others have entered. */
    private @Nullable Contender contender(Family family, double rate, int start, SgviSettings own) {
        try {
            return new Contender(family, rate, start, new SgviRun(own, device, joint, new TrailRecorder()));
        } catch (DeviceException | CancellationException e) {
            if (all.isEmpty()) {
                throw e;
            }
            isCut = true;
            return null;
        }
    }

    /** Goes on. If the device fails before a step, nothing of this entrant is there, but what others have found is. */
    private void go(Contender each, int steps) {
        try {
            each.run.advance(steps);
        } catch (DeviceException e) {
            if (all.size() == 1 || isOfUser(e)) {
                throw e;
            }
            each.fails = true;
            isCut = true;
        }
    }

    /** Whether the user's own function threw it, which is passed on to the user. */
    private boolean isOfUser(DeviceException e) {
        return joint instanceof HostLogJoint host && host.threw(e);
    }

    private boolean isStopped() {
        return settings.cancelled.getAsBoolean() || Thread.currentThread().isInterrupted();
    }

    /** Measures those that are still there. */
    private void measure(int count) {
        try {
            for (Contender each : all) {
                if (isStopped()) {
                    return;
                }
                if (each.stays && !each.isBroken()) {
                    measure(each, count);
                }
            }
        } catch (CancellationException e) {
            // The thread was interrupted: what was measured before decides.
        }
    }

    private void measure(Contender each, int count) {
        try {
            double[] ratios = each.run.logRatios(fresh, count);
            each.ratios = ratios;
            each.elbo = LogWeights.mean(ratios);
            each.q = each.run.gaussian();
            draws += count;
        } catch (DeviceException e) {
            if (isOfUser(e)) {
                throw e;
            }
            each.ratios = null; // it is not known
            each.elbo = new Estimate(Double.NaN, Double.NaN, 0);
        }
    }

    /** Those that are behind leave, unless none could win. */
    private void leave() {
        Contender best = best();
        if (best != null) {
            for (Contender each : all) {
                each.stays = each.ratios == null ? !each.isBroken() : each.canWin() && !isBehind(each, best);
                if (!each.stays) {
                    each.run.close();
                }
            }
        }
    }

    private boolean isBehind(Contender each, Contender best) {
        Estimate difference = each.difference(best);
        return difference.value() + Z * difference.standardError() < -settings.stoppingRule.tolerance();
    }

    /** The one with the highest ELBO; null if none has any. */
    private @Nullable Contender best() {
        return all.stream()
                .filter(Contender::canWin)
                .max(Comparator.comparingDouble(each -> each.elbo.value()))
                .orElse(null);
    }

    private Contender winner() {
        Contender best = best();
        if (best == null) {
            return all.stream()
                    .filter(each -> each.stays && !each.isBroken())
                    .findFirst()
                    .orElse(all.get(0));
        }
        Predicate<Contender> isLevel = each -> each.canWin() && !isBehind(each, best);
        return all.stream()
                .filter(isLevel.and(each -> each.standing().status() == Status.CONVERGED))
                .findFirst()
                .or(() -> all.stream().filter(isLevel).findFirst())
                .orElse(best);
    }

    private FitResult result(Contender winner) {
        long taken =
                draws + all.stream().mapToLong(each -> each.standing().draws()).sum();
        FitResult fit = winner.run.result();
        Map<String, Object> told = new LinkedHashMap<>(fit.settings());
        told.put("entrants", all.size());
        List<Entrant> entrants = all.stream()
                .sorted(Comparator.comparing((Contender each) -> each != winner)
                        .thenComparing(each -> !Double.isFinite(each.elbo.value()))
                        .thenComparing(each -> -each.elbo.value()))
                .map(each -> entrant(each, winner))
                .toList();
        return fit.ofTournament(told, entrants, elsewhere(winner), (System.nanoTime() - begun) * 1e-9, taken);
    }

    /** What other entrants found where the winner's q is not, of no less than e^−6 of its mass: it may be most of the posterior. */
    private List<Concern> elsewhere(Contender winner) {
        Gaussian q = winner.q;
        if (q == null) {
            return List.of();
        }
        List<String> names = joint.parameterNames();
        for (Contender each : all) {
            Gaussian other = each.q;
            if (other != null && !each.isBroken() && each.elbo.value() > winner.elbo.value() + Starts.NEGLIGIBLE) {
                for (int d = 0; d < names.size(); d++) {
                    double sd = Math.max(q.standardDeviation(d), other.standardDeviation(d));
                    if (Math.abs(other.mean(d) - q.mean(d)) > ELSEWHERE * sd) {
                        return List.of(new Concern(
                                Concern.Kind.SEVERAL_MODES,
                                Verdict.DO_NOT_TRUST,
                                names.get(d),
                                String.format(
                                        Locale.ROOT,
                                        "from start %d the %s q came to another place, %s %.3g sds away, with an ELBO of %+.2f beside"
                                                + " that of this one",
                                        each.start,
                                        each.family.label(),
                                        names.get(d),
                                        Math.abs(other.mean(d) - q.mean(d)) / sd,
                                        each.elbo.value() - winner.elbo.value())));
                    }
                }
            }
        }
        return List.of();
    }

    private Entrant entrant(Contender each, Contender winner) {
        Standing standing = each.standing();
        return new Entrant(
                each.family.label(),
                standing.usesRate() ? each.rate : Double.NaN,
                each.start,
                standing.steps(),
                each.elbo,
                each == winner ? Estimate.exact(0) : each.difference(winner),
                ending(each, winner));
    }

    private String ending(Contender each, Contender winner) {
        Status status = each.standing().status();
        String limit = status == Status.STEP_LIMIT ? ", at the limit of steps" : "";
        if (each.isBroken()) {
            return status == Status.DIVERGED ? "diverged" : "failed";
        }
        if (each == winner) {
            return "won" + limit;
        }
        if (each.ratios == null) {
            return "interrupted";
        }
        if (!Double.isFinite(each.elbo.value())) {
            return "no finite ELBO";
        }
        if (!each.stays) {
            return status == null ? "left after the first stage" : "behind" + limit;
        }
        return (isBehind(each, winner) ? "behind" : "level") + (status == Status.INTERRUPTED ? ", interrupted" : limit);
    }

    @Override
    public void close() {
        all.forEach(each -> each.run.close());
    }
}

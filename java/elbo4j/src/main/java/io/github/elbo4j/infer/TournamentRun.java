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

    TournamentRun(Tournament tournament, Device device, LogJoint joint) {
        this.tournament = tournament;
        this.device = device;
        this.joint = joint;
        settings = tournament.settings.facing(joint);
        fresh = new Key(settings.seed).fork("tournament");
    }

    FitResult fit() {
        enter();
        go(all, Tournament.STAGE);
        int few = 2 * settings.effort.comparison();
        measure(few, few);
        leave();
        go(all.stream().filter(each -> each.stays).toList(), Integer.MAX_VALUE);
        measure(few, Math.max(few, Math.min(settings.effort.evaluation(), LogWeights.MOST_DRAWS)));
        return result(winner());
    }

    /** All, up to their first steps. */
    private void enter() {
        for (Family family : tournament.families(joint)) {
            for (int start = 1; start <= tournament.starts; start++) {
                enter(family, start);
            }
        }
    }

    /** All rates from a start. They do the same up to their first steps; one that is over before it stands for all. */
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
            if (!isReady(next)) {
                return;
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

    /** Entrants take their steps together, each up to the first end of a block after so many more, or to its own end. */
    private void go(List<Contender> some, int more) {
        List<Contender> going = new ArrayList<>(some);
        going.forEach(Contender::beginStage);
        try (StepBatch batch = new StepBatch(device, joint, settings.workspaceBytes)) {
            while (true) {
                going.removeIf(each -> !isReady(each));
                if (going.isEmpty()) {
                    return;
                }
                step(batch, going);
                going.removeIf(each -> each.isOver() || each.hasDone(more));
            }
        }
    }

    private void step(StepBatch batch, List<Contender> going) {
        try {
            batch.step(going.stream().map(each -> each.run).toList());
        } catch (CancellationException | DeviceException e) {
            for (Contender each : going) {
                tries(each, () -> each.run.cutOff(e));
            }
            return;
        }
        for (Contender each : going) {
            tries(each, each::stepped);
        }
    }

    private boolean isReady(Contender each) {
        tries(each, each::toStep);
        return !each.isOver();
    }

    /** If the device fails before an entrant has anything, nothing of it is there, but what others have found is. */
    private void tries(Contender each, Runnable part) {
        try {
            part.run();
        } catch (DeviceException e) {
            each.fails = true;
            isCut = true;
            if (isOfUser(e) || all.stream().allMatch(other -> other.fails)) {
                throw e;
            }
        }
    }

    /** Whether the user's own function threw it, which is passed on to the user. */
    private boolean isOfUser(DeviceException e) {
        return joint instanceof HostLogJoint host && host.threw(e);
    }

    private boolean isStopped() {
        return settings.cancelled.getAsBoolean() || Thread.currentThread().isInterrupted();
    }

    /** Measures those that are still there; once the fit is to stop, only those that have gone on since they were, by few draws. */
    private void measure(int few, int count) {
        try {
            for (Contender each : all) {
                boolean stops = settings.cancelled.getAsBoolean();
                if (each.stays && !each.isBroken() && !(stops && each.isMeasured())) {
                    measure(each, stops ? few : count);
                }
            }
        } catch (CancellationException e) {
            // The thread was interrupted: what was measured before decides.
        }
    }

    private void measure(Contender each, int count) {
        try {
            each.measure(fresh, count);
            draws += count;
        } catch (DeviceException e) {
            if (isOfUser(e)) {
                throw e;
            }
            each.forget();
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
        if (best == null) { // all that went on failed: the best of what they had; those that left are closed
            return all.stream()
                    .filter(each -> each.stays)
                    .max(Comparator.comparing((Contender each) -> !each.isBroken())
                            .thenComparing(Contender::knownElbo))
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
                        .thenComparing(each -> -(each.isMeasured() ? each.knownElbo() : Double.NEGATIVE_INFINITY)))
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
                each.isMeasured() ? each.elbo : FreshDraws.UNKNOWN,
                each == winner ? Estimate.exact(0) : difference(each, winner),
                ending(each, winner));
    }

    /** Of what both have reached. */
    private static Estimate difference(Contender each, Contender winner) {
        return each.isMeasured() && winner.isMeasured() ? each.difference(winner) : FreshDraws.UNKNOWN;
    }

    private String ending(Contender each, Contender winner) {
        Status status = each.standing().status();
        String how = status == Status.STEP_LIMIT
                ? ", at the limit of steps"
                : status == Status.INTERRUPTED ? ", interrupted" : "";
        if (each.isBroken()) {
            return status == Status.DIVERGED ? "diverged" : "failed";
        }
        if (each == winner) {
            return "won" + how;
        }
        if (!each.isMeasured()) {
            return "interrupted";
        }
        if (!Double.isFinite(each.elbo.value())) {
            return "no finite ELBO";
        }
        if (!each.stays) {
            return status == null ? "left after the first stage" : "behind" + how;
        }
        if (!winner.isMeasured()) {
            return "not compared" + how;
        }
        return (isBehind(each, winner) ? "behind" : "level") + how;
    }

    @Override
    public void close() {
        all.forEach(each -> each.run.close());
    }
}

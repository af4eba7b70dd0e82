package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One {@link Tournament}: its entrants, their stages, and how they are told apart. */
final class TournamentRun implements AutoCloseable {
    /** Standard errors beyond the tolerance that an entrant must be behind the best. */
    private static final double Z = 2;

    private final Tournament tournament;
    private final Device device;
    private final LogJoint joint;
    private final SgviSettings settings;
    private final Key fresh; // of the draws that measure
    private final long begun = System.nanoTime();
    private final List<Contender> all = new ArrayList<>(); // as ties are decided
    private long draws; // that measured

    /** An entrant on its way. */
    private static final class Contender {
        final Family family;
        final double rate;
        final int start;
        final SgviRun run;
        double @Nullable [] ratios; // log p − log q at fresh draws, of the latest measurement
        Estimate elbo = new Estimate(Double.NaN, Double.NaN, 0);
        boolean stays = true;

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
            return status == Status.DIVERGED || status == Status.FAILED;
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
            if (each.stays && each.standing().status() == null) {
                each.run.advance(Integer.MAX_VALUE);
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
            if (isStopped() && !all.isEmpty()) {
                return;
            }
            SgviSettings own = tournament.settings(joint, family, place, rate);
            own.beginning = known;
            Contender next = new Contender(family, rate, start, new SgviRun(own, device, joint, new TrailRecorder()));
            all.add(next);
            next.run.advance(Tournament.STAGE);
            if (!next.standing().usesRate()) {
                return; // other rates would do the same
            }
            known = next.standing().beginning();
        }
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
                    double[] ratios = each.run.logRatios(fresh, count);
                    each.ratios = ratios;
                    each.elbo = LogWeights.mean(ratios);
                    draws += count;
                }
            }
        } catch (CancellationException e) {
            // The thread was interrupted: what was measured before decides.
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
            return all.stream().filter(each -> each.stays).findFirst().orElse(all.get(0));
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
        return fit.ofTournament(told, entrants, (System.nanoTime() - begun) * 1e-9, taken);
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
        if (each == winner) {
            return "won" + limit;
        }
        if (each.isBroken()) {
            return status == Status.FAILED ? "failed" : "diverged";
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

package io.github.elbo4j.infer;

import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** An entrant of a {@link TournamentRun} on its way. */
final class Contender {
    final Family family;
    final double rate;
    final int start;
    final SgviRun run;
    double @Nullable [] ratios; // log p − log q at fresh draws, of the latest measurement
    Estimate elbo = FreshDraws.UNKNOWN;

    @Nullable
    Gaussian q; // where it was measured

    boolean stays = true;
    boolean fails; // by the device, before there was anything to keep
    private int stageStart; // steps
    private int measuredAt = -1; // steps

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

    // ---- on the way ----

    /** −∞ where it is not known. */
    double knownElbo() {
        return Double.isFinite(elbo.value()) ? elbo.value() : Double.NEGATIVE_INFINITY;
    }

    boolean isOver() {
        return fails || standing().status() != null;
    }

    void beginStage() {
        stageStart = standing().steps();
    }

    /** Whether a block has just ended, after so many steps of the stage. */
    boolean hasDone(int more) {
        Standing now = standing();
        return now.blockEnded() && now.steps() - stageStart >= more;
    }

    /** Begins, or goes on, up to its next step or its end. */
    void toStep() {
        if (!isOver()) {
            guarded(run::toStep);
        }
    }

    /** After a step that it has taken with others. */
    void stepped() {
        guarded(run::tookStep);
    }

    private void guarded(Runnable part) {
        try {
            part.run();
        } catch (CancellationException | DeviceException e) {
            run.cutOff(e);
        }
    }

    // ---- how good it is ----

    void measure(Key fresh, int count) {
        double[] found = run.logRatios(fresh, count);
        ratios = found;
        elbo = LogWeights.mean(found);
        q = run.gaussian();
        measuredAt = standing().steps();
    }

    /** It is not known. */
    void forget() {
        ratios = null;
        elbo = FreshDraws.UNKNOWN;
        measuredAt = -1;
    }

    /** Whether it was measured where it is now. */
    boolean isMeasured() {
        return ratios != null && measuredAt == standing().steps();
    }

    /** By how much the ELBO is higher than another one, at the draws by which both were measured. */
    Estimate difference(Contender other) {
        double[] own = ratios;
        double[] others = other.ratios;
        if (own == null || others == null) {
            return FreshDraws.UNKNOWN;
        }
        double[] differences = new double[Math.min(own.length, others.length)];
        for (int s = 0; s < differences.length; s++) {
            differences[s] = own[s] - others[s];
        }
        return LogWeights.mean(differences);
    }
}

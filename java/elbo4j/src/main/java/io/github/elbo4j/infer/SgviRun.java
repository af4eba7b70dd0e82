package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.Interrupts;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run of {@link Sgvi}: blocks of steps until the stopping rule, the cap, or something else ends it. */
final class SgviRun implements AutoCloseable, Settling.Steps {
    private final SgviSettings settings;
    private final Device device;
    private final SgviParts parts;
    private final LogJoint joint; // all rows, as it was given
    final SharedJoint shared; // of the steps: all rows or minibatches
    final GradientAscent ascent;
    private final @Nullable Settling settling; // null if not guided, or if the family has no natural gradient
    private final Trace trace;
    private final TrailRecorder trail;
    private final Monitor monitor;
    private final GradientGuard guard;
    private final long begun = System.nanoTime();
    private float[] kept; // the best parameters so far: of a start, a whole block or a settled q
    private boolean keeps; // whether there are any
    private float @Nullable [] reached; // the result, of a run that is over

    private boolean hasBegun;
    private boolean usesRate; // whether there have been steps of the optimizer
    private int steps; // done
    private int blockStart;
    private int blockEnd;
    private boolean flatBefore;
    private double @Nullable [] comparison; // log ratios under kept
    private long draws;
    private Beginning beginning = Beginning.PLAIN;
    private String unsettled = ""; // why the latest attempt to settle failed
    private Ending ending = new Ending(Status.STEP_LIMIT, "");

    SgviRun(SgviSettings settings, Device device, LogJoint joint, TrailRecorder trail) {
        this.settings = settings;
        this.trail = trail;
        this.device = device;
        this.joint = joint;
        this.trace = new Trace(settings.draws, settings.points);
        parts = new SgviParts(settings, device, joint);
        try {
            shared = new SharedJoint(parts.rows);
            ascent = ascent(parts.coordinates.wrap(shared));
            parts.opened.add(ascent::close);
            settling = parts.settling(settings, trace);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
        monitor = new Monitor(settings, ascent, trace, begun);
        monitor.keep();
        guard = new GradientGuard(
                settings.checksGradient && settings.gradient != Gradient.SCORE, joint, parts.average, parts.key);
        kept = new float[parts.q.parameters()];
    }

    FitResult fit() {
        try {
            run();
        } catch (CancellationException | DeviceException e) {
            cutOff(e);
        }
        return result();
    }

    /** The thread was interrupted, or the device failed: what there is is the result. Thrown again if there is nothing, or if it is the user's own. */
    void cutOff(RuntimeException e) {
        if (e instanceof DeviceException failure) {
            if (trace.steps() == 0 || (joint instanceof HostLogJoint host && host.threw(failure))) {
                throw failure;
            }
            steps = trace.steps();
        }
        ending = Ending.of(e, steps, keeps);
        reached = keeps ? kept : latest();
    }

    /** Of a run that is over. */
    FitResult result() {
        return new Measurement(settings, joint, parts.average, parts.key, guard, settling, parts.sample)
                .of(
                        new Measurement.Reached(
                                best(), ending, steps, draws, beginning, comparison, trail.trail(steps)),
                        trace,
                        monitor);
    }

    /** How it stands between two steps. */
    Standing standing() {
        return new Standing(
                steps, draws, beginning, usesRate, reached == null ? null : ending.status(), steps == blockStart);
    }

    /** log p − log q at fresh draws of the best q so far, all rows; the run goes on as without them. */
    double[] logRatios(Key fresh, int count) {
        parts.average.parameterBuffer().write(0, best(), 0, parts.q.parameters());
        parts.average.update();
        try {
            return LogWeights.draw(joint, parts.average, fresh, count, settings.workspaceBytes)
                    .values(0);
        } finally {
            ascent.restartAverage(blockStart);
        }
    }

    Gaussian gaussian() {
        return parts.q.toGaussian(best());
    }

    private float[] best() {
        return reached != null ? reached : keeps ? kept : latest();
    }

    /** Takes the steps for the sake of their states; nothing is measured. */
    Trail retrace() {
        run();
        return trail.trail(steps);
    }

    @Override
    public void close() {
        parts.close();
    }

    private GradientAscent ascent(LogJoint of) {
        return new GradientAscent(settings, device, of, parts.q, parts.average, parts.coordinates, parts.training);
    }

    /** Looks for a place to start from, and tries to settle there; says whether that ended the fit. */
    private boolean begin() {
        hasBegun = true;
        guard.check(original(parts.q));
        beginning = Beginning.of(settings, device, joint, parts.geometry, parts.sample);
        float[] first = beginning.parameters();
        if (first != null) {
            keep(first);
        }
        boolean searched = beginning.found() != null;
        if (searched) {
            Interrupts.check();
        }
        if (!searched || !settings.cancelled.getAsBoolean()) { // else the search may have been cut short
            keepState(false, state -> {});
        }
        if (keeps && arrive()) {
            return true;
        }
        beginBlock();
        return false;
    }

    /** Where the trail is to have one: the run's own state, then what else there is. */
    private void keepState(boolean isEnd, Consumer<StateHash> more) {
        if (trail.isDue(steps, isEnd)) {
            trail.keep(steps, to -> {
                to.add(steps);
                to.add(blockEnd);
                to.add(flatBefore);
                parts.coordinates.hash(to);
                ascent.hash(to);
                if (keeps) {
                    to.add(kept);
                }
                if (comparison != null) {
                    to.add(comparison);
                }
                more.accept(to);
            });
        }
    }

    @Override
    public void roundDone(boolean isLast, Consumer<StateHash> state) {
        keepState(isLast, state);
    }

    private void keep(float[] parameters) {
        kept = parameters;
        keeps = true;
    }

    /** Goes to the first good q, with which later ones are compared, and tries to settle there. */
    private boolean arrive() {
        float[] here = goTo(kept);
        // With minibatches the steps come first: they cost less than passes over all rows.
        if (parts.epoch > 0) {
            return false;
        }
        comparison = comparisonAt(here);
        return settle();
    }

    /** Tries to settle from the best q so far; says whether that ended the fit. If not, q is that q again. */
    private boolean settle() {
        if (settling == null) {
            return false;
        }
        if (comparison == null) {
            comparison = comparisonAt(goTo(kept));
        }
        Settling.Outcome outcome = settling.attempt(kept, comparison, this);
        unsettled = outcome.words();
        double[] settled = outcome.comparison();
        if (settled == null) {
            goTo(kept);
            return false;
        }
        kept = outcome.parameters();
        comparison = settled;
        ending = new Ending(Status.CONVERGED, outcome.words());
        return true;
    }

    @Override
    public int stepsLeft() {
        return settings.maxSteps - steps;
    }

    @Override
    public void took(int groups) {
        steps += groups;
        draws += (long) groups * settings.effort.group();
        monitor.saw(steps, draws);
    }

    @Override
    public float[] goTo(float[] parameters) {
        float[] here = parts.coordinates.moveTo(parameters).clone();
        ascent.moveTo(here);
        return here;
    }

    @Override
    public double[] comparisonAt(float[] here) {
        parts.average.parameterBuffer().write(0, here, 0, here.length);
        return comparison();
    }

    private void run() {
        while (toStep()) {
            ascent.step(steps);
            tookStep();
        }
    }

    /** Begins, or goes on, up to the next step of the optimizer; says whether there is one: there is none once the run is over. */
    boolean toStep() {
        if (reached == null) {
            reached = !hasBegun && begin() ? kept : end();
        }
        return reached == null;
    }

    /** The result, if there is to be no further step. */
    private float @Nullable [] end() {
        if (steps >= parts.cap) {
            if (!settle()) {
                ending = new Ending(
                        Status.STEP_LIMIT, "stopped at the limit of " + settings.maxSteps + " steps; " + unsettled);
            }
            return kept;
        }
        if (settings.cancelled.getAsBoolean()) {
            ending = new Ending(Status.INTERRUPTED, "interrupted after step " + steps);
            if (steps > blockStart) {
                keepState(true, state -> {});
            }
            return monitor.look(steps, draws) ? partOfBlock() : diverged();
        }
        return null;
    }

    /** After a step of {@link #ascent}. */
    void tookStep() {
        usesRate = true;
        steps++;
        draws += settings.draws;
        boolean blockDone = steps == blockEnd;
        keepState(blockDone, state -> {});
        if (blockDone || monitor.isDue(steps)) {
            if (!monitor.look(steps, draws)) {
                reached = diverged();
            } else if (blockDone && endBlock()) {
                reached = kept;
            }
        }
    }

    private void beginBlock() {
        monitor.keep();
        ascent.restartAverage(steps);
        blockStart = steps;
        // With minibatches an epoch at least, and no less work than the comparison that follows.
        long least = parts.epoch == 0
                ? 0
                : Math.max(parts.epoch, (long) settings.effort.comparison() * parts.epoch / settings.draws);
        blockEnd = StoppingRule.blockEnd(steps, parts.cap, least);
    }

    /** Compares the block with the best one before; says whether the run is over. */
    private boolean endBlock() {
        double[] before = comparison;
        double[] after = comparison();
        StoppingRule.Comparison compared = before == null ? null : settings.stoppingRule.compare(before, after);
        StoppingRule.Finding finding = compared == null ? StoppingRule.Finding.RISING : compared.finding();
        boolean flat = finding == StoppingRule.Finding.FLAT;
        String change = compared == null
                ? "the ELBO may still rise" // the first block, from nothing
                : compared.inWords(steps - blockStart, flat && flatBefore);
        if (finding != StoppingRule.Finding.FALLING) {
            keep(original(parts.average));
            comparison = after;
        }
        if (settling != null && finding != StoppingRule.Finding.RISING && settle()) {
            return true;
        }
        if (flat && flatBefore && settling == null) {
            ending = new Ending(Status.CONVERGED, "the ELBO no longer rises: " + change);
            return true;
        }
        if (steps >= parts.cap && parts.epoch == 0) {
            ending = new Ending(
                    Status.STEP_LIMIT,
                    "stopped at the limit of " + steps + " steps; " + (unsettled.isEmpty() ? change : unsettled));
            return true;
        }
        flatBefore = flat;
        boolean rising = finding == StoppingRule.Finding.RISING;
        if (!rising) {
            ascent.nextPhase();
        }
        // Whitened coordinates follow q at once; units follow it only where it no longer rises.
        if (!parts.coordinates.areOriginal() || (settings.optimizer.adapts() && !rising)) {
            ascent.moveTo(parts.coordinates.moveTo(rising ? original(parts.q) : kept));
        }
        beginBlock();
        return false;
    }

    /** The parameters of a q in the user's coordinates. */
    private float[] original(VariationalFamily some) {
        return original(some.parameterBuffer().toFloats());
    }

    private float[] original(float[] parameters) {
        return parts.coordinates.toOriginal(parameters);
    }

    private float[] latest() {
        return original(monitor.latest().phi);
    }

    private float[] diverged() {
        Divergence divergence = new Divergence(settings, parts, this::ascent);
        int end = steps;
        steps = monitor.lookedAt();
        Divergence.Found found = divergence.find(ascent, monitor.latest(), steps, end, trace);
        steps = found.steps();
        ending = new Ending(Status.DIVERGED, found.message());
        return found.parameters();
    }

    /** What an interrupted run leaves: the average of this block if half of it is done, or of the last. */
    private float[] partOfBlock() {
        if (steps == blockStart) {
            return keeps ? kept : latest();
        }
        if (!keeps || steps - blockStart >= (blockEnd - blockStart) / 2) {
            return original(parts.average);
        }
        return kept;
    }

    /** log p − log q under the average, at the draws that compare blocks. */
    private double[] comparison() {
        parts.average.update();
        int count = settings.effort.comparison();
        draws += count;
        return LogWeights.draw(parts.whole, parts.average, parts.key.fork("stopping"), count, settings.workspaceBytes)
                .values(0);
    }
}

package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.internal.Interrupts;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run of {@link Sgvi}: blocks of steps until the stopping rule, the cap, or something else ends it. */
final class SgviRun implements AutoCloseable, Settling.Steps {
    private final SgviSettings settings;
    private final Device device;
    private final LogJoint joint; // all rows, as it was given
    private final LogJoint rows; // all rows or minibatches, as given
    private final int epoch; // steps of an epoch; 0 without minibatches
    private final int cap; // on steps, but for those of a last attempt to settle after minibatches
    private final Key key;
    private final VariationalFamily q;
    private final VariationalFamily average; // over the steps of a block
    private final Geometry geometry;
    private final Coordinates coordinates; // of the steps
    private final LogJoint whole; // all rows, in the coordinates of the steps
    private final GradientAscent ascent;
    private final @Nullable Settling settling; // null if not guided, or if the family has no natural gradient
    private final Trace trace;
    private final TrailRecorder trail;
    private final Monitor monitor;
    private final GradientGuard guard;
    private final @Nullable RowSample sample; // null where rows are not so many
    private final Resources opened;
    private final long begun = System.nanoTime();
    private float[] kept; // the best parameters so far: of a start, a whole block or a settled q
    private boolean keeps; // whether there are any

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
        this.opened = new Resources(device);
        this.joint = joint;
        this.key = new Key(settings.seed);
        this.trace = new Trace(settings.draws, settings.points);
        int dimensions = joint.dimensions();
        double[] mean = settings.initialMean == null ? joint.start() : settings.initialMean.clone();
        double[] sd = new double[dimensions];
        Arrays.fill(sd, settings.initialSd);
        try {
            sample = RowSample.of(joint, settings.sampling, key);
            if (sample != null) {
                opened.add(sample::close);
            }
            rows = SgviArguments.rows(settings, joint, key);
            if (rows != joint) {
                opened.add(rows::close);
            }
            epoch = rows == joint ? 0 : rows.stepsPerEpoch();
            cap = epoch == 0
                    ? settings.maxSteps
                    : settings.maxSteps - Math.min(SettlingWindow.RESERVE, settings.maxSteps / 4);
            q = settings.family.create(device, 1, dimensions);
            opened.add(q::close);
            q.numberFrom(settings.problem);
            average = settings.family.create(device, 1, dimensions);
            opened.add(average::close);
            average.numberFrom(settings.problem);
            geometry = Geometry.of(q);
            coordinates = settings.optimizer.adapts() ? geometry.coordinates(device, mean) : Coordinates.PLAIN;
            opened.add(coordinates::close);
            whole = coordinates.wrap(joint);
            q.set(0, coordinates.of(mean), sd);
            average.set(0, mean, sd);
            ascent = ascent(coordinates.wrap(rows));
            opened.add(ascent::close);
            settling = settling();
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        monitor = new Monitor(settings, ascent, trace, begun);
        monitor.keep();
        guard = new GradientGuard(settings.checksGradient && settings.gradient != Gradient.SCORE, joint, average, key);
        kept = new float[q.parameters()];
    }

    /** Null where the user chose the rates, where the model need not have a gradient, or where the family has none. */
    private @Nullable Settling settling() {
        NaturalGradient gradient = settings.isGuided() ? geometry.naturalGradient(settings, joint, whole, key) : null;
        if (gradient == null) {
            return null;
        }
        opened.add(gradient::close);
        return new Settling(settings, joint, coordinates, gradient, trace);
    }

    FitResult fit() {
        float[] result;
        try {
            result = begin() ? kept : run();
        } catch (CancellationException e) {
            ending = Ending.cutOff(steps, keeps);
            result = keeps ? kept : latest();
        } catch (DeviceException e) {
            // An exception that the user's own function throws is passed on to the user.
            if (trace.steps() == 0 || (joint instanceof HostLogJoint host && host.threw(e))) {
                throw e;
            }
            steps = trace.steps();
            ending = Ending.failed(steps, keeps, e);
            result = keeps ? kept : latest();
        }
        return new Measurement(settings, joint, average, key, guard, settling, sample)
                .of(
                        new Measurement.Reached(
                                result, ending, steps, draws, beginning, comparison, trail.trail(steps)),
                        trace,
                        monitor);
    }

    /** Takes the steps for the sake of their states; nothing is measured. */
    Trail retrace() {
        if (!begin()) {
            run();
        }
        return trail.trail(steps);
    }

    @Override
    public void close() {
        opened.close();
    }

    private GradientAscent ascent(LogJoint of) {
        return new GradientAscent(settings, device, of, q, average, coordinates, training());
    }

    private Key training() {
        return key.fork("training").with(settings.points);
    }

    /** Looks for a place to start from, and tries to settle there; says whether that ended the fit. */
    private boolean begin() {
        guard.check(original(q));
        beginning = Beginning.of(settings, device, joint, geometry, sample);
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
                coordinates.hash(to);
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
        if (epoch > 0) {
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
        float[] here = coordinates.moveTo(parameters).clone();
        ascent.moveTo(here);
        return here;
    }

    @Override
    public double[] comparisonAt(float[] here) {
        average.parameterBuffer().write(0, here, 0, here.length);
        average.update();
        return logWeights(whole, "stopping", settings.effort.comparison()).values(0);
    }

    /** The steps. Returns the parameters that are the result. */
    private float[] run() {
        while (true) {
            if (steps >= cap) {
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
            ascent.step(steps);
            steps++;
            draws += settings.draws;
            boolean blockDone = steps == blockEnd;
            keepState(blockDone, state -> {});
            if (blockDone || monitor.isDue(steps)) {
                if (!monitor.look(steps, draws)) {
                    return diverged();
                }
                if (blockDone && endBlock()) {
                    return kept;
                }
            }
        }
    }

    private void beginBlock() {
        monitor.keep();
        ascent.restartAverage(steps);
        blockStart = steps;
        // With minibatches an epoch at least, and no less work than the comparison that follows.
        long least = epoch == 0 ? 0 : Math.max(epoch, (long) settings.effort.comparison() * epoch / settings.draws);
        blockEnd = StoppingRule.blockEnd(steps, cap, least);
    }

    /** Compares the block with the best one before; says whether the run is over. */
    private boolean endBlock() {
        average.update();
        double[] before = comparison;
        double[] after =
                logWeights(whole, "stopping", settings.effort.comparison()).values(0);
        StoppingRule.Finding finding = StoppingRule.Finding.RISING; // the first block, from nothing
        boolean flat = false;
        String change = "the ELBO may still rise";
        if (before != null) {
            StoppingRule.Comparison compared = settings.stoppingRule.compare(before, after);
            finding = compared.finding();
            flat = finding == StoppingRule.Finding.FLAT;
            change = compared.inWords(steps - blockStart, flat && flatBefore);
        }
        if (finding != StoppingRule.Finding.FALLING) {
            keep(original(average));
            comparison = after;
        }
        if (settling != null && finding != StoppingRule.Finding.RISING && settle()) {
            return true;
        }
        if (flat && flatBefore && settling == null) {
            ending = new Ending(Status.CONVERGED, "the ELBO no longer rises: " + change);
            return true;
        }
        if (steps >= cap && epoch == 0) {
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
        if (!coordinates.areOriginal() || (settings.optimizer.adapts() && !rising)) {
            ascent.moveTo(coordinates.moveTo(rising ? original(q) : kept));
        }
        beginBlock();
        return false;
    }

    /** The parameters of a q in the user's coordinates. */
    private float[] original(VariationalFamily some) {
        return original(some.parameterBuffer().toFloats());
    }

    private float[] original(float[] parameters) {
        return coordinates.toOriginal(parameters);
    }

    private float[] latest() {
        return original(monitor.latest().phi);
    }

    private float[] diverged() {
        Divergence divergence =
                new Divergence(settings, joint, rows, coordinates, q, average, training(), this::ascent);
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
            return original(average);
        }
        return kept;
    }

    private LogWeights logWeights(LogJoint of, String purpose, int count) {
        draws += count;
        return LogWeights.draw(of, average, key.fork(purpose), count, settings.workspaceBytes);
    }
}

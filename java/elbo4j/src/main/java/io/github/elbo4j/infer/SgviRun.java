package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Buffers;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Shape;
import io.github.elbo4j.device.internal.Interrupts;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.GradientCheck;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** One run of {@link Sgvi}: blocks of steps until the stopping rule, the cap, or something else ends it. */
final class SgviRun implements AutoCloseable, Settling.Steps {
    /** Steps between two looks at the numbers at most. */
    private static final int LOOK = Ascent.AHEAD;
    /** Time between two looks; a GPU is behind its host, so that only a look tells how long steps take. */
    private static final long LOOK_NANOS = 200_000_000L;

    private static final long LISTEN_NANOS = 100_000_000L;
    /** Draws at which a user's gradient is compared with differences. */
    private static final int CHECKED_DRAWS = 4;
    /** Draws that compare two blocks. */
    private static final int COMPARISON_DRAWS = 512;

    private final Sgvi.Builder settings;
    private final Device device;
    private final LogJoint joint; // all rows, as it was given
    private final Coordinates coordinates; // of the steps
    private final LogJoint whole; // all rows, in the coordinates of the steps
    private final LogJoint rows; // all rows or minibatches, as given
    private final int epoch; // steps of an epoch; 0 without minibatches
    private final Key key;
    private final VariationalFamily q;
    private final VariationalFamily average; // over the steps of a block
    private final Ascent ascent;
    private final @Nullable Settling settling; // null with a score gradient or an optimizer without coordinates
    private final int cap; // on steps, but for those of a last attempt to settle after minibatches
    private final double[] momentsOnHost = new double[3 * LOOK];
    private final Buffers opened;
    private Ascent.Snapshot snapshot; // at the latest look, finite
    private Ascent.Snapshot spare;
    private float[] kept; // the best parameters so far: of a start, a whole block or a settled q
    private boolean keeps; // whether there are any
    private final Trace trace;
    private final long begun = System.nanoTime();

    private int steps; // done
    private int lookedAt; // steps at the latest look
    private int nextLook = 1; // steps from there to the next one
    private long lookTime = begun;
    private long listenTime = begun;
    private int blockStart;
    private int blockEnd;
    private boolean flatBefore;
    private double @Nullable [] comparison; // log ratios under kept
    private long draws;
    private Starts.@Nullable Found start;
    private String began = ""; // where it started from, in a clause
    private String unsettled = ""; // why the latest attempt to settle came to nothing
    private GradientCheck.@Nullable Report wrongGradient;
    private Status status = Status.STEP_LIMIT;
    private String message = "";

    SgviRun(Sgvi.Builder settings, Device device, LogJoint joint) {
        this.settings = settings;
        this.device = device;
        this.opened = new Buffers(device);
        this.joint = joint;
        this.key = new Key(settings.seed);
        this.trace = new Trace(settings.draws);
        int dimensions = joint.dimensions();
        double[] mean = settings.initialMean == null ? new double[dimensions] : settings.initialMean.clone();
        double[] sd = new double[dimensions];
        Arrays.fill(sd, settings.initialSd);
        if (settings.batch > 0 && !(joint instanceof DataLogJoint)) {
            throw new IllegalArgumentException("batch is " + settings.batch + ", but the model is a "
                    + joint.getClass().getSimpleName() + ", not a DataLogJoint, so it has no rows to choose from");
        }
        try {
            if (settings.batch > 0
                    && joint instanceof DataLogJoint data
                    && settings.batch != data.model().observations()) {
                rows = data.minibatches(settings.batch, key.fork("minibatch"));
                opened.add(rows::close);
                epoch = rows.stepsPerEpoch();
            } else {
                rows = joint;
                epoch = 0;
            }
            cap = epoch == 0
                    ? settings.maxSteps
                    : settings.maxSteps - Math.min(SettlingWindow.RESERVE, settings.maxSteps / 4);
            coordinates = coordinates(mean);
            opened.add(coordinates::close);
            whole = wrap(joint);
            boolean isWhitened = coordinates instanceof Whitening;
            q = settings.family.create(device, 1, dimensions);
            opened.add(q::close);
            average = settings.family.create(device, 1, dimensions);
            opened.add(average::close);
            q.set(0, isWhitened ? new double[dimensions] : mean, sd);
            average.set(0, mean, sd);
            ascent = ascent(wrap(rows));
            opened.add(ascent::close);
            settling = settling();
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        snapshot = ascent.newSnapshot();
        spare = ascent.newSnapshot();
        kept = new float[q.parameters()];
    }

    /** The joint in the coordinates of the steps. */
    private LogJoint wrap(LogJoint of) {
        return coordinates.wrap(of);
    }

    private Coordinates coordinates(double[] mean) {
        if (!settings.optimizer.adapts()) {
            return Coordinates.PLAIN;
        }
        return switch (settings.family) {
            case FULL_RANK -> new Whitening(device, mean);
            case MEAN_FIELD -> new DiagonalScale(device, mean.length);
        };
    }

    /** Null where the user chose the rates, or where the model need not have a gradient. */
    private @Nullable Settling settling() {
        if (coordinates == Coordinates.PLAIN || settings.gradient == Gradient.SCORE) {
            return null;
        }
        NaturalGradient gradient = new NaturalGradient(
                device, wrap(joint), q, settings.family, settings.draws, settings.workspaceBytes, key.fork("settling"));
        opened.add(gradient::close);
        return new Settling(settings, device, joint, coordinates, gradient, trace, key);
    }

    FitResult fit() {
        float[] result;
        try {
            result = begin() ? kept : run();
        } catch (CancellationException e) {
            status = Status.INTERRUPTED;
            message = steps > 0
                    ? "stopped in the middle of step " + (steps + 1)
                    : keeps
                            ? "stopped before the first step; this is the best normal on the way to a start"
                            : "stopped before the first step; nothing was fitted, this is the initial guess";
            result = keeps ? kept : original(snapshot.phi);
        } catch (DeviceException e) {
            // What the user's own function throws is the user's.
            if (trace.steps() == 0 || (joint instanceof HostLogJoint host && host.threw(e))) {
                throw e;
            }
            status = Status.FAILED;
            steps = trace.steps();
            message = String.format(
                    Locale.ROOT,
                    "the device failed after step %d; kept is %s: %s",
                    steps,
                    keeps ? "the best q before" : "the state of that step",
                    e.getMessage());
            result = keeps ? kept : original(snapshot.phi);
        }
        return measure(result);
    }

    @Override
    public void close() {
        opened.close();
    }

    private Ascent ascent(LogJoint of) {
        return new Ascent(settings, device, of, q, average, coordinates, key.fork("training"));
    }

    /** Compares a user's gradient with differences at draws of a q in z; keeps what is wrong. */
    private void checkGradient(float[] parameters) {
        if (!settings.checksGradient
                || wrongGradient != null
                || settings.gradient == Gradient.SCORE
                || !(joint instanceof HostLogJoint)) {
            return;
        }
        average.parameterBuffer().write(0, parameters, 0, parameters.length);
        average.update();
        Gaussian here = average.toGaussian(parameters);
        int dimensions = joint.dimensions();
        double[][] at = new double[CHECKED_DRAWS][dimensions];
        double[] scale = new double[dimensions];
        float[] z = new float[CHECKED_DRAWS * dimensions];
        try (Buffer drawn = device.allocate(z.length)) {
            average.sample(key.fork("gradient check"), 0, Shape.of(1, CHECKED_DRAWS, dimensions), drawn);
            drawn.read(0, z, 0, z.length);
        }
        for (int d = 0; d < dimensions; d++) {
            scale[d] = here.standardDeviation(d);
            for (int s = 0; s < CHECKED_DRAWS; s++) {
                at[s][d] = z[s * dimensions + d];
            }
        }
        GradientCheck.Report report = GradientCheck.check(device, joint, at, scale);
        if (!report.passed()) {
            wrongGradient = report;
        }
    }

    /** Looks for a place to start from, and tries to settle there; says whether that ended the fit. */
    private boolean begin() {
        checkGradient(original(q));
        if (settings.first != null) {
            return begin(settings.first);
        }
        int paths = settling == null ? 0 : settings.starts;
        if (paths > 0) {
            double[] mean = settings.initialMean == null ? new double[joint.dimensions()] : settings.initialMean;
            try (PointDensity density = new PointDensity(device, joint)) {
                Starts starts = new Starts(device, density, settings.family, key, settings.cancelled);
                start = starts.search(device, mean, paths, key);
                began = start.words();
            }
            StartNormal normal = start.normal();
            if (normal != null) {
                kept = normal.parameters(settings.family);
                keeps = true;
            }
            Interrupts.check();
            if (normal != null) {
                goTo(kept);
                // With minibatches the steps come first: they cost less than passes over all rows.
                if (epoch == 0 && settle()) {
                    return true;
                }
            }
        }
        beginBlock();
        return false;
    }

    /** Continues from the posterior of another fit, as from the best of the paths. */
    private boolean begin(FitResult first) {
        kept = Continuation.of(first.gaussian(), settings.family).parameters(settings.family);
        keeps = true;
        began = "continued from a fit of " + first.steps() + (first.steps() == 1 ? " step" : " steps");
        goTo(kept);
        if (epoch == 0 && settle()) {
            return true;
        }
        beginBlock();
        return false;
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
        status = Status.CONVERGED;
        message = outcome.words();
        return true;
    }

    @Override
    public int stepsLeft() {
        return settings.maxSteps - steps;
    }

    @Override
    public void took(int groups) {
        steps += groups;
        draws += (long) groups * NaturalGradient.draws(settings.draws);
        lookedAt = steps;
        tell();
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
        return logWeights(whole, "stopping", COMPARISON_DRAWS).values(0);
    }

    /** The steps. Returns the parameters that are the result. */
    private float[] run() {
        while (true) {
            if (steps >= cap) {
                if (!settle()) {
                    status = Status.STEP_LIMIT;
                    message = "stopped at the limit of " + settings.maxSteps + " steps; " + unsettled;
                }
                return kept;
            }
            if (settings.cancelled.getAsBoolean()) {
                status = Status.INTERRUPTED;
                message = "interrupted after step " + steps;
                return look() ? partOfBlock() : diverged();
            }
            ascent.step(steps);
            steps++;
            draws += settings.draws;
            boolean blockDone = steps == blockEnd;
            if (blockDone || steps - lookedAt >= nextLook || System.nanoTime() - lookTime > LOOK_NANOS) {
                if (!look()) {
                    return diverged();
                }
                if (blockDone && endBlock()) {
                    return kept;
                }
            }
        }
    }

    private void beginBlock() {
        ascent.save(snapshot);
        ascent.restartAverage(steps);
        blockStart = steps;
        // With minibatches an epoch at least, and no less work than the comparison that follows.
        long least = epoch == 0 ? 0 : Math.max(epoch, (long) COMPARISON_DRAWS * epoch / settings.draws);
        blockEnd = StoppingRule.blockEnd(steps, cap, least);
    }

    /** Compares the block with the best one before; says whether the run is over. */
    private boolean endBlock() {
        average.update();
        double[] before = comparison;
        double[] after = logWeights(whole, "stopping", COMPARISON_DRAWS).values(0);
        StoppingRule.Finding finding = StoppingRule.Finding.RISING; // the first block, from nothing
        boolean flat = false;
        String change = "the ELBO may still rise";
        if (before != null) {
            StoppingRule.Comparison compared = settings.stoppingRule.compare(before, after);
            finding = compared.finding();
            flat = finding == StoppingRule.Finding.FLAT;
            change = String.format(
                    Locale.ROOT,
                    "the last %d steps changed %s by %s nats",
                    steps - blockStart,
                    flat && flatBefore ? "it" : "the ELBO",
                    new Estimate(
                            compared.improvement().value(),
                            compared.improvement().standardError(),
                            0));
        }
        if (finding != StoppingRule.Finding.FALLING) {
            kept = coordinates.toOriginal(average.parameterBuffer().toFloats());
            keeps = true;
            comparison = after;
        }
        if (settling != null && finding != StoppingRule.Finding.RISING && settle()) {
            return true;
        }
        if (flat && flatBefore && settling == null) {
            status = Status.CONVERGED;
            message = "the ELBO no longer rises: " + change;
            return true;
        }
        if (steps >= cap && epoch == 0) {
            status = Status.STEP_LIMIT;
            message = "stopped at the limit of " + steps + " steps; " + (unsettled.isEmpty() ? change : unsettled);
            return true;
        }
        flatBefore = flat;
        boolean rising = finding == StoppingRule.Finding.RISING;
        if (!rising) {
            ascent.nextPhase();
        }
        if (coordinates == Coordinates.PLAIN) {
            if (!rising && settings.optimizer.adapts()) {
                ascent.moveTo(kept);
            }
        } else if (coordinates instanceof Whitening || !rising) {
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

    /**
     * Brings the ELBO of the steps since the last look to the host, and, if all is finite, the state; says whether it is.
     * When it looks changes no result.
     */
    private boolean look() {
        int count = steps - lookedAt;
        if (count == 0) {
            return true;
        }
        ascent.moments().read(0, momentsOnHost, 0, 3 * count);
        ascent.restartRecords();
        for (int i = 0; i < count; i++) {
            if (!Double.isFinite(momentsOnHost[3 * i])) {
                return false;
            }
        }
        ascent.save(spare);
        if (!spare.isFinite()) {
            return false;
        }
        Ascent.Snapshot older = snapshot;
        snapshot = spare;
        spare = older;
        for (int i = 0; i < count; i++) {
            trace.add(momentsOnHost[3 * i], momentsOnHost[3 * i + 2]);
        }
        lookedAt = steps;
        long now = System.nanoTime();
        nextLook = (int) Math.max(1, Math.min(LOOK, count * LOOK_NANOS / Math.max(1, now - lookTime)));
        lookTime = now;
        if (lookTime - listenTime > LISTEN_NANOS) {
            tell();
        }
        return true;
    }

    private void tell() {
        listenTime = System.nanoTime();
        Estimate recent = trace.recent();
        settings.listener.progress(new Progress(
                steps,
                settings.maxSteps,
                recent.value(),
                recent.standardError(),
                draws / Math.max(1e-9, (listenTime - begun) * 1e-9)));
    }

    /** Takes the steps since the last look again, one by one, to find the first that is not finite. */
    private float[] diverged() {
        int end = steps;
        status = Status.DIVERGED;
        ascent.restore(snapshot);
        for (steps = lookedAt; steps < end; steps++) {
            ascent.save(spare);
            String what = ascent.replay(steps, joint.parameterNames());
            ascent.moments().read(0, momentsOnHost, 0, 3);
            if (what != null) {
                float[] last = original(spare.phi);
                message = String.format(
                        Locale.ROOT,
                        "diverged at step %d: %s (ELBO estimate %s). Kept is the state after step %d. %s",
                        steps + 1,
                        inWords(what, last),
                        momentsOnHost[0],
                        steps,
                        advice(last));
                return last;
            }
            trace.add(momentsOnHost[0], momentsOnHost[2]);
        }
        message = "numbers were not finite between steps " + (lookedAt + 1) + " and " + end
                + ", but not when these steps were taken again: the model does not give the same answer twice";
        steps = lookedAt;
        return original(snapshot.phi);
    }

    /** What is to be done after a step that was not finite: transform, if a draw lies where log p is not. */
    private String advice(float[] last) {
        average.parameterBuffer().write(0, last, 0, last.length);
        average.update();
        String outside = Support.outside(joint, average, key.fork("training"), steps, settings.draws);
        return outside == null ? "A lower learning rate or standardized data may help." : outside;
    }

    /** The fault of the step after these parameters, told of the user's own coordinates. */
    private String inWords(String what, float[] last) {
        List<String> names = joint.parameterNames();
        if (what.equals(Ascent.NO_ELBO)) {
            return what + "; the largest parameter is " + ascent.describeLargest(last, names);
        }
        if (!(coordinates instanceof Whitening)) {
            return what;
        }
        q.parameterBuffer().write(0, last, 0, last.length);
        q.update();
        try (Ascent plain = ascent(rows)) {
            plain.gradientAt(steps);
            String plainly = plain.nonFiniteGradient(names);
            return plainly == null ? what + ", in whitened coordinates" : plainly;
        }
    }

    /** What an interrupted run leaves: the average of this block if half of it is done, or of the last. */
    private float[] partOfBlock() {
        if (steps == blockStart) {
            return keeps ? kept : original(snapshot.phi);
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

    /** What draws of q cannot tell; only of a fit that is otherwise to be believed, since it costs evaluations. */
    private void judgeBeyond(Evaluation evaluation) {
        if (evaluation.assessment().verdict() == Verdict.DO_NOT_TRUST) {
            return;
        }
        try {
            evaluation.judgeLines();
            double[] linearResponse = settling == null ? null : settling.linearResponse();
            if (linearResponse != null) {
                evaluation.judgeLinearResponse(linearResponse);
            }
        } catch (CancellationException e) {
            status = Status.INTERRUPTED;
            message += "; the result was not measured";
            evaluation.judgeEnd(status, message);
        }
    }

    private FitResult measure(float[] parameters) {
        Gaussian posterior = average.toGaussian(parameters);
        Evaluation evaluation = new Evaluation(joint, average, posterior, trace.recent(), key, settings.workspaceBytes);
        double[] last = comparison;
        try {
            if (status != Status.FAILED && status != Status.DIVERGED) {
                checkGradient(parameters);
            }
            average.parameterBuffer().write(0, parameters, 0, parameters.length);
            average.update();
            evaluation.measure(settings.evaluationDraws, draws + (start == null ? 0 : start.evaluations()));
        } catch (CancellationException e) {
            status = Status.INTERRUPTED;
            message += "; the result was not measured";
        } catch (DeviceException e) {
            if (status != Status.FAILED) {
                status = Status.FAILED;
                message += "; measuring the result failed: " + e.getMessage();
            }
        }
        evaluation.judgeEnd(status, message);
        if (wrongGradient != null) {
            evaluation.judgeGradient(wrongGradient);
        }
        if (status == Status.CONVERGED && last != null) {
            evaluation.judgeRepeat(LogWeights.mean(last), settings.stoppingRule.tolerance());
        }
        if (start != null) {
            evaluation.judgeModes(start.modes());
        }
        judgeBeyond(evaluation);
        if (trace.steps() > 0) {
            tell();
        }
        return new FitResult(
                Sgvi.NAME,
                settings.family.label(),
                settings.told(),
                device.name(),
                device.arithmetic(),
                device.rng(),
                settings.seed,
                steps,
                status,
                began,
                message,
                evaluation.elbo(),
                evaluation.logEvidence(),
                evaluation.assessment(),
                start == null ? List.of() : start.modes(),
                new GaussianPosterior(joint.parameterNames(), posterior),
                trace.points(),
                (System.nanoTime() - begun) * 1e-9,
                draws);
    }
}

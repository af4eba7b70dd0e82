package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.estimate.GradientEstimator;
import io.github.elbo4j.estimate.StepCounter;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a fit, {@code phi ← phi + lambda·∇ELBO} or Adam's, and the average of their parameters, with all that a
 * step changes, which can be saved on the host and restored. A step is a program that runs again: its number is counted
 * in device memory, where the host has written what the next {@link #AHEAD} steps need. It makes no garbage and copies
 * nothing to the host.
 */
final class GradientAscent implements AutoCloseable {
    /** That log p − log q is not finite, though its gradient is. */
    static final String NO_ELBO = "log p or log q is not finite at a draw";
    /** Steps whose scalars, and the records of whose ELBOs, are in device memory at a time. */
    static final int AHEAD = 256;

    private static final int WEIGHT = 0; // columns of the table: that of the average,
    private static final int RUNNING = 1; // the running mean's rate,
    private static final int RULE = 2; // and those of the optimizer

    private final Device device;
    private final VariationalFamily q;
    private final VariationalFamily average; // of the parameters since the steps of the average began
    private final LogJoint joint;
    private final Gradient gradient;
    private final Optimizer.Rule rule;
    private final Coordinates coordinates;
    private final Key key;
    private final GradientEstimator estimator;
    private final StepCounter counter;
    private final int parameters;
    private final Buffer moments; // [AHEAD][1][3]
    private final Buffer table; // [AHEAD][columns]
    private final double[] tableOnHost;
    private final double[] row;
    private final Buffer found; // [1]
    private final Resources opened;
    private final int[] foundOnHost = new int[1];
    private final Workspace workspace;
    private final @Nullable Program[] steps = new Program[2]; // without the path derivative, and with it
    private int phase;
    private int since; // steps since the optimizer's moments began
    private int averageStart; // the step at which the average began
    private int slot; // the record of the next step
    private int known; // rows of the table that are still to be used; 0: the counters on the device must be written

    /** @param coordinates that give the unit of each parameter's steps */
    GradientAscent(
            SgviSettings settings,
            Device device,
            LogJoint joint,
            VariationalFamily q,
            VariationalFamily average,
            Coordinates coordinates,
            Key key) {
        this.opened = new Resources(device);
        this.coordinates = coordinates;
        this.device = device;
        this.q = q;
        this.average = average;
        this.joint = joint;
        this.key = key;
        this.gradient = settings.gradient;
        this.parameters = q.parameters();
        try {
            rule = settings.optimizer.open(opened, parameters);
            row = new double[rule.scalars()];
            tableOnHost = new double[AHEAD * (RULE + rule.scalars())];
            table = opened.allocate(ElementType.FLOAT64, tableOnHost.length);
            moments = opened.allocate(ElementType.FLOAT64, 3L * AHEAD);
            found = opened.allocate(ElementType.INT32, 1);
            counter = new StepCounter(device);
            opened.add(counter::close);
            estimator = new GradientEstimator(
                    joint, q, gradient, settings.baseline, settings.draws, settings.workspaceBytes);
            opened.add(estimator::close);
            workspace = new Workspace(device);
            opened.add(workspace::close);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    // ---- steps ----

    /** Takes step t, and the next record to its ELBO's moments. */
    void step(int t) {
        prepare(t);
        int which = path() ? 1 : 0;
        Program program = steps[which];
        if (program == null) {
            program = bind(this::record);
            steps[which] = program;
        }
        program.run();
        ran();
    }

    /** Brings to the device what step t needs. */
    void prepare(int t) {
        if (known == 0) {
            tell(t);
        }
        joint.atStep(t);
    }

    /** Records the step that was prepared, whichever it is, as long as {@link #path} is what it is now. */
    void record(Recorder to) {
        recordGradient(to);
        recordFollow(to);
        to.run(new MathOps.Average(parameters, column(WEIGHT), q.parameterBuffer(), average.parameterBuffer()));
        joint.recordEndOfStep(to);
        counter.recordAdvance(to);
    }

    /** The step that was prepared has run. */
    void ran() {
        since++;
        slot++;
        known--;
        estimator.ran(1);
    }

    /** The moments of the ELBO since {@link #restartRecords}, [{@link #AHEAD}][3]. */
    Buffer moments() {
        return moments;
    }

    /** The next step's moments are the first record; after that there is room for {@link #AHEAD}. */
    void restartRecords() {
        slot = 0;
        known = 0;
    }

    /** The average begins anew, with the parameters after step t. */
    void restartAverage(int t) {
        device.run(new MathOps.Fill(parameters, 0f, average.parameterBuffer()));
        averageStart = t;
        known = 0;
    }

    /** From now on with a lower rate, if the optimizer lowers it, and with the gradient that suits a q near the posterior. */
    void nextPhase() {
        phase++;
        known = 0;
    }

    /**
     * Goes on from other parameters. The optimizer's moments start from zero again, since they hold gradients of
     * another place.
     */
    void moveTo(float[] phi) {
        q.parameterBuffer().write(0, phi, 0, parameters);
        q.update();
        since = 0;
        known = 0;
        for (Buffer buffer : rule.moments()) {
            device.run(new MathOps.Fill(parameters, 0f, buffer));
        }
    }

    /** Whether the gradient is without the score term. */
    boolean path() {
        return gradient == Gradient.PATH || (gradient == Gradient.AUTO && phase > 0);
    }

    private Program bind(Consumer<Recorder> body) {
        Recorder recorder = new Recorder(workspace);
        body.accept(recorder);
        Program program = recorder.bind();
        opened.add(program::close);
        return program;
    }

    private void recordGradient(Recorder to) {
        estimator.record(to, key, counter.step(), path(), moments, counter.slot(), column(RUNNING));
    }

    private void recordFollow(Recorder to) {
        List<Scalar> scalars = new ArrayList<>();
        for (int i = 0; i < rule.scalars(); i++) {
            scalars.add(column(RULE + i));
        }
        rule.record(to, estimator.gradient(), coordinates.scale(), q.parameterBuffer(), scalars);
        q.update(to);
    }

    /** Of the table, in the row of the step's record. */
    private Scalar column(int column) {
        Index row = counter.slot().by(RULE + rule.scalars());
        return Scalar.lookedUp(table, row.plus(column));
    }

    /** Brings to the device what the steps from t on need. */
    private void tell(int t) {
        int width = RULE + rule.scalars();
        slot %= AHEAD;
        known = AHEAD - slot;
        for (int k = 0; k < known; k++) {
            int at = (slot + k) * width;
            tableOnHost[at + WEIGHT] = 1f / (t + k + 1 - averageStart);
            tableOnHost[at + RUNNING] = estimator.runningRate(k + 1);
            rule.scalars(t + k, since + k + 1, phase, row);
            System.arraycopy(row, 0, tableOnHost, at + RULE, row.length);
        }
        table.write(0, tableOnHost, 0, tableOnHost.length);
        counter.set(t, slot);
    }

    // ---- what went wrong ----

    /**
     * Takes step t alone, the ELBO's moments going to the first record, and says in words what was not finite; null if all
     * was.
     *
     * @return of the gradient, of the ELBO, or of the parameters that follow
     */
    @Nullable
    String replay(int t, List<String> names) {
        gradientAt(t);
        String what = nonFiniteGradient(names);
        if (what != null) {
            return what;
        }
        double[] elbo = new double[1];
        moments.read(0, elbo, 0, 1);
        if (!Double.isFinite(elbo[0])) {
            return NO_ELBO;
        }
        Recorder.run(workspace, this::recordFollow);
        since++;
        estimator.ran(1);
        return nonFinite("", q.parameterBuffer(), names);
    }

    /** The gradient at step t, and the ELBO's moments in the first record. */
    void gradientAt(int t) {
        restartRecords();
        tell(t);
        joint.atStep(t);
        Recorder.run(workspace, to -> {
            recordGradient(to);
            joint.recordEndOfStep(to);
        });
        known = 0;
    }

    /** What is not finite in the latest gradient, in words; null if all is finite. */
    @Nullable
    String nonFiniteGradient(List<String> names) {
        return nonFinite("the gradient of ", estimator.gradient(), names);
    }

    /** The parameter of largest magnitude, and its value. */
    String describeLargest(float[] values, List<String> names) {
        int largest = 0;
        for (int p = 1; p < values.length; p++) {
            largest = Math.abs(values[p]) > Math.abs(values[largest]) ? p : largest;
        }
        return q.describe(largest, names) + " with " + values[largest];
    }

    private @Nullable String nonFinite(String prefix, Buffer buffer, List<String> names) {
        device.run(new MathOps.FirstNonFinite(parameters, buffer, found));
        found.read(0, foundOnHost, 0, 1);
        if (foundOnHost[0] < 0) {
            return null;
        }
        float[] value = new float[1];
        buffer.read(foundOnHost[0], value, 0, 1);
        return prefix + q.describe(foundOnHost[0], names) + " is " + value[0];
    }

    // ---- what a step changes ----

    /** All that a step changes but the average, on the host. */
    static final class Snapshot {
        final float[] phi;
        private final List<float[]> moments = new ArrayList<>();
        private int phase;
        private int since;
        private GradientEstimator.State estimator = GradientEstimator.State.NONE;

        private Snapshot(int parameters, int moments) {
            phi = new float[parameters];
            for (int i = 0; i < moments; i++) {
                this.moments.add(new float[parameters]);
            }
        }

        boolean isFinite() {
            for (float value : phi) {
                if (!Float.isFinite(value)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Adds all that a step changes, the average too. */
    void hash(StateHash to) {
        GradientEstimator.State baseline = estimator.state();
        to.add(averageStart);
        to.add(phase);
        to.add(since);
        to.add(baseline.steps());
        to.add(q.parameterBuffer());
        rule.moments().forEach(to::add);
        to.add(average.parameterBuffer());
        to.add(baseline.running());
    }

    /** Room for the state. */
    Snapshot newSnapshot() {
        return new Snapshot(parameters, rule.moments().size());
    }

    /** Keeps the state before the next step. */
    void save(Snapshot snapshot) {
        q.parameterBuffer().read(0, snapshot.phi, 0, parameters);
        for (int i = 0; i < snapshot.moments.size(); i++) {
            rule.moments().get(i).read(0, snapshot.moments.get(i), 0, parameters);
        }
        snapshot.phase = phase;
        snapshot.since = since;
        snapshot.estimator = estimator.state();
    }

    /** Goes back. */
    void restore(Snapshot snapshot) {
        q.parameterBuffer().write(0, snapshot.phi, 0, parameters);
        q.update();
        for (int i = 0; i < snapshot.moments.size(); i++) {
            rule.moments().get(i).write(0, snapshot.moments.get(i), 0, parameters);
        }
        phase = snapshot.phase;
        since = snapshot.since;
        estimator.restore(snapshot.estimator);
        known = 0;
    }

    @Override
    public void close() {
        opened.close();
    }
}

package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.device.internal.Interrupts;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Steps of an {@link Optimizer} up the gradient of a density at a point, of all rows or of minibatches: gradient descent, and
 * stochastic gradient descent (Robbins and Monro 1951). Beside the point goes a mean of the points so far, in which the noise of
 * minibatches is averaged out. It belongs to one thread.
 */
public final class PointAscent implements AutoCloseable {
    /** Records of log p are kept of so many steps. */
    private static final int SHOWN = 1000;

    private final LogJoint joint;
    private final int dimensions;
    private final Resources own;
    private final Workspace workspace;
    private final Optimizer.Rule rule;
    private final Buffer z; // [D]
    private final Buffer mean; // [D]
    private final Buffer gradient; // [D]
    private final Buffer logP; // [1]
    private final Buffer table; // the rule's scalars, and the weight of a step in the mean
    private final double[] row; // of the rule
    private final double[] scalars;
    private final double[] value = new double[1];
    private final float[] floats;
    private final List<TracePoint> trace = new ArrayList<>();
    private @Nullable Program step;

    /**
     * At no point yet.
     *
     * @param joint all rows, or minibatches; the caller closes it
     */
    public PointAscent(Device device, LogJoint joint, Optimizer optimizer) {
        this.joint = joint;
        dimensions = joint.dimensions();
        floats = new float[dimensions];
        own = new Resources(device);
        try {
            workspace = new Workspace(device);
            own.add(workspace::close);
            z = own.allocate(dimensions);
            mean = own.allocate(dimensions);
            gradient = own.allocate(dimensions);
            logP = own.allocate(ElementType.FLOAT64, 1);
            rule = optimizer.open(own, dimensions);
            row = new double[rule.scalars()];
            scalars = new double[row.length + 1];
            table = own.allocate(ElementType.FLOAT64, scalars.length);
        } catch (RuntimeException e) {
            own.close();
            throw e;
        }
    }

    /** Goes to a point, [D], where steps begin. */
    public void begin(double[] from) {
        for (int d = 0; d < dimensions; d++) {
            floats[d] = (float) from[d];
        }
        z.write(0, floats, 0, dimensions);
        mean.write(0, floats, 0, dimensions);
    }

    /**
     * Takes a step; nothing waits for it.
     *
     * @param t its number from 0, in turn
     * @param phase by which the optimizer lowers its rate
     * @param share of the point that it comes to in the mean: {@code mean ← mean + share·(point − mean)}
     */
    public void step(int t, int phase, double share) {
        if (step == null) {
            step = record();
        }
        joint.atStep(t);
        rule.scalars(t, t + 1, phase, row);
        System.arraycopy(row, 0, scalars, 0, row.length);
        scalars[row.length] = share;
        table.write(0, scalars, 0, scalars.length);
        step.run();
    }

    /** log p where the latest step began, of its own rows. */
    public double logP() {
        logP.read(0, value, 0, 1);
        return value[0];
    }

    /** The mean of the points, [D]. */
    public float[] mean() {
        float[] end = new float[dimensions];
        mean.read(0, end, 0, dimensions);
        return end;
    }

    /** log p of some of the steps of {@link #run}, of their own rows. */
    List<TracePoint> trace() {
        return trace;
    }

    /**
     * Takes so many steps from a point. The end is the mean over the second half of them (Polyak and Juditsky 1992), whatever it is.
     */
    double[] run(double[] from, int steps, BooleanSupplier cancelled) {
        begin(from);
        int stride = Math.max(1, steps / SHOWN);
        int half = steps / 2;
        for (int t = 0; t < steps && !cancelled.getAsBoolean(); t++) {
            Interrupts.check();
            step(t, 0, t < half ? 1 : 1.0 / (t - half + 1)); // until half of the way, the latest alone
            if (t % stride == 0 || t == steps - 1) {
                trace.add(new TracePoint(t + 1, logP(), 0));
            }
        }
        float[] at = mean();
        double[] end = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            end[d] = at[d];
        }
        return end;
    }

    private Program record() {
        Recorder to = new Recorder(workspace);
        joint.record(to, DrawBlock.of(1, 1, dimensions), z, logP, gradient);
        List<Scalar> recorded = new ArrayList<>();
        for (int i = 0; i < rule.scalars(); i++) {
            recorded.add(Scalar.lookedUp(table, Index.of(i)));
        }
        rule.record(to, gradient, null, z, recorded);
        to.run(new MathOps.Average(dimensions, Scalar.lookedUp(table, Index.of(rule.scalars())), z, mean));
        joint.recordEndOfStep(to);
        Program bound = to.bind();
        own.add(bound::close);
        return bound;
    }

    @Override
    public void close() {
        own.close();
    }
}

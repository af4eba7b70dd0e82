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

/**
 * Steps of an {@link Optimizer} up the gradient of a density at a point, of all rows or of minibatches: gradient descent, and
 * stochastic gradient descent (Robbins and Monro 1951). The end is the mean over the second half of the steps (Polyak and Juditsky
 * 1992), in which the noise of minibatches is averaged out.
 */
final class PointAscent implements AutoCloseable {
    /** Records of log p are kept of so many steps. */
    private static final int SHOWN = 1000;

    private final LogJoint joint;
    private final int dimensions;
    private final BooleanSupplier cancelled;
    private final Resources own;
    private final Workspace workspace;
    private final Optimizer.Rule rule;
    private final Buffer z; // [D]
    private final Buffer mean; // [D]
    private final Buffer gradient; // [D]
    private final Buffer logP; // [1]
    private final Buffer table; // the rule's scalars, and the weight of a step in the mean
    private final List<TracePoint> trace = new ArrayList<>();

    /** @param joint all rows, or minibatches; the caller closes it */
    PointAscent(Device device, LogJoint joint, Optimizer optimizer, BooleanSupplier cancelled) {
        this.joint = joint;
        this.cancelled = cancelled;
        dimensions = joint.dimensions();
        own = new Resources(device);
        try {
            workspace = new Workspace(device);
            own.add(workspace::close);
            z = own.allocate(dimensions);
            mean = own.allocate(dimensions);
            gradient = own.allocate(dimensions);
            logP = own.allocate(ElementType.FLOAT64, 1);
            rule = optimizer.open(own, dimensions);
            table = own.allocate(ElementType.FLOAT64, rule.scalars() + 1L);
        } catch (RuntimeException e) {
            own.close();
            throw e;
        }
    }

    /** log p of some of the steps, of their own rows. */
    List<TracePoint> trace() {
        return trace;
    }

    /** Takes so many steps; returns the end, whatever it is. */
    double[] run(double[] from, int steps) {
        float[] floats = new float[dimensions];
        for (int d = 0; d < dimensions; d++) {
            floats[d] = (float) from[d];
        }
        z.write(0, floats, 0, dimensions);
        double[] row = new double[rule.scalars()];
        double[] scalars = new double[row.length + 1];
        double[] value = new double[1];
        int stride = Math.max(1, steps / SHOWN);
        int half = steps / 2;
        try (Program step = record()) {
            for (int t = 0; t < steps && !cancelled.getAsBoolean(); t++) {
                Interrupts.check();
                joint.atStep(t);
                rule.scalars(t, t + 1, 0, row);
                System.arraycopy(row, 0, scalars, 0, row.length);
                scalars[row.length] = t < half ? 1 : 1.0 / (t - half + 1); // until half of the way, the latest alone
                table.write(0, scalars, 0, scalars.length);
                step.run();
                if (t % stride == 0 || t == steps - 1) {
                    logP.read(0, value, 0, 1);
                    trace.add(new TracePoint(t + 1, value[0], 0));
                }
            }
        }
        mean.read(0, floats, 0, dimensions);
        double[] end = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            end[d] = floats[d];
        }
        return end;
    }

    private Program record() {
        Recorder to = new Recorder(workspace);
        joint.record(to, DrawBlock.of(1, 1, dimensions), z, logP, gradient);
        List<Scalar> scalars = new ArrayList<>();
        for (int i = 0; i < rule.scalars(); i++) {
            scalars.add(Scalar.lookedUp(table, Index.of(i)));
        }
        rule.record(to, gradient, null, z, scalars);
        to.run(new MathOps.Average(dimensions, Scalar.lookedUp(table, Index.of(rule.scalars())), z, mean));
        joint.recordEndOfStep(to);
        return to.bind();
    }

    @Override
    public void close() {
        own.close();
    }
}

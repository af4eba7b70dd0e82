package io.github.elbo4j.factors;

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
import io.github.elbo4j.infer.Adam;
import io.github.elbo4j.infer.Optimizer;
import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Steps of Adam up a stochastic objective of points. The rate is lowered after half and after three quarters of the steps, and the end is the mean over
 * the last quarter (Polyak and Juditsky 1992), in which the noise of draws and minibatches is averaged out.
 */
final class Training implements AutoCloseable {
    /** The trace has so many points, each the mean of the steps since the last. */
    private static final int POINTS = 200;

    private static final double DECAY = 0.3;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;

    private final LogJoint objective;
    private final int dimensions;
    private final double perRow;
    private final Resources own;
    private final Workspace workspace;
    private final Optimizer.Rule rule;
    private final Buffer z; // [D]
    private final Buffer mean; // [D]
    private final Buffer gradient; // [D]
    private final Buffer logP; // [1]
    private final Buffer table; // the rule's scalars, and the weight of a step in the mean

    /**
     * Where it ended.
     *
     * @param status STEP_LIMIT, INTERRUPTED or DIVERGED: then the weights are those of the last point of the trace
     * @param trace the objective of a row, with the standard error of the mean over the steps of a point
     */
    record End(Status status, int steps, double[] weights, List<TracePoint> trace) {}

    /**
     * Of an objective.
     *
     * @param objective of minibatches; the caller closes it
     * @param rows N, which the objective is the sum over
     */
    Training(Device device, LogJoint objective, int rows, double rate) {
        this.objective = objective;
        this.perRow = 1.0 / rows;
        dimensions = objective.dimensions();
        own = new Resources(device);
        try {
            workspace = new Workspace(device);
            own.add(workspace::close);
            z = own.allocate(dimensions);
            mean = own.allocate(dimensions);
            gradient = own.allocate(dimensions);
            logP = own.allocate(ElementType.FLOAT64, 1);
            rule = new Adam(rate, DECAY, BETA1, BETA2).open(own, dimensions);
            table = own.allocate(ElementType.FLOAT64, rule.scalars() + 1L);
        } catch (RuntimeException e) {
            own.close();
            throw e;
        }
    }

    End run(double[] start, int steps, BooleanSupplier cancelled, Progress.Listener listener) {
        float[] best = new float[dimensions];
        for (int d = 0; d < dimensions; d++) {
            best[d] = (float) start[d];
        }
        z.write(0, best, 0, dimensions);
        double[] row = new double[rule.scalars()];
        double[] scalars = new double[row.length + 1];
        double[] value = new double[1];
        int stride = Math.max(1, steps / POINTS);
        int last = steps - steps / 4;
        double[] sums = new double[2];
        int summed = 0;
        List<TracePoint> trace = new ArrayList<>();
        try (Program step = record()) {
            for (int t = 0; t < steps; t++) {
                if (cancelled.getAsBoolean()) {
                    return new End(Status.INTERRUPTED, t, doubles(best), trace);
                }
                objective.atStep(t);
                rule.scalars(t, t + 1, t < steps / 2 ? 0 : t < last ? 1 : 2, row);
                System.arraycopy(row, 0, scalars, 0, row.length);
                scalars[row.length] = t < last ? 1 : 1.0 / (t - last + 1); // before it, the latest alone
                table.write(0, scalars, 0, scalars.length);
                step.run();
                logP.read(0, value, 0, 1);
                double each = value[0] * perRow;
                sums[0] += each;
                sums[1] += each * each;
                summed++;
                if (summed == stride || t == steps - 1) {
                    TracePoint point = point(t + 1, sums, summed);
                    float[] now = new float[dimensions];
                    mean.read(0, now, 0, dimensions);
                    if (!Double.isFinite(point.elbo()) || !finite(now)) {
                        return new End(Status.DIVERGED, t + 1, doubles(best), trace);
                    }
                    best = now;
                    trace.add(point);
                    listener.progress(
                            new Progress(point.step(), steps, point.elbo(), point.standardError(), Double.NaN));
                    sums = new double[2];
                    summed = 0;
                }
            }
        }
        return new End(Status.STEP_LIMIT, steps, doubles(best), trace);
    }

    private static TracePoint point(int step, double[] sums, int n) {
        double mean = sums[0] / n;
        double variance = Math.max(0, sums[1] / n - mean * mean) * n / (n - 1.0); // NaN of one
        return new TracePoint(step, mean, StrictMath.sqrt(variance / n));
    }

    private static boolean finite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    private Program record() {
        Recorder to = new Recorder(workspace);
        objective.record(to, DrawBlock.of(1, 1, dimensions), z, logP, gradient);
        List<Scalar> scalars = new ArrayList<>();
        for (int i = 0; i < rule.scalars(); i++) {
            scalars.add(Scalar.lookedUp(table, Index.of(i)));
        }
        rule.record(to, gradient, null, z, scalars);
        to.run(new MathOps.Average(dimensions, Scalar.lookedUp(table, Index.of(rule.scalars())), z, mean));
        objective.recordEndOfStep(to);
        return to.bind();
    }

    @Override
    public void close() {
        own.close();
    }
}

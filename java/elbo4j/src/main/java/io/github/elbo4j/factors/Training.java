package io.github.elbo4j.factors;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.Adam;
import io.github.elbo4j.infer.PointAscent;
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

    private final double perRow;
    private final PointAscent ascent;

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
        this.perRow = 1.0 / rows;
        ascent = new PointAscent(device, objective, new Adam(rate, DECAY, BETA1, BETA2));
    }

    End run(double[] start, int steps, BooleanSupplier cancelled, Progress.Listener listener) {
        ascent.begin(start);
        float[] best = ascent.mean();
        int stride = Math.max(1, steps / POINTS);
        int last = steps - steps / 4;
        double[] sums = new double[2];
        int summed = 0;
        List<TracePoint> trace = new ArrayList<>();
        for (int t = 0; t < steps; t++) {
            if (cancelled.getAsBoolean()) {
                return new End(Status.INTERRUPTED, t, doubles(best), trace);
            }
            // Before the last quarter the latest alone.
            ascent.step(t, t < steps / 2 ? 0 : t < last ? 1 : 2, t < last ? 1 : 1.0 / (t - last + 1));
            double each = ascent.logP() * perRow;
            sums[0] += each;
            sums[1] += each * each;
            summed++;
            if (summed == stride || t == steps - 1) {
                TracePoint point = point(t + 1, sums, summed);
                float[] now = ascent.mean();
                if (!Double.isFinite(point.elbo()) || !finite(now)) {
                    return new End(Status.DIVERGED, t + 1, doubles(best), trace);
                }
                best = now;
                trace.add(point);
                listener.progress(new Progress(point.step(), steps, point.elbo(), point.standardError(), Double.NaN));
                sums = new double[2];
                summed = 0;
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

    @Override
    public void close() {
        ascent.close();
    }
}

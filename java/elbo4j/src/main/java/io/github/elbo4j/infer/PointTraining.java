package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Steps of {@link Adam} up a stochastic objective of points, such as the bound of networks. The rate is lowered after half and after three quarters of the steps, and the end is the mean over
 * the last quarter (Polyak and Juditsky 1992), in which the noise of draws and minibatches is averaged out.
 */
public final class PointTraining implements AutoCloseable {
    /** The trace has so many points, each the mean of the steps since the last. */
    private static final int POINTS = 200;

    /** Nats a row from one eighth of the steps to the next: less than that is settled. */
    private static final double RISE = 0.02;

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
    public record End(Status status, int steps, double[] weights, List<TracePoint> trace) {
        /**
         * By how much the objective of a row rose from the last eighth of the steps but one to the last: NaN if the steps are too few to
         * tell.
         */
        public Estimate rise() {
            int n = trace.size() / 8;
            if (n < 2) {
                return new Estimate(Double.NaN, Double.NaN, 0);
            }
            Estimate last = level(trace.subList(trace.size() - n, trace.size()));
            Estimate before = level(trace.subList(trace.size() - 2 * n, trace.size() - n));
            return new Estimate(
                    last.value() - before.value(),
                    StrictMath.sqrt(last.standardError() * last.standardError()
                            + before.standardError() * before.standardError()),
                    2L * n);
        }

        /** CONVERGED if all steps were taken and the objective no longer rose beyond its noise and {@value #RISE} nats a row. */
        public Status judged() {
            if (status != Status.STEP_LIMIT) {
                return status;
            }
            Estimate rise = rise();
            boolean settled =
                    rise.value() <= Math.max(RISE, 2 * rise.standardError()); // too few steps to tell are too few
            return settled ? Status.CONVERGED : Status.STEP_LIMIT;
        }

        /** Why it ended, in a clause. */
        public String message() {
            return switch (judged()) {
                case CONVERGED -> "all steps were taken, and the objective no longer rose";
                case STEP_LIMIT -> "all steps were taken, and the objective may still rise";
                case INTERRUPTED -> "it was stopped";
                default -> "the objective was not finite";
            };
        }

        /** The mean, with its error from the spread of the points. */
        private static Estimate level(List<TracePoint> points) {
            double sum = 0;
            double squares = 0;
            for (TracePoint point : points) {
                sum += point.elbo();
            }
            double mean = sum / points.size();
            for (TracePoint point : points) {
                squares += (point.elbo() - mean) * (point.elbo() - mean);
            }
            return new Estimate(mean, StrictMath.sqrt(squares / (points.size() - 1) / points.size()), points.size());
        }
    }

    /**
     * Of an objective.
     *
     * @param objective of minibatches; the caller closes it
     * @param rows N, which the objective is the sum over
     */
    public PointTraining(Device device, LogJoint objective, int rows, double rate) {
        this.perRow = 1.0 / rows;
        ascent = new PointAscent(device, objective, new Adam(rate, DECAY, BETA1, BETA2));
    }

    /**
     * Takes the steps.
     *
     * @param start [D]
     * @param cancelled asked at each step; once it returns true, training ends with the latest state
     * @param listener told of each point of the trace
     */
    public End run(double[] start, int steps, BooleanSupplier cancelled, Progress.Listener listener) {
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

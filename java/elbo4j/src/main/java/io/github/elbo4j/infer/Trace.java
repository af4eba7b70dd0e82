package io.github.elbo4j.infer;

import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.estimate.Estimate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The ELBO estimates of all steps of a run, on the host. */
final class Trace {
    private static final int SHOWN = 2000;
    private static final int RECENT = 100;

    private final int draws;
    private final boolean independent; // else a step's draws do not tell the error of their mean
    private double[] elbo = new double[1024];
    private double[] standardError = new double[1024];
    private int steps;

    /** @param points how the draws of a step stand to each other */
    Trace(int draws, PointSet points) {
        this.draws = draws;
        this.independent = points == PointSet.INDEPENDENT;
    }

    void add(double value, double error) {
        if (steps == elbo.length) {
            elbo = Arrays.copyOf(elbo, 2 * steps);
            standardError = Arrays.copyOf(standardError, 2 * steps);
        }
        elbo[steps] = value;
        standardError[steps] = independent ? error : Double.NaN;
        steps++;
    }

    int steps() {
        return steps;
    }

    /** The mean of the latest steps, with the error that their scatter shows; NaN before the first. */
    Estimate recent() {
        int count = Math.min(RECENT, steps);
        if (count == 0) {
            return new Estimate(Double.NaN, Double.NaN, 0);
        }
        double sum = 0;
        for (int i = steps - count; i < steps; i++) {
            sum += elbo[i];
        }
        double mean = sum / count;
        double squares = 0;
        for (int i = steps - count; i < steps; i++) {
            squares += (elbo[i] - mean) * (elbo[i] - mean);
        }
        double error = count == 1 ? standardError[steps - 1] : Math.sqrt(squares / (count - 1) / count);
        return new Estimate(mean, error, (long) count * draws);
    }

    /** Every n-th step, the first and the last among them, n the least that leaves about 2000. */
    List<TracePoint> points() {
        int stride = Math.max(1, (steps + SHOWN - 1) / SHOWN);
        List<TracePoint> points = new ArrayList<>(SHOWN + 1);
        for (int i = 0; i < steps; i += stride) {
            points.add(new TracePoint(i + 1, elbo[i], standardError[i]));
        }
        if (steps > 0 && (steps - 1) % stride != 0) {
            points.add(new TracePoint(steps, elbo[steps - 1], standardError[steps - 1]));
        }
        return points;
    }
}

package io.github.elbo4j.conjugate;

import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Sweeps of coordinate ascent: what they raise never falls, and they end where they move nothing any more. */
final class Sweeps {
    /** Points of a trace, at most. */
    private static final int SHOWN = 2000;

    private final CaviSettings settings;
    private final String raised; // what the sweeps raise, in words
    private final List<TracePoint> all = new ArrayList<>();
    private double[] mean = {};
    private double[] sd = {};
    private Status status = Status.STEP_LIMIT;
    private String message = "";

    Sweeps(CaviSettings settings, String raised) {
        this.settings = settings;
        this.raised = raised;
    }

    /**
     * Takes what a sweep reached.
     *
     * @param bound what it raised
     * @param rounding by how much rounding may lower it
     * @param newMean of all that the sweep moved; kept
     * @param newSd likewise
     * @return whether another sweep is to follow
     * @throws IllegalStateException if the bound is not finite, or has fallen beyond rounding
     */
    boolean goesOn(double bound, double rounding, double[] newMean, double[] newSd) {
        int sweep = all.size() + 1;
        double before = all.isEmpty()
                ? Double.NEGATIVE_INFINITY
                : all.get(all.size() - 1).elbo();
        if (!(bound >= before - rounding) || bound == Double.POSITIVE_INFINITY) {
            throw new IllegalStateException(String.format(
                    Locale.ROOT,
                    "sweep %d took %s from %.17g to %.17g, but it cannot fall by more than rounding, %.2g: the data"
                            + " leave too few digits (centre and scale them), or an update is wrong",
                    sweep,
                    raised,
                    before,
                    bound,
                    rounding));
        }
        all.add(new TracePoint(sweep, bound, 0));
        double moved = moved(newMean, newSd);
        mean = newMean;
        sd = newSd;
        if (moved <= settings.tolerance()) {
            status = Status.CONVERGED;
            message = String.format(
                    Locale.ROOT,
                    "sweep %d moved no mean by more than %.1g of its standard deviation and raised %s by %.2g nats",
                    sweep,
                    settings.tolerance(),
                    raised,
                    Math.max(0, bound - before));
            return false;
        }
        if (Thread.currentThread().isInterrupted() || settings.cancelled().getAsBoolean()) {
            status = Status.INTERRUPTED;
            message = "interrupted after sweep " + sweep;
            return false;
        }
        message = String.format(
                Locale.ROOT,
                "stopped at the limit of %d sweeps; the last moved a mean or a standard deviation by %.2g of the standard"
                        + " deviation",
                sweep,
                moved);
        return sweep < settings.maxSweeps();
    }

    /** A sweep was interrupted; what the one before it reached is the result. */
    void interrupted() {
        status = Status.INTERRUPTED;
        message = "interrupted in sweep " + (all.size() + 1) + "; this is what the one before it reached";
    }

    private double moved(double[] newMean, double[] newSd) {
        double moved = mean.length == 0 ? Double.POSITIVE_INFINITY : 0;
        for (int i = 0; i < mean.length; i++) {
            moved = Math.max(moved, Math.abs(newMean[i] - mean[i]) / newSd[i]);
            moved = Math.max(moved, Math.abs(newSd[i] / sd[i] - 1));
        }
        return moved;
    }

    int sweeps() {
        return all.size();
    }

    /** What the last sweep reached. */
    double bound() {
        return all.get(all.size() - 1).elbo();
    }

    Status status() {
        return status;
    }

    /** Why it ended, in a clause. */
    String message() {
        return message;
    }

    /** Every n-th sweep, the first and the last among them, n the least that leaves about 2000. */
    List<TracePoint> trace() {
        int stride = (all.size() + SHOWN - 1) / SHOWN;
        List<TracePoint> shown = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (i % stride == 0 || i == all.size() - 1) {
                shown.add(all.get(i));
            }
        }
        return shown;
    }
}

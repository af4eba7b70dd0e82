package io.github.elbo4j.mixture;

import io.github.elbo4j.infer.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs that rise together, each by closed-form steps of which none can fall: EM on the (penalized) likelihood, coordinate ascent on the
 * ELBO. A run ends when what is left to gain, extrapolated from its last two gains (Aitken), is below the tolerance or below
 * rounding.
 */
final class Ascent {
    /** Half an ulp of float32. */
    private static final double EPSILON = 0x1p-24;

    private final Waves waves;
    private final Covariances covariances;
    private final double tolerance;
    private final int mostSweeps;
    private final BooleanSupplier cancelled;
    private final Progress.Listener listener;

    /** Where a run stands. */
    interface State {
        /** As the device takes them. */
        Components components();

        /** What the objective has besides Σ_n log Σ_k r_k(x_n). */
        double beside();

        /**
         * The best state given the responsibilities of this one.
         *
         * @throws Collapse if there is none
         */
        State next(Statistics statistics);

        /** [K]; of a posterior, the means. */
        double[] weights();

        /** Of component k, [D][D]; of a posterior, its mean. */
        double[][] covariance(int k);

        /**
         * How much of a component's covariance is the prior's, from 0 to 1.
         *
         * @param own the component's rows
         */
        double priorShare(int k, double own);
    }

    /** A run that has nowhere to go. */
    static final class Collapse extends RuntimeException {
        private static final long serialVersionUID = 1;

        Collapse(String message) {
            super(message, null, false, false);
        }
    }

    /** A run. */
    static final class Run {
        final int number;
        /** What is looked at next. */
        State state;
        /** What was looked at last; the numbers below are its. */
        State seen;

        double objective = Double.NaN;
        double logDensity = Double.NaN;
        double doubt = Double.NaN;

        @Nullable
        Statistics statistics;

        boolean converged;

        @Nullable
        String failure;

        final List<Double> trace = new ArrayList<>();

        Run(int number, State state) {
            this.number = number;
            this.state = state;
            this.seen = state;
        }

        boolean isOver() {
            return converged || failure != null;
        }
    }

    Ascent(
            Waves waves,
            Covariances covariances,
            double tolerance,
            int mostSweeps,
            BooleanSupplier cancelled,
            Progress.Listener listener) {
        this.waves = waves;
        this.covariances = covariances;
        this.tolerance = tolerance;
        this.mostSweeps = mostSweeps;
        this.cancelled = cancelled;
        this.listener = listener;
    }

    /**
     * Lets runs of as many components rise until each is over, or there are no more sweeps, or it is asked to stop.
     *
     * @return whether it was asked to stop
     * @throws CancellationException if it was interrupted in the first sweep
     */
    boolean rise(List<Run> runs, int components) {
        List<Run> active = new ArrayList<>(runs);
        active.removeIf(Run::isOver);
        Batch batch = new Batch(waves, covariances, active.size(), components);
        try {
            for (int sweep = 1; sweep <= mostSweeps && !active.isEmpty(); sweep++) {
                if (cancelled.getAsBoolean() && sweep > 1) {
                    return true;
                }
                try {
                    batch.run(active.stream().map(run -> run.state.components()).toList());
                } catch (CancellationException e) {
                    if (sweep == 1) {
                        throw e;
                    }
                    return true; // with the sweep before
                }
                for (int r = 0; r < active.size(); r++) {
                    look(active.get(r), batch, r, sweep == mostSweeps);
                }
                tell(runs, sweep);
                if (active.removeIf(Run::isOver) && !active.isEmpty()) {
                    batch.close();
                    batch = new Batch(waves, covariances, active.size(), components);
                }
            }
            return false;
        } finally {
            batch.close();
        }
    }

    private void look(Run run, Batch batch, int r, boolean last) {
        run.seen = run.state;
        run.logDensity = batch.logDensity(r);
        run.doubt = batch.doubt(r);
        run.objective = run.logDensity + run.state.beside();
        run.statistics = batch.statistics(r);
        if (!Double.isFinite(run.objective)) {
            throw new IllegalStateException("the objective is " + run.objective + " after " + run.trace.size()
                    + " steps, which no closed-form step from finite rows gives");
        }
        double rounding = rounding(run);
        int n = run.trace.size();
        double gain = n == 0 ? Double.POSITIVE_INFINITY : run.objective - run.trace.get(n - 1);
        if (gain < -rounding) {
            throw new IllegalStateException(String.format(
                    Locale.ROOT,
                    "the objective fell from %.12g to %.12g in step %d, by %.3g; rounding explains %.3g, and the step cannot",
                    run.trace.get(n - 1),
                    run.objective,
                    n,
                    -gain,
                    rounding));
        }
        double before = n < 2 ? Double.POSITIVE_INFINITY : run.trace.get(n - 1) - run.trace.get(n - 2);
        run.trace.add(run.objective);
        double rate = gain / before;
        double left = rate < 1 ? gain * rate / (1 - rate) : gain;
        run.converged = gain < rounding / 8 || n >= 2 && Math.max(gain, left) < tolerance;
        if (!run.converged && !last) {
            try {
                run.state = run.state.next(run.statistics);
            } catch (Collapse e) {
                run.failure = e.getMessage();
            }
        }
    }

    /**
     * How much two values of an objective may differ for rounding alone. A row's log density is a sum of about D + |log density| whose
     * parts are rounded to float32, independently from row to row; eight standard deviations of their sum.
     */
    private double rounding(Run run) {
        double rows = waves.data().rows();
        double size = waves.data().dimensions() + Math.abs(run.logDensity) / rows;
        return 8 * EPSILON * size * Math.sqrt(rows) + 1e-13 * Math.abs(run.objective);
    }

    private void tell(List<Run> runs, int sweep) {
        double best = runs.stream()
                .mapToDouble(run -> run.objective)
                .filter(Double::isFinite)
                .max()
                .orElse(Double.NaN);
        listener.progress(new Progress(sweep, mostSweeps, best + waves.data().shift(), 0, 0));
    }
}

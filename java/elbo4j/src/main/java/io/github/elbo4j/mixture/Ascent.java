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
 * ELBO. A run ends when what is left to gain, extrapolated from its last gains (Aitken), is below the tolerance, or below what rounding lets
 * see; or when it is far behind one that has ended.
 */
final class Ascent {
    /** Half an ulp of float32. */
    private static final double EPSILON = 0x1p-24;
    /** Nats a row. */
    private static final double FAR = 0.05;
    /** Sweeps whose gain is looked at together where that of one drowns in rounding. */
    private static final int STRETCH = 5;

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
        /** It would not come near one that has ended. */
        boolean behind;

        @Nullable
        String failure;

        final List<Double> trace = new ArrayList<>();

        Run(int number, State state) {
            this.number = number;
            this.state = state;
            this.seen = state;
        }

        boolean isOver() {
            return converged || behind || failure != null;
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
                giveUp(runs);
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

    /**
     * Runs that are far behind the best that has settled, and would not come near it had they ten times as much to gain as their last
     * gains promise.
     */
    private void giveUp(List<Run> runs) {
        double best = runs.stream()
                .filter(run -> run.converged)
                .mapToDouble(run -> run.objective)
                .max()
                .orElse(Double.NEGATIVE_INFINITY);
        for (Run run : runs) {
            boolean enough = !run.isOver() && run.trace.size() > 2 * STRETCH;
            double promised = enough ? 10 * left(run.trace, STRETCH) : Double.POSITIVE_INFINITY;
            run.behind |= run.objective + Math.max(FAR * waves.data().rows(), promised) < best;
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
        run.trace.add(run.objective);
        run.converged = settled(run.trace, rounding);
        if (!run.converged && !last) {
            try {
                run.state = run.state.next(run.statistics);
            } catch (Collapse e) {
                run.failure = e.getMessage();
            }
        }
    }

    /**
     * Whether less than the tolerance is left to gain, extrapolated from the last two gains; where rounding is above the tolerance, from
     * the gains of two stretches of sweeps, to what rounding lets see.
     */
    private boolean settled(List<Double> trace, double rounding) {
        boolean rough = rounding > tolerance;
        int stretch = rough ? STRETCH : 1;
        int n = trace.size() - 1;
        if (n < 2 * stretch) {
            return false;
        }
        return left(trace, stretch) < (rough ? Math.max(tolerance, rounding / 4) : tolerance);
    }

    /** What is left to gain, extrapolated from the gains of the last two stretches of sweeps; the last gain, if that is more. */
    private static double left(List<Double> trace, int stretch) {
        int n = trace.size() - 1;
        double gain = trace.get(n) - trace.get(n - stretch);
        double before = trace.get(n - stretch) - trace.get(n - 2 * stretch);
        if (gain <= 0) {
            return 0;
        }
        double rate = gain / before;
        return rate < 1 ? Math.max(gain, gain * rate / (1 - rate)) : Double.POSITIVE_INFINITY;
    }

    /**
     * How much two values of an objective may differ for rounding alone. Of a row's y_i, a chain whose terms have the size of Σ_j
     * |factor_ij|·σ_j, roundings leave a few times 2^-25 of that, independently from row to row: so the sum over N rows, for which a
     * large multiple of √N is allowed.
     */
    private double rounding(Run run) {
        double rows = waves.data().rows();
        double size = run.state.components().roughness(covariances);
        return 32 * EPSILON * size * Math.sqrt(rows) + 1e-13 * Math.abs(run.objective);
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

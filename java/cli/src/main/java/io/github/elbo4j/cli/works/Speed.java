package io.github.elbo4j.cli.works;

import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long one execution takes, in milliseconds.
 *
 * @param median over all executions
 * @param low of ten executions one is faster
 * @param high of ten executions one is slower
 */
public record Speed(double median, double low, double high, int executions) {
    private static final int MOST = 100_000;
    private static final double NANOS = 1e9;

    /** The share of the time that goes to warm up: the compiler of the JVM takes some seconds on the loops of a step. */
    private static final double WARM = 0.4;

    /**
     * Executes again and again for so long; at least once.
     *
     * @param cancelled asked between executions
     * @return null if it was cancelled before anything was timed
     */
    public static @Nullable Speed of(Execution execution, double seconds, BooleanSupplier cancelled) {
        double[] times = new double[MOST];
        int count = 0;
        long begun = System.nanoTime();
        double last = 0;
        // Warm is what ran for that share, or a second execution of what takes longer.
        while (passed(begun) + last < WARM * seconds && !cancelled.getAsBoolean()) {
            last = time(execution) / 1e3;
        }
        while (count < MOST && (count == 0 || passed(begun) < seconds) && !cancelled.getAsBoolean()) {
            times[count++] = time(execution);
        }
        if (count == 0) {
            return null;
        }
        double[] sorted = Arrays.copyOf(times, count);
        Arrays.sort(sorted);
        return new Speed(at(sorted, 0.5), at(sorted, 0.1), at(sorted, 0.9), count);
    }

    private static double passed(long begun) {
        return (System.nanoTime() - begun) / NANOS;
    }

    private static double time(Execution execution) {
        long start = System.nanoTime();
        execution.step();
        return (System.nanoTime() - start) / 1e6;
    }

    private static double at(double[] sorted, double share) {
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }
}

package io.github.elbo4j.bench;

import io.github.elbo4j.device.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What programs that take turns with a {@link Peer} have in common. */
final class Turns {
    private static final int FEWEST = 15; // executions of a turn

    private Turns() {}

    /** The median time of an execution, in nanoseconds, over so many seconds. */
    static double nanoseconds(Program program, double seconds) {
        List<Long> times = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (times.size() < FEWEST || System.nanoTime() < end) {
            long begun = System.nanoTime();
            program.run();
            times.add(System.nanoTime() - begun);
        }
        return median(times.stream().mapToDouble(t -> t).toArray());
    }

    /** The middle one; of an even number the upper one of two. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** How many times as long the peer took, turn by turn. */
    static double[] ratios(double[] ours, double[] theirs) {
        double[] ratios = new double[ours.length];
        Arrays.setAll(ratios, i -> theirs[i] / ours[i]);
        return ratios;
    }

    /** The median, the least and the greatest. */
    static String words(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT, "%.2f (%.2f to %.2f)", sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
    }
}

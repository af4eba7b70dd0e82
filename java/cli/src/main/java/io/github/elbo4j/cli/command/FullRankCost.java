package io.github.elbo4j.cli.command;

import io.github.elbo4j.report.words.Numbers;

/** What a full-rank fit of D parameters takes, so that it is printed before the fit and does not surprise at its end. */
final class FullRankCost {
    /** Below it a fit takes neither long nor much. */
    private static final int NOTABLE = 500;
    /** Arrays of D² float32 numbers that a fit holds at a time: D = 1001 ended in 80 MiB of heap, and went well in 110. */
    private static final int ARRAYS = 20;
    /** Multiplications a step, in units of draws · D²: D = 1001 took about 0.09 s of one processor for 32 draws. */
    private static final int WORK = 10;
    /** Multiplications that a processor does in about a second. */
    private static final double SPEED = 4e9;

    private FullRankCost() {}

    static boolean isNotable(int parameters) {
        return parameters >= NOTABLE;
    }

    static double bytes(int parameters) {
        return (double) ARRAYS * Float.BYTES * parameters * parameters;
    }

    /** In a sentence, without the end. */
    static String words(int parameters, int draws, long javaBytes) {
        double seconds = WORK * (double) draws * parameters * parameters / SPEED;
        double bytes = bytes(parameters);
        String heap = bytes > (double) javaBytes
                ? ", and Java may take " + memory((double) javaBytes) + " (more with ELBO4J_JAVA_OPTS=-Xmx"
                        + (long) Math.ceil(2 * bytes / 0x1p30) + "g)"
                : "";
        return "a full-rank Gaussian of " + Numbers.grouped(parameters) + " parameters has "
                + Numbers.short3(0.5 * parameters * (parameters + 1.0))
                + " covariances: it takes about " + memory(bytes) + heap + " and on one processor "
                + Numbers.significant(seconds, 2)
                + " s a step besides the model, over hundreds to thousands of steps; --family mean-field takes"
                + " neither";
    }

    private static String memory(double bytes) {
        return bytes < 0x1p30
                ? Numbers.significant(bytes / 0x1p20, 2) + " MiB"
                : Numbers.significant(bytes / 0x1p30, 2) + " GiB";
    }
}

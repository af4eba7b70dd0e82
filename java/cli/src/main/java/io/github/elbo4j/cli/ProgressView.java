package io.github.elbo4j.cli;

import io.github.elbo4j.infer.Progress;
import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** How a fit goes, on the error stream: a bar on a terminal, else a plain line now and then, or nothing at all. */
final class ProgressView implements Progress.Listener, AutoCloseable {
    private static final long LINE_EVERY_NANOS = 5_000_000_000L;
    private static final int BAR = 16;
    /** Eighths of a character, for a bar that moves smoothly. */
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    private final PrintWriter err;
    private final boolean silent;
    private final @Nullable ProgressBar bar;
    private final int columns;
    private volatile @Nullable Progress latest;
    private long lastLine = System.nanoTime();

    /** @param columns the width of the terminal; 0 if it is none */
    ProgressView(PrintWriter err, boolean silent, int columns, int maxSteps) {
        this.err = err;
        this.silent = silent;
        this.columns = columns;
        this.bar = silent || columns == 0
                ? null
                : new ProgressBarBuilder()
                        .setInitialMax(maxSteps)
                        .setUpdateIntervalMillis(100)
                        .setRenderer((state, width) -> render(latest, width))
                        .setConsumer(new DelegatingProgressBarConsumer(this::show, columns - 1))
                        .build();
    }

    @Override
    public void progress(Progress progress) {
        latest = progress;
        if (bar != null) {
            bar.stepTo(progress.step());
        } else if (!silent && System.nanoTime() - lastLine >= LINE_EVERY_NANOS) {
            lastLine = System.nanoTime();
            err.println(words(progress));
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            err.print("\r" + " ".repeat(columns - 1) + "\r"); // the table takes the bar's place
            err.flush();
        }
    }

    /** The bar and the words beside it, no longer than the terminal is wide. */
    static String render(@Nullable Progress progress, int width) {
        if (progress == null) {
            return "starting";
        }
        double done = BAR * Math.min(1, (double) progress.step() / progress.maxSteps());
        int whole = (int) done;
        String bar = "█".repeat(whole);
        if (whole < BAR) {
            bar += EIGHTHS.charAt((int) (8 * (done - whole)));
        }
        String line = bar + " ".repeat(BAR - bar.length()) + "▏" + words(progress);
        return line.length() > width ? line.substring(0, width) : line + " ".repeat(width - line.length());
    }

    private static String words(Progress progress) {
        return "step " + Numbers.grouped(progress.step()) + " of at most " + Numbers.grouped(progress.maxSteps())
                + "  ELBO " + Numbers.withError(progress.elbo(), progress.standardError())
                + "  " + Numbers.short3(progress.drawsPerSecond()) + " draws/s";
    }

    private void show(String line) {
        err.print("\r" + line);
        err.flush();
    }
}

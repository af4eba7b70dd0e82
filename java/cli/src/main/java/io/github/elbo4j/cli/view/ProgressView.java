package io.github.elbo4j.cli.view;

import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.report.words.Numbers;
import java.io.PrintWriter;
import java.util.stream.Stream;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** How a fit goes, on the error stream: a bar on a terminal, else a plain line now and then, or nothing at all. */
public final class ProgressView implements Progress.Listener, AutoCloseable {
    private static final long LINE_EVERY_NANOS = 5_000_000_000L;
    private static final int BAR = 16;
    /** Eighths of a character, for a bar that moves smoothly. */
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    private final PrintWriter err;
    private final boolean silent;
    private final @Nullable ProgressBar bar;
    private final int columns;
    private volatile @Nullable Progress latest;
    private volatile boolean ended;
    private long lastLine = System.nanoTime();

    /**
     * A view.
     *
     * @param columns the width of the terminal; 0 if it is none
     */
    public ProgressView(PrintWriter err, boolean silent, int columns, int maxSteps) {
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
        if (ended) {
            return; // of a further fit, for comparison
        }
        latest = progress;
        if (bar != null) {
            bar.stepTo(progress.step());
        } else if (!silent && System.nanoTime() - lastLine >= LINE_EVERY_NANOS) {
            lastLine = System.nanoTime();
            err.println(words(progress));
        }
    }

    /** A line for the user, also where the view is silent. */
    public void say(String line) {
        // The bar stays where it is, with the ^C behind it, and goes on below.
        err.println(bar == null || ended ? line : "\n" + line);
        err.flush();
    }

    /** Nothing more is shown; the result takes the bar's place. */
    public void end() {
        if (bar != null && !ended) {
            bar.close();
            err.print("\r" + " ".repeat(columns - 1) + "\r");
            err.flush();
        }
        ended = true;
    }

    @Override
    public void close() {
        end();
    }

    /** The bar and the words beside it, or as much of both as the terminal is wide. */
    static String render(@Nullable Progress progress, int width) {
        String line = progress == null
                ? "starting"
                : Stream.of(
                                bar(progress, BAR) + words(progress),
                                bar(progress, BAR / 2) + words(progress),
                                bar(progress, BAR / 2) + steps(progress) + elbo(progress),
                                bar(progress, BAR / 2) + step(progress) + elbo(progress),
                                step(progress) + elbo(progress),
                                elbo(progress).strip())
                        .filter(text -> text.length() <= width)
                        .findFirst()
                        .orElse("");
        return line + " ".repeat(Math.max(0, width - line.length()));
    }

    private static String bar(Progress progress, int length) {
        return bar((double) progress.step() / progress.maxSteps(), length);
    }

    /** A bar of which a share is full. */
    static String bar(double share, int length) {
        double done = length * Math.min(1, share);
        int whole = (int) done;
        String bar = "█".repeat(whole);
        if (whole < length) {
            bar += EIGHTHS.charAt((int) (8 * (done - whole)));
        }
        return bar + " ".repeat(length - bar.length()) + "▏";
    }

    private static String words(Progress progress) {
        return steps(progress) + elbo(progress) + "  " + Numbers.short3(progress.drawsPerSecond()) + " draws/s";
    }

    private static String steps(Progress progress) {
        return step(progress) + " of at most " + Numbers.grouped(progress.maxSteps());
    }

    private static String step(Progress progress) {
        return "step " + Numbers.grouped(progress.step());
    }

    private static String elbo(Progress progress) {
        return "  ELBO " + Numbers.withError(progress.elbo(), progress.standardError());
    }

    private void show(String line) {
        err.print("\r" + line);
        err.flush();
    }
}

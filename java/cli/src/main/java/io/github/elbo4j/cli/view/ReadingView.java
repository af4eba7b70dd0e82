package io.github.elbo4j.cli.view;

import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** How far a file is read, as a bar on a terminal, if that takes more than a moment. Told the bytes that are read. */
public final class ReadingView implements LongConsumer, AutoCloseable {
    private static final long MOMENT_NANOS = 500_000_000L;
    private static final long EVERY_NANOS = 100_000_000L;
    private static final int BAR = 16;
    private static final int LONGEST_NAME = 40;
    private static final double MEGA = 1e6;

    private final PrintWriter err;
    private final IntSupplier terminal;
    private final String file;
    private final long size;
    private long next; // when there is something to show
    private int columns = -1; // of the terminal; not asked yet

    /** @param isSilent whether nothing is ever shown */
    public ReadingView(PrintWriter err, boolean isSilent, Path path) {
        this(err, path, isSilent ? Long.MAX_VALUE : MOMENT_NANOS, Terminal::columns);
    }

    /**
     * A view.
     *
     * @param moment nanoseconds after which the bar is shown
     * @param terminal its width, asked for then; 0 if there is none
     */
    ReadingView(PrintWriter err, Path path, long moment, IntSupplier terminal) {
        this.err = err;
        this.terminal = terminal;
        this.file = Text.cut(Words.plain(String.valueOf(path.getFileName())), LONGEST_NAME);
        this.size = size(path);
        this.next = moment == Long.MAX_VALUE ? moment : System.nanoTime() + moment;
    }

    /** 0 if it is not known, as that of a pipe. */
    private static long size(Path path) {
        try {
            return Files.isRegularFile(path) ? Files.size(path) : 0;
        } catch (IOException e) {
            return 0; // reading it says why
        }
    }

    @Override
    public void accept(long bytes) {
        if (next == Long.MAX_VALUE || System.nanoTime() < next) {
            return;
        }
        columns = columns < 0 ? terminal.getAsInt() : columns;
        next = columns == 0 ? Long.MAX_VALUE : System.nanoTime() + EVERY_NANOS;
        if (columns > 0) {
            err.print("\r" + render(file, bytes, size, columns - 1));
            err.flush();
        }
    }

    /** The bar and the words beside it, or as much of both as the terminal is wide. */
    static String render(String file, long bytes, long size, int width) {
        String read = String.format(Locale.ROOT, "%,.0f MB", bytes / MEGA);
        double share = (double) bytes / size;
        String done = size == 0 ? read : String.format(Locale.ROOT, "%3.0f %%", 100 * Math.min(1, share));
        String all = size == 0 ? "" : String.format(Locale.ROOT, " of %,.0f MB", size / MEGA);
        String line = Stream.of(
                        (size == 0 ? "" : ProgressView.bar(share, BAR)) + "reading " + file + "  " + done + all,
                        (size == 0 ? "" : ProgressView.bar(share, BAR / 2)) + "reading  " + done,
                        done)
                .filter(text -> text.length() <= width)
                .findFirst()
                .orElse("");
        return line + " ".repeat(Math.max(0, width - line.length()));
    }

    /** Nothing more is shown; what follows takes the bar's place. */
    @Override
    public void close() {
        if (columns > 0) {
            err.print("\r" + " ".repeat(columns - 1) + "\r");
            err.flush();
        }
        columns = 0;
        next = Long.MAX_VALUE;
    }
}

package io.github.elbo4j.cli.view;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Whether a stream is a terminal, and how wide: Java gives neither, but every POSIX shell does, the launcher's among them. */
public final class Terminal {
    private static final int USUAL_COLUMNS = 80;
    private static final int LEAST_COLUMNS = 20;
    /** Longer lines are hard to read. */
    private static final int PROSE = 100;

    private Terminal() {}

    /** The width of the terminal behind the error stream; 0 if there is none, or one that cannot move its cursor. */
    public static int columns() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return 0;
        }
        String told = System.getProperty("elbo4j.terminal");
        if (told != null) {
            return columns(told); // by the launcher, which puts a filter between Java and the terminal
        }
        try {
            Process shell = new ProcessBuilder(
                            "sh", "-c", "test -t 2 && { stty size </dev/tty 2>/dev/null || echo 0 0; }")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (InputStream in = shell.getInputStream()) {
                return columns(new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip());
            }
        } catch (IOException e) {
            return 0; // no shell here
        }
    }

    /**
     * The columns of a line of text on standard output: those of the terminal behind it, or of COLUMNS where it is none, and
     * 100 at most.
     */
    public static int width() {
        int columns = columns(System.getProperty("elbo4j.terminal.out", ""));
        String told = System.getenv("COLUMNS");
        if (columns == 0 && told != null) {
            columns = columns("0 " + told);
        }
        return columns == 0 ? PROSE : Math.min(columns, PROSE);
    }

    /** Of {@code rows columns}; nothing at all means that there is no terminal. */
    static int columns(String size) {
        if (size.isEmpty()) {
            return 0;
        }
        String[] parts = size.split(" ", -1);
        boolean known = parts.length == 2 && parts[1].matches("\\d{1,6}");
        int columns = known ? Integer.parseInt(parts[1]) : 0;
        return columns >= LEAST_COLUMNS ? columns : USUAL_COLUMNS;
    }
}

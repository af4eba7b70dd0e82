package io.github.elbo4j.cli.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that the user gave is wrong. The message says what, where, and what to do; the command ends with exit code
 * 2 and shows no stack trace.
 */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> lines;

    public InputException(String message) {
        super(message);
        this.lines = List.of();
    }

    public InputException(String message, Throwable cause) {
        super(message, cause);
        this.lines = List.of();
    }

    /** With lines of program text to be shown below the message as they are. */
    public InputException(String message, List<String> lines, @Nullable Throwable cause) {
        super(message, cause);
        this.lines = List.copyOf(lines);
    }

    /** What to show below the message, line by line. */
    public List<String> lines() {
        return lines;
    }
}

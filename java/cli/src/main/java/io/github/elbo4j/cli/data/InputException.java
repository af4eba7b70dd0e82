package io.github.elbo4j.cli.data;

/**
 * Something that the user gave is wrong. The message says what, where, and what to do; the command ends with exit code
 * 2 and shows no stack trace.
 */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InputException(String message) {
        super(message);
    }

    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}

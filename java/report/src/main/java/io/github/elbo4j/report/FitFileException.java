package io.github.elbo4j.report;

import java.io.IOException;

/** A file that should hold a fit and does not; the message names the file, the field and what is wrong. */
public final class FitFileException extends IOException {
    private static final long serialVersionUID = 1;

    FitFileException(String message) {
        super(message);
    }
}

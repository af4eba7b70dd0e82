package io.github.elbo4j.device.internal;

import java.util.concurrent.CancellationException;

/** Work that may take long checks here, between its parts, whether its thread was interrupted. */
public final class Interrupts {
    private Interrupts() {}

    /**
     * Goes on, unless the calling thread was {@linkplain Thread#interrupt() interrupted}; it stays so.
     *
     * @throws CancellationException if it was
     */
    public static void check() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("interrupted");
        }
    }
}

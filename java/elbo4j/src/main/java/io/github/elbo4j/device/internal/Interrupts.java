package io.github.elbo4j.device.internal;

import java.util.concurrent.CancellationException;

/** Where work that may last looks whether it is still wanted: between the parts that a workspace limit cuts it into. */
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

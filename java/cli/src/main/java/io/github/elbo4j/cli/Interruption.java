package io.github.elbo4j.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Lets Ctrl-C (or a plain kill) end a fit with what it has. While it is open, the request is passed on to the fit, and the
 * process waits until results are written before it goes.
 */
final class Interruption implements BooleanSupplier, AutoCloseable {
    /** Long enough to evaluate and write any fit that a person waits for; then the process goes anyway. */
    private static final int PATIENCE_SECONDS = 60;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stopAndWait, "elbo4j-interruption");
    private volatile boolean requested;

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether the fit was asked to stop. */
    @Override
    public boolean getAsBoolean() {
        return requested;
    }

    /** Results are written, or never will be. */
    @Override
    public void close() {
        finished.countDown();
        if (!requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                requested = true; // the request came in this moment; the hook ends by itself
            }
        }
    }

    private void stopAndWait() {
        requested = true;
        try {
            if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println(
                        "elbo4j: the fit did not stop within " + PATIENCE_SECONDS + " s; nothing was written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

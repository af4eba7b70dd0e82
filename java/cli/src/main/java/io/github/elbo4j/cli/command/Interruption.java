package io.github.elbo4j.cli.command;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Lets Ctrl-C, a plain kill or a lost terminal end the fit of the thread that makes it with the result so far. While it
 * is open, the first request asks the fit to stop after its step, and the second one, or a second later, to stop in the
 * middle of it. Each is answered at once. Only a fit that does not react to them, or a third request, ends the process
 * without results.
 */
final class Interruption implements BooleanSupplier, AutoCloseable {
    /** A request so soon after another counts as the same one: timeout(1) and the launcher signal the process and its group. */
    private static final Duration SAME = Duration.ofMillis(300);
    /** How long a step may take to end by itself. */
    private static final Duration STEP = Duration.ofSeconds(1);
    /** Long enough for the slowest kernel that a user would wait for; then the process ends without results. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration WORD_EVERY = Duration.ofSeconds(10);

    private final Consumer<String> say;
    private final IntConsumer leave;
    private final Thread fit = Thread.currentThread();
    private final CountDownLatch finished = new CountDownLatch(1);
    private final List<Runnable> restore;
    private volatile boolean requested;
    private volatile boolean now;
    private volatile int exitCode;
    private boolean ended;
    private long last;

    /** @param say shows a line to the user */
    Interruption(Consumer<String> say) {
        this(say, code -> Runtime.getRuntime().halt(code));
    }

    /** @param leave ends the process without results */
    Interruption(Consumer<String> say, IntConsumer leave) {
        this.say = say;
        this.leave = leave;
        this.restore = List.of(
                Signals.listen("HUP", () -> heard("HUP", 129)),
                Signals.listen("INT", () -> heard("INT", 130)),
                Signals.listen("TERM", () -> heard("TERM", 143)));
    }

    /** Whether the fit was asked to stop, after the step that it is at. */
    @Override
    public boolean getAsBoolean() {
        return requested;
    }

    /** Whether it was asked to stop at once, with the state before the step that it is at. */
    boolean now() {
        return now;
    }

    /** To be called by the thread of the fit when it has its result, so that no request disturbs the writing. */
    synchronized void fitEnded() {
        ended = true;
        Thread.interrupted();
    }

    /** 128 and the number of the signal, as shells have it; 0 if none came. */
    int exitCode() {
        return exitCode;
    }

    /** Results are written, or never will be. */
    @Override
    public void close() {
        fitEnded();
        finished.countDown();
        restore.forEach(Runnable::run);
    }

    /**
     * A request came.
     *
     * @param code 128 and the signal's number
     */
    synchronized void heard(String signal, int code) {
        long time = System.nanoTime();
        boolean same = requested && time - last < SAME.toNanos();
        last = time;
        if (same) {
            return;
        }
        if (!requested) {
            requested = true;
            exitCode = code;
            say.accept("elbo4j: " + (signal.equals("INT") ? "" : "SIG" + signal + ": ") + "stopping after this step; "
                    + again(signal) + " to stop now");
            Thread clock = new Thread(() -> hurry(code), "elbo4j-interruption");
            clock.setDaemon(true);
            clock.start();
        } else if (!now) {
            stopNow();
            say.accept("elbo4j: stopping now");
        } else {
            leave("stopped in the middle of a step", code);
        }
    }

    private void stopNow() {
        now = true;
        if (!ended) {
            fit.interrupt();
        }
    }

    private static String again(String signal) {
        return signal.equals("INT") ? "Ctrl-C again" : "again";
    }

    /** Does not wait longer for a step that takes long, and prints a line as long as the device is at work. */
    private void hurry(int code) {
        try {
            if (finished.await(STEP.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
            synchronized (this) {
                if (!now) {
                    stopNow();
                    say.accept("elbo4j: the step goes on; stopping in the middle of it");
                }
            }
            for (Duration waited = Duration.ZERO; waited.compareTo(PATIENCE) < 0; waited = waited.plus(WORD_EVERY)) {
                if (finished.await(WORD_EVERY.toNanos(), TimeUnit.NANOSECONDS)) {
                    return;
                }
                say.accept("elbo4j: the device is still at work; once more ends it without results");
            }
            leave("the fit did not stop within " + PATIENCE.toSeconds() + " s", code);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void leave(String why, int code) {
        if (finished.getCount() > 0) {
            say.accept("elbo4j: " + why + "; nothing was written");
            leave.accept(code);
        }
    }
}

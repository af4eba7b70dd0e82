package io.github.elbo4j.scalar;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed pool that runs one {@link Kernel} at a time on all its threads, the caller's among them. Work items are handed
 * out in chunks as threads come for them; since items are independent and sums never cross them, results do not depend
 * on the number of threads. A launch allocates nothing.
 */
public final class Workers implements AutoCloseable {
    /** Below this many elementary steps a launch costs more to share than to do (about 10 µs of work). */
    private static final long WORTH_SHARING = 16_384;
    /** How often a waiting worker looks before it parks: some 20 µs, longer than the gap between two launches. */
    private static final int SPINS = 2_000;
    /** Chunks per thread: enough to even out threads that the machine slows down. */
    private static final int CHUNKS = 8;

    private final Thread[] threads;
    private final Scratch[] scratch;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();

    private volatile int launch;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    private @Nullable Kernel kernel;
    private int items;
    private int chunk;

    public Workers(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("threads is " + count + ", but must be 1 or more");
        }
        scratch = new Scratch[count];
        threads = new Thread[count - 1];
        scratch[count - 1] = new Scratch();
        for (int i = 0; i < threads.length; i++) {
            Scratch own = new Scratch();
            scratch[i] = own;
            threads[i] = new Thread(() -> work(own), "elbo4j-worker-" + (i + 1));
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    /** The number of threads, the caller's included. */
    public int count() {
        return scratch.length;
    }

    /**
     * Runs all work items and returns when they are done.
     *
     * @param cost the elementary steps of all items together, about a nanosecond each
     */
    public synchronized void run(Kernel kernel, int items, long cost) {
        if (closed) {
            throw new IllegalStateException("the device is closed");
        }
        Scratch own = scratch[scratch.length - 1];
        if (threads.length == 0 || items < 2 || cost < WORTH_SHARING) {
            if (items > 0) {
                kernel.run(0, items, own);
            }
            return;
        }
        this.kernel = kernel;
        this.items = items;
        this.chunk = Math.max(1, items / (scratch.length * CHUNKS));
        failure = null;
        next.set(0);
        running.set(threads.length);
        launch++; // volatile: publishes all of the above
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        share(own);
        while (running.get() > 0) {
            Thread.onSpinWait();
        }
        Throwable thrown = failure;
        if (thrown != null) {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) thrown;
        }
    }

    private void work(Scratch own) {
        int seen = 0;
        while (true) {
            for (int spin = 0; launch == seen && !closed; spin++) {
                if (spin < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            if (closed) {
                return;
            }
            seen = launch;
            share(own);
            running.decrementAndGet();
        }
    }

    private void share(Scratch own) {
        Kernel work = java.util.Objects.requireNonNull(kernel);
        try {
            while (true) {
                // An int cannot overflow here: at most one chunk per thread beyond the end.
                int from = next.getAndAdd(chunk);
                if (from >= items || from < 0) {
                    return;
                }
                work.run(from, Math.min(items, from + chunk), own);
            }
        } catch (RuntimeException | Error e) {
            failure = e;
            next.set(items);
        }
    }

    public boolean isClosed() {
        return closed;
    }

    /** Lets the threads end; closing twice is safe. */
    @Override
    public synchronized void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }
}

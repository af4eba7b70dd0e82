package io.github.elbo4j.scalar;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed pool that runs one {@link HostKernel} at a time on all its threads, the caller's among them. Each thread has a part of the
 * work items, the same share of every launch, so that what it wrote in one is in its cache in the next; it takes them in chunks, and then
 * those that others have left. Since items are independent and sums never cross them, results do not depend on the number of threads. A
 * launch allocates nothing.
 */
public final class Workers implements AutoCloseable {
    /** The least steps of plain bodies that are worth sharing: what one processor has written reaches the other slowly. */
    private static final long WORTH_SHARING = 16_384;
    /** How often a waiting thread looks before it sleeps: some 20 µs, longer than the gap between two launches. */
    private static final int SPINS = 2_000;
    /** Chunks per thread: enough to even out threads that the machine slows down. */
    private static final int CHUNKS = 8;
    /** An index that no launch reaches: nothing to take. */
    private static final long NONE = 0x7fffffffL;

    private static final long INDEX = 0xffffffffL;
    /** From one part's number to the next: two lines of the cache, which processors fetch in pairs. */
    private static final int APART = 16;
    /** Nanoseconds that the caller sleeps at a time while a thread that has taken a chunk is suspended by the system. */
    private static final long SHORT = 10_000;

    private final long worthSharing;
    private final Thread[] threads;
    private final WorkerMemory[] memory;
    /** Of each thread's part: the number of the launch in the upper half, the next work item in the lower. */
    private final AtomicLongArray next;
    /** Work items of the launch that are not yet done. */
    private final AtomicInteger pending = new AtomicInteger();

    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    // Written while `next` says NONE, read by a thread that then takes items of the same launch.
    private volatile @Nullable HostKernel kernel;
    private volatile int items;
    private volatile int chunk;

    /** So many threads, the caller's included, for plain bodies. */
    public Workers(int count) {
        this(count, WORTH_SHARING);
    }

    /**
     * So many threads, the caller's included.
     *
     * @param worthSharing the elementary steps below which a launch costs more to share than to do
     */
    public Workers(int count, long worthSharing) {
        if (count < 1) {
            throw new IllegalArgumentException("threads is " + count + ", but must be 1 or more");
        }
        this.worthSharing = worthSharing;
        memory = new WorkerMemory[count];
        next = new AtomicLongArray((count + 1) * APART);
        for (int part = 0; part < count; part++) {
            next.set(at(part), NONE);
        }
        threads = new Thread[count - 1];
        memory[count - 1] = new WorkerMemory();
        for (int i = 0; i < threads.length; i++) {
            WorkerMemory own = new WorkerMemory();
            memory[i] = own;
            int part = i;
            threads[i] = new Thread(() -> work(part, own), "elbo4j-worker-" + (i + 1));
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    /** The number of threads, the caller's included. */
    public int count() {
        return memory.length;
    }

    /**
     * Runs all work items and returns when they are done. It does not wait for a thread that was not woken in time to
     * take any of them.
     *
     * @param cost the elementary steps of all items together, about a nanosecond each
     */
    public synchronized void run(HostKernel kernel, int items, long cost) {
        if (closed) {
            throw new IllegalStateException("the device is closed");
        }
        WorkerMemory own = memory[memory.length - 1];
        if (threads.length == 0 || items < 2 || cost < worthSharing) {
            if (items > 0) {
                kernel.run(0, items, own);
            }
            return;
        }
        long launch = ((next.get(at(0)) >>> 32) + 1) << 32;
        this.kernel = kernel;
        this.items = items;
        this.chunk = Math.max(1, items / (memory.length * CHUNKS));
        failure = null;
        pending.set(items);
        for (int part = 0; part < memory.length; part++) {
            next.set(at(part), launch | first(part, items));
        }
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        share(memory.length - 1, own);
        for (int spin = 0; pending.get() > 0; spin++) {
            if (spin < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(SHORT);
            }
        }
        for (int part = 0; part < memory.length; part++) {
            next.set(at(part), launch | NONE);
        }
        Throwable thrown = failure;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown != null) {
            throw (RuntimeException) thrown;
        }
    }

    private static int at(int part) {
        return (part + 1) * APART;
    }

    /** The first work item of a part. */
    private int first(int part, int all) {
        return (int) ((long) all * part / memory.length);
    }

    private void work(int part, WorkerMemory own) {
        long seen = 0;
        while (true) {
            for (int spin = 0; next.get(at(part)) >>> 32 == seen && !closed; spin++) {
                if (spin < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            if (closed) {
                return;
            }
            seen = next.get(at(part)) >>> 32;
            share(part, own);
        }
    }

    /** Does what is left of the running launch: first the thread's own part, then the parts after it. */
    private void share(int part, WorkerMemory own) {
        for (int i = 0; i < memory.length; i++) {
            take((part + i) % memory.length, own);
        }
    }

    /** Takes chunks of a part until there are none. */
    private void take(int part, WorkerMemory own) {
        while (true) {
            long at = next.get(at(part));
            int from = (int) (at & INDEX);
            int end = first(part + 1, items);
            int size = Math.min(chunk, end - from);
            HostKernel work = kernel;
            // If the exchange succeeds, `at` is still current, and so is all that was read after it.
            if (from >= end || work == null) {
                return;
            }
            if (!next.compareAndSet(at(part), at, at + size)) {
                continue;
            }
            try {
                if (failure == null) {
                    work.run(from, from + size, own);
                }
            } catch (RuntimeException | Error e) {
                failure = e;
            } finally {
                pending.addAndGet(-size);
            }
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

package io.github.elbo4j.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {
    /** Makes a launch worth sharing. */
    private static final long DEAR = Long.MAX_VALUE;

    /** Counts how often each item ran, and sees memory that two threads use at once. */
    private static final class Counting extends HostKernel {
        private final AtomicIntegerArray runs;
        private final Set<WorkerMemory> inUse = ConcurrentHashMap.newKeySet();
        private final AtomicInteger shared = new AtomicInteger();

        Counting(int items) {
            super(items, DEAR);
            runs = new AtomicIntegerArray(items);
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            if (!inUse.add(memory)) {
                shared.incrementAndGet();
            }
            for (int i = from; i < to; i++) {
                runs.incrementAndGet(i);
            }
            inUse.remove(memory);
        }

        void assertEachRan(int times) {
            assertThat(IntStream.range(0, runs.length()).map(runs::get)).allMatch(n -> n == times);
            assertThat(shared).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void everyItemRunsOnce(int threads) {
        Random random = new Random(threads);
        try (Workers workers = new Workers(threads)) {
            assertThat(workers.count()).isEqualTo(threads);
            for (int launch = 0; launch < 3000; launch++) {
                int items = random.nextInt(launch % 10 == 0 ? 3000 : 20);
                Counting kernel = new Counting(items);
                workers.run(kernel, items, launch % 3 == 0 ? 1 : DEAR);
                kernel.assertEachRan(1);
            }
        }
    }

    @Test
    void aLaunchEndsNoSoonerThanItsLastItem() {
        try (Workers workers = new Workers(3)) {
            for (int launch = 0; launch < 60; launch++) {
                Counting kernel = new Counting(3);
                workers.run(
                        new HostKernel(3, DEAR) {
                            @Override
                            protected void run(int from, int to, WorkerMemory memory) {
                                LockSupport.parkNanos(200_000L * (1 + from));
                                kernel.run(from, to, memory);
                            }
                        },
                        3,
                        DEAR);
                kernel.assertEachRan(1);
            }
        }
    }

    @Test
    void whatIsNotWorthSharingIsDoneByTheCallerAtOnce() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        AtomicInteger calls = new AtomicInteger();
        HostKernel kernel = new HostKernel(64, 1000) {
            @Override
            protected void run(int from, int to, WorkerMemory memory) {
                threads.add(Thread.currentThread());
                calls.incrementAndGet();
            }
        };
        try (Workers workers = new Workers(2, 1000)) {
            workers.run(kernel, 64, 999);
            assertThat(calls).hasValue(1);
            assertThat(threads).containsExactly(Thread.currentThread());
            workers.run(kernel, 64, 1000);
            assertThat(calls.get()).isGreaterThan(2); // in chunks
        }
    }

    @Test
    void oneKernelMayBeLaunchedAgainAndAgain() {
        Counting kernel = new Counting(100);
        try (Workers workers = new Workers(3)) {
            for (int launch = 0; launch < 2000; launch++) {
                workers.run(kernel, 100, DEAR);
            }
        }
        kernel.assertEachRan(2000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void whatAKernelThrowsReachesTheCallerAndThePoolGoesOn(int threads) {
        RuntimeException exception = new IllegalArgumentException("index[3] is 9");
        Error error = new OutOfMemoryError("no more");
        try (Workers workers = new Workers(threads)) {
            for (int bad = 0; bad < 40; bad++) {
                for (Throwable thrown : new Throwable[] {exception, error}) {
                    int item = bad;
                    Throwable seen = catchThrowable(() -> workers.run(failing(item, thrown), 40, DEAR));
                    assertThat(seen).isSameAs(thrown);
                    Counting kernel = new Counting(1000);
                    workers.run(kernel, 1000, DEAR);
                    kernel.assertEachRan(1);
                }
            }
        }
    }

    private static HostKernel failing(int bad, Throwable thrown) {
        return new HostKernel(40, DEAR) {
            @Override
            protected void run(int from, int to, WorkerMemory memory) {
                if (from <= bad && bad < to) {
                    if (thrown instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) thrown;
                }
            }
        };
    }

    @Test
    void launchesOfSeveralThreadsTakeTurns() throws InterruptedException {
        AtomicInteger finished = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (Workers workers = new Workers(2)) {
            Thread[] callers = new Thread[4];
            for (int c = 0; c < callers.length; c++) {
                callers[c] = new Thread(() -> {
                    try {
                        for (int launch = 0; launch < 300; launch++) {
                            Counting kernel = new Counting(50);
                            workers.run(kernel, 50, DEAR);
                            kernel.assertEachRan(1);
                        }
                    } catch (Throwable e) {
                        failure.set(e);
                    }
                    finished.incrementAndGet();
                });
                callers[c].start();
            }
            for (Thread caller : callers) {
                caller.join();
            }
        }
        assertThat(failure.get()).isNull();
        assertThat(finished).hasValue(4);
    }

    @Test
    void anInterruptedCallerStillGetsItsWorkDoneAndStaysInterrupted() {
        try (Workers workers = new Workers(2)) {
            Thread.currentThread().interrupt();
            Counting kernel = new Counting(10_000);
            workers.run(kernel, 10_000, DEAR);
            kernel.assertEachRan(1);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void nothingToDoIsNotALaunch() {
        try (Workers workers = new Workers(2)) {
            workers.run(failing(0, new AssertionError("launched")), 0, DEAR);
        }
    }

    @Test
    void closedWorkersRefuseWorkAndTheirThreadsEnd() throws InterruptedException {
        Thread[] before = alive();
        Workers workers = new Workers(4);
        Thread[] own = Arrays.stream(alive())
                .filter(thread -> !Arrays.asList(before).contains(thread))
                .toArray(Thread[]::new);
        assertThat(own).hasSize(3).allMatch(Thread::isDaemon);
        workers.run(new Counting(100), 100, DEAR);
        assertThat(workers.isClosed()).isFalse();
        workers.close();
        workers.close();
        assertThat(workers.isClosed()).isTrue();
        for (Thread thread : own) {
            thread.join(10_000);
            assertThat(thread.isAlive()).isFalse();
        }
        for (int items : new int[] {0, 1, 100}) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> workers.run(new Counting(items), items, DEAR))
                    .withMessageContaining("closed");
        }
    }

    private static Thread[] alive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("elbo4j-worker-"))
                .toArray(Thread[]::new);
    }

    @Test
    void fewerThanOneThreadIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Workers(0))
                .withMessageContainingAll("threads is 0", "1 or more");
    }
}

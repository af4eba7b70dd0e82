package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Independent fits of B problems, side by side: each worker has a thread and a device of its own, and takes the next problem when
 * it is free. A problem has its own stopping and verdict; what it finds does not depend on the others, on the number of workers
 * or on who finishes first. Devices of one thread each suit small problems. Results are {@link FitResult#withoutDraws}: many together would
 * fill the heap.
 *
 * <pre>{@code
 * ManyFits many = new ManyFits(() -> Devices.open("cpu", 1), 8);
 * List<Attempt> fits = Sgvi.builder().build().fit(many, groups.size(), (device, b) -> model(device, groups.get(b)));
 * }</pre>
 */
public final class ManyFits {
    private final Supplier<Device> devices;
    private final int workers;
    private BooleanSupplier cancelled = () -> false;
    private Consumer<Attempt> observer = attempt -> {};

    /** One of the fits. */
    public interface Fit {
        /**
         * Fits a problem. What it throws is the failure of this problem alone.
         *
         * @param device of the worker
         */
        FitResult of(Device device, int problem);
    }

    /**
     * Fits by so many workers.
     *
     * @param devices opens a device for each of them, which closes it
     */
    public ManyFits(Supplier<Device> devices, int workers) {
        if (workers < 1) {
            throw new IllegalArgumentException("workers is " + workers + ", but must be 1 or more");
        }
        this.devices = Objects.requireNonNull(devices, "devices is null");
        this.workers = workers;
    }

    /** Asked before each fit, by several threads; once it returns true, no other begins. */
    public ManyFits cancelled(BooleanSupplier value) {
        cancelled = Objects.requireNonNull(value, "cancelled is null");
        return this;
    }

    /** Told of each attempt in the order of the problems, as soon as those before it have ended, too; by one thread at a time. */
    public ManyFits observer(Consumer<Attempt> value) {
        observer = Objects.requireNonNull(value, "observer is null");
        return this;
    }

    /**
     * Fits problems 0 to B − 1. If the calling thread is interrupted, the workers are: fits end as an interrupted one does, and no
     * other begins; the thread stays interrupted.
     *
     * @param problems B
     * @return one a problem, in their order
     * @throws io.github.elbo4j.device.DeviceException if a device does not open
     */
    public List<Attempt> fit(int problems, Fit fit) {
        if (problems < 0) {
            throw new IllegalArgumentException("problems is " + problems + ", but must be 0 or more");
        }
        Run run = new Run(fit, new Attempt[problems]);
        List<Thread> threads = new ArrayList<>();
        for (int w = 0; w < Math.min(workers, problems); w++) {
            Thread thread = new Thread(run::work, "elbo4j-fits-" + (w + 1));
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    run.stopped = true;
                    threads.forEach(Thread::interrupt);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return run.attempts();
    }

    /** The work that the workers share. */
    private final class Run {
        private final Fit fit;
        private final @Nullable Attempt[] attempts;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
        private int told; // attempts that the observer has seen
        private volatile boolean stopped;

        Run(Fit fit, @Nullable Attempt[] attempts) {
            this.fit = fit;
            this.attempts = attempts;
        }

        void work() {
            try (Device device = devices.get()) {
                for (int b = next.getAndIncrement(); b < attempts.length; b = next.getAndIncrement()) {
                    tell(b, attempt(device, b));
                }
            } catch (RuntimeException | Error e) {
                stopped = true;
                broken.compareAndSet(null, e);
            }
        }

        private Attempt attempt(Device device, int problem) {
            if (stopped || cancelled.getAsBoolean()) {
                return new Attempt(problem, null, new CancellationException("stopped before it began"));
            }
            try {
                return new Attempt(problem, fit.of(device, problem).withoutDraws(), null);
            } catch (RuntimeException e) {
                return new Attempt(problem, null, e);
            }
        }

        private synchronized void tell(int problem, Attempt attempt) {
            attempts[problem] = attempt;
            while (told < attempts.length) {
                Attempt first = attempts[told];
                if (first == null) {
                    return;
                }
                told++;
                observer.accept(first);
            }
        }

        List<Attempt> attempts() {
            Throwable thrown = broken.get();
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown != null) {
                throw (RuntimeException) thrown;
            }
            return Arrays.stream(attempts).map(Objects::requireNonNull).toList();
        }
    }
}

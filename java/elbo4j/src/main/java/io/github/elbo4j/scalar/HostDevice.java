package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Signature;
import io.github.elbo4j.device.internal.Leak;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The processors of this machine: Java arrays, a fixed pool of threads, and kernel bodies in plain Java or in SIMD. */
public final class HostDevice implements Device {
    /** The longest array that Java virtual machines make. */
    private static final long LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final String name;
    private final String description;
    private final Workers workers;
    private final Twins twins;
    private final Leak leak;

    /** The given kernel bodies on the given threads, which the device closes. */
    public HostDevice(String name, String description, Workers workers, Twins twins) {
        this.name = name;
        this.description = description;
        this.workers = workers;
        this.twins = twins;
        this.leak = new Leak(this, Device.class, name + " device", "opened");
    }

    /** The definition of every operation, in plain Java. */
    public static HostDevice scalar(int threads) {
        Workers workers = new Workers(threads);
        return new HostDevice("scalar", "plain Java, " + threads(threads), workers, Twins.scalar());
    }

    /** A number of threads in words. */
    public static String threads(int count) {
        return count == 1 ? "1 thread" : count + " threads";
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Buffer allocate(ElementType type, long length) {
        Objects.requireNonNull(type, "type is null");
        if (length < 0) {
            throw new IllegalArgumentException("length is " + length + ", but must be 0 or more");
        }
        if (workers.isClosed()) {
            throw new IllegalStateException("the " + name + " device is closed");
        }
        if (length > LONGEST_ARRAY) {
            throw new DeviceException(
                    name + ": a buffer of " + length + " " + type + " was asked for, but a Java array ends at "
                            + LONGEST_ARRAY + " elements; lower the draws or the batch");
        }
        try {
            return new HostBuffer(this, type, (int) length);
        } catch (OutOfMemoryError e) {
            Runtime runtime = Runtime.getRuntime();
            long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
            throw new DeviceException(
                    name + ": out of memory: a buffer of " + length + " " + type + " needs "
                            + mebibytes(length * type.bytes()) + ", " + mebibytes(free) + " of the heap's "
                            + mebibytes(runtime.maxMemory())
                            + " were free; lower the draws or the batch, or raise the heap (java -Xmx)",
                    e);
        }
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    @Override
    public void run(Operation operation) {
        operation.signature().check(this);
        run(twins.of(operation));
    }

    /**
     * One task at a time: it takes all threads anyway. Code of the user may wait for other threads, so it runs without
     * the lock.
     */
    void run(Task task) {
        if (task instanceof HostTask) {
            task.run(workers);
            return;
        }
        synchronized (twins) {
            task.run(workers);
        }
    }

    @Override
    public Program bind(List<? extends Operation> operations) {
        Task[] tasks = new Task[operations.size()];
        Set<Buffer> buffers = new LinkedHashSet<>();
        for (int i = 0; i < tasks.length; i++) {
            Signature signature = operations.get(i).signature();
            signature.check(this);
            signature.arguments().forEach(argument -> buffers.add(argument.buffer()));
            tasks[i] = twins.of(operations.get(i));
        }
        return new HostProgram(this, tasks, buffers.toArray(new Buffer[0]));
    }

    /** Work is done when a call returns. */
    @Override
    public void synchronize() {}

    @Override
    public void close() {
        leak.close();
        workers.close();
    }

    @Override
    public String toString() {
        return name + " (" + description + ")";
    }
}

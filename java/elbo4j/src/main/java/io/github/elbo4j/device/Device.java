package io.github.elbo4j.device;

import java.util.List;
import java.util.Objects;

/**
 * A place that holds {@link Buffer}s and runs {@link Operation}s on them. The scope that opens a device closes it; closing
 * twice is safe, and one that is forgotten is reported in the log. A device may be used by several threads; its operations run one after another.
 */
public interface Device extends Runner, AutoCloseable {
    /** {@code scalar}, {@code simd} or {@code cuda}. */
    String name();

    /** What the machine offers here, in words: vector width and threads, or the GPU's name. */
    String description();

    /** What it computes with; a CPU is always exact. */
    default Arithmetic arithmetic() {
        return Arithmetic.EXACT;
    }

    /** Where its normals come from. */
    default Rng rng() {
        return Rng.PHILOX;
    }

    /**
     * New memory, filled with zeros. The caller closes it.
     *
     * @throws DeviceException if there is not enough: it says how much was asked for, how much there is, and what to
     *     lower
     */
    Buffer allocate(ElementType type, long length);

    /** {@link #allocate(ElementType, long)} of float32. */
    default Buffer allocate(long length) {
        return allocate(ElementType.FLOAT32, length);
    }

    /** New float32 memory that holds a copy of {@code values}. */
    default Buffer copyOf(float[] values) {
        Objects.requireNonNull(values, "values is null");
        Buffer buffer = allocate(ElementType.FLOAT32, values.length);
        try {
            buffer.write(0, values, 0, values.length);
        } catch (RuntimeException | Error e) {
            buffer.close();
            throw e;
        }
        return buffer;
    }

    /**
     * Runs an operation once.
     *
     * @throws IllegalArgumentException if a buffer is not what its {@link Signature} says
     * @throws IllegalStateException if a buffer is closed
     * @throws DeviceException if the device fails
     */
    @Override
    void run(Operation operation);

    /**
     * Makes operations ready to run, one after the other, again and again.
     *
     * @throws IllegalArgumentException if a buffer is not what an operation's {@link Signature} says
     * @throws IllegalStateException if a buffer is closed
     * @throws DeviceException if there is not enough memory for what they need besides
     */
    Program bind(List<? extends Operation> operations);

    /** Waits until all work given to the device is done. */
    void synchronize();

    @Override
    void close();
}

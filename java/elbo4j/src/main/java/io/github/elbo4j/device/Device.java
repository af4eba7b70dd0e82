package io.github.elbo4j.device;

import java.util.Objects;

/**
 * A place that holds {@link Buffer}s and runs {@link Ops} on them. The scope that opens a device closes it; closing
 * twice is safe, and one that is forgotten is reported in the log. A device may be used by several threads; its operations run one after another.
 */
public interface Device extends AutoCloseable {
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

    /** The operations, with their arguments checked ({@link CheckedOps}). */
    Ops ops();

    /**
     * Runs operations that come again and again in the same order, such as those of a step of a fit. Where a step is small,
     * launching its kernels costs a GPU more than running them: when the same ones come for the second time, it gets them
     * all at once, as a CUDA graph. A CPU just runs them. No result differs, nor does the order in which things happen.
     *
     * <p>All else may be asked of the device within: copies, memory, another call of this method; also by other threads.
     * What came before is then done before, and the rest of this call's kernels are launched one by one. A launch that fails
     * may show later than without, at the latest when this call ends; those after it have then not run.
     */
    default void asGraph(Runnable operations) {
        operations.run();
    }

    /** Waits until all work given to the device is done. */
    void synchronize();

    @Override
    void close();
}

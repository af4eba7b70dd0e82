package io.github.elbo4j.device;

import io.github.elbo4j.device.internal.Leak;
import java.util.Objects;

/**
 * Memory of one {@link Device}: {@link #length()} elements of one {@link ElementType}. Closing twice is safe, use after
 * close is an {@link IllegalStateException}, and a buffer that is forgotten is reported in the log with the place that
 * allocated it (its memory is not freed for the caller).
 *
 * <p>Devices extend this class; users only read, write and close.
 */
public abstract class Buffer implements AutoCloseable {
    private final Device device;
    private final ElementType type;
    private final long length;
    private final Leak leak;

    /** A device calls it when it has the memory: from here on a buffer that is not closed is reported. */
    protected Buffer(Device device, ElementType type, long length) {
        this.device = device;
        this.type = type;
        this.length = length;
        this.leak = leak(this, device.name(), type, length);
    }

    /** Its words are made where nothing refers to the buffer. */
    private static Leak leak(Buffer owner, String device, ElementType type, long length) {
        return new Leak(owner, Buffer.class, () -> device + " buffer of " + length + " " + type, "allocated");
    }

    public final Device device() {
        return device;
    }

    public final ElementType type() {
        return type;
    }

    /** The number of elements. */
    public final long length() {
        return length;
    }

    public final boolean isClosed() {
        return leak.isClosed();
    }

    /** Copies {@code count} elements of {@code source}, from index {@code from} on, to index {@code start} here. */
    public final void write(long start, float[] source, int from, int count) {
        Objects.requireNonNull(source, "source is null");
        check("write", ElementType.FLOAT32, start, source.length, from, count);
        upload(start, source, from, count);
    }

    /** {@link #write(long, float[], int, int)} of doubles. */
    public final void write(long start, double[] source, int from, int count) {
        Objects.requireNonNull(source, "source is null");
        check("write", ElementType.FLOAT64, start, source.length, from, count);
        upload(start, source, from, count);
    }

    /** {@link #write(long, float[], int, int)} of ints. */
    public final void write(long start, int[] source, int from, int count) {
        Objects.requireNonNull(source, "source is null");
        check("write", ElementType.INT32, start, source.length, from, count);
        upload(start, source, from, count);
    }

    /** Copies {@code count} elements from index {@code start} here to {@code target}, from its index {@code to} on. */
    public final void read(long start, float[] target, int to, int count) {
        Objects.requireNonNull(target, "target is null");
        check("read", ElementType.FLOAT32, start, target.length, to, count);
        download(start, target, to, count);
    }

    /** {@link #read(long, float[], int, int)} of doubles. */
    public final void read(long start, double[] target, int to, int count) {
        Objects.requireNonNull(target, "target is null");
        check("read", ElementType.FLOAT64, start, target.length, to, count);
        download(start, target, to, count);
    }

    /** {@link #read(long, float[], int, int)} of ints. */
    public final void read(long start, int[] target, int to, int count) {
        Objects.requireNonNull(target, "target is null");
        check("read", ElementType.INT32, start, target.length, to, count);
        download(start, target, to, count);
    }

    /** The whole buffer as a new float array. */
    public final float[] toFloats() {
        float[] values = new float[Math.toIntExact(length)];
        read(0, values, 0, values.length);
        return values;
    }

    /** The whole buffer as a new double array. */
    public final double[] toDoubles() {
        double[] values = new double[Math.toIntExact(length)];
        read(0, values, 0, values.length);
        return values;
    }

    /** The whole buffer as a new int array. */
    public final int[] toInts() {
        int[] values = new int[Math.toIntExact(length)];
        read(0, values, 0, values.length);
        return values;
    }

    @Override
    public final void close() {
        if (leak.close()) {
            release();
        }
    }

    @Override
    public String toString() {
        return device.name() + " buffer of " + length + " " + type + (isClosed() ? " (closed)" : "");
    }

    protected abstract void upload(long start, Object source, int from, int count);

    protected abstract void download(long start, Object target, int to, int count);

    /** Gives the memory back; called once. */
    protected abstract void release();

    private void check(String what, ElementType asked, long start, int arrayLength, int from, int count) {
        if (isClosed()) {
            throw new IllegalStateException("cannot " + what + " " + this);
        }
        if (asked != type) {
            throw new IllegalArgumentException("cannot " + what + " " + asked + " elements: this is a " + this);
        }
        if (count < 0 || from < 0 || from > arrayLength - count) {
            throw new IllegalArgumentException(
                    "cannot " + what + " " + count + " elements at index " + from + " of an array of " + arrayLength);
        }
        if (start < 0 || start > length - count) {
            throw new IllegalArgumentException(
                    "cannot " + what + " " + count + " elements at index " + start + " of a " + this);
        }
    }
}

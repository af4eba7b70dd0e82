package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import org.jspecify.annotations.Nullable;

/** A Java array. Closing drops the reference, and the garbage collector frees it. */
final class HostBuffer extends Buffer {
    private @Nullable Object array;

    HostBuffer(Device device, ElementType type, int length) {
        this(device, type, length, allocate(type, length));
    }

    /** The array first: if there is no memory for it, there is no buffer that would have to be closed. */
    private HostBuffer(Device device, ElementType type, int length, Object array) {
        super(device, type, length);
        this.array = array;
    }

    private static Object allocate(ElementType type, int length) {
        return switch (type) {
            case FLOAT32 -> new float[length];
            case FLOAT64 -> new double[length];
            case INT32 -> new int[length];
        };
    }

    @Override
    protected void upload(long start, Object source, int from, int count) {
        System.arraycopy(source, from, array(), (int) start, count);
    }

    @Override
    protected void download(long start, Object target, int to, int count) {
        System.arraycopy(array(), (int) start, target, to, count);
    }

    @Override
    protected void release() {
        array = null;
    }

    Object array() {
        Object open = array;
        if (open == null) {
            throw new IllegalStateException("cannot use " + this);
        }
        return open;
    }
}

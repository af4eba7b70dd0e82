package io.github.elbo4j.device;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * What an object holds on a device: buffers, and whatever else must be closed with them. All of it is closed together,
 * the last first; if a buffer cannot be had, what was opened before is closed before the exception goes on.
 */
public final class Resources implements AutoCloseable {
    private final Device device;
    private final Deque<Runnable> opened = new ArrayDeque<>();

    /** Nothing yet. */
    public Resources(Device device) {
        this.device = device;
    }

    public Device device() {
        return device;
    }

    /** As {@link Device#allocate(long)}. */
    public Buffer allocate(long length) {
        return keep(() -> device.allocate(length));
    }

    /** As {@link Device#allocate(ElementType, long)}. */
    public Buffer allocate(ElementType type, long length) {
        return keep(() -> device.allocate(type, length));
    }

    /** As {@link Device#copyOf}. */
    public Buffer copyOf(float[] values) {
        return keep(() -> device.copyOf(values));
    }

    /** Something else that was opened, such as a program; {@code close} closes it. */
    public void add(Runnable close) {
        opened.push(close);
    }

    private Buffer keep(Supplier<Buffer> make) {
        try {
            Buffer buffer = make.get();
            opened.push(buffer::close);
            return buffer;
        } catch (RuntimeException | Error e) {
            try {
                close();
            } catch (RuntimeException other) {
                e.addSuppressed(other);
            }
            throw e;
        }
    }

    /** Closes all of it, whatever fails; the first failure is thrown at the end. It may be used again. */
    @Override
    public void close() {
        RuntimeException first = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}

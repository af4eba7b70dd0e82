package io.github.elbo4j.device;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The buffers of an object that needs several: if one cannot be had, those that it has got already are given back before
 * the exception goes on.
 */
public final class Buffers implements AutoCloseable {
    private final Device device;
    private final List<Buffer> all = new ArrayList<>();

    public Buffers(Device device) {
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

    private Buffer keep(Supplier<Buffer> make) {
        try {
            Buffer buffer = make.get();
            all.add(buffer);
            return buffer;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Closes all of them. */
    @Override
    public void close() {
        all.forEach(Buffer::close);
        all.clear();
    }
}

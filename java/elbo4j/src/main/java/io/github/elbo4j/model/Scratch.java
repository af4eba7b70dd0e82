package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import org.jspecify.annotations.Nullable;

/** Memory that is kept from call to call and grows when a larger block comes. */
final class Scratch implements AutoCloseable {
    private final Device device;
    private @Nullable Buffer buffer;

    Scratch(Device device) {
        this.device = device;
    }

    /** At least {@code length} floats, of any content. */
    Buffer get(long length) {
        Buffer kept = buffer;
        if (kept == null || kept.length() < length) {
            close();
            kept = device.allocate(length);
            buffer = kept;
        }
        return kept;
    }

    @Override
    public void close() {
        if (buffer != null) {
            buffer.close();
            buffer = null;
        }
    }
}

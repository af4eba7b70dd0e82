package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import org.jspecify.annotations.Nullable;

/** Memory that is kept from call to call and grows when a larger block comes. */
final class Scratch implements AutoCloseable {
    private final Device device;
    private final ElementType type;
    private @Nullable Buffer buffer;

    Scratch(Device device, ElementType type) {
        this.device = device;
        this.type = type;
    }

    /** At least {@code length} elements, of any content. */
    Buffer get(long length) {
        Buffer kept = buffer;
        if (kept == null || kept.length() < length) {
            close();
            kept = device.allocate(type, length);
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

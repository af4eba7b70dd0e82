package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Program;
import java.util.List;

/** A device without memory that does nothing: for the sizes of operations that need not run. */
final class Blueprint implements Device {
    @Override
    public String name() {
        return "blueprint";
    }

    @Override
    public String description() {
        return "sizes only";
    }

    @Override
    public Buffer allocate(ElementType type, long length) {
        return new Empty(this, type, length);
    }

    @Override
    public void run(Operation operation) {}

    @Override
    public Program bind(List<? extends Operation> operations) {
        throw new UnsupportedOperationException("sizes only");
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {}

    private static final class Empty extends Buffer {
        Empty(Device device, ElementType type, long length) {
            super(device, type, length);
        }

        @Override
        protected void upload(long start, Object source, int from, int count) {}

        @Override
        protected void download(long start, Object target, int to, int count) {
            throw new UnsupportedOperationException("sizes only");
        }

        @Override
        protected void release() {}
    }
}

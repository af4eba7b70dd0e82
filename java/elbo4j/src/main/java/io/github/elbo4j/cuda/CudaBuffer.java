package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementType;

/** Device memory. */
final class CudaBuffer extends Buffer {
    private final CudaDevice device;
    private final long address;

    CudaBuffer(CudaDevice device, ElementType type, long length, long address) {
        super(device, type, length);
        this.device = device;
        this.address = address;
    }

    /** Of the first element; never 0. */
    long address() {
        return address;
    }

    @Override
    protected void upload(long start, Object source, int from, int count) {
        device.upload(address + start * type().bytes(), source, from, count, type().bytes());
    }

    @Override
    protected void download(long start, Object target, int to, int count) {
        device.download(address + start * type().bytes(), target, to, count, type().bytes());
    }

    @Override
    protected void release() {
        device.free(address);
    }
}

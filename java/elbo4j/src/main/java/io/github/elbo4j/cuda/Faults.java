package io.github.elbo4j.cuda;

import java.nio.ByteBuffer;
import java.util.Objects;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/**
 * What a kernel found wrong in device memory, which the host cannot check before the launch. In the kernels:
 *
 * <pre>{@code
 * struct Faults { // 40 bytes
 *     long long place, value, least, limit; // argument[place] is value, but must be in [least, limit)
 *     int count;                            // the thread that raises it from 0 (atomicAdd) writes the rest
 *     int argument;                         // of which operation: a number that both sides know
 * };
 * }</pre>
 *
 * <p>It is read where the host waits for the device anyway.
 */
final class Faults {
    private static final int BYTES = 40;
    /** As kernels/index.cuh numbers them. */
    private static final String[] ARGUMENTS = {"gatherRows: index", "segmentSum: order", "segmentSum: offsets"};

    private final Cuda cuda;
    private final long record;
    private final Pointer copy = new Pointer();
    private final ByteBuffer bytes;
    /** A kernel that may fault was launched since the last look. */
    private boolean possible;

    private boolean fetched;

    Faults(Cuda cuda) {
        this.cuda = cuda;
        record = cuda.allocate(BYTES, "the record of faults");
        cuda.zeros(record, BYTES);
        cuda.driver().check(JCudaDriver.cuMemHostAlloc(copy, BYTES, 0), "pinning host memory", BYTES, "bytes");
        bytes = Objects.requireNonNull(copy.getByteBuffer(0, BYTES));
    }

    /** The record, for a kernel. */
    long address() {
        return record;
    }

    /** A kernel that may write it is launched. */
    void expect() {
        possible = true;
    }

    /** Asks for a copy of the record, if a kernel may have written it. */
    void fetch() {
        if (possible) {
            cuda.driver()
                    .check(
                            JCudaDriver.cuMemcpyDtoHAsync(copy, new Address(record), BYTES, cuda.stream()),
                            "download",
                            BYTES,
                            "bytes");
            fetched = true;
        }
    }

    /** Throws what the fetched copy says; the stream has been waited for. */
    void raise() {
        if (!fetched) {
            return;
        }
        fetched = false;
        possible = false;
        if (bytes.getInt(32) != 0) {
            cuda.zeros(record, BYTES);
            throw new IllegalArgumentException(ARGUMENTS[bytes.getInt(36)] + "[" + bytes.getLong(0) + "] is "
                    + bytes.getLong(8) + ", but must be in [" + bytes.getLong(16) + ", " + bytes.getLong(24) + ")");
        }
    }

    /** The record itself is freed with the device's memory. */
    void release() {
        cuda.freeing(JCudaDriver.cuMemFreeHost(copy), "freeing pinned host memory");
    }
}

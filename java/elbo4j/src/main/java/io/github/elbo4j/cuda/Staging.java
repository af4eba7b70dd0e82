package io.github.elbo4j.cuda;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Objects;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/**
 * Pinned host memory through which arrays go to the device and back, in two halves: while the driver copies one, the
 * other is filled or emptied. An upload that fits in a half returns before the device has it.
 */
final class Staging {
    private final Cuda cuda;
    private final int size;
    private final Half[] halves = new Half[2];
    private int next;

    /** @param size the bytes of a half */
    Staging(Cuda cuda, int size) {
        this.cuda = cuda;
        this.size = size;
        try {
            halves[0] = new Half(size);
            halves[1] = new Half(size);
        } catch (RuntimeException e) {
            release();
            throw e;
        }
    }

    /** Copies {@code count} elements of a float, double or int array to the device. */
    void upload(long place, Object source, int from, int count, int bytes) {
        int most = size / bytes;
        for (int done = 0; done < count; ) {
            int now = Math.min(most, count - done);
            Half half = turn();
            half.await();
            half.fill(source, from + done, now);
            half.send(place + (long) done * bytes, (long) now * bytes);
            done += now;
        }
    }

    /** Copies {@code count} elements from the device to an array; returns when they are there. */
    void download(long place, Object target, int to, int count, int bytes) {
        int most = size / bytes;
        int asked = 0;
        for (int done = 0; done < count; ) {
            // Two chunks are under way; both halves may still be sending, which the stream finishes first.
            while (asked < count && asked - done <= most) {
                int now = Math.min(most, count - asked);
                halves[asked / most % 2].fetch(place + (long) asked * bytes, (long) now * bytes);
                asked += now;
            }
            int now = Math.min(most, count - done);
            Half half = halves[done / most % 2];
            half.await();
            half.empty(target, to + done, now);
            done += now;
        }
    }

    private Half turn() {
        Half half = halves[next];
        next = 1 - next;
        return half;
    }

    void release() {
        for (Half half : halves) {
            if (half != null) {
                half.release();
            }
        }
    }

    private final class Half {
        private final Pointer memory = new Pointer();
        private final CUevent copied = new CUevent();
        private final FloatBuffer floats;
        private final DoubleBuffer doubles;
        private final IntBuffer ints;

        Half(int size) {
            Driver driver = cuda.driver();
            driver.check(JCudaDriver.cuMemHostAlloc(memory, size, 0), "pinning host memory", size, "bytes");
            try {
                driver.check(
                        JCudaDriver.cuEventCreate(copied, CUevent_flags.CU_EVENT_DISABLE_TIMING), "creating an event");
            } catch (RuntimeException e) {
                JCudaDriver.cuMemFreeHost(memory);
                throw e;
            }
            ByteBuffer bytes = Objects.requireNonNull(memory.getByteBuffer(0, size));
            floats = bytes.asFloatBuffer();
            doubles = bytes.asDoubleBuffer();
            ints = bytes.asIntBuffer();
        }

        /** Until the driver has done with this half. */
        void await() {
            cuda.driver().check(JCudaDriver.cuEventSynchronize(copied), "waiting for a copy");
        }

        void send(long place, long bytes) {
            Driver driver = cuda.driver();
            driver.check(
                    JCudaDriver.cuMemcpyHtoDAsync(new Address(place), memory, bytes, cuda.stream()),
                    "upload",
                    bytes,
                    "bytes");
            driver.check(JCudaDriver.cuEventRecord(copied, cuda.stream()), "upload", bytes, "bytes");
        }

        void fetch(long place, long bytes) {
            Driver driver = cuda.driver();
            driver.check(
                    JCudaDriver.cuMemcpyDtoHAsync(memory, new Address(place), bytes, cuda.stream()),
                    "download",
                    bytes,
                    "bytes");
            driver.check(JCudaDriver.cuEventRecord(copied, cuda.stream()), "download", bytes, "bytes");
        }

        void fill(Object source, int from, int count) {
            if (source instanceof float[] values) {
                floats.clear().put(values, from, count);
            } else if (source instanceof double[] values) {
                doubles.clear().put(values, from, count);
            } else {
                ints.clear().put((int[]) source, from, count);
            }
        }

        void empty(Object target, int to, int count) {
            if (target instanceof float[] values) {
                floats.clear().get(values, to, count);
            } else if (target instanceof double[] values) {
                doubles.clear().get(values, to, count);
            } else {
                ints.clear().get((int[]) target, to, count);
            }
        }

        void release() {
            cuda.freeing(JCudaDriver.cuEventDestroy(copied), "destroying an event");
            cuda.freeing(JCudaDriver.cuMemFreeHost(memory), "freeing pinned host memory");
        }
    }
}

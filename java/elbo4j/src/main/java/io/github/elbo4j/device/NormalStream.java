package io.github.elbo4j.device;

import io.github.elbo4j.device.internal.Interrupts;
import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * Standard normals of a device in any amount, copied to the caller's memory. Number n of a key is {@code epsilon(step 0, b = 0, s = n / 2^20,
 * d = n mod 2^20)}: it is the same in whatever pieces they are asked for, and on every exact device.
 *
 * <pre>{@code
 * try (NormalStream normals = new NormalStream(device, key)) {
 *     normals.fill(0, array, 0, array.length);
 * }
 * }</pre>
 *
 * <p>Memory outside the heap is a direct {@link FloatBuffer}; that of a {@code MemorySegment}, which JDK 17 does not have yet, is one by {@code
 * segment.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer()}. Of one thread at a time.
 */
public final class NormalStream implements AutoCloseable {
    private static final int ROW = 1 << 20;

    /** The most normals that have addresses: 2^51. */
    public static final long MOST = (long) ROW << 31;

    private final Device device;
    private final Key key;
    private final Buffer row;
    private float[] copy = {}; // on its way to memory that is no array

    /** @param device stays open when this is closed */
    public NormalStream(Device device, Key key) {
        this.device = device;
        this.key = Objects.requireNonNull(key, "key is null");
        this.row = device.allocate(ROW);
    }

    /**
     * Writes normals {@code first … first + count − 1} to {@code target[from]} and after.
     *
     * @throws IllegalArgumentException if some have no address
     * @throws IndexOutOfBoundsException if the target is too short
     */
    public void fill(long first, float[] target, int from, int count) {
        Objects.checkFromIndexSize(from, count, target.length);
        check(first, count);
        for (int done = 0; done < count; ) {
            int some = make(first + done, count - done);
            row.read(0, target, from + done, some);
            done += some;
        }
    }

    /** Writes normals from {@code first} on to all that remains of the target, whose position is then its limit. */
    public void fill(long first, FloatBuffer target) {
        check(first, target.remaining());
        if (copy.length == 0) {
            copy = new float[ROW];
        }
        for (long n = first; target.hasRemaining(); ) {
            int some = make(n, target.remaining());
            row.read(0, copy, 0, some);
            target.put(copy, 0, some);
            n += some;
        }
    }

    private static void check(long first, int count) {
        if (first < 0 || first > MOST - count) {
            throw new IllegalArgumentException("first is " + first + ", but must be from 0 to " + (MOST - count)
                    + ": normals have 2^51 addresses");
        }
    }

    /** Makes those from a number on that stand in its row, but no more than are wanted. */
    private int make(long number, int wanted) {
        Interrupts.check();
        int d = (int) (number % ROW);
        int some = Math.min(wanted, ROW - d);
        DrawBlock shape = DrawBlock.of(1, 1, some).at(0, (int) (number / ROW), d);
        device.run(new NormalOps.Normal(key, Index.of(0), shape, row));
        return some;
    }

    @Override
    public void close() {
        row.close();
    }
}

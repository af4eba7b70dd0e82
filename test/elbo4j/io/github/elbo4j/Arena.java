package io.github.elbo4j;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Runner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The buffers of one test on one device, closed together. Outputs begin filled with {@link #POISON}, so that what an
 * operation failed to write shows, and are followed by guard elements that it must leave alone.
 */
public final class Arena implements Runner, AutoCloseable {
    /** No operation gives it. */
    public static final float POISON = -0x1.abcdefp97f;

    private static final int GUARD = 5;

    private final Device device;
    private final int guard;
    private final List<Buffer> buffers = new ArrayList<>();
    private final Map<Buffer, Integer> lengths = new LinkedHashMap<>();

    public Arena(Device device) {
        this(device, GUARD);
    }

    private Arena(Device device, int guard) {
        this.device = device;
        this.guard = guard;
    }

    /** Outputs have exactly the length that was asked for, without guards. */
    public static Arena exact(Device device) {
        return new Arena(device, 0);
    }

    public Device device() {
        return device;
    }

    /** Runs an operation once. */
    @Override
    public void run(Operation operation) {
        device.run(operation);
    }

    public Buffer of(float... values) {
        return keep(device.copyOf(values));
    }

    public Buffer of(double[] values) {
        Buffer buffer = keep(device.allocate(ElementType.FLOAT64, values.length));
        buffer.write(0, values, 0, values.length);
        return buffer;
    }

    public Buffer of(int[] values) {
        Buffer buffer = keep(device.allocate(ElementType.INT32, values.length));
        buffer.write(0, values, 0, values.length);
        return buffer;
    }

    /** An output of n elements, and guards. */
    public Buffer out(ElementType type, long n) {
        return out(type, n, guard);
    }

    /** An output of n float32, and guards. */
    public Buffer out(long n) {
        return out(ElementType.FLOAT32, n);
    }

    /** An output of n float64, and guards. */
    public Buffer doubles(long n) {
        return out(ElementType.FLOAT64, n);
    }

    /** Run sums: an output of exactly n float64, since their layout depends on the length. */
    public Buffer runs(long n) {
        return out(ElementType.FLOAT64, n, 0);
    }

    /** A float32 buffer that is read and written: the values, and guards. */
    public Buffer inOut(float... values) {
        Buffer buffer = out(values.length);
        buffer.write(0, values, 0, values.length);
        return buffer;
    }

    /** A float64 buffer that is read and written: the values, and guards. */
    public Buffer inOut(double[] values) {
        Buffer buffer = doubles(values.length);
        buffer.write(0, values, 0, values.length);
        return buffer;
    }

    /** An INT32 buffer that is read and written: the values, and guards. */
    public Buffer inOut(int[] values) {
        Buffer buffer = out(ElementType.INT32, values.length);
        buffer.write(0, values, 0, values.length);
        return buffer;
    }

    /** What an output holds; its guards must be as they were. */
    public float[] floats(Buffer output) {
        float[] all = output.toFloats();
        int n = lengths.get(output);
        for (int i = n; i < all.length; i++) {
            if (all[i] != POISON) {
                throw new AssertionError("element " + i + " of an output of " + n + " was overwritten: " + all[i]);
            }
        }
        return Arrays.copyOf(all, n);
    }

    /** As {@link #floats(Buffer)}. */
    public double[] doubles(Buffer output) {
        double[] all = output.toDoubles();
        int n = lengths.get(output);
        for (int i = n; i < all.length; i++) {
            if (all[i] != POISON) {
                throw new AssertionError("element " + i + " of an output of " + n + " was overwritten: " + all[i]);
            }
        }
        return Arrays.copyOf(all, n);
    }

    /** As {@link #floats(Buffer)}. */
    public int[] ints(Buffer output) {
        int[] all = output.toInts();
        int n = lengths.get(output);
        for (int i = n; i < all.length; i++) {
            if (all[i] != (int) POISON) {
                throw new AssertionError("element " + i + " of an output of " + n + " was overwritten: " + all[i]);
            }
        }
        return Arrays.copyOf(all, n);
    }

    /** The bits of every output, in the order in which they were made; all NaN are alike. */
    public List<long[]> outputBits() {
        List<long[]> all = new ArrayList<>();
        for (Buffer output : lengths.keySet()) {
            all.add(
                    switch (output.type()) {
                        case FLOAT32 -> {
                            float[] values = floats(output);
                            long[] bits = new long[values.length];
                            Arrays.setAll(bits, i -> Float.floatToIntBits(values[i]));
                            yield bits;
                        }
                        case FLOAT64 ->
                            Arrays.stream(doubles(output))
                                    .mapToLong(Double::doubleToLongBits)
                                    .toArray();
                        case INT32 -> Arrays.stream(ints(output)).asLongStream().toArray();
                    });
        }
        return all;
    }

    /** The buffer made last. */
    public Buffer last() {
        return buffers.get(buffers.size() - 1);
    }

    @Override
    public void close() {
        buffers.forEach(Buffer::close);
    }

    private Buffer out(ElementType type, long n, int guard) {
        int length = (int) n + guard;
        Buffer buffer = keep(device.allocate(type, length));
        switch (type) {
            case FLOAT32 -> {
                float[] poison = new float[length];
                Arrays.fill(poison, POISON);
                buffer.write(0, poison, 0, length);
            }
            case FLOAT64 -> {
                double[] poison = new double[length];
                Arrays.fill(poison, POISON);
                buffer.write(0, poison, 0, length);
            }
            case INT32 -> {
                int[] poison = new int[length];
                Arrays.fill(poison, (int) POISON);
                buffer.write(0, poison, 0, length);
            }
        }
        lengths.put(buffer, (int) n);
        return buffer;
    }

    private Buffer keep(Buffer buffer) {
        buffers.add(buffer);
        return buffer;
    }
}

package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Resources;

/** The buffers of a case, filled on the device by its own normals: equal on every device, and nothing is copied to it. */
final class Inputs implements AutoCloseable {
    static final Key KEY = new Key(20_261_127);

    private final Resources own;
    private int next;

    Inputs(Device device) {
        own = new Resources(device);
    }

    /** Zeros. */
    Buffer zeros(long n) {
        return own.allocate(n);
    }

    /** FLOAT64 zeros. */
    Buffer zeroDoubles(long n) {
        return own.allocate(ElementType.FLOAT64, n);
    }

    /** Ones. */
    Buffer ones(long n) {
        Buffer x = own.allocate(n);
        own.device().run(new MathOps.Fill(n, 1, x));
        return x;
    }

    /** Standard normals, other ones each time. */
    Buffer normals(long n) {
        Buffer x = own.allocate(n);
        own.device().run(new NormalOps.Normal(KEY, Index.of(next++), DrawBlock.of(1, 1, Math.toIntExact(n)), x));
        return x;
    }

    /** Normals around 0 with this standard deviation. */
    Buffer normals(long n, double sd) {
        Buffer y = own.allocate(n);
        try (Inputs raw = new Inputs(own.device())) {
            raw.next = next++;
            own.device().run(new MathOps.Axpy(n, (float) sd, raw.normals(n), y));
        }
        return y;
    }

    /** Squares of standard normals: what is positive. */
    Buffer squares(long n) {
        Buffer x = normals(n);
        own.device().run(new MathOps.Multiply(n, x, x, x));
        return x;
    }

    /** FLOAT64 standard normals, which are float32 numbers. */
    Buffer doubles(long n) {
        Buffer y = own.allocate(ElementType.FLOAT64, n);
        try (Inputs raw = new Inputs(own.device())) {
            raw.next = next++;
            own.device().run(new MathOps.SumRows(Math.toIntExact(n), 1, raw.normals(n), y));
        }
        return y;
    }

    /** INT32 {@code i·step mod n}: a permutation, if step and n have no common divisor. */
    Buffer permutation(int n, long step) {
        int[] values = new int[n];
        for (int i = 0; i < n; i++) {
            values[i] = (int) (i * step % n);
        }
        return ints(values);
    }

    /** INT32 of these values. */
    Buffer ints(int[] values) {
        Buffer buffer = own.allocate(ElementType.INT32, values.length);
        buffer.write(0, values, 0, values.length);
        return buffer;
    }

    /** INT32 zeros. */
    Buffer zeroInts(long n) {
        return own.allocate(ElementType.INT32, n);
    }

    /** Classes 0 … k − 1 in turn, as float32. */
    Buffer classes(int n, int k) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = i * 7 % 11 % k;
        }
        return own.copyOf(values);
    }

    /** A lower triangle with ones on the diagonal, small below: solving with it again and again changes little. */
    Buffer triangle(int n) {
        float[] values = new float[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                values[i * n + j] = (i * 31 + j * 17) % 13 * 1e-6f;
            }
            values[i * n + i] = 1;
        }
        return own.copyOf(values);
    }

    Device device() {
        return own.device();
    }

    @Override
    public void close() {
        own.close();
    }
}

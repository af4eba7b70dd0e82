package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Whether an operation gives the bits of the scalar device, at the tiny size; NaNs are equal. */
final class Check {
    private Check() {}

    /**
     * Runs it on both.
     *
     * @throws IllegalStateException if an element differs; the message says which
     */
    static void sameBits(Device device, Device scalar, Case what) {
        List<long[]> want = written(scalar, what);
        List<long[]> got = written(device, what);
        for (int i = 0; i < want.size(); i++) {
            int at = Arrays.mismatch(want.get(i), got.get(i));
            if (at >= 0) {
                throw new IllegalStateException(what.name() + ": element " + at + " of written argument " + i + " is "
                        + Long.toHexString(got.get(i)[at]) + " on " + device.name() + ", but "
                        + Long.toHexString(want.get(i)[at]) + " on scalar: not timed");
            }
        }
    }

    /** The bits of what it writes, in the signature's order. */
    private static List<long[]> written(Device device, Case what) {
        try (Inputs in = new Inputs(device)) {
            Case.Work work = what.setup().of(in, true);
            device.run(work.operation());
            List<long[]> all = new ArrayList<>();
            for (Signature.Argument argument : work.operation().signature().arguments()) {
                if (argument.access() != Signature.Access.READS) {
                    all.add(bits(argument.buffer()));
                }
            }
            return all;
        }
    }

    private static long[] bits(Buffer buffer) {
        return switch (buffer.type()) {
            case FLOAT32 -> {
                float[] x = buffer.toFloats();
                long[] bits = new long[x.length];
                Arrays.setAll(bits, i -> Float.floatToIntBits(x[i]));
                yield bits;
            }
            case FLOAT64 ->
                Arrays.stream(buffer.toDoubles())
                        .mapToLong(Double::doubleToLongBits)
                        .toArray();
            case INT32 -> Arrays.stream(buffer.toInts()).asLongStream().toArray();
        };
    }
}

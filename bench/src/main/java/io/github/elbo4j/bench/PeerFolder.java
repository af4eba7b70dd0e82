package io.github.elbo4j.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A folder of arrays that a {@link Peer} reads or writes, little-endian and of 4 bytes an element; it is gone once closed. */
final class PeerFolder implements AutoCloseable {
    final Path path;

    /** A new one. */
    PeerFolder(String name) throws IOException {
        path = Files.createTempDirectory("elbo4j-" + name);
    }

    /** {@code NAME.f32}. */
    void write(String name, float[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        Files.write(path.resolve(name + ".f32"), bytes.array());
    }

    /** {@code NAME.f32}, rounded to float32. */
    void write(String name, double[] values) throws IOException {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        write(name, narrow);
    }

    /** {@code NAME.i32}. */
    void write(String name, int[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        Files.write(path.resolve(name + ".i32"), bytes.array());
    }

    /** {@code NAME.f32}, which the peer has written. */
    double[] read(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(path.resolve(name + ".f32"));
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return wide(values);
    }

    /** The same numbers as float64. */
    static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        Arrays.setAll(wide, i -> values[i]);
        return wide;
    }

    @Override
    public void close() throws IOException {
        try (var files = Files.list(path)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(path);
    }
}

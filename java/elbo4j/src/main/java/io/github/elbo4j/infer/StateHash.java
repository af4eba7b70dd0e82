package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The SHA-256 of numbers, little-endian, in the order in which they come. It needs no more memory where they are many. */
final class StateHash {
    private static final int CHUNK = 1 << 14; // numbers that are brought to the host at a time

    private final MessageDigest digest;
    private final ByteBuffer bytes = ByteBuffer.allocate(8 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    private float[] floats = new float[0]; // grows to CHUNK

    StateHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Begins anew. */
    void restart() {
        bytes.clear();
        digest.reset();
    }

    void add(int value) {
        room().putInt(value);
    }

    void add(boolean value) {
        add(value ? 1 : 0);
    }

    void add(double value) {
        room().putDouble(value);
    }

    void add(float[] values) {
        add(values, values.length);
    }

    private void add(float[] values, int count) {
        for (int i = 0; i < count; i++) {
            room().putFloat(values[i]);
        }
    }

    void add(double[] values) {
        for (double value : values) {
            add(value);
        }
    }

    /** Of a device, float32. */
    void add(Buffer values) {
        int chunk = (int) Math.min(CHUNK, values.length());
        if (floats.length < chunk) {
            floats = new float[chunk];
        }
        for (long from = 0; from < values.length(); from += chunk) {
            int count = (int) Math.min(chunk, values.length() - from);
            values.read(from, floats, 0, count);
            add(floats, count);
        }
    }

    private ByteBuffer room() {
        if (bytes.remaining() < Double.BYTES) {
            flush();
        }
        return bytes;
    }

    private void flush() {
        digest.update(bytes.array(), 0, bytes.position());
        bytes.clear();
    }

    /** In hexadecimal, of all since it began. */
    String hexadecimal() {
        flush();
        return HexFormat.of().formatHex(digest.digest());
    }
}

package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.MixtureOps;
import io.github.elbo4j.device.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The standardized rows on a device, within a stated memory: all of them, in waves beside each other, where they fit; else
 * one wave after the other, in one place. A wave is a power of two of rows, so that the sums over its tiles are parts of the one order of
 * sums, whatever the memory.
 */
final class Waves implements AutoCloseable {
    /** The least rows of a wave but the last: a tile for each lane of the sums. */
    static final int LEAST = MixtureOps.LANES * 1024;
    /** Groups of {@link MixtureOps#MOST_ROWS} that one more level of lanes holds. */
    private static final int MOST_GROUPS = 1024;

    private final MixtureData data;
    private final Resources resources;
    private final int wave;
    private final List<Buffer> places = new ArrayList<>();
    private final Buffer responsibilities;
    private final double[] block; // on the host
    private final float[] staging;
    private int held = -1;

    /** @param components of all runs of a step, at most */
    Waves(Device device, MixtureData data, long memory, int components) {
        this.data = data;
        long rows = data.rows();
        if (rows > (long) MOST_GROUPS * MixtureOps.MOST_ROWS) {
            throw new IllegalArgumentException("there are " + rows + " rows, but a mixture takes "
                    + (long) MOST_GROUPS * MixtureOps.MOST_ROWS + " at most");
        }
        int dims = data.dimensions();
        long all = Float.BYTES * rows * dims;
        boolean resident = all <= memory / 2;
        long perRow = (long) Float.BYTES * (components + (resident ? 0 : dims));
        long left = memory - (resident ? all : 0);
        long largest = MixtureOps.MOST_ROWS;
        while (largest > LEAST && largest * perRow > left) {
            largest /= 2;
        }
        long need = Math.min(rows, largest) * perRow;
        if (need > left) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%.1f MiB of memory are too little: waves of %d rows with %d components take %.1f MiB",
                    memory / 0x1p20,
                    Math.min(rows, largest),
                    components,
                    (need + memory - left) / 0x1p20));
        }
        wave = (int) Math.min(rows, largest);
        block = new double[Math.multiplyExact(Math.min(wave, MixtureData.BLOCK), dims)];
        staging = new float[block.length];
        resources = new Resources(device);
        int held = resident ? count() : 1;
        for (int i = 0; i < held; i++) {
            places.add(resources.allocate((long) rows(i) * dims));
        }
        responsibilities = resources.allocate((long) components * wave);
        if (resident) {
            for (int i = 0; i < held; i++) {
                fill(i, places.get(i));
            }
        }
    }

    Device device() {
        return resources.device();
    }

    MixtureData data() {
        return data;
    }

    /** How many waves there are. */
    int count() {
        return Math.toIntExact((data.rows() + wave - 1) / wave);
    }

    /** The first row of a wave. */
    long first(int i) {
        return (long) i * wave;
    }

    /** The rows of a wave. */
    int rows(int i) {
        return (int) Math.min(wave, data.rows() - first(i));
    }

    /** Whether a wave begins a group of {@link MixtureOps#MOST_ROWS}. */
    boolean begins(int i) {
        return first(i) % MixtureOps.MOST_ROWS == 0;
    }

    /** Whether a wave ends one. */
    boolean ends(int i) {
        return i == count() - 1 || begins(i + 1);
    }

    /** The place of a wave's rows, [D][rows]. */
    Buffer place(int i) {
        return places.size() == 1 ? places.get(0) : places.get(i);
    }

    /** Memory for the responsibilities of a wave, [components][rows]. */
    Buffer responsibilities() {
        return responsibilities;
    }

    /** Has the rows of a wave in its place. */
    void ready(int i) {
        if (places.size() == 1 && count() > 1 && held != i) {
            fill(i, places.get(0));
            held = i;
        }
    }

    private void fill(int i, Buffer place) {
        int rows = rows(i);
        for (int o = 0; o < rows; o += MixtureData.BLOCK) {
            int n = Math.min(MixtureData.BLOCK, rows - o);
            data.standardized(first(i) + o, n, block, staging);
            for (int d = 0; d < data.dimensions(); d++) {
                place.write((long) d * rows + o, staging, d * n, n);
            }
        }
    }

    @Override
    public void close() {
        resources.close();
    }
}

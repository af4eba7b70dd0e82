package io.github.elbo4j.estimate;

import java.util.Arrays;

/** The largest of values that come one after the other, however many they are. NaN counts as the largest of all. */
final class Largest {
    private static final int LEAST_ROOM = 64;

    private final int count;
    private final double[] kept; // in any order; more than count at times
    private int size;
    private double least = Double.NEGATIVE_INFINITY; // what is below it is not among them

    Largest(int count) {
        this.count = count;
        kept = new double[Math.max(LEAST_ROOM, 2 * count)];
    }

    void add(double value) {
        if (value < least) {
            return;
        }
        kept[size++] = value;
        if (size == kept.length) {
            cut();
        }
    }

    /** The largest, or all if there are fewer, in increasing order. */
    double[] sorted() {
        cut();
        return Arrays.copyOf(kept, size);
    }

    private void cut() {
        Arrays.sort(kept, 0, size); // NaN comes last
        int some = Math.min(size, count);
        System.arraycopy(kept, size - some, kept, 0, some);
        size = some;
        if (size == count && count > 0) {
            least = kept[0];
        }
    }
}

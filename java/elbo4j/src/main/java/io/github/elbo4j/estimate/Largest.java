package io.github.elbo4j.estimate;

import java.util.Arrays;

/** The largest of values that come one after the other, however many they are. NaN counts as the largest of all. */
final class Largest {
    private static final int LEAST_ROOM = 64;

    private final int count;
    private final double[] kept; // in any order; more than count at times
    private int size;
    private int unknown; // how many were NaN
    private double least = Double.NEGATIVE_INFINITY; // what is below it is not among them

    Largest(int count) {
        this.count = count;
        kept = new double[Math.max(LEAST_ROOM, 2 * count)];
    }

    void add(double value) {
        if (value < least) {
            return;
        }
        if (Double.isNaN(value)) {
            unknown++;
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
        int last = Math.min(unknown, count);
        int numbers = Math.min(size, count - last);
        Arrays.sort(kept, 0, size);
        double[] sorted = new double[numbers + last];
        System.arraycopy(kept, size - numbers, sorted, 0, numbers);
        Arrays.fill(sorted, numbers, sorted.length, Double.NaN);
        return sorted;
    }

    private void cut() {
        if (size <= count) {
            return;
        }
        int first = size - count;
        if (count > 0) {
            find(first);
            least = kept[first];
        }
        System.arraycopy(kept, first, kept, 0, count);
        size = count;
    }

    /** Brings the value of this rank to its place, what is smaller before it and what is larger behind (FIND; Hoare 1961). */
    private void find(int rank) {
        int low = 0;
        int high = size - 1;
        while (low < high) {
            double pivot = kept[rank];
            int i = low;
            int j = high;
            while (i <= j) {
                while (kept[i] < pivot) {
                    i++;
                }
                while (kept[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    double value = kept[i];
                    kept[i++] = kept[j];
                    kept[j--] = value;
                }
            }
            low = j < rank ? i : low;
            high = rank < i ? j : high;
        }
    }
}

package io.github.elbo4j.device;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The sum of a part of a long row, or of a part of the draws, which others may put together with those of the parts beside it: whoever cuts at
 * multiples of {@value #TILE} elements of a row, or of {@value #RUN} draws, gets the bits of the whole, in whatever order and on whatever
 * machines the parts were summed and merged. It keeps the sum of each tile or run, and adds these in the order of {@link Operation} when it is
 * asked for the {@link #total}: 8 bytes for 1024 elements.
 *
 * <p>Moments are sums of x − c and (x − c)² for one c that all parts share, such as the mean of some first ones.
 */
public final class PartialSum implements Serializable {
    /** A row may be cut at multiples of so many elements. */
    public static final int TILE = 1024;
    /** Draws may be cut at multiples of so many. */
    public static final int RUN = 64;

    private static final long serialVersionUID = 1;
    private static final int LANES = 32;

    private final int unit;
    private final long first;
    private final long count;
    private final double[] sums; // of each tile or run

    private PartialSum(int unit, long first, long count, double[] sums) {
        this.unit = unit;
        this.first = first;
        this.count = count;
        this.sums = sums;
    }

    /**
     * Of elements {@code first … first + count − 1} of a row, as {@link MathOps.SumRows} adds it.
     *
     * @param first a multiple of {@value #TILE}
     * @param x these elements, on the device
     */
    public static PartialSum ofRow(Device device, long first, int count, Buffer x) {
        check("first", TILE, first, count);
        int whole = count / TILE;
        int rest = count % TILE;
        double[] sums = new double[whole + (rest > 0 ? 1 : 0)];
        try (Resources own = new Resources(device)) {
            Buffer each = own.allocate(ElementType.FLOAT64, Math.max(1, sums.length));
            device.run(new MathOps.SumRows(whole, TILE, x, each));
            each.read(0, sums, 0, whole);
            if (rest > 0) {
                float[] last = new float[rest];
                x.read((long) whole * TILE, last, 0, rest);
                device.run(new MathOps.SumRows(1, rest, own.copyOf(last), each));
                each.read(0, sums, whole, 1);
            }
        }
        return new PartialSum(TILE, first, count, sums);
    }

    /**
     * Of one coordinate over draws {@code first …}, as gradients are added: on the host.
     *
     * @param first a multiple of {@value #RUN}
     */
    public static PartialSum ofDraws(long first, float... x) {
        check("first", RUN, first, x.length);
        double[] sums = new double[(x.length + RUN - 1) / RUN];
        for (int r = 0; r < sums.length; r++) {
            float sum = 0;
            for (int s = r * RUN; s < Math.min(x.length, (r + 1) * RUN); s++) {
                sum += x[s];
            }
            sums[r] = sum;
        }
        return new PartialSum(RUN, first, x.length, sums);
    }

    private static void check(String name, int unit, long first, int count) {
        if (first < 0 || first % unit != 0) {
            throw new IllegalArgumentException(name + " is " + first + ", but must be a multiple of " + unit
                    + ": elsewhere a cut changes the bits of a sum");
        }
        ArgumentChecks.notNegative("count", count);
    }

    /**
     * Of both.
     *
     * @param next the part that begins where this one ends, which is at a multiple of {@value #TILE} elements or {@value #RUN} draws
     * @throws IllegalArgumentException if it begins elsewhere, or one is of a row and the other of draws
     */
    public PartialSum merge(PartialSum next) {
        if (next.unit != unit) {
            throw new IllegalArgumentException("one part is of a row and the other of draws");
        }
        if (next.first != first + count) {
            throw new IllegalArgumentException(
                    "next begins at " + next.first + ", but this part ends before " + (first + count));
        }
        double[] both = Arrays.copyOf(sums, Math.addExact(sums.length, next.sums.length));
        System.arraycopy(next.sums, 0, both, sums.length, next.sums.length);
        return new PartialSum(unit, first, count + next.count, both);
    }

    /** The number of its first element. */
    public long first() {
        return first;
    }

    /** How many elements it is of. */
    public long count() {
        return count;
    }

    /** The sum, float64: of the whole, where its parts have been put together. */
    public double total() {
        double[] level = sums;
        while (level.length > 1) {
            double[] tiles = new double[(level.length + TILE - 1) / TILE];
            for (int t = 0; t < tiles.length; t++) {
                tiles[t] = tile(level, t * TILE, Math.min(level.length, (t + 1) * TILE));
            }
            level = tiles;
        }
        return level.length == 0 ? 0 : level[0];
    }

    private static double tile(double[] x, int from, int to) {
        double[] lanes = new double[LANES];
        for (int i = from; i < to; i++) {
            lanes[(i - from) % LANES] += x[i];
        }
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int l = 0; l < half; l++) {
                lanes[l] += lanes[l + half];
            }
        }
        return lanes[0];
    }

    /** By value. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PartialSum that
                && unit == that.unit
                && first == that.first
                && count == that.count
                && Arrays.equals(sums, that.sums);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(sums) + Long.hashCode(first);
    }

    /** {@code 3.25 of elements 1024 to 2047}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s of %s %d to %d",
                total(),
                unit == TILE ? "elements" : "draws",
                first,
                first + count - 1);
    }
}

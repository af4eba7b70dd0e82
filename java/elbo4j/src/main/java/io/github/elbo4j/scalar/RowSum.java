package io.github.elbo4j.scalar;

/**
 * The order of sums along a row (see {@link io.github.elbo4j.device.Operation}): {@link #fold} is a tile, this object the levels
 * in float64 above the tiles.
 */
public final class RowSum {
    /** Elements of a tile. */
    public static final int TILE = 1024;
    /** Lanes of a tile: a warp. */
    public static final int LANES = 32;

    private static final int LEVELS = 4; // 1024^4 tiles

    private final double[][] lanes = new double[LEVELS][LANES];
    private final int[] counts = new int[LEVELS];

    /** Begins a new sum. */
    public RowSum reset() {
        for (int level = 0; level < LEVELS; level++) {
            if (counts[level] > 0) {
                clear(level);
            }
        }
        return this;
    }

    /** Adds the next tile's sum. */
    public void add(double tileSum) {
        add(0, tileSum);
    }

    private void add(int level, double value) {
        lanes[level][counts[level] % LANES] += value;
        counts[level]++;
        if (counts[level] == TILE) {
            double total = foldLanes(lanes[level]);
            clear(level);
            add(level + 1, total);
        }
    }

    /** The sum of all that was added. Folding a single value returns that value, so levels above that hold nothing are left out. */
    public double total() {
        if (counts[0] == 1
                && counts[1] == 0
                && counts[2] == 0) { // the common row of one tile; what the loop below would give
            double only = lanes[0][0];
            lanes[0][0] = 0;
            counts[0] = 0;
            return only;
        }
        double total = 0;
        for (int level = 0; level < LEVELS; level++) {
            if (counts[level] > 0) {
                total = foldLanes(lanes[level]);
                clear(level);
                if (isAnythingAbove(level)) {
                    add(level + 1, total);
                }
            }
        }
        return total;
    }

    private boolean isAnythingAbove(int level) {
        for (int above = level + 1; above < LEVELS; above++) {
            if (counts[above] > 0) {
                return true;
            }
        }
        return false;
    }

    private void clear(int level) {
        java.util.Arrays.fill(lanes[level], 0.0);
        counts[level] = 0;
    }

    /** Folds 32 lanes 16, 8, 4, 2, 1; destroys them. */
    static double foldLanes(double[] lanes) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int l = 0; l < half; l++) {
                lanes[l] += lanes[l + half];
            }
        }
        return lanes[0];
    }

    /**
     * Folds 32 lanes 16, 8, 4, 2, 1; destroys them.
     *
     * @param n how many elements the tile has: lanes beyond them hold +0; adding those would change nothing, so it is left
     *     out, and they are not even read
     */
    public static float fold(float[] lanes, int n) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            int end = Math.min(half, n - half);
            for (int l = 0; l < end; l++) {
                lanes[l] += lanes[l + half];
            }
            n = Math.min(n, half);
        }
        return n == 0 ? 0f : lanes[0];
    }
}

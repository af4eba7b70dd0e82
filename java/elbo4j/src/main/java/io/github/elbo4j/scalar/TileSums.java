package io.github.elbo4j.scalar;

import java.util.Arrays;

/**
 * The levels in float64 above tiles, as {@link RowSum} has them, of up to {@link #MOST} sums beside each other, whose tiles
 * come by their numbers, increasing: a tile that is left out adds +0, which changes nothing.
 */
final class TileSums {
    /** Sums beside each other, at most. */
    static final int MOST = 64;

    private static final int LANES = RowSum.LANES;
    /** Rows are ints, so there are 2^21 tiles at most: 1024 · 1024 · 2. */
    private static final int LEVELS = 3;

    private final double[][] lanes = new double[LEVELS][LANES * MOST];
    /** The group of 1024, of the level's elements, that the lanes hold a part of. */
    private final int[] groups = new int[LEVELS];
    /** The levels that hold something. */
    private int used;

    private final double[] folded = new double[LANES / 2 * MOST];

    /** Begins new sums. */
    void reset() {
        for (int level = 0; level < used; level++) {
            Arrays.fill(lanes[level], 0);
        }
        used = 0;
    }

    /** Takes the sums of a tile, {@code n} of them. */
    void add(int tile, float[] sums, int n) {
        open(0, tile, n);
        double[] lane = lanes[0];
        int o = tile % LANES * MOST;
        for (int i = 0; i < n; i++) {
            lane[o + i] += sums[i];
        }
    }

    /** Makes the level ready for its element of a number: what it holds of another group goes up. */
    private void open(int level, int number, int n) {
        int group = number / RowSum.TILE;
        if (used <= level) {
            used = level + 1;
        } else if (groups[level] != group) {
            lift(level, n);
            open(level + 1, group, n);
        }
        groups[level] = group;
    }

    private void lift(int level, int n) {
        int group = groups[level];
        open(level + 1, group, n);
        fold(level, n);
        double[] above = lanes[level + 1];
        int o = group % LANES * MOST;
        for (int i = 0; i < n; i++) {
            above[o + i] += folded[i];
        }
        Arrays.fill(lanes[level], 0);
    }

    /** Folds a level's lanes 16, 8, 4, 2, 1; it keeps them. */
    private void fold(int level, int n) {
        double[] lane = lanes[level];
        for (int half = LANES / 2; half > 0; half /= 2) {
            double[] from = half == LANES / 2 ? lane : folded;
            for (int l = 0; l < half; l++) {
                int low = l * MOST;
                int high = (l + half) * MOST;
                for (int i = 0; i < n; i++) {
                    folded[low + i] = from[low + i] + from[high + i];
                }
            }
        }
    }

    /** The sums of all tiles so far, of which there is one or more; more may follow. */
    void total(double[] sums, int n) {
        fold(0, n);
        System.arraycopy(folded, 0, sums, 0, n);
        for (int level = 1; level < used; level++) {
            double[] lane = lanes[level];
            int o = groups[level - 1] % LANES * MOST;
            for (int i = 0; i < n; i++) {
                double before = lane[o + i];
                lane[o + i] = before + sums[i];
                sums[i] = before;
            }
            fold(level, n);
            System.arraycopy(sums, 0, lane, o, n); // as it was: the group below is not complete
            System.arraycopy(folded, 0, sums, 0, n);
        }
    }
}

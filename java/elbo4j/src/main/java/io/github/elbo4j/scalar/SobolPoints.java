package io.github.elbo4j.scalar;

import io.github.elbo4j.device.internal.DirectionNumbers;

/**
 * The points of one scrambling in some neighbouring dimensions. Scrambling is linear but for its shift, so the direction numbers are
 * scrambled, once, and a point is the sum of those that its Gray code names.
 */
final class SobolPoints {
    private static final int BITS = 32;

    private long seed;
    private int step;
    private int b;
    private int first;
    private int count = -1; // dimensions; -1: no scrambling has been made
    private int places; // so many have been scrambled
    private int[] factor = {}; // r of each dimension, whose first digit is 1
    private int[] shift = {}; // e
    private final int[] words = new int[4];
    private final int[][] scrambled = new int[DirectionNumbers.PLACES][0];

    /** {@code out[o + i]} = the scrambled digits of point s in dimension d + i, for i &lt; n. */
    void words(long seed, int step, int b, int s, int d, int n, int[] out, int o) {
        if (seed != this.seed || step != this.step || b != this.b || d != first || n != count) {
            begin(seed, step, b, d, n);
        }
        int gray = s ^ (s >>> 1);
        while (places < BITS - Integer.numberOfLeadingZeros(gray)) {
            scramble(places);
            places++;
        }
        System.arraycopy(shift, 0, out, o, n);
        for (int place = 0; gray >>> place != 0; place++) {
            if ((gray >>> place & 1) != 0) {
                int[] numbers = scrambled[place];
                for (int i = 0; i < n; i++) {
                    out[o + i] ^= numbers[i];
                }
            }
        }
    }

    private void begin(long seed, int step, int b, int d, int n) {
        this.seed = seed;
        this.step = step;
        this.b = b;
        first = d;
        count = n;
        places = 0;
        if (factor.length < n) {
            factor = new int[n];
            shift = new int[n];
        }
        for (int i = 0; i < n; i++) {
            if (i == 0 || (d + i) % 2 == 0) {
                Philox.words(seed, (d + i) / 2, -1, b, step, words, 0); // 2^32 − 1: the number of no draw
            }
            int half = (d + i) % 2 * 2;
            factor[i] = words[half] | Integer.MIN_VALUE;
            shift[i] = words[half + 1];
        }
    }

    /** {@code y_i = x_i + r_2·x_(i−1) + … + r_i·x_1} of the direction number x of a place, whose last 1 is at that place. */
    private void scramble(int place) {
        int[] numbers = DirectionNumbers.ofPlace(place);
        if (scrambled[place].length < count) {
            scrambled[place] = new int[count];
        }
        int[] y = scrambled[place];
        for (int i = 0; i < count; i++) {
            y[i] = 0;
        }
        for (int digit = 0; digit <= place; digit++) {
            for (int i = 0; i < count; i++) {
                // The digit, spread over a whole word.
                y[i] ^= (factor[i] >>> digit) & (numbers[first + i] << digit >> (BITS - 1));
            }
        }
    }
}

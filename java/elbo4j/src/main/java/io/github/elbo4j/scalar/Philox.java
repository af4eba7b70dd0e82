package io.github.elbo4j.scalar;

/**
 * Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011): four words as a
 * pure function of a counter of four words and a key of two. Ten rounds, each two 32 × 32 → 64 bit multiplications.
 *
 * <p>{@code words(seed, step, b, s, d) = Philox(counter = (d/4, s, b, step), key = (low 32 bits, high 32 bits of seed))}.
 * Twin of kernels/philox.cuh.
 */
public final class Philox {
    public static final int ROUNDS = 10;
    public static final long MULTIPLIER_0 = 0xD2511F53L;
    public static final long MULTIPLIER_1 = 0xCD9E8D57L;
    /** Added to the key's words in every round: the golden ratio and √3 − 1. */
    public static final int WEYL_0 = 0x9E3779B9;

    public static final int WEYL_1 = 0xBB67AE85;

    private Philox() {}

    /** Writes the four words of a counter to {@code out[at]} and after. */
    public static void words(long seed, int c0, int c1, int c2, int c3, int[] out, int at) {
        int k0 = (int) seed;
        int k1 = (int) (seed >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = MULTIPLIER_0 * (c0 & 0xffffffffL);
            long p1 = MULTIPLIER_1 * (c2 & 0xffffffffL);
            c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            c1 = (int) p1;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        out[at] = c0;
        out[at + 1] = c1;
        out[at + 2] = c2;
        out[at + 3] = c3;
    }
}

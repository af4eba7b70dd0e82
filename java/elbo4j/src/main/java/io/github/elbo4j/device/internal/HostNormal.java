package io.github.elbo4j.device.internal;

/** Philox4x32-10 and the standard normals of its words on the host, in float64 with {@code StrictMath}: the same bits on every Java. */
public final class HostNormal {
    private static final int ROUNDS = 10;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;

    private HostNormal() {}

    /**
     * The four words of a counter.
     *
     * @param counter [4]
     * @param out [4], written; may be the counter
     */
    public static void words(long seed, int[] counter, int[] out) {
        int c0 = counter[0];
        int c1 = counter[1];
        int c2 = counter[2];
        int c3 = counter[3];
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
        out[0] = c0;
        out[1] = c1;
        out[2] = c2;
        out[3] = c3;
    }

    /** {@code √(−2·log u)}, u = (word + 1/2)·2^-32. */
    public static double radius(int word) {
        return Math.sqrt(-2 * StrictMath.log(((word & 0xffffffffL) + 0.5) * 0x1p-32));
    }

    /**
     * A normal of a pair of words: the first gives the radius, the second the angle within half a turn and the sign.
     *
     * @param sine whether the second of the two normals is asked for
     */
    public static double normal(double radius, int word, boolean sine) {
        double angle = Math.PI * ((word << 1) + 1.0) * 0x1p-32;
        double part = sine ? StrictMath.sin(angle) : StrictMath.cos(angle);
        return word < 0 ? -radius * part : radius * part;
    }
}

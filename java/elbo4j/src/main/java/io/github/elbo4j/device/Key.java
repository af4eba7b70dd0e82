package io.github.elbo4j.device;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The key of a family of random draws. Randomness is an address, not a state: the standard normal
 * {@code epsilon(seed, step, b, s, d)} is a pure function of where it stands, so a key is a value that may be shared,
 * stored and used again.
 *
 * <p>{@code words(seed, step, b, s, d) = Philox4x32-10(counter = (d/4, s, b, step), key = (low 32 bits, high 32 bits of
 * seed))} (Salmon et al. 2011).
 *
 * @param seed all 64 bits count
 * @param points how the draws of a problem stand to each other; what is said of addresses above is said of independent ones
 */
public record Key(long seed, PointSet points) implements Serializable {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    public Key {
        ArgumentChecks.present("points", points);
    }

    /** A key of independent draws. */
    public Key(long seed) {
        this(seed, PointSet.INDEPENDENT);
    }

    /** The key of the same seed for other points. */
    public Key with(PointSet points) {
        return new Key(seed, points);
    }

    /**
     * The key of another purpose, such as {@code "evaluation"}. For one purpose, distinct seeds give distinct keys; two
     * purposes of one seed agree with a probability of about 2^-64.
     */
    public Key fork(String purpose) {
        long hash = FNV_OFFSET; // FNV-1a over the UTF-8 bytes
        for (byte b : purpose.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return new Key(mix(seed ^ mix(hash)), points);
    }

    /**
     * The numbers from 0 to n − 1 in an order that follows from the key and n: Fisher and Yates's shuffle by the {@link SplittableRandom}
     * of the seed.
     */
    public int[] permutation(int n) {
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = n - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return order;
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood 2014): a bijection that spreads every bit. */
    private static long mix(long x) {
        x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }
}

package io.github.elbo4j.device;

import io.github.elbo4j.device.internal.HostNormal;
import java.util.random.RandomGenerator;

/**
 * The words of {@link Key}'s addresses one after the other, for code that takes a {@link RandomGenerator}: Philox4x32-10 (Salmon,
 * Moraes, Dror and Shaw 2011) over a counter of 128 bits. The counter is {@code (d/4, s, b, step)}, its first word lowest, so that from
 * {@link #at} an address on come the words of that draw's coordinates d = 0, 1, 2, …: those of {@link NormalOps.Words} on a device, bit for
 * bit.
 *
 * <p>{@link #nextGaussian} turns them into normals in float64 by the devices' formula, the n-th being coordinate n, as long as nothing
 * else is drawn between. {@link #nextLong} is of two words, the first one high.
 *
 * <p>Commons RNG's {@code PHILOX_4X32} makes its first block from the counter plus one: with the seed {@code {low 32 bits, high 32 bits,
 * −1, −1, −1, −1}} its ints, longs and jumps are those of {@code new PhiloxRandom(key)}.
 *
 * <p>The period is 2^130 words. {@link #jump} skips 2^66 of them, to the same place of the next problem b; {@link #leap} skips 2^98, to
 * the next step; {@link #fork} makes the generator of another key. A generator is of one thread; what it gives is the same on every Java.
 */
public final class PhiloxRandom implements RandomGenerator.LeapableGenerator {
    private static final int LANES = 4;

    private final Key key;
    private final int[] counter; // of the block after that in words
    private final int[] words = new int[LANES];
    private int lane; // the next word of the block; 4 if none is left
    private double spare; // the second normal of a pair
    private boolean hasSpare;

    /** From the first word of the key on. */
    public PhiloxRandom(Key key) {
        this(key, new int[LANES], LANES);
    }

    private PhiloxRandom(Key key, int[] counter, int lane) {
        this.key = key;
        this.counter = counter;
        this.lane = lane;
    }

    /** From coordinate 0 of a draw on. */
    public static PhiloxRandom at(Key key, int step, int problem, int draw) {
        return new PhiloxRandom(key, new int[] {0, draw, problem, step}, LANES);
    }

    /** From the first word of the key of another purpose on: {@link Key#fork}. It does not depend on what has been drawn. */
    public PhiloxRandom fork(String purpose) {
        return new PhiloxRandom(key.fork(purpose));
    }

    @Override
    public int nextInt() {
        if (lane == LANES) {
            HostNormal.words(key.seed(), counter, words);
            add(0, 1);
            lane = 0;
        }
        return words[lane++];
    }

    @Override
    public long nextLong() {
        long high = nextInt();
        return high << 32 | (nextInt() & 0xffffffffL);
    }

    /** A standard normal, by Box and Muller (1958): two of a pair of words. The same bits on every Java. */
    @Override
    public double nextGaussian() {
        if (hasSpare) {
            hasSpare = false;
            return spare;
        }
        double radius = HostNormal.radius(nextInt());
        int word = nextInt();
        spare = HostNormal.normal(radius, word, true);
        hasSpare = true;
        return HostNormal.normal(radius, word, false);
    }

    /**
     * Skips so many words, as if they had been drawn, at once.
     *
     * @param count 0 or more
     */
    public void skip(long count) {
        if (count < 0) {
            throw new IllegalArgumentException("count is " + count + ", but must be 0 or more");
        }
        hasSpare = false;
        int left = LANES - lane;
        if (count <= left) {
            lane += (int) count;
            return;
        }
        long blocks = (count - left) / LANES;
        add(0, blocks);
        lane = LANES;
        for (long rest = (count - left) % LANES; rest > 0; rest--) {
            nextInt();
        }
    }

    /** Adds to the counter from one of its words on, carrying upward. */
    private void add(int from, long blocks) {
        long carry = blocks;
        for (int i = from; i < LANES && carry != 0; i++) {
            long sum = (counter[i] & 0xffffffffL) + (carry & 0xffffffffL);
            counter[i] = (int) sum;
            carry = (carry >>> 32) + (sum >>> 32);
        }
    }

    /** The same place 2^66 words on. */
    @Override
    public void jump() {
        jump(2);
    }

    /** The same place 2^98 words on. */
    @Override
    public void leap() {
        jump(3);
    }

    private void jump(int word) {
        hasSpare = false;
        add(word, 1);
        if (lane < LANES) { // the block that is half drawn moves on, too
            int[] here = counter.clone();
            for (int i = 0; i < LANES && here[i]-- == 0; i++) {
                // borrows from the next word
            }
            HostNormal.words(key.seed(), here, words);
        }
    }

    @Override
    public double jumpDistance() {
        return 0x1p66;
    }

    @Override
    public double leapDistance() {
        return 0x1p98;
    }

    @Override
    public PhiloxRandom copy() {
        PhiloxRandom copy = new PhiloxRandom(key, counter.clone(), lane);
        System.arraycopy(words, 0, copy.words, 0, LANES);
        copy.spare = spare;
        copy.hasSpare = hasSpare;
        return copy;
    }
}

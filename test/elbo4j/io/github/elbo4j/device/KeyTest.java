package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.junit.jupiter.api.Test;

class KeyTest {
    /** FNV-1a in arbitrary precision, and the finalizer as commons-rng has it: its generator adds the golden ratio first. */
    private static long forked(long seed, String purpose) {
        BigInteger hash = new BigInteger("14695981039346656037");
        for (byte b : purpose.getBytes(StandardCharsets.UTF_8)) {
            hash = hash.xor(BigInteger.valueOf(b & 0xff))
                    .multiply(new BigInteger("1099511628211"))
                    .mod(BigInteger.ONE.shiftLeft(64));
        }
        return mix(seed ^ mix(hash.longValue()));
    }

    private static long mix(long x) {
        return new SplitMix64(x - 0x9e3779b97f4a7c15L).nextLong();
    }

    @Test
    void forksAreAHashOfSeedAndPurpose() {
        for (String purpose : new String[] {"", "evaluation", "k-hat", "Prüfung", "a".repeat(1000)}) {
            for (long seed : new long[] {0, 1, -1, Long.MIN_VALUE, 0x123456789abcdefL}) {
                assertThat(new Key(seed).fork(purpose).seed()).isEqualTo(forked(seed, purpose));
            }
        }
    }

    /** The FNV-1a of these words is published (isthe.com/chongo/tech/comp/fnv); so the test's hash is the right one. */
    @Test
    void theHashOfThisTestIsFnv1a() {
        assertThat(forked(0, "foobar")).isEqualTo(mix(mix(0x85944171f73967e8L)));
        assertThat(forked(0, "a")).isEqualTo(mix(mix(0xaf63dc4c8601ec8cL)));
    }

    @Test
    void purposesAndSeedsGiveDistinctKeys() {
        Set<Long> seeds = new HashSet<>();
        for (int seed = 0; seed < 1000; seed++) {
            Key key = new Key(seed);
            seeds.add(key.seed());
            seeds.add(key.fork("").seed());
            seeds.add(key.fork("training").seed());
            seeds.add(key.fork("evaluation").seed());
            seeds.add(key.fork("evaluation").fork("training").seed());
            seeds.add(key.fork("training").fork("evaluation").seed());
        }
        assertThat(seeds).hasSize(6000);
    }

    @Test
    void aForkIsAPureFunction() {
        assertThat(new Key(5).fork("x")).isEqualTo(new Key(5).fork("x")).isNotEqualTo(new Key(5));
    }
}

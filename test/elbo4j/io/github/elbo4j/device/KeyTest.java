package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
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

    /** The shuffle as it is defined, by the generator of the JDK, for five. */
    @Test
    void aPermutationIsTheShuffleOfItsKey() {
        SplittableRandom random = new SplittableRandom(77);
        List<Integer> expected = new ArrayList<>(List.of(0, 1, 2, 3, 4));
        for (int i = 4; i > 0; i--) {
            Collections.swap(expected, i, random.nextInt(i + 1));
        }
        assertThat(new Key(77).permutation(5))
                .containsExactly(expected.stream().mapToInt(n -> n).toArray());
        assertThat(new Key(78).permutation(100)).isNotEqualTo(new Key(77).permutation(100));
        assertThat(Arrays.stream(new Key(77).permutation(100)).sorted())
                .hasSize(100)
                .doesNotHaveDuplicates();
        assertThat(new Key(77).permutation(0)).isEmpty();
    }
}

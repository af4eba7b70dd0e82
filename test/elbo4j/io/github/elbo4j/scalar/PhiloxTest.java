package io.github.elbo4j.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;

class PhiloxTest {
    @Test
    void wordsAreTheKnownAnswersOfRandom123() throws IOException {
        List<int[]> vectors = known();
        assertThat(vectors).hasSize(3);
        for (int[] v : vectors) {
            long seed = (v[4] & 0xffffffffL) | (long) v[5] << 32;
            assertThat(words(seed, v[0], v[1], v[2], v[3])).containsExactly(v[6], v[7], v[8], v[9]);
        }
    }

    /** The generator of commons-rng walks the counter upwards and begins one after the one it is given. */
    @Test
    void wordsAreThoseOfCommonsRng() {
        int[] keyAndCounter = {0x12345678, 0x9abcdef0, 0xfffffff0, 0xffffffff, 7, 0x80000001};
        UniformRandomProvider other = RandomSource.PHILOX_4X32.create(keyAndCounter);
        long seed = 0x9abcdef012345678L;
        int[] counter = {keyAndCounter[2], keyAndCounter[3], keyAndCounter[4], keyAndCounter[5]};
        for (int block = 0; block < 1000; block++) {
            for (int i = 0; i < 4 && ++counter[i] == 0; i++) {
                // carries to the next word
            }
            int[] theirs = {other.nextInt(), other.nextInt(), other.nextInt(), other.nextInt()};
            assertThat(words(seed, counter[0], counter[1], counter[2], counter[3]))
                    .as("block %d", block)
                    .containsExactly(theirs);
        }
    }

    @Test
    void wordsAreWrittenWhereTheyWereAskedForAndNowhereElse() {
        int[] out = {-1, -1, -1, -1, -1, -1, -1};
        Philox.words(0, 0, 0, 0, 0, out, 2);
        assertThat(out).containsExactly(-1, -1, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8, -1);
    }

    private static int[] words(long seed, int c0, int c1, int c2, int c3) {
        int[] out = new int[4];
        Philox.words(seed, c0, c1, c2, c3, out, 0);
        return out;
    }

    private static List<int[]> known() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(PhiloxTest.class.getResourceAsStream("/known/philox4x32-10.txt")),
                StandardCharsets.US_ASCII))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> java.util.Arrays.stream(line.trim().split("\\s+"))
                            .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
                            .toArray())
                    .toList();
        }
    }
}

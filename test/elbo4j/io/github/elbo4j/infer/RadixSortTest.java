package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RadixSortTest {
    private static final int LOW = 22;

    /** Numbers of both signs, many of them equal but for their place, as long as the order of all bits says. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 2047, 2048, 2049, 16_384, 100_001})
    void sortsAsByComparing(int n) {
        SplittableRandom random = new SplittableRandom(n);
        long[] numbers = new long[n + 3];
        for (int i = 0; i < numbers.length; i++) {
            long high = i % 3 == 0
                    ? random.nextLong()
                    : i % 3 == 1 ? random.nextLong(-40, 40) << 50 : random.nextInt() * 4L;
            numbers[i] = high >> LOW << LOW | i;
        }
        numbers[0] = Long.MIN_VALUE;
        numbers[1] = Long.MAX_VALUE >> LOW << LOW | 1;
        long[] expected = Arrays.copyOf(numbers, n);
        Arrays.sort(expected);
        assertThat(Arrays.copyOf(RadixSort.sorted(numbers, n, LOW), n)).isEqualTo(expected);
    }
}

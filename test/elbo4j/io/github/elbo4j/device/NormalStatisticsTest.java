package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import java.util.Arrays;
import java.util.Map;
import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.statistics.inference.BinomialTest;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;

/**
 * Draws at fixed addresses look like draws of a standard normal. Each test states the probability with which a perfect
 * generator would fail it at a random key; the key is fixed, so a test that passes once passes always.
 */
class NormalStatisticsTest {
    private static final Key KEY = new Key(20_260_101);
    private static final int B = 16;
    private static final int S = 128;
    private static final int D = 512;
    private static final int N = B * S * D; // 2^20

    /** Beyond 5 standard deviations: 5.7e-7 each. */
    private static final double SIGMAS = 5;

    @EveryDevice
    void firstFourMomentsAreThoseOfTheNormal(Device device) { // false alarm: 4 · 5.7e-7
        double[] sums = new double[4];
        for (float x : draws(device, KEY, 0)) {
            double square = (double) x * x;
            sums[0] += x;
            sums[1] += square - 1;
            sums[2] += square * x - 3 * x; // Hermite polynomials: uncorrelated, of variance k!
            sums[3] += square * square - 6 * square + 3;
        }
        assertSigmas("mean", sums[0], N);
        assertSigmas("variance", sums[1], 2.0 * N);
        assertSigmas("skewness", sums[2], 6.0 * N);
        assertSigmas("kurtosis", sums[3], 24.0 * N);
    }

    @EveryDevice
    void everyLaneHasMeanZeroAndVarianceOne(Device device) { // false alarm: 8 · 5.7e-7
        double[] mean = new double[4];
        double[] variance = new double[4];
        float[] x = draws(device, KEY, 1);
        for (int i = 0; i < N; i++) {
            mean[i % 4] += x[i];
            variance[i % 4] += (double) x[i] * x[i] - 1;
        }
        for (int lane = 0; lane < 4; lane++) {
            assertSigmas("mean of lane " + lane, mean[lane], N / 4.0);
            assertSigmas("variance of lane " + lane, variance[lane], N / 2.0);
        }
    }

    @EveryDevice
    void kolmogorovSmirnovFindsNoDifference(Device device) { // false alarm: 1e-6
        double[] x = doubles(draws(device, KEY, 2));
        double p = KolmogorovSmirnovTest.withDefaults()
                .test(x, NormalStatisticsTest::cumulative)
                .getPValue();
        assertThat(p).isGreaterThan(1e-6);
    }

    @EveryDevice
    void andersonDarlingFindsNoDifference(Device device) { // false alarm: 1e-5
        double[] x = doubles(draws(device, KEY, 3));
        assertThat(1 - andersonDarling(andersonDarlingStatistic(x))).isGreaterThan(1e-5);
    }

    /** The test itself: percentiles of the limit (D'Agostino and Stephens 1986, table 4.2), and a sample that is off. */
    @Test
    void andersonDarlingIsTheKnownDistributionAndSeesASmallShift() {
        Map.of(1.248, 0.75, 1.933, 0.90, 2.492, 0.95, 3.070, 0.975, 3.880, 0.99)
                .forEach((statistic, probability) ->
                        assertThat(andersonDarling(statistic)).isCloseTo(probability, within(3e-4)));
        java.util.Random random = new java.util.Random(1);
        double[] shifted =
                random.doubles(100_000).map(u -> 0.02 + random.nextGaussian()).toArray();
        assertThat(1 - andersonDarling(andersonDarlingStatistic(shifted))).isLessThan(1e-5);
    }

    @EveryDevice
    void theTailsAreAsHeavyAsTheyShouldBe(Device device) { // false alarm: 4 · 1e-6
        double[] limits = {3, 4, 4.5, 5};
        int[] beyond = new int[limits.length];
        float largest = 0;
        int steps = 8;
        for (int step = 0; step < steps; step++) {
            for (float x : draws(device, KEY, 100 + step)) {
                for (int k = 0; k < limits.length && Math.abs(x) > limits[k]; k++) {
                    beyond[k]++;
                }
                largest = Math.max(largest, Math.abs(x));
            }
        }
        for (int k = 0; k < limits.length; k++) {
            double p = BinomialTest.withDefaults()
                    .test(steps * N, beyond[k], 2 * cumulative(-limits[k]))
                    .getPValue();
            assertThat(p).as("%d beyond %s", beyond[k], limits[k]).isGreaterThan(1e-6);
        }
        assertThat(largest).isBetween(4.5f, 6.77f);
    }

    @EveryDevice
    void theAngleOfAPairIsUniform(Device device) { // false alarm: 1e-6
        float[] x = draws(device, KEY, 4);
        long[] counts = new long[64];
        for (int i = 0; i < N; i += 2) {
            counts[(int) (64 * (Math.atan2(x[i], x[i + 1]) / (2 * Math.PI) + 0.5)) % 64]++;
        }
        assertThat(ChiSquareTest.withDefaults().test(counts).getPValue()).isGreaterThan(1e-6);
    }

    @EveryDevice
    void uniformsAreUniform(Device device) { // false alarm: 3 · 1e-6
        try (Arena arena = new Arena(device)) {
            Buffer u = arena.out(N);
            arena.run(new NormalOps.Uniform(KEY, Index.of(0), DrawBlock.of(B, S, D), u));
            long[] counts = new long[256];
            long[] low = new long[256];
            for (float x : arena.floats(u)) {
                counts[(int) (256 * x)]++;
                low[(int) (0x1p23f * x) & 255]++;
            }
            assertThat(ChiSquareTest.withDefaults().test(counts).getPValue()).isGreaterThan(1e-6);
            assertThat(ChiSquareTest.withDefaults().test(low).getPValue()).isGreaterThan(1e-6);
            double p = KolmogorovSmirnovTest.withDefaults()
                    .test(doubles(arena.floats(u)), x -> x)
                    .getPValue();
            assertThat(p).isGreaterThan(1e-6);
        }
    }

    /** Of the draws and of their squares: false alarm 22 · 5.7e-7. */
    @EveryDevice
    void neighbouringAddressesAreUncorrelatedInEveryCoordinate(Device device) {
        float[] x = draws(device, KEY, 5);
        for (int distance = 1; distance <= 5; distance++) {
            assertUncorrelated("d + " + distance, x, x, distance, 1, D);
        }
        assertUncorrelated("s + 1", x, x, 1, D, S);
        assertUncorrelated("s + 2", x, x, 2, D, S);
        assertUncorrelated("b + 1", x, x, 1, S * D, B);
        assertUncorrelated("step + 1", x, draws(device, KEY, 6), 0, 1, D);
        assertUncorrelated("seed + 1", x, draws(device, new Key(KEY.seed() + 1), 5), 0, 1, D);
        assertUncorrelated("seed + 2^32", x, draws(device, new Key(KEY.seed() + (1L << 32)), 5), 0, 1, D);
        assertUncorrelated("fork", x, draws(device, KEY.fork("evaluation"), 5), 0, 1, D);
    }

    @Test
    void aCorrelationOfOneHundredthIsSeen() {
        java.util.Random random = new java.util.Random(2);
        float[] x = new float[N];
        for (int i = 0; i < N; i++) {
            x[i] = (float) (random.nextGaussian() + (i == 0 ? 0 : 0.01 * x[i - 1]));
        }
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> assertUncorrelated("x", x, x, 1, 1, D)))
                .isInstanceOf(AssertionError.class);
    }

    /** Correlates x with y {@code distance} strides away, within rows of {@code extent} strides. */
    private static void assertUncorrelated(String what, float[] x, float[] y, int distance, int stride, int extent) {
        double products = 0;
        double squares = 0;
        int count = 0;
        for (int i = 0; i < N; i++) {
            if (i / stride % extent + distance < extent) {
                double a = x[i];
                double b = y[i + distance * stride];
                products += a * b;
                squares += (a * a - 1) * (b * b - 1);
                count++;
            }
        }
        assertSigmas("correlation with " + what, products, count);
        assertSigmas("correlation of squares with " + what, squares, 4.0 * count);
    }

    private static void assertSigmas(String what, double sum, double variance) {
        assertThat(Math.abs(sum) / Math.sqrt(variance)).as(what + ", in sigmas").isLessThan(SIGMAS);
    }

    private static float[] draws(Device device, Key key, int step) {
        try (Arena arena = new Arena(device)) {
            Buffer epsilon = arena.out(N);
            arena.run(new NormalOps.Normal(key, Index.of(step), DrawBlock.of(B, S, D), epsilon));
            return arena.floats(epsilon);
        }
    }

    private static double cumulative(double x) {
        return Erfc.value(-x / Math.sqrt(2)) / 2;
    }

    private static double andersonDarlingStatistic(double[] x) {
        double[] sorted = x.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            // 1 − Φ(x) is Φ(−x), which keeps its digits in the tail
            sum += (2.0 * i + 1) * (Math.log(cumulative(sorted[i])) + Math.log(cumulative(-sorted[n - 1 - i])));
        }
        return -n - sum / n;
    }

    /** P(A² &lt; z) for many draws (Marsaglia and Marsaglia, Evaluating the Anderson–Darling distribution, 2004). */
    private static double andersonDarling(double z) {
        if (z < 2) {
            double polynomial =
                    2.00012 + (.247105 - (.0649821 - (.0347962 - (.011672 - .00168691 * z) * z) * z) * z) * z;
            return Math.exp(-1.2337141 / z) / Math.sqrt(z) * polynomial;
        }
        double polynomial = 2.30695 - (.43424 - (.082433 - (.008056 - .0003146 * z) * z) * z) * z;
        return Math.exp(-Math.exp(1.0776 - polynomial * z));
    }

    private static double[] doubles(float[] x) {
        double[] values = new double[x.length];
        Arrays.setAll(values, i -> x[i]);
        return values;
    }
}

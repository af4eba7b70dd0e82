package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.doubles;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Order;
import java.util.Arrays;

class ElboOpsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double V = 0x1p-53;
    private static final int[] DRAWS = {2, 3, 31, 33, 1024, 1025, 4099};

    @EveryDevice
    void momentsAreMeanVarianceAndStandardErrorInTheirSlot(Device device) {
        for (int draws : DRAWS) {
            // A variance of 1 around 1e8: float32 would keep no digit of it, nor would mean(f²) − mean(f)² in float64.
            double[] logP = doubles(normals(1, 3L * draws));
            Arrays.setAll(logP, i -> 1e8 + logP[i]);
            double[] logQ = doubles(normals(2, 3L * draws, -20, 0.1));
            try (Arena arena = new Arena(device)) {
                Buffer moments = arena.doubles(9 * 2);
                arena.run(new ElboOps.Moments(3, draws, arena.of(logP), arena.of(logQ), moments, Index.of(1)));
                double[] got = arena.doubles(moments);
                assertThat(Arrays.copyOf(got, 9)).containsOnly(Arena.POISON);
                for (int b = 0; b < 3; b++) {
                    assertMoments(got, 9 + 3 * b, logP, logQ, b, draws);
                }
            }
        }
    }

    /** f rounds once, 37 roundings along the row, one for each draw here; deviations carry those of f, and of the mean. */
    private static void assertMoments(double[] got, int at, double[] logP, double[] logQ, int b, int draws) {
        double[] f = new double[draws];
        Arrays.setAll(f, s -> logP[b * draws + s] - logQ[b * draws + s]);
        double mean = Arrays.stream(f).sum() / draws;
        double size = Arrays.stream(f).map(Math::abs).sum() / draws;
        double meanError = (38 + draws) * V * size;
        close("mean", got[at], mean, meanError);
        double squares = 0;
        double error = draws * meanError * meanError;
        for (double x : f) {
            double deviation = Math.abs(x - mean);
            squares += deviation * deviation;
            error += 2 * deviation * V * (Math.abs(x) + deviation) + (40 + draws) * V * deviation * deviation;
        }
        double variance = squares / (draws - 1);
        close("variance", got[at + 1], variance, 1.1 * error / (draws - 1));
        same("standard error", got[at + 2], Math.sqrt(got[at + 1] / draws));
    }

    @EveryDevice
    void momentsAreSummedInTheOrderThatOpsStates(Device device) {
        for (int draws : new int[] {2, 33, 1025, 4099}) {
            double[] f = doubles(normals(draws, draws, 3, 2));
            Arrays.setAll(f, s -> f[s] / 3);
            try (Arena arena = new Arena(device)) {
                Buffer moments = arena.doubles(3);
                arena.run(new ElboOps.Moments(1, draws, arena.of(f), null, moments, Index.of(0)));
                double mean = Order.ofSums(f) / draws;
                double[] squares = new double[draws];
                for (int s = 0; s < draws; s++) {
                    double deviation = f[s] - mean;
                    squares[s] = deviation * deviation;
                }
                same("mean", arena.doubles(moments)[0], mean);
                same("variance", arena.doubles(moments)[1], Order.ofSums(squares) / (draws - 1));
            }
        }
    }

    @EveryDevice
    void withoutLogQItCountsAsZero(Device device) {
        double[] f = doubles(normals(1, 3 * 65));
        try (Arena arena = new Arena(device)) {
            Buffer missing = arena.doubles(9);
            Buffer zero = arena.doubles(9);
            Buffer boundMissing = arena.doubles(6);
            Buffer boundZero = arena.doubles(6);
            Buffer zeros = arena.of(new double[f.length]);
            arena.run(new ElboOps.Moments(3, 65, arena.of(f), null, missing, Index.of(0)));
            arena.run(new ElboOps.Moments(3, 65, arena.of(f), zeros, zero, Index.of(0)));
            arena.run(new ElboOps.Renyi(3, 65, 0f, arena.of(f), null, boundMissing));
            arena.run(new ElboOps.Renyi(3, 65, 0f, arena.of(f), zeros, boundZero));
            assertThat(arena.doubles(missing)).containsExactly(arena.doubles(zero));
            assertThat(arena.doubles(boundMissing)).containsExactly(arena.doubles(boundZero));
        }
    }

    @EveryDevice
    void oneDrawHasAMeanButNoSpread(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer moments = arena.doubles(6);
            Buffer bound = arena.doubles(4);
            arena.run(
                    new ElboOps.Moments(2, 1, arena.of(doubles(3, -4)), arena.of(doubles(1, 1)), moments, Index.of(0)));
            arena.run(new ElboOps.Renyi(2, 1, 0f, arena.of(doubles(3, -4)), arena.of(doubles(1, 1)), bound));
            assertThat(arena.doubles(moments)).containsExactly(2, Double.NaN, Double.NaN, -5, Double.NaN, Double.NaN);
            assertThat(arena.doubles(bound)).containsExactly(2, Double.NaN, -5, Double.NaN);
        }
    }

    @EveryDevice
    void aNanOrInfinityStaysInItsProblem(Device device) {
        double[] f = new double[4 * 1100];
        f[1090] = Double.NaN;
        f[1100] = INF;
        f[2200] = -INF;
        try (Arena arena = new Arena(device)) {
            Buffer moments = arena.doubles(12);
            arena.run(new ElboOps.Moments(4, 1100, arena.of(f), null, moments, Index.of(0)));
            double[] got = arena.doubles(moments);
            assertThat(new double[] {got[0], got[3], got[6], got[9]}).containsExactly(Double.NaN, INF, -INF, 0);
            assertThat(new double[] {got[1], got[4], got[7], got[10]})
                    .containsExactly(Double.NaN, Double.NaN, Double.NaN, 0);
        }
    }

    @EveryDevice
    void boundsAreTheLogMeansOfPowersOfTheWeights(Device device) {
        for (float alpha : new float[] {0f, 0.5f, -1f, 2f, 0.999f}) {
            for (int draws : DRAWS) {
                double[] logP = doubles(normals(1, 3L * draws, -500, 2));
                double[] logQ = doubles(normals(2, 3L * draws, 20, 2));
                try (Arena arena = new Arena(device)) {
                    Buffer bound = arena.doubles(6);
                    arena.run(new ElboOps.Renyi(3, draws, alpha, arena.of(logP), arena.of(logQ), bound));
                    for (int b = 0; b < 3; b++) {
                        assertBound(arena.doubles(bound), 2 * b, alpha, logP, logQ, b, draws);
                    }
                }
            }
        }
    }

    /**
     * A weight exp(x), x = (1 − alpha)·f − largest, carries the float64 roundings of f, of the product and of the difference,
     * one float32 rounding of x, and 1.8 of exp; the sum 37, log 1.9 of its result, and its argument 1.
     */
    private static void assertBound(double[] got, int at, float alpha, double[] logP, double[] logQ, int b, int draws) {
        double power = 1 - alpha;
        double[] x = new double[draws];
        double largest = -INF;
        for (int s = 0; s < draws; s++) {
            x[s] = power * (logP[b * draws + s] - logQ[b * draws + s]);
            largest = Math.max(largest, x[s]);
        }
        double sum = 0;
        double sumError = 0;
        for (double value : x) {
            double weight = Math.exp(value - largest);
            sum += weight;
            sumError += weight * (U * (largest - value + 1.8) + 6 * V * (Math.abs(value) + Math.abs(largest)));
        }
        double mean = sum / draws;
        double meanError = sumError / sum + 38 * U; // relative
        double logError = meanError + 2 * U * Math.abs(Math.log(mean)) + 4 * V * Math.abs(largest);
        close("bound", got[at], (largest + Math.log(mean)) / power, logError / Math.abs(power));
        double squares = 0;
        double error = 0;
        for (double value : x) {
            double weight = Math.exp(value - largest);
            double deviation = Math.abs(weight - mean);
            squares += deviation * deviation;
            double own = weight * (U * (largest - value + 1.8) + 6 * V * (Math.abs(value) + Math.abs(largest)));
            error += 2 * deviation * (own + meanError * mean + U * deviation) + 40 * U * deviation * deviation;
        }
        double want = Math.sqrt(squares / (draws - 1) / draws) / (mean * Math.abs(power));
        close("standard error", got[at + 1], want, want * (error / squares + 2 * logError));
    }

    @EveryDevice
    void hugeAndVanishingWeightsNeitherOverflowNorVanish(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer bound = arena.doubles(10);
            float inf = Float.POSITIVE_INFINITY;
            arena.run(new ElboOps.Renyi(
                    5,
                    2,
                    0f,
                    arena.of(doubles(1e30f, 1e30f, -1e30f, -1e30f, 5e4f, -5e4f, -inf, 7f, -3e38f, 3e38f)),
                    null,
                    bound));
            double[] got = arena.doubles(bound);
            close("huge", got[0], 1e30, 1e23);
            close("vanishing", got[2], -1e30, 1e23);
            close("one of two", got[4], 5e4 - Math.log(2), 0.01);
            close("a weight of zero", got[6], 7 - Math.log(2), 1e-6);
            close("the whole range", got[8], 3e38, 1e32);
            // Weights (1, 0): their mean 1/2, its standard error 1/2, relative to the mean 1.
            close("standard error", got[5], 1, 1e-6);
            close("standard error", got[7], 1, 1e-6);
        }
    }

    @EveryDevice
    void weightsThatAreAllZeroOrInfiniteGiveThatBound(Device device) {
        float inf = Float.POSITIVE_INFINITY;
        double[] f = {-inf, -inf, inf, 0, Double.NaN, 0, Double.NaN, -inf};
        try (Arena arena = new Arena(device)) {
            Buffer bound = arena.doubles(8);
            arena.run(new ElboOps.Renyi(4, 2, 0f, arena.of(f), null, bound));
            double[] got = arena.doubles(bound);
            assertThat(new double[] {got[0], got[2], got[4], got[6]})
                    .containsExactly(-INF, INF, Double.NaN, Double.NaN);
            assertThat(new double[] {got[1], got[3], got[5], got[7]}).containsOnly(Double.NaN);
            // alpha above 1 weighs by a negative power: one impossible draw makes the bound −inf
            arena.run(new ElboOps.Renyi(4, 2, 2f, arena.of(f), null, bound));
            got = arena.doubles(bound);
            assertThat(new double[] {got[0], got[4], got[6]}).containsExactly(-INF, Double.NaN, Double.NaN);
            // weights 0 and 1 of power −1: log(1/2) / −1
            close("bound", got[2], Math.log(2), 1e-6);
        }
    }

    @EveryDevice
    void boundsAreOrderedAndMeetTheElbo(Device device) {
        int draws = 4099;
        double[] f = doubles(normals(7, draws, -3, 1.5));
        try (Arena arena = new Arena(device)) {
            Buffer moments = arena.doubles(3);
            Buffer bound = arena.doubles(2);
            arena.run(new ElboOps.Moments(1, draws, arena.of(f), null, moments, Index.of(0)));
            double last = INF;
            for (float alpha : new float[] {-1f, 0f, 0.5f, 0.99f}) {
                arena.run(new ElboOps.Renyi(1, draws, alpha, arena.of(f), null, bound));
                assertThat(arena.doubles(bound)[0]).as("alpha %s", alpha).isLessThan(last);
                last = arena.doubles(bound)[0];
            }
            // log E exp(t·f) / t = E f + t·Var f/2 + O(t²) at t = 0.01
            double want = arena.doubles(moments)[0] + 0.005 * arena.doubles(moments)[1];
            close("alpha 0.99", last, want, 1e-3);
        }
    }

    @EveryDevice
    void meansOverDrawsFollowTheOrderThatOpsStates(Device device) {
        // 65,537 draws are 1,025 runs: more than a tile of them. The next are 3 tiles and a bit.
        for (int draws : new int[] {1, 64, 65, 4099, 65_536, 65_537, 64 * 3 * 1024 + 1}) {
            for (int width : new int[] {1, 63, 65}) {
                int runs = ElboOps.runs(draws);
                assertThat(runs).isEqualTo((draws + 63) / 64);
                // Two problems, and more runs than these draws fill, which must not be read.
                int allRuns = runs + 2;
                double[] sums = new double[2 * allRuns * width];
                float[] x = normals(draws, sums.length);
                for (int i = 0; i < sums.length; i++) {
                    sums[i] = i / width % allRuns < runs ? x[i] / 3.0 : Double.NaN;
                }
                try (Arena arena = new Arena(device)) {
                    Buffer mean = arena.out(2L * width);
                    arena.run(new ElboOps.MeanOverDraws(2, draws, width, 0.75f, arena.of(sums), mean));
                    float[] got = arena.floats(mean);
                    for (int i = 0; i < got.length; i++) {
                        double[] own = new double[runs];
                        for (int r = 0; r < runs; r++) {
                            own[r] = sums[(i / width * allRuns + r) * width + i % width];
                        }
                        same("mean of " + draws, got[i], (float) (0.75 + Order.ofSums(own) / draws));
                    }
                }
            }
        }
    }

    /** More than 1024 tiles of runs: the means take a third level. */
    @EveryDevice
    void aMeanOverSixtySevenMillionDrawsFollowsTheOrderThatOpsStates(Device device) {
        int runs = 1024 * 1024 + 1025;
        float[] x = normals(7, runs);
        double[] sums = new double[runs];
        for (int r = 0; r < runs; r++) {
            sums[r] = x[r] / 3.0;
        }
        try (Arena arena = new Arena(device)) {
            Buffer mean = arena.out(1);
            arena.run(new ElboOps.MeanOverDraws(1, 64 * runs, 1, -1e-4f, arena.of(sums), mean));
            same("mean", arena.floats(mean)[0], (float) (-1e-4f + Order.ofSums(sums) / (64 * runs)));
        }
    }

    @EveryDevice
    void noProblemsAreNoWork(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer none = arena.of(new double[0]);
            arena.run(new ElboOps.Moments(0, 5, none, none, arena.doubles(0), Index.of(0)));
            arena.run(new ElboOps.Renyi(0, 5, 0.5f, none, none, arena.doubles(0)));
            arena.run(new ElboOps.MeanOverDraws(0, 5, 3, 0f, arena.runs(0), arena.out(0)));
            arena.run(new ElboOps.MeanOverDraws(2, 5, 0, 0f, arena.runs(0), arena.out(0)));
        }
    }
}

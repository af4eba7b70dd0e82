package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.close;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Dense;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.device.ScoreOps.Baseline;
import java.util.Arrays;

/**
 * Every gradient estimator has the expectation of the closed form, shown with a Gaussian target on many problems that differ
 * in their draws only. Within 5 standard errors of their mean: a false alarm has a probability of 6e-7 for each number.
 */
class GradientsUnbiasedTest {
    private static final Key KEY = new Key(7);
    private static final int B = 8192;
    private static final int S = 8;
    private static final int D = 3;
    private static final DrawBlock SHAPE = DrawBlock.of(B, S, D);

    private static final float[] MU = {0.5f, -0.2f, 1};
    private static final float[] OMEGA = {-0.3f, 0.1f, -0.6f};
    private static final float[] TARGET_MU = {0, 0.3f, 0.4f};
    private static final float[] TARGET_OMEGA = {0.2f, 0, -0.2f};
    // rows of the factors, their diagonals logarithms
    private static final float[] FACTOR = {-0.3f, 0, 0, 0.4f, 0.1f, 0, -0.2f, 0.3f, -0.6f};
    private static final float[] TARGET_FACTOR = {0.2f, 0, 0, 0.3f, 0, 0, 0.5f, -0.4f, -0.2f};

    @EveryDevice
    void meanFieldEstimatorsHaveTheGradientAsTheirExpectation(Device device) {
        double[] want = new double[2 * D];
        for (int d = 0; d < D; d++) {
            double precision = Math.exp(-2 * TARGET_OMEGA[d]);
            want[d] = -(MU[d] - TARGET_MU[d]) * precision;
            want[D + d] = 1 - Math.exp(2 * OMEGA[d]) * precision;
        }
        try (Arena arena = new Arena(device)) {
            Buffer omega = repeated(arena, OMEGA);
            Buffer z = arena.out(SHAPE.elements());
            Buffer logQ = arena.doubles(SHAPE.allDraws());
            Buffer logP = arena.doubles(SHAPE.allDraws());
            Buffer slopes = arena.out(SHAPE.elements());
            Buffer runs = arena.runs(B * 2L * D);
            Buffer squares = arena.runs(B * 4L * D);
            Buffer sums = arena.out(B * 4L * D);
            Buffer weights = arena.out(SHAPE.allDraws());
            arena.run(new MeanFieldOps.Sample(KEY, Index.of(0), SHAPE, repeated(arena, MU), omega, z));
            arena.run(new MeanFieldOps.LogDensity(
                    SHAPE, MeanFieldOps.Variable.Z, repeated(arena, MU), omega, z, logQ, null));
            arena.run(new MeanFieldOps.LogDensity(
                    SHAPE,
                    MeanFieldOps.Variable.Z,
                    repeated(arena, TARGET_MU),
                    repeated(arena, TARGET_OMEGA),
                    z,
                    logP,
                    slopes));
            float[] entropy = {0, 0, 0, 1, 1, 1};
            for (boolean path : new boolean[] {false, true}) {
                arena.run(new ReparamOps.MeanFieldReparam(KEY, Index.of(0), SHAPE, path, omega, slopes, runs));
                assertMean("path " + path, arena, runs, path ? new float[2 * D] : entropy, want);
            }
            for (Baseline baseline : Baseline.values()) {
                weights(arena, baseline, logP, logQ, weights);
                boolean controlled = baseline == Baseline.CONTROL_VARIATE;
                if (controlled) {
                    arena.run(new ScoreOps.MeanFieldScoreSquares(KEY, Index.of(0), SHAPE, weights, squares));
                    arena.run(new ElboOps.MeanOverDraws(B, S, 4 * D, 0f, squares, sums));
                }
                arena.run(new ScoreOps.MeanFieldScore(
                        KEY, Index.of(0), SHAPE, omega, weights, controlled ? sums : null, S, runs));
                assertMean(baseline + "", arena, runs, new float[2 * D], want);
            }
        }
    }

    /** For log p = −(z − m)ᵀA(z − m)/2: −A(mu − m) in mu, −A·L in L, times L_ii and plus 1 on the logarithmic diagonal. */
    @EveryDevice
    void fullRankEstimatorsHaveTheGradientAsTheirExpectation(Device device) {
        int width = D + D * D;
        double[][] l = Dense.factor(FACTOR, 0, D);
        double[][] p = Dense.factor(TARGET_FACTOR, 0, D);
        double[][] precision = Dense.inverse(Dense.times(p, Dense.transposed(p)));
        double[] offset = new double[D];
        Arrays.setAll(offset, d -> (double) MU[d] - TARGET_MU[d]);
        double[] want = new double[width];
        float[] entropy = new float[width];
        for (int i = 0; i < D; i++) {
            want[i] = -Dense.times(precision, offset)[i];
            for (int j = 0; j <= i; j++) {
                want[D + i * D + j] = -Dense.times(precision, l)[i][j];
            }
            want[D + i * D + i] = want[D + i * D + i] * l[i][i] + 1;
            entropy[D + i * D + i] = 1;
        }
        try (Arena arena = new Arena(device)) {
            Buffer factor = repeated(arena, FACTOR);
            Buffer targetMu = repeated(arena, TARGET_MU);
            Buffer targetFactor = repeated(arena, TARGET_FACTOR);
            Buffer z = arena.out(SHAPE.elements());
            Buffer logQ = arena.doubles(SHAPE.allDraws());
            Buffer logP = arena.doubles(SHAPE.allDraws());
            Buffer slopes = arena.out(SHAPE.elements());
            Buffer score = arena.out(SHAPE.elements());
            Buffer runs = arena.runs((long) B * width);
            Buffer squares = arena.runs(2L * B * width);
            Buffer sums = arena.out(2L * B * width);
            Buffer weights = arena.out(SHAPE.allDraws());
            arena.run(new FullRankOps.FullRankSample(KEY, Index.of(0), SHAPE, repeated(arena, MU), factor, z));
            arena.run(new FullRankOps.FullRankLogDensity(SHAPE, repeated(arena, MU), factor, z, logQ, null));
            arena.run(new FullRankOps.FullRankLogDensity(SHAPE, targetMu, targetFactor, z, logP, slopes));
            arena.run(new FullRankOps.FullRankScore(KEY, Index.of(0), SHAPE, factor, score));
            for (boolean path : new boolean[] {false, true}) {
                arena.run(new ReparamOps.FullRankReparam(
                        KEY, Index.of(0), SHAPE, factor, slopes, path ? score : null, runs));
                assertMean("path " + path, arena, runs, path ? new float[width] : entropy, want);
            }
            for (Baseline baseline : Baseline.values()) {
                weights(arena, baseline, logP, logQ, weights);
                boolean controlled = baseline == Baseline.CONTROL_VARIATE;
                if (controlled) {
                    arena.run(new ScoreOps.FullRankScoreSquares(
                            KEY, Index.of(0), SHAPE, factor, score, weights, squares));
                    arena.run(new ElboOps.MeanOverDraws(B, S, 2 * width, 0f, squares, sums));
                }
                arena.run(new ScoreOps.FullRankScoreGradient(
                        KEY, Index.of(0), SHAPE, factor, score, weights, controlled ? sums : null, S, runs));
                assertMean(baseline + "", arena, runs, new float[width], want);
            }
        }
    }

    private static Buffer repeated(Arena arena, float[] x) {
        float[] all = new float[B * x.length];
        for (int b = 0; b < B; b++) {
            System.arraycopy(x, 0, all, b * x.length, x.length);
        }
        return arena.of(all);
    }

    private static void weights(Arena arena, Baseline baseline, Buffer logP, Buffer logQ, Buffer weights) {
        double[] earlier = new double[B];
        Arrays.fill(earlier, -0.7);
        Buffer running = baseline == Baseline.RUNNING_MEAN ? arena.of(earlier) : null;
        arena.run(new ScoreOps.ScoreWeights(B, S, baseline, logP, logQ, running, Scalar.of(0.1), weights));
    }

    private static void assertMean(String what, Arena arena, Buffer runs, float[] added, double[] want) {
        int width = want.length;
        Buffer mean = arena.out((long) B * width);
        arena.run(new ElboOps.MeanOverDraws(B, S, width, 0f, runs, mean));
        float[] estimates = arena.floats(mean);
        for (int k = 0; k < width; k++) {
            double sum = 0;
            double squares = 0;
            for (int b = 0; b < B; b++) {
                double x = estimates[b * width + k] + added[k];
                sum += x;
                squares += x * x;
            }
            double variance = squares / B - sum / B * (sum / B);
            close(what + " gradient[" + k + "]", sum / B, want[k], 5 * Math.sqrt(variance / B) + 1e-6);
        }
    }
}

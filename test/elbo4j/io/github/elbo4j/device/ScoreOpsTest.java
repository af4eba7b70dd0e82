package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.doubles;
import static io.github.elbo4j.Numbers.factors;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Dense;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import io.github.elbo4j.device.ScoreOps.Baseline;
import java.util.Arrays;

class ScoreOpsTest {
    private static final Key KEY = new Key(45);
    private static final int STEP = 4;

    private static final DrawBlock[] SHAPES = {
        DrawBlock.of(1, 2, 1), DrawBlock.of(3, 67, 5).at(2, 64, 1), DrawBlock.of(2, 65, 33), DrawBlock.of(1, 130, 1027),
    };

    // ---- weights ----

    @EveryDevice
    void weightsAreFLessTheBaseline(Device device) {
        assertWeights(device, 700);
        assertWeights(device, 1e9); // where float32 has steps of 64
    }

    private static void assertWeights(Device device, double far) {
        for (int draws : new int[] {2, 33, 1025, 4099}) {
            double[] logP = doubles(normals(1, 3L * draws, 0, 3));
            Arrays.setAll(logP, i -> logP[i] - far);
            double[] logQ = doubles(normals(2, 3L * draws, 20, 3));
            double[] running = {-19 - far, 5 - far, 0};
            for (Baseline baseline : Baseline.values()) {
                try (Arena arena = new Arena(device)) {
                    Buffer state = arena.of(running);
                    Buffer weights = arena.out(3L * draws);
                    Buffer used = baseline == Baseline.RUNNING_MEAN ? state : null;
                    arena.run(new ScoreOps.ScoreWeights(
                            3, draws, baseline, arena.of(logP), arena.of(logQ), used, Scalar.of(0.25), weights));
                    float[] got = arena.floats(weights);
                    for (int b = 0; b < 3; b++) {
                        double mean = mean(logP, logQ, b, draws);
                        double subtracted = switch (baseline) {
                            case NONE -> 0;
                            case RUNNING_MEAN -> running[b];
                            case LEAVE_ONE_OUT, CONTROL_VARIATE -> mean;
                        };
                        // f rounds once, its mean 38 times and here once for each draw, all in float64; the weight once
                        double size = far + 60;
                        double tolerance = size * 0x1p-53 * (41 + draws);
                        for (int i = b * draws; i < (b + 1) * draws; i++) {
                            double f = logP[i] - logQ[i];
                            double want = f - subtracted;
                            if (baseline == Baseline.LEAVE_ONE_OUT) {
                                want = f - (mean * draws - f) / (draws - 1); // the mean of the others
                            }
                            close(
                                    baseline + "",
                                    got[i],
                                    want,
                                    tolerance * draws / (draws - 1) + 1.1 * U * Math.abs(want));
                        }
                        double next = baseline == Baseline.RUNNING_MEAN
                                ? running[b] + 0.25 * (mean - running[b])
                                : running[b];
                        close("running", state.toDoubles()[b], next, tolerance);
                    }
                }
            }
        }
    }

    @EveryDevice
    void theRunningMeanBeginsWithTheFirstMean(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer running = arena.of(new double[] {123, -9});
            Buffer f = arena.of(doubles(1, 2, 3, 5, 5, 8));
            Buffer zero = arena.of(new double[6]);
            arena.run(new ScoreOps.ScoreWeights(
                    2, 3, Baseline.RUNNING_MEAN, f, zero, running, Scalar.of(1), arena.out(6)));
            assertThat(running.toDoubles()).containsExactly(2, 6);
            Buffer weights = arena.out(6);
            arena.run(
                    new ScoreOps.ScoreWeights(2, 3, Baseline.RUNNING_MEAN, f, zero, running, Scalar.of(0.5), weights));
            assertThat(arena.floats(weights)).containsExactly(-1, 0, 1, -1, -1, 2);
        }
    }

    @EveryDevice
    void aNanInFReachesEveryWeightThatItsMeanReaches(Device device) {
        double[] f = {1, Double.NaN, 1, 2, 3, 4};
        for (Baseline baseline : Baseline.values()) {
            try (Arena arena = new Arena(device)) {
                Buffer weights = arena.out(6);
                Buffer running = arena.of(new double[2]);
                Buffer zero = arena.of(new double[6]);
                arena.run(
                        new ScoreOps.ScoreWeights(2, 3, baseline, arena.of(f), zero, running, Scalar.of(0.5), weights));
                float[] got = arena.floats(weights);
                boolean local = baseline == Baseline.NONE || baseline == Baseline.RUNNING_MEAN;
                assertThat(Float.isNaN(got[0])).isEqualTo(!local);
                assertThat(got[1]).isNaN();
                assertThat(got[4]).isFinite();
                assertThat(Double.isNaN(running.toDoubles()[0])).isEqualTo(baseline == Baseline.RUNNING_MEAN);
            }
        }
    }

    // ---- sums ----

    /** 64 additions; h at most 6 roundings, its product with the weight 1. */
    @EveryDevice
    void meanFieldRunsAreSumsOfWeightTimesScore(Device device) {
        for (DrawBlock shape : SHAPES) {
            int dims = shape.dimensions();
            float[] omega = normals(1, shape.parameters(), -0.5, 0.7);
            float[] w = normals(2, shape.allDraws());
            float[] e = epsilon(device, shape);
            double[] got;
            double[] squares;
            try (Arena arena = new Arena(device)) {
                Buffer runs = arena.runs(runIndex(shape, shape.problems(), 0) * 2L * dims);
                Buffer more = arena.runs(runIndex(shape, shape.problems(), 0) * 4L * dims);
                arena.run(new ScoreOps.MeanFieldScore(
                        KEY, Index.of(STEP), shape, arena.of(omega), arena.of(w), null, 0, runs));
                arena.run(new ScoreOps.MeanFieldScoreSquares(KEY, Index.of(STEP), shape, arena.of(w), more));
                got = arena.doubles(runs);
                squares = arena.doubles(more);
            }
            for (int b = 0; b < shape.problems(); b++) {
                for (int r = 0; r < ElboOps.runs(shape.draws()); r++) {
                    for (int d = 0; d < dims; d++) {
                        Sum[] want = new Sum[6];
                        Arrays.setAll(want, k -> new Sum());
                        double inverse = Math.exp(-omega[b * dims + d]);
                        for (int s = 64 * r; s < Math.min(shape.draws(), 64 * r + 64); s++) {
                            int row = b * shape.draws() + s;
                            double x = e[row * dims + d];
                            double h = x * x - 1;
                            double size = x * x + 1;
                            want[0].add(w[row] * x * inverse);
                            want[1].add(w[row] * h, Math.abs(w[row]) * size);
                            want[2].add(w[row] * x * x);
                            want[3].add(x * x);
                            want[4].add(w[row] * h * h, Math.abs(w[row]) * size * size);
                            want[5].add(h * h, size * size);
                        }
                        int at = runIndex(shape, b, r);
                        for (int k = 0; k < 6; k++) {
                            double value = k < 2
                                    ? got[at * 2 * dims + k * dims + d]
                                    : squares[at * 4 * dims + (k - 2) * dims + d];
                            close(shape + " sum " + k, value, want[k], 64 + 7);
                        }
                    }
                }
            }
        }
    }

    /**
     * The control variate of the other draws, written without the trick of subtracting a draw's own part: a = Σ' w·h² / Σ' h²
     * over the others.
     */
    @EveryDevice
    void theControlVariateOfADrawIsEstimatedFromTheOthers(Device device) {
        DrawBlock shape = DrawBlock.of(2, 67, 5);
        float[] w = normals(2, shape.allDraws(), 0.4, 1);
        float[] omega = normals(1, 10, -0.5, 0.3);
        float[] e = epsilon(device, shape);
        try (Arena arena = new Arena(device)) {
            Buffer weights = arena.of(w);
            Buffer runs = arena.runs(2 * 2 * 10);
            Buffer squares = arena.runs(2 * 2 * 20);
            Buffer sums = arena.out(2 * 20);
            Buffer gradient = arena.out(20);
            arena.run(new ScoreOps.MeanFieldScoreSquares(KEY, Index.of(STEP), shape, weights, squares));
            arena.run(new ElboOps.MeanOverDraws(2, 67, 20, 0f, squares, sums));
            arena.run(
                    new ScoreOps.MeanFieldScore(KEY, Index.of(STEP), shape, arena.of(omega), weights, sums, 67, runs));
            arena.run(new ElboOps.MeanOverDraws(2, 67, 10, 0f, runs, gradient));
            for (int k = 0; k < 20; k++) {
                int b = k / 10;
                int d = k % 5;
                boolean mu = k % 10 < 5;
                double[] h = new double[67];
                double[] f = new double[67];
                for (int s = 0; s < 67; s++) {
                    double x = e[(b * 67 + s) * 5 + d];
                    h[s] = mu ? x * Math.exp(-omega[b * 5 + d]) : x * x - 1;
                    f[s] = w[b * 67 + s];
                }
                close("gradient[" + k + "]", arena.floats(gradient)[k], controlled(f, h), 67 * 20 * U * 10);
            }
        }
    }

    /** Σ h² less the draw's own is 0: nothing to estimate from, and nothing to divide by. */
    @EveryDevice
    void aDrawWithoutOthersHasNoControlVariate(Device device) {
        DrawBlock shape = DrawBlock.of(2, 1, 5);
        int width = 5 + 25;
        try (Arena arena = new Arena(device)) {
            Buffer weights = arena.of(normals(2, 2, 0.4, 1));
            Buffer omega = arena.of(normals(1, 10, -0.5, 0.3));
            Buffer squares = arena.runs(2 * 20);
            Buffer sums = arena.out(2 * 20);
            Buffer runs = arena.runs(2 * 10);
            Buffer plain = arena.runs(2 * 10);
            arena.run(new ScoreOps.MeanFieldScoreSquares(KEY, Index.of(STEP), shape, weights, squares));
            arena.run(new ElboOps.MeanOverDraws(2, 1, 20, 0f, squares, sums));
            arena.run(new ScoreOps.MeanFieldScore(KEY, Index.of(STEP), shape, omega, weights, sums, 1, runs));
            arena.run(new ScoreOps.MeanFieldScore(KEY, Index.of(STEP), shape, omega, weights, null, 0, plain));
            same("mean-field", arena.doubles(runs), arena.doubles(plain));

            Buffer factor = arena.of(factors(1, 2, 5));
            Buffer score = arena.out(shape.elements());
            Buffer fullSquares = arena.runs(2L * 2 * width);
            Buffer fullSums = arena.out(2L * 2 * width);
            Buffer fullRuns = arena.runs(2L * width);
            Buffer fullPlain = arena.runs(2L * width);
            arena.run(new FullRankOps.FullRankScore(KEY, Index.of(STEP), shape, factor, score));
            arena.run(
                    new ScoreOps.FullRankScoreSquares(KEY, Index.of(STEP), shape, factor, score, weights, fullSquares));
            arena.run(new ElboOps.MeanOverDraws(2, 1, 2 * width, 0f, fullSquares, fullSums));
            arena.run(new ScoreOps.FullRankScoreGradient(
                    KEY, Index.of(STEP), shape, factor, score, weights, fullSums, 1, fullRuns));
            arena.run(new ScoreOps.FullRankScoreGradient(
                    KEY, Index.of(STEP), shape, factor, score, weights, null, 0, fullPlain));
            for (int i = 0; i < 2 * width; i++) { // here the weight multiplies later
                close("full-rank " + i, arena.doubles(fullRuns)[i], arena.doubles(fullPlain)[i], 4 * U);
            }
        }
    }

    @EveryDevice
    void theFullRankControlVariateOfADrawIsEstimatedFromTheOthers(Device device) {
        DrawBlock shape = DrawBlock.of(2, 67, 3);
        int width = 12;
        float[] w = normals(2, shape.allDraws(), 0.4, 1);
        float[] factor = factors(1, 2, 3);
        float[] e = epsilon(device, shape);
        try (Arena arena = new Arena(device)) {
            Buffer weights = arena.of(w);
            Buffer f = arena.of(factor);
            Buffer score = arena.out(shape.elements());
            Buffer runs = arena.runs(2 * 2 * width);
            Buffer plain = arena.runs(2 * 2 * width);
            Buffer squares = arena.runs(2 * 2 * 2 * width);
            Buffer sums = arena.out(2 * 2 * width);
            Buffer gradient = arena.out(2 * width);
            Buffer plainGradient = arena.out(2 * width);
            arena.run(new FullRankOps.FullRankScore(KEY, Index.of(STEP), shape, f, score));
            arena.run(new ScoreOps.FullRankScoreSquares(KEY, Index.of(STEP), shape, f, score, weights, squares));
            arena.run(new ElboOps.MeanOverDraws(2, 67, 2 * width, 0f, squares, sums));
            arena.run(
                    new ScoreOps.FullRankScoreGradient(KEY, Index.of(STEP), shape, f, score, weights, sums, 67, runs));
            arena.run(
                    new ScoreOps.FullRankScoreGradient(KEY, Index.of(STEP), shape, f, score, weights, null, 0, plain));
            arena.run(new ElboOps.MeanOverDraws(2, 67, width, 0f, runs, gradient));
            arena.run(new ElboOps.MeanOverDraws(2, 67, width, 0f, plain, plainGradient));
            for (int b = 0; b < 2; b++) {
                double[][] l = Dense.factor(factor, b, 3);
                double[][] h = new double[width][67];
                double[] values = new double[67];
                for (int s = 0; s < 67; s++) {
                    values[s] = w[b * 67 + s];
                    double[] x = new double[3];
                    int row = (b * 67 + s) * 3;
                    Arrays.setAll(x, i -> e[row + i]);
                    double[] gradientOfLogQ = score(l, x);
                    for (int k = 0; k < width; k++) {
                        h[k][s] = gradientOfLogQ[k];
                    }
                }
                for (int k = 0; k < width; k++) {
                    int at = b * width + k;
                    if (k >= 3 && (k - 3) % 3 > (k - 3) / 3) {
                        same("above the diagonal", arena.floats(gradient)[at], 0);
                        same("above the diagonal", arena.floats(plainGradient)[at], 0);
                        same("above the diagonal", arena.floats(sums)[2 * at - k], 0);
                        continue;
                    }
                    // scores below 20 here, condition of L below 10
                    close("controlled " + k, arena.floats(gradient)[at], controlled(values, h[k]), 67 * 200 * U);
                    close("plain " + k, arena.floats(plainGradient)[at], Dense.dot(values, h[k]) / 67, 67 * 20 * U);
                    double[] squared = Arrays.stream(h[k]).map(x -> x * x).toArray();
                    close("w·h²", arena.floats(sums)[b * 2 * width + k], Dense.dot(values, squared) / 67, 67 * 200 * U);
                    close(
                            "h²",
                            arena.floats(sums)[b * 2 * width + width + k],
                            Dense.dot(h[k], h[k]) / 67,
                            67 * 200 * U);
                }
            }
        }
    }

    /** ∇log q at z = mu + L·x in mu and in the factor, by central differences in float64 with z held. */
    private static double[] score(double[][] l, double[] x) {
        double[] z = Dense.times(l, x);
        double[] h = new double[12];
        for (int k = 0; k < 12; k++) {
            double step = 1e-5;
            h[k] = (logQ(l, z, k, step) - logQ(l, z, k, -step)) / (2 * step);
        }
        return h;
    }

    private static double logQ(double[][] l, double[] z, int k, double step) {
        double[][] factor = {l[0].clone(), l[1].clone(), l[2].clone()};
        double[] residual = z.clone();
        if (k < 3) {
            residual[k] -= step;
        } else if (k == 3 || k == 7 || k == 11) {
            factor[(k - 3) / 3][(k - 3) / 3] *= Math.exp(step);
        } else {
            factor[(k - 3) / 3][(k - 3) % 3] += step;
        }
        double[] h = Dense.times(Dense.inverse(factor), residual);
        return -Dense.dot(h, h) / 2 - Math.log(factor[0][0] * factor[1][1] * factor[2][2]);
    }

    /** 1/S·Σ_s (f_s − a_s)·h_s with a_s = Σ_{t ≠ s} f_t·h_t² / Σ_{t ≠ s} h_t². */
    private static double controlled(double[] f, double[] h) {
        double sum = 0;
        for (int s = 0; s < f.length; s++) {
            double weighted = 0;
            double norm = 0;
            for (int t = 0; t < f.length; t++) {
                if (t != s) {
                    weighted += f[t] * h[t] * h[t];
                    norm += h[t] * h[t];
                }
            }
            sum += (f[s] - weighted / norm) * h[s];
        }
        return sum / f.length;
    }

    private static double mean(double[] logP, double[] logQ, int b, int draws) {
        double sum = 0;
        for (int i = b * draws; i < (b + 1) * draws; i++) {
            sum += logP[i] - logQ[i];
        }
        return sum / draws;
    }

    private static int runIndex(DrawBlock shape, int b, int r) {
        int first = shape.firstDraw() / ElboOps.DRAWS_PER_RUN;
        return b * (first + ElboOps.runs(shape.draws())) + (b < shape.problems() ? first + r : 0);
    }

    private static float[] epsilon(Device device, DrawBlock shape) {
        try (Arena arena = new Arena(device)) {
            Buffer epsilon = arena.out(shape.elements());
            arena.run(new NormalOps.Normal(KEY, Index.of(STEP), shape, epsilon));
            return arena.floats(epsilon);
        }
    }
}

package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Dense;
import io.github.elbo4j.Devices;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Densities, gradients, scores and entropies of full-rank Gaussians. */
class FullRankOpsTest {
    private static final Key KEY = FullRankSetting.KEY;
    private static final double HALF_LOG_2PI = Math.log(2 * Math.PI) / 2;

    @EveryDevice
    void logDensityIsTheClosedForm(Device device) {
        for (DrawBlock shape : FullRankSetting.SHAPES) {
            FullRankSetting x = new FullRankSetting(shape);
            double[] got = logDensity(device, x);
            for (int row = 0; row < x.rows(); row++) {
                int b = x.problem(row);
                double[] h = Dense.times(x.inverse[b], x.residual(row));
                double[] before =
                        Arrays.stream(x.residual(row)).map(r -> U * Math.abs(r)).toArray();
                double[] error = Dense.solveError(x.l[b], x.inverse[b], h, x.roundings(), before);
                Sum want = new Sum();
                double solved = 0;
                for (int i = 0; i < x.dims; i++) {
                    want.add(-h[i] * h[i] / 2).add(-Math.log(x.l[b][i][i])).add(-HALF_LOG_2PI);
                    solved += Math.abs(h[i]) * error[i] + error[i] * error[i];
                }
                close(shape + " logQ", got[row], want.value, solved + 40 * U * want.magnitude);
            }
        }
    }

    /** Of a draw whose z would not tell which epsilon made it, too. */
    @EveryDevice
    void logDensityAtADrawIsTheClosedFormOfItsEpsilon(Device device) {
        for (DrawBlock shape : FullRankSetting.SHAPES) {
            FullRankSetting x = new FullRankSetting(shape);
            for (int b = 0; b < shape.problems() && x.dims > 0; b++) {
                x.factor[b * x.dims * x.dims] = b == 0 ? -40 : 0; // log L_00
            }
            float[] epsilon = FullRankSetting.epsilon(device, shape);
            try (Arena arena = new Arena(device)) {
                Buffer logQ = arena.doubles(shape.allDraws());
                arena.run(new FullRankOps.FullRankLogDensityAtDraw(KEY, Index.of(7), shape, arena.of(x.factor), logQ));
                double[] got = arena.doubles(logQ);
                for (int row = 0; row < x.rows(); row++) {
                    Sum want = new Sum();
                    for (int i = 0; i < x.dims; i++) {
                        double e = epsilon[row * x.dims + i];
                        int diagonal = (x.problem(row) * x.dims + i) * x.dims + i;
                        want.add(-e * e / 2).add(-x.factor[diagonal]).add(-HALF_LOG_2PI);
                    }
                    close(shape + " logQ", got[row], want, 40); // a term 2, a tile 32 + 5
                }
            }
        }
    }

    @EveryDevice
    void gradientIsThatOfTheLogDensity(Device device) {
        for (DrawBlock shape : FullRankSetting.SHAPES) {
            FullRankSetting x = new FullRankSetting(shape);
            try (Arena arena = new Arena(device)) {
                Buffer gradient = arena.out(shape.elements());
                arena.run(new FullRankOps.FullRankLogDensity(
                        shape, arena.of(x.mu), arena.of(x.factor), arena.of(x.z), null, gradient));
                float[] got = arena.floats(gradient);
                for (int row = 0; row < x.rows(); row++) {
                    int b = x.problem(row);
                    double[] residual = x.residual(row);
                    double[][] upper = Dense.transposed(x.l[b]);
                    double[][] upperInverse = Dense.transposed(x.inverse[b]);
                    double[] h = Dense.times(x.inverse[b], residual);
                    double[] want = Dense.times(upperInverse, h);
                    double[] before =
                            Arrays.stream(residual).map(r -> U * Math.abs(r)).toArray();
                    double[] first = Dense.solveError(x.l[b], x.inverse[b], h, x.roundings(), before);
                    double[] error = Dense.solveError(upper, upperInverse, want, x.roundings(), first);
                    for (int i = 0; i < x.dims; i++) {
                        close(shape + " gradient", got[row * x.dims + i], -want[i], 1.01 * error[i]);
                    }
                    if (x.dims == 5 && row < 20) {
                        assertDerivative(x, b, residual, want);
                    }
                }
            }
        }
    }

    /** The closed form that the device is compared with, against central differences of log q, a quadratic of z. */
    private static void assertDerivative(FullRankSetting x, int b, double[] residual, double[] minusGradient) {
        for (int i = 0; i < x.dims; i++) {
            double[] unit = new double[x.dims];
            unit[i] = 1e-3;
            double[] up = Dense.times(x.inverse[b], Dense.sum(residual, 1, unit));
            double[] down = Dense.times(x.inverse[b], Dense.sum(residual, -1, unit));
            double slope = (Dense.dot(up, up) - Dense.dot(down, down)) / 2 / 2e-3;
            close("derivative", minusGradient[i], slope, 1e-11 * Dense.dot(up, up));
        }
    }

    @EveryDevice
    void scoreIsTheSolutionOfTheTransposedFactor(Device device) {
        for (DrawBlock shape : FullRankSetting.SHAPES) {
            FullRankSetting x = new FullRankSetting(shape);
            float[] epsilon = FullRankSetting.epsilon(device, shape);
            try (Arena arena = new Arena(device)) {
                Buffer score = arena.out(shape.elements());
                arena.run(new FullRankOps.FullRankScore(KEY, Index.of(7), shape, arena.of(x.factor), score));
                float[] got = arena.floats(score);
                for (int row = 0; row < x.rows(); row++) {
                    int b = x.problem(row);
                    double[][] upperInverse = Dense.transposed(x.inverse[b]);
                    double[] want = Dense.times(upperInverse, x.row(epsilon, row));
                    double[] error = Dense.solveError(
                            Dense.transposed(x.l[b]), upperInverse, want, x.roundings(), new double[x.dims]);
                    for (int i = 0; i < x.dims; i++) {
                        close(shape + " score", got[row * x.dims + i], want[i], 1.01 * error[i]);
                    }
                }
            }
        }
    }

    /** What the interface promises: the score at a draw is minus the gradient of log q there. */
    @EveryDevice
    void scoreIsMinusTheGradientAtTheDraw(Device device) {
        FullRankSetting x = new FullRankSetting(DrawBlock.of(2, 9, 4));
        try (Arena arena = new Arena(device)) {
            Buffer factor = arena.of(x.factor);
            Buffer mu = arena.of(new float[8]);
            Buffer z = arena.out(72);
            Buffer gradient = arena.out(72);
            Buffer score = arena.out(72);
            arena.run(new FullRankOps.FullRankSample(KEY, Index.of(7), x.shape, mu, factor, z));
            arena.run(new FullRankOps.FullRankLogDensity(x.shape, mu, factor, z, null, gradient));
            arena.run(new FullRankOps.FullRankScore(KEY, Index.of(7), x.shape, factor, score));
            for (int i = 0; i < 72; i++) {
                close(
                        "score",
                        arena.floats(score)[i],
                        -arena.floats(gradient)[i],
                        1e-4); // two solves of condition < 100
            }
        }
    }

    @EveryDevice
    void entropyIsTheClosedFormInItsSlot(Device device) {
        for (DrawBlock shape : FullRankSetting.SHAPES) {
            FullRankSetting x = new FullRankSetting(shape);
            int problems = shape.problems();
            try (Arena arena = new Arena(device)) {
                Buffer entropy = arena.doubles(3L * problems);
                arena.run(new FullRankOps.FullRankEntropy(problems, x.dims, arena.of(x.factor), entropy, Index.of(1)));
                double[] got = arena.doubles(entropy);
                for (int b = 0; b < problems; b++) {
                    Sum want = new Sum();
                    for (int i = 0; i < x.dims; i++) {
                        want.add(x.factor[(b * x.dims + i) * x.dims + i]);
                    }
                    close("entropy", got[problems + b] - x.dims * (HALF_LOG_2PI + 0.5), want, 37.1);
                    assertThat(got[b]).isEqualTo(Arena.POISON);
                    assertThat(got[2 * problems + b]).isEqualTo(Arena.POISON);
                }
            }
        }
    }

    @EveryDevice
    void extremeDiagonalsStayFinite(Device device) {
        DrawBlock shape = DrawBlock.of(1, 20, 3);
        for (float log : new float[] {-80, 80}) {
            float[] factor = {log, Float.NaN, Float.NaN, 0, log, Float.NaN, 0, 0, log};
            float[] e = FullRankSetting.epsilon(device, shape);
            try (Arena arena = new Arena(device)) {
                Buffer mu = arena.of(new float[3]);
                Buffer z = arena.out(60);
                Buffer logQ = arena.doubles(20);
                arena.run(new FullRankOps.FullRankSample(KEY, Index.of(7), shape, mu, arena.of(factor), z));
                arena.run(new FullRankOps.FullRankLogDensity(shape, mu, arena.of(factor), z, logQ, null));
                for (int s = 0; s < 20; s++) {
                    Sum want = new Sum();
                    for (int i = 0; i < 3; i++) {
                        want.add(-0.5 * e[3 * s + i] * e[3 * s + i]).add(-log).add(-HALF_LOG_2PI);
                    }
                    close("logQ", arena.doubles(logQ)[s], want, 60);
                }
            }
        }
    }

    /** Products that underflow to −0 or +0, residuals of either zero: a chain that is longer or shorter than it should be shows. */
    @EveryDevice
    void zerosKeepTheirSigns(Device device) {
        float[] tiny = {0.0f, -0.0f, 1e-30f, -1e-30f, 1e-38f, -1e-38f};
        for (int dims = 1; dims <= 34; dims++) {
            SplittableRandom random = new SplittableRandom(dims);
            DrawBlock shape = DrawBlock.of(1, 37, dims);
            float[] z = of(random, tiny, 37 * dims);
            float[] factor = of(random, tiny, dims * dims);
            for (int i = 0; i < dims; i++) {
                factor[i * dims + i] = random.nextBoolean() ? 0.0f : 0.5f;
            }
            float[][] got = new float[2][];
            try (Device scalar = Devices.open("scalar")) {
                for (Device on : List.of(device, scalar)) {
                    try (Arena arena = new Arena(on)) {
                        Buffer gradient = arena.out(shape.elements());
                        arena.run(new FullRankOps.FullRankLogDensity(
                                shape, arena.of(new float[dims]), arena.of(factor), arena.of(z), null, gradient));
                        got[on == device ? 0 : 1] = arena.floats(gradient);
                    }
                }
            }
            same("gradient of " + dims, got[0], got[1]);
        }
    }

    private static float[] of(SplittableRandom random, float[] values, int n) {
        float[] chosen = new float[n];
        for (int i = 0; i < n; i++) {
            chosen[i] = values[random.nextInt(values.length)];
        }
        return chosen;
    }

    @EveryDevice
    void aNanReachesItsProblemOnly(Device device) {
        FullRankSetting x = new FullRankSetting(DrawBlock.of(3, 2, 4));
        x.factor[16 + 4] = Float.NaN; // problem 1, L_10
        double[] logQ = logDensity(device, x);
        for (int row = 0; row < 6; row++) {
            assertThat(Double.isNaN(logQ[row])).isEqualTo(row / 2 == 1);
        }
        x.z[1] = Float.POSITIVE_INFINITY;
        assertThat(logDensity(device, x)[0]).isIn(Double.NEGATIVE_INFINITY, Double.NaN);
    }

    private static double[] logDensity(Device device, FullRankSetting x) {
        try (Arena arena = new Arena(device)) {
            Buffer logQ = arena.doubles(x.shape.allDraws());
            arena.run(new FullRankOps.FullRankLogDensity(
                    x.shape, arena.of(x.mu), arena.of(x.factor), arena.of(x.z), logQ, null));
            return arena.doubles(logQ);
        }
    }
}

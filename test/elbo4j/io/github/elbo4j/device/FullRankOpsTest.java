package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.factors;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Dense;
import io.github.elbo4j.Devices;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import io.github.elbo4j.scalar.DetMath;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Factors hold NaN above the diagonal throughout: it must not be read. */
class FullRankOpsTest {
    private static final Key KEY = new Key(43);
    private static final double HALF_LOG_2PI = Math.log(2 * Math.PI) / 2;

    private static final DrawBlock[] SHAPES = {
        DrawBlock.of(1, 1, 1),
        DrawBlock.of(3, 67, 5).at(2, 3, 1),
        DrawBlock.of(2, 70, 8), // whole and partial shares of 32 draws
        DrawBlock.of(3, 33, 17).at(0, 1, 2),
        DrawBlock.of(2, 31, 32),
        DrawBlock.of(2, 3, 33),
        DrawBlock.of(1, 1, 300).at(0, 5, 3), // more than a panel
        DrawBlock.of(0, 3, 3),
        DrawBlock.of(3, 0, 3),
        DrawBlock.of(3, 5, 0),
    };

    /** The parameters and draws of a shape, and per problem the factor and its inverse in float64. */
    private static final class Setting {
        final DrawBlock shape;
        final int dims;
        final float[] mu;
        final float[] factor;
        final float[] z;
        final double[][][] l;
        final double[][][] inverse;

        Setting(DrawBlock shape) {
            this.shape = shape;
            dims = shape.dimensions();
            mu = normals(1, shape.parameters(), 0, 3);
            factor = factors(2, shape.problems(), dims);
            z = normals(3, shape.elements(), 0, 3);
            l = new double[shape.problems()][][];
            inverse = new double[shape.problems()][][];
            for (int b = 0; b < l.length; b++) {
                l[b] = Dense.factor(factor, b, dims);
                inverse[b] = Dense.inverse(l[b]);
            }
        }

        int rows() {
            return Math.toIntExact(shape.allDraws());
        }

        int problem(int row) {
            return row / shape.draws();
        }

        /** Chains of D fma and their panels; the diagonal's exp 1.8, its product 1. */
        double roundings() {
            return dims + dims / 256 + 1 + 3;
        }

        double[] row(float[] x, int row) {
            double[] values = new double[dims];
            Arrays.setAll(values, i -> x[row * dims + i]);
            return values;
        }

        double[] residual(int row) {
            return Dense.sum(row(z, row), -1, row(mu, problem(row)));
        }
    }

    /**
     * Addresses that differ in one part from those before, in the number of rows or in their length: what a worker has kept of one must not
     * be taken for the other. With mu = 0 and L = I a draw is its epsilon, which rows of 64 dimensions and more, made each by itself, hold too.
     */
    @EveryDevice
    void whatIsKeptOfDrawsIsThatOfTheirAddress(Device device) {
        DrawBlock shape = DrawBlock.of(1, 20, 5);
        for (int s : new int[] {0, 64}) {
            Runnable before = () -> epsilonAsDraws(device, KEY, 5, shape.at(3, s, 4));
            for (long seed : new long[] {KEY.seed() ^ 1, KEY.seed() ^ 1L << 63}) {
                before.run();
                assertDrawsAreEpsilon(device, new Key(seed), 5, shape.at(3, s, 4));
            }
            before.run();
            assertDrawsAreEpsilon(device, KEY, 6, shape.at(3, s, 4));
            for (int part = 0; part < 16; part++) {
                before.run();
                int draw = s + (part >> 1 & 1) + 8 * 64 * (part >> 2 & 1);
                assertDrawsAreEpsilon(device, KEY, 5, shape.at(3 + (part & 1), draw, 4 + 4 * (part >> 3)));
            }
            for (int rows : new int[] {16, 19, 21, 64, 65, 200}) {
                for (int dims : new int[] {1, 2, 3, 4, 6, 7, 8, 15, 16, 17}) {
                    before.run();
                    assertDrawsAreEpsilon(
                            device, KEY, 5, DrawBlock.of(1, rows, dims).at(3, s, 4));
                }
            }
        }
    }

    private static void assertDrawsAreEpsilon(Device device, Key key, int step, DrawBlock shape) {
        int d = shape.firstDimension();
        DrawBlock wide = DrawBlock.of(1, shape.draws(), 64 + d).at(shape.firstProblem(), shape.firstDraw(), 0);
        float[] got = epsilonAsDraws(device, key, step, shape);
        try (Arena arena = new Arena(device)) {
            Buffer epsilon = arena.out(wide.elements());
            arena.run(new NormalOps.Normal(key, Index.of(step), wide, epsilon));
            float[] all = arena.floats(epsilon);
            for (int i = 0; i < got.length; i++) {
                float want = all[i / shape.dimensions() * wide.dimensions() + d + i % shape.dimensions()];
                same(shape + " z[" + i + "]", got[i], want + 0f); // mu + −0 is +0
            }
        }
    }

    private static float[] epsilonAsDraws(Device device, Key key, int step, DrawBlock shape) {
        int dims = shape.dimensions();
        float[] identity = new float[dims * dims]; // its diagonal as a logarithm
        for (int i = 0; i < dims; i++) {
            Arrays.fill(identity, i * dims + i + 1, (i + 1) * dims, Float.NaN);
        }
        try (Arena arena = new Arena(device)) {
            Buffer z = arena.out(shape.elements());
            arena.run(new FullRankOps.FullRankSample(
                    key, Index.of(step), shape, arena.of(new float[dims]), arena.of(identity), z));
            return arena.floats(z);
        }
    }

    @EveryDevice
    void drawsAreMuPlusLEpsilon(Device device) {
        for (DrawBlock shape : SHAPES) {
            Setting x = new Setting(shape);
            float[] epsilon = epsilon(device, shape);
            try (Arena arena = new Arena(device)) {
                Buffer z = arena.out(shape.elements());
                arena.run(
                        new FullRankOps.FullRankSample(KEY, Index.of(7), shape, arena.of(x.mu), arena.of(x.factor), z));
                float[] got = arena.floats(z);
                for (int row = 0; row < x.rows(); row++) {
                    double[] e = x.row(epsilon, row);
                    for (int i = 0; i < x.dims; i++) {
                        Sum want = new Sum().add(x.mu[x.problem(row) * x.dims + i]);
                        for (int j = 0; j <= i; j++) {
                            want.add(x.l[x.problem(row)][i][j] * e[j]);
                        }
                        close(shape + " z", got[row * x.dims + i], want, x.roundings());
                    }
                }
            }
        }
    }

    @EveryDevice
    void drawsAreAddedInTheOrderThatIsStated(Device device) {
        Setting x = new Setting(DrawBlock.of(1, 2, 300));
        float[] epsilon = epsilon(device, x.shape);
        try (Arena arena = new Arena(device)) {
            Buffer z = arena.out(600);
            arena.run(new FullRankOps.FullRankSample(KEY, Index.of(7), x.shape, arena.of(x.mu), arena.of(x.factor), z));
            for (int i = 0; i < 600; i++) {
                float want = x.mu[i % 300];
                for (int panel = 0; panel <= i % 300; panel += 256) {
                    float chain = 0f;
                    for (int j = panel; j <= Math.min(i % 300, panel + 255); j++) {
                        float l = x.factor[i % 300 * 300 + j];
                        chain = Math.fma(j == i % 300 ? DetMath.exp(l) : l, epsilon[i / 300 * 300 + j], chain);
                    }
                    want += chain;
                }
                same("z[" + i + "]", arena.floats(z)[i], want);
            }
        }
    }

    @EveryDevice
    void logDensityIsTheClosedForm(Device device) {
        for (DrawBlock shape : SHAPES) {
            Setting x = new Setting(shape);
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
        for (DrawBlock shape : SHAPES) {
            Setting x = new Setting(shape);
            for (int b = 0; b < shape.problems() && x.dims > 0; b++) {
                x.factor[b * x.dims * x.dims] = b == 0 ? -40 : 0; // log L_00
            }
            float[] epsilon = epsilon(device, shape);
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
        for (DrawBlock shape : SHAPES) {
            Setting x = new Setting(shape);
            try (Arena arena = new Arena(device)) {
                Buffer gradient = arena.out(shape.elements());
                arena.run(new FullRankOps.FullRankLogDensityGradient(
                        shape, arena.of(x.mu), arena.of(x.factor), arena.of(x.z), gradient));
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
    private static void assertDerivative(Setting x, int b, double[] residual, double[] minusGradient) {
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
        for (DrawBlock shape : SHAPES) {
            Setting x = new Setting(shape);
            float[] epsilon = epsilon(device, shape);
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
        Setting x = new Setting(DrawBlock.of(2, 9, 4));
        try (Arena arena = new Arena(device)) {
            Buffer factor = arena.of(x.factor);
            Buffer mu = arena.of(new float[8]);
            Buffer z = arena.out(72);
            Buffer gradient = arena.out(72);
            Buffer score = arena.out(72);
            arena.run(new FullRankOps.FullRankSample(KEY, Index.of(7), x.shape, mu, factor, z));
            arena.run(new FullRankOps.FullRankLogDensityGradient(x.shape, mu, factor, z, gradient));
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
        for (DrawBlock shape : SHAPES) {
            Setting x = new Setting(shape);
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
            float[] e = epsilon(device, shape);
            try (Arena arena = new Arena(device)) {
                Buffer mu = arena.of(new float[3]);
                Buffer z = arena.out(60);
                Buffer logQ = arena.doubles(20);
                arena.run(new FullRankOps.FullRankSample(KEY, Index.of(7), shape, mu, arena.of(factor), z));
                arena.run(new FullRankOps.FullRankLogDensity(shape, mu, arena.of(factor), z, logQ));
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
                        arena.run(new FullRankOps.FullRankLogDensityGradient(
                                shape, arena.of(new float[dims]), arena.of(factor), arena.of(z), gradient));
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
        Setting x = new Setting(DrawBlock.of(3, 2, 4));
        x.factor[16 + 4] = Float.NaN; // problem 1, L_10
        double[] logQ = logDensity(device, x);
        for (int row = 0; row < 6; row++) {
            assertThat(Double.isNaN(logQ[row])).isEqualTo(row / 2 == 1);
        }
        x.z[1] = Float.POSITIVE_INFINITY;
        assertThat(logDensity(device, x)[0]).isIn(Double.NEGATIVE_INFINITY, Double.NaN);
    }

    private static float[] epsilon(Device device, DrawBlock shape) {
        try (Arena arena = new Arena(device)) {
            Buffer epsilon = arena.out(shape.elements());
            arena.run(new NormalOps.Normal(KEY, Index.of(7), shape, epsilon));
            return arena.floats(epsilon);
        }
    }

    private static double[] logDensity(Device device, Setting x) {
        try (Arena arena = new Arena(device)) {
            Buffer logQ = arena.doubles(x.shape.allDraws());
            arena.run(new FullRankOps.FullRankLogDensity(
                    x.shape, arena.of(x.mu), arena.of(x.factor), arena.of(x.z), logQ));
            return arena.doubles(logQ);
        }
    }
}

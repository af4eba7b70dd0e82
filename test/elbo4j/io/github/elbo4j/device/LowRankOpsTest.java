package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Dense;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import io.github.elbo4j.Order;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.scalar.DetMath;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Against dense matrices in float64: the covariance is written out, and inverted or factored as it stands. */
class LowRankOpsTest {
    private static final Key KEY = new Key(43);
    private static final int STEP = 7;

    /** More factors than coordinates, more than a warp has lanes, rows of more than a tile, no coordinate, no draw, no problem. */
    private static final LowRankSetting[] SETTINGS = {
        new LowRankSetting(DrawBlock.of(1, 1, 1), 1),
        new LowRankSetting(DrawBlock.of(3, 67, 5).at(2, 3, 1), 3),
        new LowRankSetting(DrawBlock.of(2, 3, 33), 37),
        new LowRankSetting(DrawBlock.of(2, 5, 3).at(0, 0, 2), 64),
        new LowRankSetting(DrawBlock.of(1, 2, 1030).at(0, 5, 3), 2),
        new LowRankSetting(DrawBlock.of(0, 3, 3), 2),
        new LowRankSetting(DrawBlock.of(3, 0, 3), 2),
    };

    @EveryDevice
    void drawsAreMuPlusNoisePlusFactors(Device device) {
        for (LowRankSetting x : SETTINGS) {
            float[] normals = normalsOf(device, x);
            float[] z = draws(device, x);
            for (int row = 0; row < x.rows(); row++) {
                int b = x.problem(row);
                for (int d = 0; d < x.dims; d++) {
                    Sum want = new Sum().add(x.mu[b * x.dims + d]);
                    want.add(x.sigma(b, d) * normals[row * x.width() + d]);
                    for (int r = 0; r < x.rank; r++) {
                        want.add(x.loading(b, d, r) * normals[row * x.width() + x.dims + r]);
                    }
                    // sigma is off by 2, then one fma for sigma and one for each factor
                    close(x + " z", z[row * x.dims + d], want, 3 + x.rank);
                }
            }
        }
    }

    /** A draw needs all its coordinates: it may be cut in b and s only. */
    @EveryDevice
    void drawsAndScoresDoNotDependOnTheSplit(Device device) {
        LowRankSetting x = new LowRankSetting(DrawBlock.of(3, 41, 9).at(5, 70, 6), 4);
        float[] whole = draws(device, x);
        float[][] wholeScores = atDraw(device, x).slopes();
        for (int b = 0; b < 3; b++) {
            for (int s = 0; s < 41; s += 17) {
                LowRankSetting part = x.part(b, s, Math.min(17, 41 - s));
                int from = b * 41 + s;
                same(part + " z", draws(device, part), Arrays.copyOfRange(whole, from * 9, (from + part.rows()) * 9));
                float[][] got = atDraw(device, part).slopes();
                for (int row = 0; row < got.length; row++) {
                    same(part + " score", got[row], wholeScores[from + row]);
                }
            }
        }
    }

    /** C is of float64, so that only its condition and exp(−omega), which the reference shares, are of account. */
    @EveryDevice
    void theCapacitanceIsInverted(Device device) {
        for (LowRankSetting x : SETTINGS) {
            double[] got = capacitance(device, x);
            for (int b = 0; b < x.shape.problems(); b++) {
                double[][] c = x.capacitance(b);
                double[][] want = Dense.inverse(c);
                double largest = 0;
                for (int r = 0; r < x.rank; r++) {
                    largest = Math.max(largest, c[r][r]);
                }
                int o = b * (x.rank * x.rank + 1);
                for (int i = 0; i < x.rank; i++) {
                    for (int j = 0; j < x.rank; j++) {
                        close(
                                x + " inverse",
                                got[o + i * x.rank + j],
                                want[i][j],
                                0x1p-52 * 10 * x.rank * x.rank * largest);
                        same("symmetry", got[o + i * x.rank + j], got[o + j * x.rank + i]);
                    }
                }
                // R logarithms of float32, each off by two roundings
                double log = LowRankSetting.halfLogDeterminant(c);
                close(x + " log √det C", got[o + x.rank * x.rank], log, 2 * U * (x.rank + 2 * log));
            }
        }
    }

    @EveryDevice
    void logDensityAndGradientAreTheClosedForm(Device device) {
        for (LowRankSetting x : SETTINGS) {
            Result got = atPoint(device, x);
            for (int row = 0; row < x.rows(); row++) {
                assertClosedForm(x, row, got, x.standardized(row), new double[x.rank], x.residual(row), -1);
            }
        }
    }

    @EveryDevice
    void logDensityAndScoreAtTheDrawAreTheClosedForm(Device device) {
        for (LowRankSetting x : SETTINGS) {
            float[] normals = normalsOf(device, x);
            Result got = atDraw(device, x);
            for (int row = 0; row < x.rows(); row++) {
                double[] y = new double[x.dims];
                double[] eta = new double[x.rank];
                int o = row * x.width();
                Arrays.setAll(y, d -> normals[o + d]);
                Arrays.setAll(eta, r -> normals[o + x.dims + r]);
                assertClosedForm(x, row, got, y, eta, x.deviation(x.problem(row), y, eta), 1);
            }
        }
    }

    /**
     * Against the dense covariance; what float32 may lose follows from the sizes of what is added.
     *
     * @param deviation z − mu, in float64
     */
    private static void assertClosedForm(
            LowRankSetting x, int row, Result got, double[] y, double[] eta, double[] deviation, int sign) {
        int b = x.problem(row);
        LowRankSetting.Solution solution = x.solve(b, y, eta);
        double[] zero = new double[x.dims];
        double want = new Gaussian(zero, x.covariance(b)).logDensity(deviation);
        close(x + " logQ", got.logQ()[row], want, solution.logQError + 1e-9 * Math.abs(want));
        double[][] precision = x.precision(b);
        if (precision == null) {
            return; // too large to invert
        }
        double[] score = Dense.times(precision, deviation);
        for (int d = 0; d < x.dims; d++) {
            double allowed = solution.scoreError[d] + 1e-9 * Math.abs(score[d]);
            close(x + " slope", got.slopes()[row][d], sign * score[d], allowed);
        }
        for (int r = 0; r < x.rank && got.latent() != null; r++) {
            double expected = 0;
            for (int d = 0; d < x.dims; d++) {
                expected += x.loading(b, d, r) * score[d];
            }
            close(x + " latent", got.latent()[row * x.rank + r], expected, solution.latentError[r] + 1e-9);
        }
    }

    /** Two factors that are all but one, a thousand times the noise: what is left between them is neither lost nor made up. */
    @EveryDevice
    void nearlyEqualLargeFactorsLoseNothingAtADraw(Device device) {
        LowRankSetting x = new LowRankSetting(DrawBlock.of(1, 20, 40), 2);
        for (int d = 0; d < 40; d++) {
            x.omega[d] = -7;
            x.factor[d] = 1 + d * 0x1p-6f;
            x.factor[40 + d] = x.factor[d] + 0x1p-11f * (d % 3);
        }
        float[] normals = normalsOf(device, x);
        Result got = atDraw(device, x);
        assertThat(Arrays.stream(capacitance(device, x)).allMatch(Double::isFinite))
                .isTrue();
        // |v|² + |latent|² is the least that any a gives; the normals themselves are one choice, with a = 0.
        double rest = 40 * 7 - capacitance(device, x)[4] - 40 * Math.log(2 * Math.PI) / 2;
        for (int s = 0; s < 20; s++) {
            double squares = 0;
            for (int k = 0; k < x.width(); k++) {
                squares += (double) normals[s * x.width() + k] * normals[s * x.width() + k];
            }
            double quadratic = -2 * (got.logQ()[s] - rest);
            assertThat(quadratic).isBetween(0.0, squares * (1 + 1e-5));
            // 40 squares of normals are left of 42: two take 30 or more once in 3 million
            assertThat(squares - quadratic).isBetween(-1e-3, 30.0);
        }
    }

    @EveryDevice
    void theGradientOfTheEntropyIsThatOfTheClosedForm(Device device) {
        for (LowRankSetting x : SETTINGS) {
            if (x.dims > 100) {
                continue; // the inverse of that many coordinates is not asked for
            }
            float[] got = entropyGradient(device, x);
            for (int b = 0; b < x.shape.problems(); b++) {
                double[][] precision = x.precision(b);
                int o = b * (2 + x.rank) * x.dims;
                for (int d = 0; d < x.dims; d++) {
                    double variance = x.sigma(b, d) * x.sigma(b, d);
                    same(x + " mu", got[o + d], 0);
                    // sigma is off by two roundings, each counts twice; so is what the factors take
                    close(x + " omega", got[o + x.dims + d], variance * precision[d][d], 12 * U);
                    for (int r = 0; r < x.rank; r++) {
                        Sum want = new Sum();
                        for (int e = 0; e < x.dims; e++) {
                            want.add(precision[d][e] * x.loading(b, e, r));
                        }
                        double size = x.solve(b, new double[x.dims], new double[x.rank])
                                .loadingSize(b, d, r);
                        close(x + " loading", got[o + (2 + r) * x.dims + d], want.value, 12 * U * size + 1e-12);
                    }
                }
            }
        }
    }

    /** By central differences of the entropy in float64, which is log √det of the covariance and a constant. */
    @EveryDevice
    void theGradientOfTheEntropyIsItsSlope(Device device) {
        LowRankSetting x = new LowRankSetting(DrawBlock.of(2, 1, 4), 2);
        float[] got = entropyGradient(device, x);
        for (int b = 0; b < 2; b++) {
            for (int p = 0; p < 4 * 4; p++) {
                double step = 1e-4;
                double slope = (entropy(x, b, p, step) - entropy(x, b, p, -step)) / (2 * step);
                // the third derivative of a logarithm of about 1, times step²/6, and float32
                close("slope " + p, got[b * 16 + p], slope, 1e-6 + 20 * U * Math.abs(slope));
            }
        }
    }

    private static double entropy(LowRankSetting x, int b, int p, double step) {
        double[][] covariance = x.covariance(b, p, step);
        return LowRankSetting.halfLogDeterminant(covariance);
    }

    @EveryDevice
    void aNanReachesItsProblemOnly(Device device) {
        LowRankSetting x = new LowRankSetting(DrawBlock.of(3, 2, 4), 2);
        x.factor[8 + 3] = Float.NaN; // of problem 1
        double[] atDraw = atDraw(device, x).logQ();
        double[] atPoint = atPoint(device, x).logQ();
        for (int row = 0; row < 6; row++) {
            assertThat(Double.isNaN(atDraw[row])).isEqualTo(row / 2 == 1);
            assertThat(Double.isNaN(atPoint[row])).isEqualTo(row / 2 == 1);
        }
    }

    @Test
    void ranksAndAddressesThatCannotBeAreRefused() {
        DrawBlock shape = DrawBlock.of(1, 1, 3);
        for (int rank : new int[] {0, -1, 65}) {
            assertThatThrownBy(() -> LowRankOps.normals(shape, rank))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("rank is " + rank + ", but must be ");
        }
        assertThatThrownBy(() -> LowRankOps.normals(shape.at(0, 0, Integer.MAX_VALUE - 4), 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dimensions and rank end at address 2147483648, but addresses end at 2^31 - 1");
        assertThat(LowRankOps.normals(shape.at(0, 0, Integer.MAX_VALUE - 5), 2).dimensions())
                .isEqualTo(5);
    }

    /** Every order of sums that the interface states, once, in plain loops: one draw of 1030 coordinates. */
    @EveryDevice
    void sumsHaveTheOrderThatIsStated(Device device) {
        LowRankSetting x = SETTINGS[4];
        float[] y = normalsOf(device, x);
        double[] c = capacitance(device, x);
        double[] t = new double[2];
        float[] inverse = new float[x.dims];
        for (int d = 0; d < x.dims; d++) {
            inverse[d] = DetMath.exp(-x.omega[d]);
        }
        for (int r = 0; r < 2; r++) {
            float[] terms = new float[x.dims];
            for (int d = 0; d < x.dims; d++) {
                terms[d] = x.factor[r * x.dims + d] * (y[d] * inverse[d]);
            }
            t[r] = Order.alongRow(terms) - y[x.dims + r];
        }
        double[] a = {Math.fma(c[1], t[1], c[0] * t[0]), Math.fma(c[3], t[1], c[2] * t[0])};
        double[] u = {a[0] + y[x.dims], a[1] + y[x.dims + 1]};
        float[] terms = new float[x.dims];
        for (int d = 0; d < x.dims; d++) {
            float chain = Math.fma(x.factor[x.dims + d], (float) a[1], x.factor[d] * (float) a[0]);
            float v = Math.fma(-inverse[d], chain, y[d]);
            terms[d] = Math.fma(-0.5f * v, v, -x.omega[d]);
        }
        double rest = 0.5 * (u[0] * u[0] + u[1] * u[1]) + c[4] + x.dims * 0.9189385332046727;
        same("logQ", atDraw(device, x).logQ()[0], Order.alongRow(terms) - rest);
    }

    // ---- calls ----

    /** Log-densities, slopes by row, and latent if it was asked for. */
    private record Result(double[] logQ, float[][] slopes, float[] latent) {}

    private static float[] normalsOf(Device device, LowRankSetting x) {
        try (Arena arena = new Arena(device)) {
            DrawBlock all = LowRankOps.normals(x.shape, x.rank);
            Buffer normals = arena.out(all.elements());
            arena.run(new NormalOps.Normal(KEY, Index.of(STEP), all, normals));
            return arena.floats(normals);
        }
    }

    private static float[] draws(Device device, LowRankSetting x) {
        try (Arena arena = new Arena(device)) {
            Buffer z = arena.out(x.shape.elements());
            arena.run(new LowRankOps.LowRankSample(
                    KEY, Index.of(STEP), x.shape, x.rank, arena.of(x.mu), arena.of(x.omega), arena.of(x.factor), z));
            return arena.floats(z);
        }
    }

    private static double[] capacitance(Device device, LowRankSetting x) {
        try (Arena arena = new Arena(device)) {
            return arena.doubles(x.capacitance(arena));
        }
    }

    private static Result atPoint(Device device, LowRankSetting x) {
        try (Arena arena = new Arena(device)) {
            Buffer logQ = arena.doubles(x.shape.allDraws());
            Buffer gradient = arena.out(x.shape.elements());
            arena.run(new LowRankOps.LowRankLogDensity(
                    x.shape,
                    x.rank,
                    arena.of(x.mu),
                    arena.of(x.omega),
                    arena.of(x.factor),
                    x.capacitance(arena),
                    arena.of(x.z),
                    logQ,
                    gradient));
            return new Result(arena.doubles(logQ), rows(x, arena.floats(gradient)), null);
        }
    }

    private static Result atDraw(Device device, LowRankSetting x) {
        try (Arena arena = new Arena(device)) {
            Buffer logQ = arena.doubles(x.shape.allDraws());
            Buffer score = arena.out(x.shape.elements());
            Buffer latent = arena.out(x.shape.allDraws() * x.rank);
            arena.run(new LowRankOps.LowRankAtDraw(
                    KEY,
                    Index.of(STEP),
                    x.shape,
                    x.rank,
                    arena.of(x.omega),
                    arena.of(x.factor),
                    x.capacitance(arena),
                    logQ,
                    score,
                    latent));
            return new Result(arena.doubles(logQ), rows(x, arena.floats(score)), arena.floats(latent));
        }
    }

    private static float[] entropyGradient(Device device, LowRankSetting x) {
        try (Arena arena = new Arena(device)) {
            Buffer gradient = arena.out(x.shape.problems() * LowRankOps.width(x.dims, x.rank));
            arena.run(new LowRankOps.LowRankEntropyGradient(
                    x.shape.problems(),
                    x.dims,
                    x.rank,
                    arena.of(x.omega),
                    arena.of(x.factor),
                    x.capacitance(arena),
                    gradient));
            return arena.floats(gradient);
        }
    }

    private static float[][] rows(LowRankSetting x, float[] values) {
        float[][] rows = new float[x.rows()][];
        Arrays.setAll(rows, row -> Arrays.copyOfRange(values, row * x.dims, (row + 1) * x.dims));
        return rows;
    }
}

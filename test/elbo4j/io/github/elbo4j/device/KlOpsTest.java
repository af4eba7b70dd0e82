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
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

class KlOpsTest {
    private static final int[] DIMENSIONS = {0, 1, 5, 16, 32, 33, 1025, 4099};

    /** Terms: exp 1.8 roundings, its square 3.6, two fma; 37 along the row. */
    @EveryDevice
    void klToStandardIsTheClosedForm(Device device) {
        for (int dims : DIMENSIONS) {
            int problems = dims < 100 ? 150 : 3; // short rows may be taken together
            float[] mu = normals(1, (long) problems * dims, 0, 2);
            float[] omega = normals(2, (long) problems * dims, -1, 1);
            try (Arena arena = new Arena(device)) {
                Buffer kl = arena.doubles(problems);
                arena.run(new KlOps.KlToStandard(problems, dims, arena.of(mu), arena.of(omega), kl));
                for (int b = 0; b < problems; b++) {
                    Sum want = new Sum();
                    for (int i = b * dims; i < (b + 1) * dims; i++) {
                        double m = mu[i];
                        want.add(m * m / 2)
                                .add(Math.exp(2.0 * omega[i]) / 2)
                                .add(-0.5)
                                .add(-omega[i]);
                    }
                    close("kl " + dims, arena.doubles(kl)[b], want, 3.6 + 3 + 37);
                }
            }
        }
    }

    /** Scales that are subnormal, zero or infinite as float32, one in each row: what is computed for many near ones must see them. */
    @EveryDevice
    void klToStandardKnowsScalesFarFromOne(Device device) {
        float[] far = {-87.5f, -100, -104, -200, 100, 88.9f};
        float[] omega = new float[16 * far.length];
        for (int b = 0; b < far.length; b++) {
            omega[16 * b + 3 * b] = far[b];
        }
        try (Arena arena = new Arena(device)) {
            Buffer kl = arena.doubles(far.length);
            Buffer mu = arena.of(new float[omega.length]);
            arena.run(new KlOps.KlToStandard(far.length, 16, mu, arena.of(omega), kl));
            for (int b = 0; b < far.length; b++) {
                // Of the others none adds anything; of a large one the square overflows.
                double want = far[b] > 0 ? Double.POSITIVE_INFINITY : -0.5 - far[b];
                assertThat(arena.doubles(kl)[b]).as("omega " + far[b]).isEqualTo(want);
            }
        }
    }

    @EveryDevice
    void klDiagonalIsTheClosedForm(Device device) {
        for (int dims : DIMENSIONS) {
            int problems = dims < 100 ? 150 : 3;
            float[][] x = diagonals(problems * dims);
            try (Arena arena = new Arena(device)) {
                Buffer kl = arena.doubles(problems);
                arena.run(new KlOps.KlDiagonal(
                        problems, dims, arena.of(x[0]), arena.of(x[1]), arena.of(x[2]), arena.of(x[3]), kl));
                for (int b = 0; b < problems; b++) {
                    Sum want = new Sum();
                    for (int i = b * dims; i < (b + 1) * dims; i++) {
                        double logRatio = (double) x[1][i] - x[3][i];
                        double square = Math.exp(2 * logRatio);
                        double e = ((double) x[0][i] - x[2][i]) * Math.exp(-x[3][i]);
                        // log r rounds once, which exp turns into |log r| roundings of r, twice that of r²
                        want.add(e * e / 2).add(square / 2, square / 2 * (1 + Math.abs(logRatio)));
                        want.add(-0.5).add(-logRatio);
                    }
                    close("kl " + dims, arena.doubles(kl)[b], want, 7.6 + 3 + 37);
                }
            }
        }
    }

    @EveryDevice
    void gradientsOfTheDiagonalFormsAreTheirDerivatives(Device device) {
        int dims = 1027;
        float[][] x = diagonals(3 * dims);
        try (Arena arena = new Arena(device)) {
            Buffer[] in = {arena.of(x[0]), arena.of(x[1]), arena.of(x[2]), arena.of(x[3])};
            for (boolean standard : new boolean[] {true, false}) {
                Buffer gradMu = arena.out(3 * dims);
                Buffer gradOmega = arena.out(3 * dims);
                if (standard) {
                    arena.run(new KlOps.KlToStandardGradient(3, dims, in[0], in[1], gradMu, gradOmega));
                } else {
                    arena.run(new KlOps.KlDiagonalGradient(3, dims, in[0], in[1], in[2], in[3], gradMu, gradOmega));
                }
                for (int i = 0; i < 3 * dims; i++) {
                    double muP = standard ? 0 : x[2][i];
                    double omegaP = standard ? 0 : x[3][i];
                    double mu = x[0][i];
                    double omega = x[1][i];
                    double step = 1e-5;
                    double wantMu =
                            (term(mu + step, omega, muP, omegaP) - term(mu - step, omega, muP, omegaP)) / (2 * step);
                    double wantOmega =
                            (term(mu, omega + step, muP, omegaP) - term(mu, omega - step, muP, omegaP)) / (2 * step);
                    double ratio = Math.exp(2 * (omega - omegaP));
                    double rounding = 1e-15 * (1 + Math.abs(term(mu, omega, muP, omegaP))) / step;
                    close("mu", arena.floats(gradMu)[i], wantMu, 6.7 * U * Math.abs(wantMu) + rounding);
                    double tolerance = U * (ratio * (3.6 + 2 * Math.abs(omega - omegaP)) + ratio + 1)
                            + 2 * ratio * step * step
                            + rounding;
                    close("omega", arena.floats(gradOmega)[i], wantOmega, tolerance);
                }
            }
        }
    }

    @EveryDevice
    void aDistributionIsAtNoDistanceFromItself(Device device) {
        float[] mu = normals(1, 99);
        float[] omega = normals(2, 99);
        float[] factor = factors(3, 3, 6);
        try (Arena arena = new Arena(device)) {
            Buffer kl = arena.doubles(3);
            Buffer gradMu = arena.out(99);
            Buffer gradOmega = arena.out(99);
            Buffer m = arena.of(mu);
            Buffer o = arena.of(omega);
            arena.run(new KlOps.KlDiagonal(3, 33, m, o, m, o, kl));
            arena.run(new KlOps.KlDiagonalGradient(3, 33, m, o, m, o, gradMu, gradOmega));
            assertThat(arena.doubles(kl)).containsExactly(0, 0, 0);
            assertThat(arena.floats(gradMu)).containsOnly(0f);
            assertThat(arena.floats(gradOmega)).containsOnly(0f);
            Buffer zero = arena.of(new float[99]);
            arena.run(new KlOps.KlToStandard(3, 33, zero, zero, kl));
            assertThat(arena.doubles(kl)).containsExactly(0, 0, 0);
            arena.run(new KlOps.KlFull(3, 6, m, arena.of(factor), m, arena.of(factor), kl));
            for (double value : arena.doubles(kl)) {
                close("kl", value, 0, 6 * 40 * U);
            }
        }
    }

    /** Against the textbook form with inverses and determinants of the covariances. */
    @EveryDevice
    void klFullIsTheClosedForm(Device device) {
        for (int dims : new int[] {0, 1, 5, 33, 150}) {
            float[] muQ = normals(1, 3L * dims);
            float[] muP = normals(2, 3L * dims);
            float[] q = factors(3, 3, dims);
            float[] p = factors(4, 3, dims);
            try (Arena arena = new Arena(device)) {
                Buffer kl = arena.doubles(3);
                arena.run(new KlOps.KlFull(3, dims, arena.of(muQ), arena.of(q), arena.of(muP), arena.of(p), kl));
                for (int b = 0; b < 3; b++) {
                    double[][] qf = Dense.factor(q, b, dims);
                    double[][] pf = Dense.factor(p, b, dims);
                    double[] offset = new double[dims];
                    for (int i = 0; i < dims; i++) {
                        offset[i] = (double) muQ[b * dims + i] - muP[b * dims + i];
                    }
                    double want = klFull(offset, qf, pf);
                    close("kl " + dims, arena.doubles(kl)[b], want, fullError(offset, qf, pf));
                }
            }
        }
    }

    /** The error of ½(‖M‖² + |e|² − D) + Σ log: that of the solves, times what they are multiplied by, and of the sums. */
    private static double fullError(double[] offset, double[][] q, double[][] p) {
        int n = offset.length;
        double[][] inverse = Dense.inverse(p);
        double[][] m = Dense.transposed(Dense.times(inverse, q)); // its rows are the columns of M
        double[][] columns = Dense.transposed(q);
        double error = 0;
        for (int j = 0; j <= n; j++) {
            double[] x = j < n ? m[j] : Dense.times(inverse, offset);
            double[] right = Dense.abs(j < n ? columns[j] : offset);
            double[] before = Arrays.stream(right).map(v -> 1.8 * U * v).toArray();
            double[] solved = Dense.solveError(p, inverse, x, n + 4, before);
            error += Dense.dot(Dense.abs(x), solved) + Dense.dot(solved, solved);
            error += Dense.dot(x, x) / 2 * (n + 40) * U;
        }
        for (int i = 0; i < n; i++) {
            error += 40 * U * (1 + Math.abs(Math.log(p[i][i])) + Math.abs(Math.log(q[i][i])));
        }
        return error;
    }

    @EveryDevice
    void gradientsOfTheFullFormAreItsDerivatives(Device device) {
        int dims = 5;
        float[] muQ = normals(1, 3L * dims);
        float[] muP = normals(2, 3L * dims);
        float[] q = factors(3, 3, dims);
        float[] p = factors(4, 3, dims);
        try (Arena arena = new Arena(device)) {
            Buffer gradMu = arena.out(3 * dims);
            Buffer gradFactor = arena.out(3 * dims * dims);
            arena.run(new KlOps.KlFullGradient(
                    3, dims, arena.of(muQ), arena.of(q), arena.of(muP), arena.of(p), gradMu, gradFactor));
            for (int b = 0; b < 3; b++) {
                double[] parameters = new double[dims + dims * dims];
                for (int i = 0; i < dims; i++) {
                    parameters[i] = (double) muQ[b * dims + i] - muP[b * dims + i];
                    for (int j = 0; j <= i; j++) {
                        parameters[dims + i * dims + j] = q[(b * dims + i) * dims + j];
                    }
                }
                double[][] pf = Dense.factor(p, b, dims);
                ToDoubleFunction<double[]> kl = x -> klFull(Arrays.copyOf(x, dims), unpacked(x, dims), pf);
                for (int k = 0; k < parameters.length; k++) {
                    float got = k < dims
                            ? arena.floats(gradMu)[b * dims + k]
                            : arena.floats(gradFactor)[b * dims * dims + k - dims];
                    int i = (k - dims) / dims;
                    int j = (k - dims) % dims;
                    if (k >= dims && j > i) {
                        same("above the diagonal", got, 0);
                        continue;
                    }
                    // condition of P below 100, five terms: 1e-4; differences 1e-8
                    close("gradient[" + k + "]", got, derivative(kl, parameters, k), 1e-4);
                }
            }
        }
    }

    @EveryDevice
    void theFullFormOfDiagonalsIsTheDiagonalForm(Device device) {
        float[][] x = diagonals(21);
        float[] q = new float[3 * 49];
        float[] p = new float[3 * 49];
        for (int i = 0; i < 21; i++) {
            q[i / 7 * 49 + i % 7 * 8] = x[1][i];
            p[i / 7 * 49 + i % 7 * 8] = x[3][i];
        }
        try (Arena arena = new Arena(device)) {
            Buffer full = arena.doubles(3);
            Buffer diagonal = arena.doubles(3);
            arena.run(new KlOps.KlFull(3, 7, arena.of(x[0]), arena.of(q), arena.of(x[2]), arena.of(p), full));
            arena.run(new KlOps.KlDiagonal(
                    3, 7, arena.of(x[0]), arena.of(x[1]), arena.of(x[2]), arena.of(x[3]), diagonal));
            for (int b = 0; b < 3; b++) {
                double want = arena.doubles(diagonal)[b];
                close("kl", arena.doubles(full)[b], want, 60 * U * (Math.abs(want) + 30));
            }
        }
    }

    @EveryDevice
    void theMonteCarloFormIsTheMomentsOfLogQMinusLogP(Device device) {
        double[] logQ = doubles(normals(1, 3 * 1025));
        double[] logP = doubles(normals(2, 3 * 1025));
        try (Arena arena = new Arena(device)) {
            Buffer kl = arena.doubles(9);
            Buffer moments = arena.doubles(9);
            arena.run(new KlOps.KlMonteCarlo(3, 1025, arena.of(logQ), arena.of(logP), kl));
            arena.run(new ElboOps.Moments(3, 1025, arena.of(logQ), arena.of(logP), moments, Index.of(0)));
            assertThat(arena.doubles(kl)).containsExactly(arena.doubles(moments));
        }
    }

    /** Within 5 standard errors: a false alarm has a probability of 6e-7. */
    @EveryDevice
    void theMonteCarloFormEstimatesTheClosedForm(Device device) {
        DrawBlock shape = DrawBlock.of(1, 20_000, 3);
        float[] mu = {0.3f, -1, 0.1f};
        float[] omega = {-0.5f, 0.2f, 0};
        try (Arena arena = new Arena(device)) {
            Buffer zero = arena.of(0, 0, 0);
            Buffer z = arena.out(60_000);
            Buffer logQ = arena.doubles(20_000);
            Buffer logP = arena.doubles(20_000);
            Buffer kl = arena.doubles(3);
            Buffer closed = arena.doubles(1);
            arena.run(new MeanFieldOps.Sample(new Key(1), Index.of(0), shape, arena.of(mu), arena.of(omega), z));
            arena.run(new MeanFieldOps.LogDensity(
                    shape, MeanFieldOps.Variable.Z, arena.of(mu), arena.of(omega), z, logQ, null));
            arena.run(new MeanFieldOps.LogDensity(shape, MeanFieldOps.Variable.Z, zero, zero, z, logP, null));
            arena.run(new KlOps.KlMonteCarlo(1, 20_000, logQ, logP, kl));
            arena.run(new KlOps.KlToStandard(1, 3, arena.of(mu), arena.of(omega), closed));
            close("kl", arena.doubles(kl)[0], arena.doubles(closed)[0], 5 * arena.doubles(kl)[2]);
            assertThat(arena.doubles(kl)[2]).isBetween(0.001, 0.01);
        }
    }

    @EveryDevice
    void extremeScalesAreFarButNotInvalid(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer kl = arena.doubles(4);
            Buffer mu = arena.of(0, 0, 0, Float.NaN);
            arena.run(new KlOps.KlToStandard(4, 1, mu, arena.of(-80, 40, 80, 0), kl));
            double[] got = arena.doubles(kl);
            close("narrow", got[0], 79.5, 1e-4);
            close("wide", got[1], Math.exp(80) / 2, Math.exp(80) * 1e-6);
            assertThat(got[2]).isEqualTo(Double.POSITIVE_INFINITY); // sigma² is beyond float32
            assertThat(got[3]).isNaN();
        }
    }

    private static float[][] diagonals(int n) {
        return new float[][] {normals(1, n, 0, 2), normals(2, n, -1, 1), normals(3, n), normals(4, n, 0, 0.7)};
    }

    private static double term(double muQ, double omegaQ, double muP, double omegaP) {
        double e = (muQ - muP) * Math.exp(-omegaP);
        return (e * e + Math.exp(2 * (omegaQ - omegaP)) - 1) / 2 - (omegaQ - omegaP);
    }

    private static double klFull(double[] offset, double[][] q, double[][] p) {
        int n = offset.length;
        double[][] precision = Dense.inverse(Dense.times(p, Dense.transposed(p)));
        double[][] product = Dense.times(precision, Dense.times(q, Dense.transposed(q)));
        double kl = Dense.dot(offset, Dense.times(precision, offset)) - n;
        for (int i = 0; i < n; i++) {
            kl += product[i][i] + 2 * (Math.log(p[i][i]) - Math.log(q[i][i]));
        }
        return kl / 2;
    }

    private static double[][] unpacked(double[] x, int n) {
        double[][] l = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                l[i][j] = i == j ? Math.exp(x[n + i * n + j]) : x[n + i * n + j];
            }
        }
        return l;
    }

    private static double derivative(ToDoubleFunction<double[]> f, double[] x, int k) {
        double step = 1e-5;
        double[] up = x.clone();
        double[] down = x.clone();
        up[k] += step;
        down[k] -= step;
        return (f.applyAsDouble(up) - f.applyAsDouble(down)) / (2 * step);
    }
}

package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import io.github.elbo4j.Order;
import io.github.elbo4j.device.MeanFieldOps.Variable;
import io.github.elbo4j.scalar.DetMath;
import java.util.Arrays;

class MeanFieldOpsTest {
    private static final Key KEY = new Key(42);
    private static final double HALF_LOG_2PI = Math.log(2 * Math.PI) / 2;

    private static final DrawBlock[] SHAPES = {
        DrawBlock.of(1, 1, 1),
        DrawBlock.of(3, 5, 33),
        DrawBlock.of(3, 67, 7),
        DrawBlock.of(150, 1, 7),
        DrawBlock.of(70, 1, 16),
        DrawBlock.of(2, 1, 513),
        DrawBlock.of(1, 3, 4099),
        DrawBlock.of(2, 3, 1025),
        DrawBlock.of(0, 3, 3),
        DrawBlock.of(3, 0, 3),
        DrawBlock.of(3, 5, 0),
    };

    /** The parameters, draws and normals of a shape. */
    private static final class Setting {
        final DrawBlock shape;
        final float[] mu;
        final float[] omega;
        final float[] z;

        Setting(DrawBlock shape) {
            this.shape = shape;
            mu = normals(1, shape.parameters(), 0, 3);
            omega = normals(2, shape.parameters(), -1, 1);
            z = normals(3, shape.elements(), 0, 3);
        }

        /** The index of the parameter that belongs to an element of z. */
        int parameter(int element) {
            int perProblem = shape.draws() * shape.dimensions();
            return element / perProblem * shape.dimensions() + element % shape.dimensions();
        }

        double h(int element) {
            int p = parameter(element);
            return (z[element] - (double) mu[p]) * Math.exp(-omega[p]);
        }
    }

    @EveryDevice
    void drawsAreMuPlusSigmaEpsilon(Device device) {
        for (DrawBlock extents : SHAPES) {
            Setting x = new Setting(extents.at(4, 9, 3));
            try (Arena arena = new Arena(device)) {
                Buffer z = arena.out(x.shape.elements());
                Buffer epsilon = arena.out(x.shape.elements());
                arena.run(new MeanFieldOps.Sample(KEY, Index.of(2), x.shape, arena.of(x.mu), arena.of(x.omega), z));
                arena.run(new NormalOps.Normal(KEY, Index.of(2), x.shape, epsilon));
                float[] got = arena.floats(z);
                float[] e = arena.floats(epsilon);
                for (int i = 0; i < got.length; i++) {
                    int p = x.parameter(i);
                    same("z", got[i], Math.fma(DetMath.exp(x.omega[p]), e[i], x.mu[p]));
                    // exp is within 0.9 ulp (1.8 roundings) of sigma, fma rounds once
                    Sum want = new Sum().add(x.mu[p]).add(Math.exp(x.omega[p]) * e[i]);
                    close("z", got[i], want, 1.8 + 1 + 0.1);
                }
            }
        }
    }

    /**
     * Roundings: z − mu 1, exp 1.8, their product 1, hence h² 7.6, fma 1; 32 + 5 along the row; what is float64, the
     * constant's and the last, a trace.
     */
    @EveryDevice
    void logDensityIsTheClosedForm(Device device) {
        for (DrawBlock shape : SHAPES) {
            Setting x = new Setting(shape);
            double[] got = logDensity(device, x);
            for (int row = 0; row < got.length; row++) {
                Sum want = new Sum();
                for (int i = row * shape.dimensions(); i < (row + 1) * shape.dimensions(); i++) {
                    want.add(-x.h(i) * x.h(i) / 2).add(-x.omega[x.parameter(i)]).add(-HALF_LOG_2PI);
                }
                close(shape + " logQ[" + row + "]", got[row], want, 7.6 + 1 + 37 + 0.01);
            }
        }
    }

    @EveryDevice
    void logDensityIsSummedInTheOrderThatOpsStates(Device device) {
        for (int dims : new int[] {1, 4, 8, 16, 32, 33, 1025, 4099}) {
            int rows = dims < 100 ? 300 : 1;
            Setting x = new Setting(DrawBlock.of(rows, 1, dims));
            Arrays.fill(x.omega, 0f);
            double[] got = logDensity(device, x);
            for (int row = 0; row < rows; row++) {
                float[] terms = new float[dims];
                for (int i = 0; i < dims; i++) {
                    float h = x.z[row * dims + i] - x.mu[row * dims + i];
                    terms[i] = -0.5f * h * h; // one rounding, as with fma: half of h is exact
                }
                same("logQ", got[row], Order.alongRow(terms) - dims * HALF_LOG_2PI);
            }
        }
    }

    @EveryDevice
    void bothAtOnceAreTheBitsOfEach(Device device) {
        for (DrawBlock shape : SHAPES) {
            Setting x = new Setting(shape);
            try (Arena arena = new Arena(device)) {
                Buffer logQ = arena.doubles(shape.allDraws());
                Buffer gradient = arena.out(shape.elements());
                arena.run(new MeanFieldOps.LogDensity(
                        shape,
                        MeanFieldOps.Variable.Z,
                        arena.of(x.mu),
                        arena.of(x.omega),
                        arena.of(x.z),
                        logQ,
                        gradient));
                same("logQ", arena.doubles(logQ), logDensity(device, x));
                same("gradient", arena.floats(gradient), gradient(device, x, Variable.Z));
            }
        }
    }

    /** Each against central differences of log q in float64; log q is a quadratic of z and mu, so theirs are exact. */
    @EveryDevice
    void gradientsAreTheDerivativesOfTheLogDensity(Device device) {
        double step = 1e-5;
        for (DrawBlock shape : SHAPES) {
            Setting x = new Setting(shape);
            for (Variable variable : Variable.values()) {
                float[] got = gradient(device, x, variable);
                for (int i = 0; i < got.length; i++) {
                    double mu = x.mu[x.parameter(i)];
                    double omega = x.omega[x.parameter(i)];
                    double z = x.z[i];
                    double up = variable == Variable.Z
                            ? term(mu, omega, z + step)
                            : variable == Variable.MU ? term(mu + step, omega, z) : term(mu, omega + step, z);
                    double down = variable == Variable.Z
                            ? term(mu, omega, z - step)
                            : variable == Variable.MU ? term(mu - step, omega, z) : term(mu, omega - step, z);
                    double want = (up - down) / (2 * step);
                    double h2 = x.h(i) * x.h(i);
                    // h 3.8 roundings, its square 7.6, another exp 1.8 and product 1; differences of numbers near up
                    // and
                    // of a function whose third derivative is 4h²
                    double rounding = variable == Variable.OMEGA ? (7.6 + 1) * U * (h2 + 1) : 6.7 * U * Math.abs(want);
                    double difference = 1e-15 * (Math.abs(up) + 1) / step + 4 * h2 * step * step;
                    close(
                            shape + " " + variable + "[" + i + "]",
                            got[i],
                            want,
                            rounding + difference + Float.MIN_VALUE);
                }
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
                arena.run(new MeanFieldOps.Entropy(
                        problems, shape.dimensions(), arena.of(x.omega), entropy, Index.of(1)));
                double[] got = arena.doubles(entropy);
                for (int b = 0; b < problems; b++) {
                    Sum want = new Sum();
                    float[] row = Arrays.copyOfRange(x.omega, b * shape.dimensions(), (b + 1) * shape.dimensions());
                    for (float omega : row) {
                        want.add(omega);
                    }
                    double constant = shape.dimensions() * Math.log(2 * Math.PI * Math.E) / 2;
                    close("entropy", got[problems + b] - constant, want, 37.1);
                    assertThat(got[problems + b])
                            .isEqualTo(Order.alongRow(row) + shape.dimensions() * (HALF_LOG_2PI + 0.5));
                    assertThat(got[b]).isEqualTo(Arena.POISON);
                    assertThat(got[2 * problems + b]).isEqualTo(Arena.POISON);
                }
            }
        }
    }

    @EveryDevice
    void extremeScalesStayFinite(Device device) {
        DrawBlock shape = DrawBlock.of(2, 40, 33);
        for (float omega : new float[] {-80, 80, -87, 87}) {
            float[] mu = new float[66];
            float[] scale = new float[66];
            Arrays.fill(scale, omega);
            try (Arena arena = new Arena(device)) {
                Buffer z = arena.out(shape.elements());
                Buffer logQ = arena.doubles(shape.allDraws());
                Buffer gradient = arena.out(shape.elements());
                arena.run(new MeanFieldOps.Sample(KEY, Index.of(0), shape, arena.of(mu), arena.of(scale), z));
                arena.run(new MeanFieldOps.LogDensity(
                        shape, MeanFieldOps.Variable.Z, arena.of(mu), arena.of(scale), z, logQ, gradient));
                float[] e = epsilon(device, shape);
                for (int row = 0; row < shape.allDraws(); row++) {
                    Sum want = new Sum();
                    double subnormal = 0;
                    for (int i = row * 33; i < (row + 1) * 33; i++) {
                        want.add(-0.5 * e[i] * e[i]).add(-omega).add(-HALF_LOG_2PI);
                        // sigma and z may be subnormal, hence rounded to multiples of 2^-149: this much of h
                        double lost = 1.5 * 0x1p-149 * Math.exp(-omega) * (1 + Math.abs(e[i]));
                        subnormal += lost * Math.abs(e[i]);
                        double slope = -e[i] / Math.exp(omega);
                        double tolerance = 10 * U * Math.abs(slope) + lost * Math.exp(-omega) + 8 * Float.MIN_VALUE;
                        close("gradient", arena.floats(gradient)[i], slope, tolerance);
                    }
                    want.add(0, subnormal / U);
                    close("logQ at omega " + omega, arena.doubles(logQ)[row], want, 60);
                }
            }
        }
    }

    @EveryDevice
    void aNanOrInfinityReachesEveryResultThatDependsOnItAndNoOther(Device device) {
        DrawBlock shape = DrawBlock.of(2, 3, 5);
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Setting x = new Setting(shape);
            x.z[7] = bad; // b = 0, s = 1, d = 2
            x.mu[5 + 3] = bad; // b = 1, d = 3
            double[] logQ = logDensity(device, x);
            float[] gradient = gradient(device, x, Variable.Z);
            for (int row = 0; row < 6; row++) {
                assertThat(Double.isFinite(logQ[row])).as("logQ[%d]", row).isEqualTo(row == 0 || row == 2);
                for (int d = 0; d < 5; d++) {
                    boolean spoilt = row == 1 && d == 2 || row >= 3 && d == 3;
                    assertThat(Float.isFinite(gradient[row * 5 + d]))
                            .as("%d, %d", row, d)
                            .isEqualTo(!spoilt);
                }
            }
        }
    }

    @EveryDevice
    void aNanInOmegaReachesDrawsAndDensities(Device device) {
        Setting x = new Setting(DrawBlock.of(1, 2, 3));
        x.omega[1] = Float.NaN;
        try (Arena arena = new Arena(device)) {
            Buffer z = arena.out(6);
            Buffer entropy = arena.doubles(1);
            arena.run(new MeanFieldOps.Sample(KEY, Index.of(0), x.shape, arena.of(x.mu), arena.of(x.omega), z));
            arena.run(new MeanFieldOps.Entropy(1, 3, arena.of(x.omega), entropy, Index.of(0)));
            assertThat(arena.floats(z)[1]).isNaN();
            assertThat(arena.floats(z)[0]).isFinite();
            assertThat(arena.doubles(entropy)[0]).isNaN();
            assertThat(logDensity(device, x)).containsExactly(Double.NaN, Double.NaN);
        }
    }

    private static double term(double mu, double omega, double z) {
        double h = (z - mu) * Math.exp(-omega);
        return -h * h / 2 - omega;
    }

    private static float[] epsilon(Device device, DrawBlock shape) {
        return Drawn.normals(device, KEY, 0, shape);
    }

    private static double[] logDensity(Device device, Setting x) {
        try (Arena arena = new Arena(device)) {
            Buffer logQ = arena.doubles(x.shape.allDraws());
            arena.run(new MeanFieldOps.LogDensity(
                    x.shape, MeanFieldOps.Variable.Z, arena.of(x.mu), arena.of(x.omega), arena.of(x.z), logQ, null));
            return arena.doubles(logQ);
        }
    }

    private static float[] gradient(Device device, Setting x, Variable variable) {
        try (Arena arena = new Arena(device)) {
            Buffer gradient = arena.out(x.shape.elements());
            arena.run(new MeanFieldOps.LogDensity(
                    x.shape, variable, arena.of(x.mu), arena.of(x.omega), arena.of(x.z), null, gradient));
            return arena.floats(gradient);
        }
    }

    /** So many draws that a GPU's thread takes several, the last one fewer, in a block of its own. */
    @EveryDevice
    void theLastOfManyDrawsAreThoseOfTheirAddresses(Device device) {
        int draws = 262_145;
        DrawBlock all = DrawBlock.of(3, draws, 4);
        try (Arena arena = new Arena(device)) {
            float[] mu = normals(1, 12);
            float[] omega = normals(2, 12, -0.5, 0.3);
            Buffer z = arena.out(all.elements());
            arena.run(new MeanFieldOps.Sample(KEY, Index.of(2), all, arena.of(mu), arena.of(omega), z));
            float[] got = arena.floats(z);
            for (int b = 0; b < 3; b++) {
                for (int first : new int[] {0, draws - 7}) {
                    Buffer few = arena.out(7 * 4);
                    Buffer ownMu = arena.of(Arrays.copyOfRange(mu, 4 * b, 4 * b + 4));
                    Buffer ownOmega = arena.of(Arrays.copyOfRange(omega, 4 * b, 4 * b + 4));
                    arena.run(new MeanFieldOps.Sample(
                            KEY, Index.of(2), DrawBlock.of(1, 7, 4).at(b, first, 0), ownMu, ownOmega, few));
                    int at = (b * draws + first) * 4;
                    same("z", Arrays.copyOfRange(got, at, at + 28), arena.floats(few));
                }
            }
        }
    }
}

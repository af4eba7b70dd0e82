package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.factors;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Dense;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import io.github.elbo4j.Order;
import io.github.elbo4j.scalar.DetMath;
import java.util.Arrays;

class ReparamOpsTest {
    private static final Key KEY = new Key(44);

    private static final DrawBlock[] SHAPES = {
        DrawBlock.of(1, 1, 1),
        DrawBlock.of(3, 67, 5).at(2, 64, 1),
        DrawBlock.of(3, 65, 33),
        DrawBlock.of(1, 130, 1027),
        DrawBlock.of(0, 3, 3),
        DrawBlock.of(3, 0, 3),
        DrawBlock.of(3, 5, 0),
    };

    @EveryDevice
    void meanFieldRunsAreSumsOfSlopesAndOfSlopesTimesSigmaEpsilon(Device device) {
        for (DrawBlock shape : SHAPES) {
            for (boolean path : new boolean[] {false, true}) {
                int dims = shape.dimensions();
                float[] omega = normals(1, shape.parameters(), -0.5, 0.7);
                float[] g = normals(2, shape.elements());
                float[] e = epsilon(device, shape);
                double[] got = meanField(device, shape, path, omega, g);
                for (int row = 0; row < shape.problems() * dims; row++) {
                    int b = row / dims;
                    int d = row % dims;
                    float[] mu = new float[shape.draws()];
                    float[] scale = new float[shape.draws()];
                    float sigma = DetMath.exp(omega[row]);
                    for (int s = 0; s < shape.draws(); s++) {
                        int i = (b * shape.draws() + s) * dims + d;
                        mu[s] = path ? Math.fma(e[i], DetMath.exp(-omega[row]), g[i]) : g[i];
                        scale[s] = mu[s] * (sigma * e[i]);
                    }
                    for (int r = 0; r < ElboOps.runs(shape.draws()); r++) {
                        int at = runIndex(shape, b, r) * 2 * dims + d;
                        same(shape + " mu", got[at], Order.runs(mu)[r]);
                        same(shape + " omega", got[at + dims], Order.runs(scale)[r]);
                    }
                }
            }
        }
    }

    /** The reference of the test above, against float64: 64 additions; slope, sigma 1.8 and two products, 5 roundings. */
    @EveryDevice
    void meanFieldRunsAreCloseToFloat64(Device device) {
        DrawBlock shape = DrawBlock.of(3, 64, 33);
        float[] omega = normals(1, 99, -0.5, 0.7);
        float[] g = normals(2, shape.elements());
        float[] e = epsilon(device, shape);
        for (boolean path : new boolean[] {false, true}) {
            double[] got = meanField(device, shape, path, omega, g);
            for (int i = 0; i < 99; i++) {
                Sum mu = new Sum();
                Sum scale = new Sum();
                for (int s = 0; s < 64; s++) {
                    int at = (i / 33 * 64 + s) * 33 + i % 33;
                    double sticking = path ? e[at] * Math.exp(-omega[i]) : 0;
                    double sigma = Math.exp(omega[i]);
                    mu.add(g[at] + sticking, Math.abs(g[at]) + Math.abs(sticking));
                    scale.add(
                            (g[at] + sticking) * e[at] * sigma,
                            (Math.abs(g[at]) + Math.abs(sticking)) * Math.abs(e[at]) * sigma);
                }
                close("mu", got[i / 33 * 66 + i % 33], mu, 64 + 3);
                close("omega", got[i / 33 * 66 + 33 + i % 33], scale, 64 + 7);
            }
        }
    }

    @EveryDevice
    void fullRankRunsAreSumsOfSlopesAndOfTheirProducts(Device device) {
        for (DrawBlock shape : SHAPES) {
            if (shape.dimensions() > 100) {
                continue;
            }
            for (boolean path : new boolean[] {false, true}) {
                int dims = shape.dimensions();
                int width = dims + dims * dims;
                float[] factor = factors(1, shape.problems(), dims);
                float[] g = normals(2, shape.elements());
                float[] score = path ? normals(3, shape.elements()) : null;
                float[] e = epsilon(device, shape);
                double[] got = fullRank(device, shape, factor, g, score);
                float[] of = new float[shape.draws()];
                for (int k = 0; k < shape.problems() * width; k++) {
                    int b = k / width;
                    int i = k % width < dims ? k % width : (k % width - dims) / dims;
                    int j = k % width < dims ? -1 : (k % width - dims) % dims;
                    for (int s = 0; s < shape.draws(); s++) {
                        int row = (b * shape.draws() + s) * dims;
                        float u = score == null ? g[row + i] : g[row + i] + score[row + i];
                        if (j < 0) {
                            of[s] = u;
                        } else if (j < i) {
                            of[s] = u * e[row + j];
                        } else {
                            of[s] = j > i ? 0f : u * e[row + i] * DetMath.exp(factor[(b * dims + i) * dims + i]);
                        }
                    }
                    for (int r = 0; r < ElboOps.runs(shape.draws()); r++) {
                        same(shape + " run", got[runIndex(shape, b, r) * width + k % width], Order.runs(of)[r]);
                    }
                }
            }
        }
    }

    /**
     * The gradient of 1/S·Σ_s log p(mu + sigma·epsilon_s) in mu and omega, by central differences in float64, for a log p
     * that is no quadratic: −Σ log cosh z_d.
     */
    @EveryDevice
    void theMeanFieldGradientIsTheDerivativeOfTheAverage(Device device) {
        DrawBlock shape = DrawBlock.of(2, 131, 3);
        float[] mu = normals(1, 6);
        float[] omega = normals(2, 6, -0.5, 0.5);
        float[] e = epsilon(device, shape);
        float[] g = new float[e.length];
        for (int i = 0; i < g.length; i++) {
            int p = i / (131 * 3) * 3 + i % 3;
            g[i] = (float) -Math.tanh(mu[p] + Math.exp(omega[p]) * e[i]);
        }
        float[] got = mean(device, shape, 6, meanField(device, shape, false, omega, g));
        for (int p = 0; p < 6; p++) {
            double step = 1e-4;
            double[] derivative = new double[2];
            for (int s = 0; s < 131; s++) {
                double noise = e[(p / 3 * 131 + s) * 3 + p % 3];
                double sigma = Math.exp(omega[p]);
                derivative[0] += logCosh(mu[p] - step + sigma * noise) - logCosh(mu[p] + step + sigma * noise);
                derivative[1] += logCosh(mu[p] + Math.exp(omega[p] - step) * noise)
                        - logCosh(mu[p] + Math.exp(omega[p] + step) * noise);
            }
            // slopes below 1, epsilon below 4: 70 roundings of that; third derivatives below 10 times step²
            close("mu", got[p / 3 * 6 + p % 3], derivative[0] / (2 * step) / 131, 4 * 70 * U + 1e-7);
            close("omega", got[p / 3 * 6 + 3 + p % 3], derivative[1] / (2 * step) / 131, 4 * 70 * U + 1e-7);
        }
    }

    @EveryDevice
    void theFullRankGradientIsTheDerivativeOfTheAverage(Device device) {
        int dims = 3;
        DrawBlock shape = DrawBlock.of(1, 131, dims);
        float[] factor = factors(1, 1, dims);
        float[] e = epsilon(device, shape);
        double[] parameters = new double[dims + dims * dims];
        Arrays.setAll(parameters, k -> k < dims ? 0.3 * k - 0.2 : factor[k - dims]);
        float[] g = new float[e.length];
        for (int s = 0; s < 131; s++) {
            double[] z = draw(parameters, e, s);
            for (int d = 0; d < dims; d++) {
                g[s * dims + d] = (float) -Math.tanh(z[d]);
            }
        }
        float[] got = mean(device, shape, dims + dims * dims, fullRank(device, shape, factor, g, null));
        for (int k = 0; k < parameters.length; k++) {
            if (k >= dims && (k - dims) % dims > (k - dims) / dims) {
                same("above the diagonal", got[k], 0f);
                continue;
            }
            double want = (average(parameters, e, k, 1e-4) - average(parameters, e, k, -1e-4)) / 2e-4;
            close("gradient[" + k + "]", got[k], want, 4 * 70 * U + 1e-7);
        }
    }

    private static double average(double[] parameters, float[] e, int k, double step) {
        double[] moved = parameters.clone();
        moved[k] += step;
        double sum = 0;
        for (int s = 0; s < 131; s++) {
            for (double z : draw(moved, e, s)) {
                sum -= logCosh(z);
            }
        }
        return sum / 131;
    }

    private static double[] draw(double[] parameters, float[] e, int s) {
        double[] z = new double[3];
        for (int i = 0; i < 3; i++) {
            z[i] = parameters[i] + Math.exp(parameters[3 + 4 * i]) * e[3 * s + i];
            for (int j = 0; j < i; j++) {
                z[i] += parameters[3 + 3 * i + j] * e[3 * s + j];
            }
        }
        return z;
    }

    /** "Sticking the landing": where q is the target the path derivative has no variance, not merely a mean of zero. */
    @EveryDevice
    void thePathDerivativeVanishesForEveryDrawWhereQIsTheTarget(Device device) {
        DrawBlock shape = DrawBlock.of(2, 1, 33);
        float[] mu = normals(1, 66);
        float[] omega = normals(2, 66, -0.5, 0.7);
        float[] factor = factors(3, 2, 33);
        double[][][] l = {Dense.factor(factor, 0, 33), Dense.factor(factor, 1, 33)};
        try (Arena arena = new Arena(device)) {
            Buffer z = arena.out(66);
            Buffer g = arena.out(66);
            Buffer score = arena.out(66);
            Buffer m = arena.of(mu);
            arena.run(new MeanFieldOps.Sample(KEY, Index.of(3), shape, m, arena.of(omega), z));
            arena.run(new MeanFieldOps.LogDensity(shape, MeanFieldOps.Variable.Z, m, arena.of(omega), z, null, g));
            double[] runs = meanField(device, shape, true, omega, arena.floats(g));
            for (int i = 0; i < 66; i++) {
                // z carries one rounding, which 1/sigma² makes part of g
                double size = (Math.abs(mu[i]) + 5 * Math.exp(omega[i])) * Math.exp(-2 * omega[i]);
                close("mu", runs[i / 33 * 66 + i % 33], 0, 12 * U * size);
                close("omega", runs[i / 33 * 66 + 33 + i % 33], 0, 12 * U * size * 5 * Math.exp(omega[i]));
            }
            arena.run(new FullRankOps.FullRankSample(KEY, Index.of(3), shape, m, arena.of(factor), z));
            arena.run(new FullRankOps.FullRankLogDensity(shape, m, arena.of(factor), z, null, g));
            arena.run(new FullRankOps.FullRankScore(KEY, Index.of(3), shape, arena.of(factor), score));
            runs = fullRank(device, shape, factor, arena.floats(g), arena.floats(score));
            for (int b = 0; b < 2; b++) {
                double[][] inverse = Dense.abs(Dense.inverse(l[b]));
                double[] size = new double[33];
                Arrays.fill(size, 40 * U * 10);
                double[] bound = Dense.times(
                        Dense.transposed(inverse), Dense.times(inverse, Dense.times(Dense.abs(l[b]), size)));
                for (int i = 0; i < 33 + 33 * 33; i++) {
                    int row = i < 33 ? i : (i - 33) / 33;
                    close("full rank", runs[b * (33 + 33 * 33) + i], 0, 10 * bound[row]);
                }
            }
        }
    }

    @EveryDevice
    void aNanReachesItsCoordinateOnly(Device device) {
        DrawBlock shape = DrawBlock.of(1, 70, 5);
        float[] g = normals(1, 350);
        g[66 * 5 + 2] = Float.NaN;
        double[] runs = meanField(device, shape, false, new float[5], g);
        for (int i = 0; i < runs.length; i++) {
            assertThat(Double.isNaN(runs[i])).as("element %d", i).isEqualTo(i >= 10 && i % 5 == 2);
        }
    }

    /** Where a run of a shape stands: the buffers of these tests begin at draw 0, whatever the shape's first. */
    private static int runIndex(DrawBlock shape, int b, int r) {
        int first = shape.firstDraw() / ElboOps.DRAWS_PER_RUN;
        return b * (first + ElboOps.runs(shape.draws())) + (b < shape.problems() ? first + r : 0);
    }

    private static float[] epsilon(Device device, DrawBlock shape) {
        return Drawn.normals(device, KEY, 3, shape);
    }

    private static double[] meanField(Device device, DrawBlock shape, boolean path, float[] omega, float[] g) {
        try (Arena arena = new Arena(device)) {
            Buffer runs = arena.runs((long) runIndex(shape, shape.problems(), 0) * 2 * shape.dimensions());
            arena.run(
                    new ReparamOps.MeanFieldReparam(KEY, Index.of(3), shape, path, arena.of(omega), arena.of(g), runs));
            return arena.doubles(runs);
        }
    }

    private static double[] fullRank(Device device, DrawBlock shape, float[] factor, float[] g, float[] score) {
        long width = shape.dimensions() * (1L + shape.dimensions());
        try (Arena arena = new Arena(device)) {
            Buffer runs = arena.runs(runIndex(shape, shape.problems(), 0) * width);
            Buffer v = score == null ? null : arena.of(score);
            arena.run(new ReparamOps.FullRankReparam(KEY, Index.of(3), shape, arena.of(factor), arena.of(g), v, runs));
            return arena.doubles(runs);
        }
    }

    private static float[] mean(Device device, DrawBlock shape, int width, double[] runs) {
        try (Arena arena = new Arena(device)) {
            Buffer mean = arena.out((long) shape.problems() * width);
            arena.run(new ElboOps.MeanOverDraws(shape.problems(), shape.draws(), width, 0f, arena.of(runs), mean));
            return arena.floats(mean);
        }
    }

    private static double logCosh(double z) {
        return Math.log(Math.cosh(z));
    }
}

package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.normals;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import io.github.elbo4j.family.Gaussian;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Sums over draws against float64, and the score against differences of the log-density. */
class LowRankGradientOpsTest {
    private static final Key KEY = new Key(44);
    private static final int STEP = 9;

    /** Runs of 64, one not full, that begin at the second; more columns than a block has warps. */
    private static final LowRankSetting[] SETTINGS = {
        new LowRankSetting(DrawBlock.of(2, 150, 5).at(1, 64, 3), 3), new LowRankSetting(DrawBlock.of(1, 3, 70), 11),
    };

    @EveryDevice
    void pathwiseSumsAreThoseOfTheFormula(Device device) {
        for (LowRankSetting x : SETTINGS) {
            for (boolean path : new boolean[] {false, true}) {
                float[] g = normals(11, x.shape.elements());
                float[] score = normals(12, x.shape.elements());
                double[] got;
                float[] e;
                try (Arena arena = new Arena(device)) {
                    Buffer runs = runs(arena, x, 1);
                    arena.run(new LowRankGradientOps.LowRankReparam(
                            KEY,
                            Index.of(STEP),
                            x.shape,
                            x.rank,
                            arena.of(x.omega),
                            arena.of(g),
                            path ? arena.of(score) : null,
                            runs));
                    got = arena.doubles(runs);
                    Buffer normals =
                            arena.out(LowRankOps.normals(x.shape, x.rank).elements());
                    arena.run(new NormalOps.Normal(KEY, Index.of(STEP), LowRankOps.normals(x.shape, x.rank), normals));
                    e = arena.floats(normals);
                }
                compare(x, got, 1, (row, d, column) -> {
                    double u = g[row * x.dims + d] + (path ? (double) score[row * x.dims + d] : 0);
                    int o = row * x.width();
                    return column == 0
                            ? u
                            : u * (column == 1 ? x.sigma(x.problem(row), d) * e[o + d] : e[o + x.dims + column - 2]);
                });
            }
        }
    }

    @EveryDevice
    void weightedScoresAndTheirSquaresAreThoseOfTheFormula(Device device) {
        for (LowRankSetting x : SETTINGS) {
            Inputs in = new Inputs(x);
            int width = (2 + x.rank) * x.dims;
            compare(x, scores(device, x, in, null), 1, (row, d, c) -> in.weights[row] * in.h(row, d, c));
            double[] squares = squares(device, x, in);
            compare(x, squares, 2, (row, d, c) -> {
                double h = in.h(row, d, c % (2 + x.rank));
                return c < 2 + x.rank ? in.weights[row] * h * h : h * h;
            });
            // sums large against each term, so that the control variate is well conditioned
            float[] sums = normals(20, 2L * x.shape.problems() * width, 9, 1);
            int draws = 1000;
            compare(x, scores(device, x, in, sums), 1, (row, d, c) -> {
                double h = in.h(row, d, c);
                int at = x.problem(row) * 2 * width + c * x.dims + d;
                double rest = draws * (double) sums[at + width] - h * h;
                double a = (draws * (double) sums[at] - in.weights[row] * h * h) / rest;
                return (in.weights[row] - a) * h;
            });
        }
    }

    /** One draw with a weight of one leaves its score: the slopes of log q in mu, omega and F, at the draw as a fixed point. */
    @EveryDevice
    void theScoreIsTheSlopeOfTheLogDensity(Device device) {
        LowRankSetting x = new LowRankSetting(DrawBlock.of(2, 1, 4), 2);
        Draws at = new Draws(device, x);
        for (int b = 0; b < 2; b++) {
            for (int p = 0; p < 16; p++) {
                double step = 1e-4;
                double slope = (logDensity(x, b, at.z, p, step) - logDensity(x, b, at.z, p, -step)) / (2 * step);
                // float32: about 30 roundings of terms of about 10; the third derivative times step²/6
                close("slope " + p, at.score[b * 16 + p], slope, 300 * U + 1e-5);
            }
        }
    }

    private static double logDensity(LowRankSetting x, int b, double[] z, int p, double step) {
        double[] mean = new double[x.dims];
        double[] point = new double[x.dims];
        for (int d = 0; d < x.dims; d++) {
            mean[d] = x.mu[b * x.dims + d] + (p == d ? step : 0);
            point[d] = z[b * x.dims + d];
        }
        return new Gaussian(mean, x.covariance(b, p, step)).logDensity(point);
    }

    /** Within 5 of the standard errors that the draws show: a false alarm has a probability of 6e-7 for each of 16 numbers. */
    @EveryDevice
    void theScoreHasMeanZero(Device device) {
        int draws = 20_000;
        LowRankSetting x = new LowRankSetting(DrawBlock.of(1, draws, 4), 2);
        Draws at = new Draws(device, x);
        for (int p = 0; p < 16; p++) {
            close("mean " + p, at.score[p] / draws, 0, 5 * Math.sqrt(at.squares[p] / draws) / Math.sqrt(draws));
        }
    }

    /** The whole way: draws, their scores and latents, the centre, weights of one, all runs together. */
    private static final class Draws {
        final double[] z; // in float64, of the device's normals
        final double[] score; // [B][16]
        final double[] squares;

        Draws(Device device, LowRankSetting x) {
            DrawBlock shape = x.shape;
            try (Arena arena = new Arena(device)) {
                Buffer omega = arena.of(x.omega);
                Buffer factor = arena.of(x.factor);
                Buffer capacitance = x.capacitance(arena);
                Buffer score = arena.out(shape.elements());
                Buffer latent = arena.out(shape.allDraws() * x.rank);
                Buffer centre = arena.out(shape.problems() * LowRankOps.width(x.dims, x.rank));
                float[] ones = new float[x.rows()];
                Arrays.fill(ones, 1);
                Buffer weights = arena.of(ones);
                int width = Math.toIntExact(LowRankOps.width(x.dims, x.rank));
                int all = ElboOps.runs(shape.draws());
                Buffer runs = arena.runs((long) shape.problems() * all * width);
                Buffer more = arena.runs((long) shape.problems() * all * 2 * width);
                arena.run(new LowRankOps.LowRankAtDraw(
                        KEY, Index.of(STEP), shape, x.rank, omega, factor, capacitance, null, score, latent));
                arena.run(new LowRankOps.LowRankEntropyGradient(
                        shape.problems(), x.dims, x.rank, omega, factor, capacitance, centre));
                arena.run(new LowRankGradientOps.LowRankScoreGradient(
                        shape, x.rank, omega, score, latent, centre, weights, null, 0, runs));
                arena.run(new LowRankGradientOps.LowRankScoreSquares(
                        shape, x.rank, omega, score, latent, centre, weights, more));
                this.score = total(arena.doubles(runs), shape.problems(), all, width, width);
                squares = total(arena.doubles(more), shape.problems(), all, 2 * width, width);
                Buffer normals = arena.out(LowRankOps.normals(shape, x.rank).elements());
                arena.run(new NormalOps.Normal(KEY, Index.of(STEP), LowRankOps.normals(shape, x.rank), normals));
                z = points(x, arena.floats(normals));
            }
        }

        private static double[] points(LowRankSetting x, float[] normals) {
            double[] z = new double[x.rows() * x.dims];
            for (int row = 0; row < x.rows(); row++) {
                double[] epsilon = new double[x.dims];
                double[] eta = new double[x.rank];
                int o = row * x.width();
                Arrays.setAll(epsilon, d -> normals[o + d]);
                Arrays.setAll(eta, r -> normals[o + x.dims + r]);
                double[] deviation = x.deviation(x.problem(row), epsilon, eta);
                for (int d = 0; d < x.dims; d++) {
                    z[row * x.dims + d] = x.mu[x.problem(row) * x.dims + d] + deviation[d];
                }
            }
            return z;
        }

        private static double[] total(double[] runs, int problems, int all, int stride, int width) {
            double[] total = new double[problems * width];
            for (int b = 0; b < problems; b++) {
                for (int run = 0; run < all; run++) {
                    for (int p = 0; p < width; p++) {
                        total[b * width + p] += runs[(b * all + run) * stride + p];
                    }
                }
            }
            return total;
        }
    }

    /** Any score, latent, centre and weights. */
    private static final class Inputs {
        final LowRankSetting x;
        final float[] score;
        final float[] latent;
        final float[] centre;
        final float[] weights;

        Inputs(LowRankSetting x) {
            this.x = x;
            score = normals(13, x.shape.elements());
            latent = normals(14, x.shape.allDraws() * x.rank);
            centre = normals(15, x.shape.parameters() * (2 + x.rank));
            weights = normals(16, x.shape.allDraws());
        }

        double h(int row, int d, int column) {
            int b = x.problem(row);
            double s = score[row * x.dims + d];
            double mean = centre[(b * (2 + x.rank) + column) * x.dims + d];
            return switch (column) {
                case 0 -> s;
                case 1 -> s * s * x.sigma(b, d) * x.sigma(b, d) - mean;
                default -> s * latent[row * x.rank + column - 2] - mean;
            };
        }
    }

    private static double[] scores(Device device, LowRankSetting x, Inputs in, float @Nullable [] sums) {
        try (Arena arena = new Arena(device)) {
            Buffer runs = runs(arena, x, 1);
            arena.run(new LowRankGradientOps.LowRankScoreGradient(
                    x.shape,
                    x.rank,
                    arena.of(x.omega),
                    arena.of(in.score),
                    arena.of(in.latent),
                    arena.of(in.centre),
                    arena.of(in.weights),
                    sums == null ? null : arena.of(sums),
                    1000,
                    runs));
            return arena.doubles(runs);
        }
    }

    private static double[] squares(Device device, LowRankSetting x, Inputs in) {
        try (Arena arena = new Arena(device)) {
            Buffer runs = runs(arena, x, 2);
            arena.run(new LowRankGradientOps.LowRankScoreSquares(
                    x.shape,
                    x.rank,
                    arena.of(x.omega),
                    arena.of(in.score),
                    arena.of(in.latent),
                    arena.of(in.centre),
                    arena.of(in.weights),
                    runs));
            return arena.doubles(runs);
        }
    }

    private static int allRuns(LowRankSetting x) {
        return x.shape.firstDraw() / ElboOps.DRAWS_PER_RUN + ElboOps.runs(x.shape.draws());
    }

    private static Buffer runs(Arena arena, LowRankSetting x, int parts) {
        return arena.runs(x.shape.problems() * allRuns(x) * parts * LowRankOps.width(x.dims, x.rank));
    }

    private interface Term {
        double of(int row, int d, int column);
    }

    /** Every run sum of every column; what stands before the shape's first run is not touched. */
    private static void compare(LowRankSetting x, double[] got, int parts, Term term) {
        int columns = parts * (2 + x.rank);
        int all = allRuns(x);
        int before = x.shape.firstDraw() / ElboOps.DRAWS_PER_RUN;
        for (int b = 0; b < x.shape.problems(); b++) {
            for (int run = 0; run < all; run++) {
                for (int c = 0; c < columns; c++) {
                    for (int d = 0; d < x.dims; d++) {
                        double value = got[((b * all + run) * columns + c) * x.dims + d];
                        if (run < before) {
                            close("an untouched run", value, Arena.POISON, 0);
                            continue;
                        }
                        Sum want = new Sum();
                        int end = Math.min(x.shape.draws(), (run - before + 1) * ElboOps.DRAWS_PER_RUN);
                        double scale = 0;
                        for (int s = (run - before) * ElboOps.DRAWS_PER_RUN; s < end; s++) {
                            want.add(term.of(b * x.shape.draws() + s, d, c));
                            scale += 1;
                        }
                        // 64 additions; a term has less than 20 roundings of parts of about 10
                        close(
                                x + " run " + run + " column " + c,
                                value,
                                want.value,
                                64 * U * want.magnitude + 200 * U * scale);
                    }
                }
            }
        }
    }
}

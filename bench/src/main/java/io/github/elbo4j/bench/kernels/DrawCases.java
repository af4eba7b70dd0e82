package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.bench.kernels.Case.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.FusedOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.KlOps;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.device.ReparamOps;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.device.ScoreOps.Baseline;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Normals, the mean-field family, its gradients, KL, ELBO, and the fused steps. */
final class DrawCases {
    private static final Index STEP = Index.of(0);
    private static final Key PAIRS = Inputs.KEY.with(PointSet.ANTITHETIC);
    private static final Key SOBOL = Inputs.KEY.with(PointSet.SOBOL);

    private DrawCases() {}

    static List<Case> all() {
        return List.of(
                new Case("normal.words", "normal_words", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(new NormalOps.Words(Inputs.KEY, STEP, s, in.zeroInts(s.elements())), s, 0);
                }),
                new Case("normal.uniform", "normal_uniform", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(new NormalOps.Uniform(Inputs.KEY, STEP, s, in.zeros(s.elements())), s, 2);
                }),
                new Case("normal.normal", "normal_normal", (in, tiny) -> normals(in, tiny, Inputs.KEY)),
                new Case("normal.normalOfProblems", "normal_of_problems", (in, tiny) -> {
                    DrawBlock s = tiny ? DrawBlock.of(37, 1, 24) : DrawBlock.of(1 << 16, 1, 1 << 10);
                    return work(
                            new NormalOps.NormalOfProblems(
                                    Inputs.KEY,
                                    STEP,
                                    s,
                                    in.permutation(s.problems(), 7919),
                                    STEP,
                                    in.zeros(s.elements())),
                            s,
                            2);
                }),
                new Case("normal.antithetic", "normal_antithetic", (in, tiny) -> normals(in, tiny, PAIRS)),
                new Case("sobol.normal", "sobol_normal", (in, tiny) -> normals(in, tiny, SOBOL)),
                new Case("sobol.words", "sobol_words", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(new NormalOps.Words(SOBOL, STEP, s, in.zeroInts(s.elements())), s, 0);
                }),
                new Case("meanfield.sample", "meanfield_sample", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(
                            new MeanFieldOps.Sample(
                                    Inputs.KEY, STEP, s, mu(in, s), omega(in, s), in.zeros(s.elements())),
                            s,
                            4);
                }),
                new Case("meanfield.logDensity of rows of 16", "meanfield_density", (in, tiny) -> {
                    DrawBlock s = rows(tiny);
                    return density(in, s, false, 5);
                }),
                new Case("meanfield.logDensity and gradient", "meanfield_density", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return density(in, s, true, 6);
                }),
                new Case("meanfield.entropy", "meanfield_entropy", (in, tiny) -> {
                    DrawBlock s = tiny ? DrawBlock.of(5, 1, 1100) : DrawBlock.of(1 << 16, 1, 1 << 10);
                    return work(
                            new MeanFieldOps.Entropy(
                                    s.problems(), s.dimensions(), omega(in, s), in.zeroDoubles(s.problems()), STEP),
                            s,
                            1);
                }),
                new Case("reparam.meanFieldReparam", "reparam_meanfield", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(
                            new ReparamOps.MeanFieldReparam(
                                    Inputs.KEY, STEP, s, false, omega(in, s), in.normals(s.elements()), runs(in, s, 2)),
                            s,
                            6);
                }),
                new Case("score.scoreWeights, leave one out", "score_baseline score_weights", (in, tiny) -> {
                    DrawBlock s = densities(tiny);
                    return work(
                            new ScoreOps.ScoreWeights(
                                    s.problems(),
                                    s.draws(),
                                    Baseline.LEAVE_ONE_OUT,
                                    in.doubles(s.allDraws()),
                                    in.doubles(s.allDraws()),
                                    null,
                                    Scalar.of(1),
                                    in.zeros(s.allDraws())),
                            s,
                            5);
                }),
                new Case("score.scoreWeights, no baseline", "score_weights", (in, tiny) -> {
                    DrawBlock s = densities(tiny);
                    return work(
                            new ScoreOps.ScoreWeights(
                                    s.problems(),
                                    s.draws(),
                                    Baseline.NONE,
                                    in.doubles(s.allDraws()),
                                    in.doubles(s.allDraws()),
                                    null,
                                    Scalar.of(1),
                                    in.zeros(s.allDraws())),
                            s,
                            1);
                }),
                new Case("score.meanFieldScore", "score_meanfield", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return score(in, s, null, 7);
                }),
                new Case("score.meanFieldScore, control variate", "score_controlled", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return score(in, s, in.squares(4 * s.parameters()), 20);
                }),
                new Case("score.meanFieldScoreSquares", "score_squares", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(
                            new ScoreOps.MeanFieldScoreSquares(
                                    Inputs.KEY, STEP, s, in.normals(s.allDraws()), runs(in, s, 4)),
                            s,
                            11);
                }),
                new Case("kl.klToStandard", "kl_diagonal", (in, tiny) -> {
                    DrawBlock s = rows(tiny);
                    return work(
                            new KlOps.KlToStandard(
                                    s.problems(),
                                    s.dimensions(),
                                    mu(in, s),
                                    omega(in, s),
                                    in.zeroDoubles(s.problems())),
                            s,
                            6);
                }),
                new Case("kl.klToStandardGradient", "kl_gradient", (in, tiny) -> {
                    DrawBlock s = rows(tiny);
                    return work(
                            new KlOps.KlToStandardGradient(
                                    s.problems(),
                                    s.dimensions(),
                                    mu(in, s),
                                    omega(in, s),
                                    in.zeros(s.parameters()),
                                    in.zeros(s.parameters())),
                            s,
                            2);
                }),
                new Case("kl.klDiagonal", "kl_diagonal", (in, tiny) -> {
                    DrawBlock s = rows(tiny);
                    return work(
                            new KlOps.KlDiagonal(
                                    s.problems(),
                                    s.dimensions(),
                                    mu(in, s),
                                    omega(in, s),
                                    mu(in, s),
                                    omega(in, s),
                                    in.zeroDoubles(s.problems())),
                            s,
                            10);
                }),
                new Case("kl.klDiagonalGradient", "kl_gradient", (in, tiny) -> {
                    DrawBlock s = rows(tiny);
                    return work(
                            new KlOps.KlDiagonalGradient(
                                    s.problems(),
                                    s.dimensions(),
                                    mu(in, s),
                                    omega(in, s),
                                    mu(in, s),
                                    omega(in, s),
                                    in.zeros(s.parameters()),
                                    in.zeros(s.parameters())),
                            s,
                            6);
                }),
                new Case("kl.klFull", "gemm_solve kl_sides kl_full", (in, tiny) -> {
                    int b = tiny ? 2 : 64;
                    int d = tiny ? 33 : 256;
                    long n = (long) b * d;
                    return new Work(
                            new KlOps.KlFull(
                                    b,
                                    d,
                                    in.normals(n),
                                    in.normals(n * d, 0.02),
                                    in.normals(n),
                                    in.normals(n * d, 0.02),
                                    in.zeroDoubles(b)),
                            b + " of " + d + " dimensions",
                            (double) n * d,
                            n * (double) d * d);
                }),
                new Case("kl.klFullGradient", "gemm_solve gemm_solve_upper kl_sides kl_fullgradient", (in, tiny) -> {
                    int b = tiny ? 2 : 64;
                    int d = tiny ? 33 : 256;
                    long n = (long) b * d;
                    return new Work(
                            new KlOps.KlFullGradient(
                                    b,
                                    d,
                                    in.normals(n),
                                    in.normals(n * d, 0.02),
                                    in.normals(n),
                                    in.normals(n * d, 0.02),
                                    in.zeros(n),
                                    in.zeros(n * d)),
                            b + " of " + d + " dimensions",
                            (double) n * d,
                            2.0 * n * d * d);
                }),
                new Case("elbo.moments", "elbo_moments", (in, tiny) -> {
                    DrawBlock s = densities(tiny);
                    return work(
                            new ElboOps.Moments(
                                    s.problems(),
                                    s.draws(),
                                    in.doubles(s.allDraws()),
                                    in.doubles(s.allDraws()),
                                    in.zeroDoubles(3L * s.problems()),
                                    STEP),
                            s,
                            6);
                }),
                new Case("elbo.renyi", "elbo_renyi", (in, tiny) -> {
                    DrawBlock s = densities(tiny);
                    return work(
                            new ElboOps.Renyi(
                                    s.problems(),
                                    s.draws(),
                                    0,
                                    in.doubles(s.allDraws()),
                                    in.doubles(s.allDraws()),
                                    in.zeroDoubles(2L * s.problems())),
                            s,
                            6);
                }),
                new Case("elbo.moments of one problem", "elbo_tiles elbo_end", (in, tiny) -> {
                    int n = tiny ? 5000 : 1 << 24;
                    return new Work(
                            new ElboOps.Moments(1, n, in.doubles(n), in.doubles(n), in.zeroDoubles(3), STEP),
                            n + " draws",
                            n,
                            6.0 * n);
                }),
                new Case("elbo.meanOverDraws", "elbo_mean_over_draws", (in, tiny) -> {
                    int draws = tiny ? 200 : 1 << 16;
                    int width = tiny ? 37 : 1 << 14;
                    long n = (long) ElboOps.runs(draws) * width;
                    return new Work(
                            new ElboOps.MeanOverDraws(1, draws, width, 1, in.doubles(n), in.zeros(width)),
                            ElboOps.runs(draws) + " runs of " + width,
                            n,
                            n);
                }),
                new Case("fused.gaussianElbo", "fused_elbo256", (in, tiny) -> fused(in, draws(tiny))),
                new Case(
                        "fused.gaussianElbo of 4096 dimensions",
                        "fused_elbo256 fused_elbo_end",
                        (in, tiny) -> fused(in, tiny ? DrawBlock.of(1, 130, 1100) : DrawBlock.of(1, 1 << 14, 1 << 12))),
                new Case(
                        "fused.gaussianElbo of few draws",
                        "fused_elbo32 fused_elbo_fold",
                        (in, tiny) -> fused(in, tiny ? DrawBlock.of(1, 130, 300) : DrawBlock.of(1, 1 << 10, 1000))),
                new Case(
                        "fused.gaussianElbo of 256 dimensions",
                        "fused_elbo64",
                        (in, tiny) -> fused(in, tiny ? DrawBlock.of(1, 130, 250) : DrawBlock.of(1, 1 << 18, 256))),
                new Case(
                        "fused.gaussianElbo of 128 dimensions",
                        "fused_elbo32",
                        (in, tiny) -> fused(in, tiny ? DrawBlock.of(1, 130, 128) : DrawBlock.of(1, 1 << 19, 128))),
                new Case(
                        "fused.gaussianElbo of 8 dimensions",
                        "fused_elbo16",
                        (in, tiny) -> fused(in, tiny ? DrawBlock.of(3, 16, 8) : DrawBlock.of(1 << 18, 16, 8))),
                new Case("fused.gaussianAdam", "fused_adam", (in, tiny) -> adam(in, tiny, false)),
                new Case("fused.gaussianAdam with moments", "fused_adam_moments", (in, tiny) -> adam(in, tiny, true)));
    }

    private static Work normals(Inputs in, boolean tiny, Key key) {
        DrawBlock s = draws(tiny);
        return work(new NormalOps.Normal(key, STEP, s, in.zeros(s.elements())), s, 2);
    }

    private static DrawBlock draws(boolean tiny) {
        return tiny ? DrawBlock.of(1, 200, 44) : DrawBlock.of(1, 1 << 16, 1 << 10);
    }

    private static DrawBlock rows(boolean tiny) {
        return tiny ? DrawBlock.of(300, 1, 16) : DrawBlock.of(1 << 22, 1, 16);
    }

    private static DrawBlock densities(boolean tiny) {
        return tiny ? DrawBlock.of(3, 1000, 1) : DrawBlock.of(1 << 14, 1 << 10, 1);
    }

    private static Buffer mu(Inputs in, DrawBlock s) {
        return in.normals(s.parameters());
    }

    private static Buffer omega(Inputs in, DrawBlock s) {
        return in.normals(s.parameters(), 0.3);
    }

    private static Buffer runs(Inputs in, DrawBlock s, int blocks) {
        return in.zeroDoubles((long) s.problems() * ElboOps.runs(s.draws()) * blocks * s.dimensions());
    }

    private static Work fused(Inputs in, DrawBlock s) {
        return work(
                new FusedOps.GaussianElbo(
                        Inputs.KEY,
                        STEP,
                        s,
                        false,
                        mu(in, s),
                        omega(in, s),
                        new FusedOps.Target(false, mu(in, s), omega(in, s)),
                        in.zeroDoubles(s.allDraws()),
                        in.zeroDoubles(s.allDraws()),
                        runs(in, s, 2)),
                s,
                18);
    }

    private static Work adam(Inputs in, boolean tiny, boolean moments) {
        DrawBlock s = DrawBlock.of(tiny ? 7 : 10_000, 16, 8);
        int steps = tiny ? 3 : FusedOps.MAX_STEPS;
        long n = 2 * s.parameters();
        double elements = (double) s.elements() * steps;
        return new Work(
                new FusedOps.GaussianAdam(
                        Inputs.KEY,
                        0,
                        steps,
                        s,
                        false,
                        new FusedOps.Target(false, mu(in, s), omega(in, s)),
                        1,
                        0.02f,
                        new OptimizerOps.Decay(0.9f, 0.999f, 1e-8f),
                        in.zeros(n),
                        in.zeros(n),
                        in.zeros(n),
                        moments ? in.zeroDoubles(3L * steps * s.problems()) : null,
                        0),
                shape(s) + ", " + steps + " steps",
                elements,
                (moments ? 18 : 9) * elements); // log p and log q are needed for moments only
    }

    private static Work density(Inputs in, DrawBlock s, boolean gradient, int flops) {
        return work(
                new MeanFieldOps.LogDensity(
                        s,
                        MeanFieldOps.Variable.Z,
                        mu(in, s),
                        omega(in, s),
                        in.normals(s.elements()),
                        in.zeroDoubles(s.allDraws()),
                        gradient ? in.zeros(s.elements()) : null),
                s,
                flops);
    }

    private static Work score(Inputs in, DrawBlock s, @Nullable Buffer sums, int flops) {
        return work(
                new ScoreOps.MeanFieldScore(
                        Inputs.KEY, STEP, s, omega(in, s), in.normals(s.allDraws()), sums, s.draws(), runs(in, s, 2)),
                s,
                flops);
    }

    static Work work(Operation operation, DrawBlock s, double flops) {
        return new Work(operation, shape(s), s.elements(), flops * s.elements());
    }

    static String shape(DrawBlock s) {
        return "B=" + s.problems() + " S=" + s.draws() + " D=" + s.dimensions();
    }
}

package io.github.elbo4j.bench.kernels;

import static io.github.elbo4j.bench.kernels.DrawCases.draws;
import static io.github.elbo4j.bench.kernels.DrawCases.mu;
import static io.github.elbo4j.bench.kernels.DrawCases.omega;
import static io.github.elbo4j.bench.kernels.DrawCases.rows;
import static io.github.elbo4j.bench.kernels.DrawCases.work;

import io.github.elbo4j.bench.kernels.Case.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.KlOps;
import io.github.elbo4j.device.ReparamOps;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.device.ScoreOps.Baseline;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Gradients, KL and ELBO of the mean-field family. */
final class EstimateCases {
    private static final Index STEP = Index.of(0);

    private EstimateCases() {}

    static List<Case> all() {
        return Stream.of(gradients(), divergences(), fullDivergences(), elbos())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Case> gradients() {
        return List.of(
                new Case("reparam.meanFieldReparam", "reparam_meanfield", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(
                            new ReparamOps.MeanFieldReparam(
                                    Inputs.KEY, STEP, s, false, omega(in, s), in.normals(s.elements()), runs(in, s, 2)),
                            s,
                            6);
                }),
                new Case(
                        "score.scoreWeights, leave one out",
                        "score_baseline score_weights",
                        (in, tiny) -> weights(in, densities(tiny), Baseline.LEAVE_ONE_OUT, 5)),
                new Case(
                        "score.scoreWeights, no baseline",
                        "score_weights",
                        (in, tiny) -> weights(in, densities(tiny), Baseline.NONE, 1)),
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
                }));
    }

    private static Work weights(Inputs in, DrawBlock s, Baseline baseline, int each) {
        return work(
                new ScoreOps.ScoreWeights(
                        s.problems(),
                        s.draws(),
                        baseline,
                        in.doubles(s.allDraws()),
                        in.doubles(s.allDraws()),
                        null,
                        Scalar.of(1),
                        in.zeros(s.allDraws())),
                s,
                each);
    }

    private static List<Case> divergences() {
        return List.of(
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
                }));
    }

    private static List<Case> fullDivergences() {
        return List.of(
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
                }));
    }

    private static List<Case> elbos() {
        return List.of(
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
                }));
    }

    private static DrawBlock densities(boolean tiny) {
        return tiny ? DrawBlock.of(3, 1000, 1) : DrawBlock.of(1 << 14, 1 << 10, 1);
    }

    static Buffer runs(Inputs in, DrawBlock s, int blocks) {
        return in.zeroDoubles((long) s.problems() * ElboOps.runs(s.draws()) * blocks * s.dimensions());
    }

    private static Work score(Inputs in, DrawBlock s, @Nullable Buffer sums, int flops) {
        return work(
                new ScoreOps.MeanFieldScore(
                        Inputs.KEY, STEP, s, omega(in, s), in.normals(s.allDraws()), sums, s.draws(), runs(in, s, 2)),
                s,
                flops);
    }
}

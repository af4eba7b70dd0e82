package io.github.elbo4j;

import static io.github.elbo4j.OpCase.KEY;
import static io.github.elbo4j.OpCase.STEP;
import static io.github.elbo4j.OpCases.add;
import static io.github.elbo4j.OpCases.addDraws;
import static io.github.elbo4j.OpCases.addSquare;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.FusedOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.KlOps;
import io.github.elbo4j.device.ReparamOps;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.device.ScoreOps.Baseline;
import java.util.Arrays;
import java.util.List;

/** The cases of {@link OpCases} that estimate: divergences, reductions over draws and gradients. */
final class EstimateCases {
    private EstimateCases() {}

    static void addTo(List<OpCase> all) {
        kl(all);
        elbo(all);
        score(all);
        reparam(all);
        fused(all);
    }

    private static void elbo(List<OpCase> all) {
        addDraws(all, "moments", "", 1, c -> {
            long n = c.shape.allDraws();
            Buffer moments = c.arena.doubles(6L * c.problems());
            return new ElboOps.Moments(c.problems(), c.draws(), c.doubles(n), c.doubles(n), moments, Index.of(1));
        });
        addDraws(all, "moments", "of logP alone", 1, c -> {
            Buffer moments = c.arena.doubles(3L * c.problems());
            return new ElboOps.Moments(
                    c.problems(), c.draws(), c.doubles(c.shape.allDraws()), null, moments, Index.of(0));
        });
        for (float alpha : new float[] {0f, 0.5f, 2f}) {
            addDraws(all, "renyi", alpha, 1, c -> {
                long n = c.shape.allDraws();
                Buffer bound = c.arena.doubles(2L * c.problems());
                return new ElboOps.Renyi(c.problems(), c.draws(), alpha, c.doubles(n), c.doubles(n), bound);
            });
        }
        addDraws(
                all,
                "logMeanExp",
                "",
                1,
                c -> new ElboOps.Renyi(
                        c.problems(),
                        c.draws(),
                        0f,
                        c.doubles(c.shape.allDraws()),
                        null,
                        c.arena.doubles(2L * c.problems())));
        addDraws(all, "meanOverDraws", "", 1, c -> {
            double[] sums = new double[c.problems() * ElboOps.runs(c.draws()) * c.dimensions()];
            float[] x = Numbers.normals(1, sums.length);
            Arrays.setAll(sums, i -> x[i] / 3.0);
            Buffer mean = c.arena.out(c.shape.parameters());
            return new ElboOps.MeanOverDraws(c.problems(), c.draws(), c.dimensions(), 0.5f, c.arena.of(sums), mean);
        });
    }

    private static void score(List<OpCase> all) {
        for (Baseline baseline : Baseline.values()) {
            int fewest = baseline == Baseline.LEAVE_ONE_OUT || baseline == Baseline.CONTROL_VARIATE ? 2 : 1;
            addDraws(all, "scoreWeights", baseline, fewest, c -> {
                long n = c.shape.allDraws();
                Buffer running = null;
                if (baseline == Baseline.RUNNING_MEAN) {
                    running = c.arena.runs(c.problems());
                    double[] state = new double[c.problems()];
                    Arrays.fill(state, 0.25);
                    running.write(0, state, 0, state.length);
                }
                return new ScoreOps.ScoreWeights(
                        c.problems(),
                        c.draws(),
                        baseline,
                        c.doubles(n),
                        c.doubles(n),
                        running,
                        Scalar.of(0.1),
                        c.arena.out(n));
            });
        }
        for (boolean controlled : new boolean[] {false, true}) {
            String mode = controlled ? "controlled" : "";
            add(all, "meanFieldScore", mode, c -> {
                Buffer sums = controlled ? c.squares(4 * c.shape.parameters()) : null;
                return new ScoreOps.MeanFieldScore(
                        KEY,
                        Index.of(STEP),
                        c.shape,
                        c.logs(c.shape.parameters()),
                        c.normals(c.shape.allDraws()),
                        sums,
                        c.draws() + 1,
                        c.runs(2L * c.dimensions()));
            });
            addSquare(all, "fullRankScoreGradient", mode, c -> {
                Buffer sums = controlled ? c.squares(2 * c.gradientLength()) : null;
                return new ScoreOps.FullRankScoreGradient(
                        KEY,
                        Index.of(STEP),
                        c.shape,
                        c.factor(),
                        c.normals(c.shape.elements()),
                        c.normals(c.shape.allDraws()),
                        sums,
                        c.draws() + 1,
                        c.runs(c.dimensions() * (1L + c.dimensions())));
            });
        }
        add(
                all,
                "meanFieldScoreSquares",
                "",
                c -> new ScoreOps.MeanFieldScoreSquares(
                        KEY, Index.of(STEP), c.shape, c.normals(c.shape.allDraws()), c.runs(4L * c.dimensions())));
        addSquare(
                all,
                "fullRankScoreSquares",
                "",
                c -> new ScoreOps.FullRankScoreSquares(
                        KEY,
                        Index.of(STEP),
                        c.shape,
                        c.factor(),
                        c.normals(c.shape.elements()),
                        c.normals(c.shape.allDraws()),
                        c.runs(2L * c.dimensions() * (1L + c.dimensions()))));
    }

    private static void reparam(List<OpCase> all) {
        for (boolean path : new boolean[] {false, true}) {
            String mode = path ? "path" : "";
            add(
                    all,
                    "meanFieldReparam",
                    mode,
                    c -> new ReparamOps.MeanFieldReparam(
                            KEY,
                            Index.of(STEP),
                            c.shape,
                            path,
                            c.logs(c.shape.parameters()),
                            c.normals(c.shape.elements()),
                            c.runs(2L * c.dimensions())));
            addSquare(
                    all,
                    "fullRankReparam",
                    mode,
                    c -> new ReparamOps.FullRankReparam(
                            KEY,
                            Index.of(STEP),
                            c.shape,
                            c.factor(),
                            c.normals(c.shape.elements()),
                            path ? c.normals(c.shape.elements()) : null,
                            c.runs(c.dimensions() * (1L + c.dimensions()))));
        }
    }

    private static void fused(List<OpCase> all) {
        for (int mode = 0; mode < 4; mode++) {
            boolean path = (mode & 1) != 0;
            boolean shared = (mode & 2) != 0;
            boolean slopes = mode != 1;
            String name = (path ? "path" : "") + (shared ? " shared" : "");
            add(all, "gaussianElbo", name + (slopes ? "" : " without runs"), c -> {
                long n = c.shape.parameters();
                long target = shared ? c.dimensions() : n;
                Buffer mu = c.normals(n);
                Buffer omega = c.logs(n);
                Buffer targetMu = c.normals(target);
                Buffer targetOmega = c.logs(target);
                Buffer logP = c.arena.doubles(c.shape.allDraws());
                Buffer logQ = c.arena.doubles(c.shape.allDraws());
                Buffer runs = slopes ? c.runs(2L * c.dimensions()) : null;
                return new FusedOps.GaussianElbo(
                        KEY,
                        Index.of(STEP),
                        c.shape,
                        path,
                        mu,
                        omega,
                        new FusedOps.Target(shared, targetMu, targetOmega),
                        logP,
                        logQ,
                        runs);
            });
            addDraws(all, "gaussianAdam", name + (path ? " without moments" : ""), 1, c -> {
                DrawBlock small = DrawBlock.of(
                                c.problems(),
                                Math.min(c.draws(), FusedOps.MAX_DRAWS),
                                Math.min(c.dimensions(), FusedOps.MAX_DIMENSIONS))
                        .at(c.shape.firstProblem(), c.shape.firstDraw(), c.shape.firstDimension());
                long n = small.parameters();
                long target = shared ? small.dimensions() : n;
                Buffer targetMu = c.normals(target);
                Buffer targetOmega = c.logs(target);
                Buffer m = c.changed(2 * n);
                Buffer v = c.arena.out(2 * n);
                v.write(0, Numbers.normals(99, 2 * n, 20, 1), 0, (int) (2 * n));
                Buffer parameter = c.changed(2 * n);
                Buffer moments = path ? null : c.arena.doubles(12L * c.problems());
                return new FusedOps.GaussianAdam(
                        KEY,
                        STEP,
                        3,
                        small,
                        path,
                        new FusedOps.Target(shared, targetMu, targetOmega),
                        2,
                        0.01f,
                        OpCases.ADAM,
                        m,
                        v,
                        parameter,
                        moments,
                        1);
            });
        }
    }

    private static void kl(List<OpCase> all) {
        add(all, "klToStandard", "", c -> {
            long n = c.shape.parameters();
            return new KlOps.KlToStandard(
                    c.problems(), c.dimensions(), c.normals(n), c.logs(n), c.arena.doubles(c.problems()));
        });
        add(all, "klToStandardGradient", "", c -> {
            long n = c.shape.parameters();
            return new KlOps.KlToStandardGradient(
                    c.problems(), c.dimensions(), c.normals(n), c.logs(n), c.arena.out(n), c.arena.out(n));
        });
        add(all, "klDiagonal", "", c -> {
            long n = c.shape.parameters();
            Buffer kl = c.arena.doubles(c.problems());
            return new KlOps.KlDiagonal(
                    c.problems(), c.dimensions(), c.normals(n), c.logs(n), c.normals(n), c.logs(n), kl);
        });
        add(all, "klDiagonalGradient", "", c -> {
            long n = c.shape.parameters();
            return new KlOps.KlDiagonalGradient(
                    c.problems(),
                    c.dimensions(),
                    c.normals(n),
                    c.logs(n),
                    c.normals(n),
                    c.logs(n),
                    c.arena.out(n),
                    c.arena.out(n));
        });
        addSquare(all, "klFull", "", c -> {
            long n = c.shape.parameters();
            Buffer kl = c.arena.doubles(c.problems());
            return new KlOps.KlFull(
                    c.problems(), c.dimensions(), c.normals(n), c.factor(), c.normals(n), c.factor(), kl);
        });
        addSquare(all, "klFullGradient", "", c -> {
            long n = c.shape.parameters();
            return new KlOps.KlFullGradient(
                    c.problems(),
                    c.dimensions(),
                    c.normals(n),
                    c.factor(),
                    c.normals(n),
                    c.factor(),
                    c.arena.out(n),
                    c.arena.out(c.factorLength()));
        });
        addDraws(all, "klMonteCarlo", "", 1, c -> {
            long n = c.shape.allDraws();
            return new KlOps.KlMonteCarlo(
                    c.problems(), c.draws(), c.doubles(n), c.doubles(n), c.arena.doubles(3L * c.problems()));
        });
    }
}

package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.bench.kernels.Case.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.FullRankOps;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.GramOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrices;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.ReparamOps;
import io.github.elbo4j.device.ScoreOps;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Products, solves, and the families that are made of them. */
final class LinearCases {
    private static final Index STEP = Index.of(0);

    private LinearCases() {}

    static List<Case> all() {
        return Stream.of(products(), triangles(), fullRank(), fullRankGradients())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Case> products() {
        return List.of(
                gemm("gemm 1024^3", "gemm_multiply64", 1024, 1024, 1024, false),
                gemm("gemm 4096^3", "gemm_multiply128 gemm_add", 4096, 4096, 4096, false),
                gemm("gemm 10000x64x64: predictors", "gemm_multiply64", 10_000, 64, 64, false),
                gemm("gemm 64x10000x64: predictors, a row a draw", "gemm_multiply64", 64, 10_000, 64, false),
                gemm("gemm 64x64x10000: slopes", "gemm_multiply16 gemm_add", 64, 64, 10_000, true),
                gemm("gemm 10000x1024x64", "gemm_multiply128", 10_000, 1024, 64, false),
                gemm("gemm 64x1024x10000: slopes of 1024 draws", "gemm_multiply64 gemm_add", 64, 1024, 10_000, true),
                new Case("batchedGemm, 8x8x8 beside each other", "gemm_multiply_beside", (in, tiny) -> {
                    int count = tiny ? 70 : 1 << 18;
                    int n = 8;
                    return new Work(
                            new GemmOps.BatchedGemm(
                                    Matrices.beside(in.normals((long) n * n * count), n, n, count),
                                    Matrices.beside(in.normals((long) n * n * count), n, n, count),
                                    false,
                                    Matrices.beside(in.zeros((long) n * n * count), n, n, count)),
                            count + " of 8 x 8 x 8",
                            (double) n * n * count,
                            2.0 * n * n * n * count);
                }),
                new Case("batchedGemm, 64x64x64 one after the other", "gemm_multiply64", (in, tiny) -> {
                    int count = tiny ? 3 : 4096;
                    int n = 64;
                    return new Work(
                            new GemmOps.BatchedGemm(
                                    apart(in.normals((long) n * n * count), n, count),
                                    apart(in.normals((long) n * n * count), n, count),
                                    false,
                                    apart(in.zeros((long) n * n * count), n, count)),
                            count + " of 64 x 64 x 64",
                            (double) n * n * count,
                            2.0 * n * n * n * count);
                }));
    }

    private static List<Case> triangles() {
        return List.of(
                new Case("triangularMultiply 1024 x 1024", "gemm_panels64 gemm_copy", (in, tiny) -> {
                    int n = tiny ? 70 : 1024;
                    return new Work(
                            new GemmOps.TriangularMultiply(
                                    Matrix.of(in.triangle(n), n, n), false, Matrix.of(in.normals((long) n * n), n, n)),
                            n + " x " + n,
                            (double) n * n,
                            (double) n * n * n);
                }),
                new Case("triangularSolve 1024 x 1024", "gemm_solve gemm_multiply32 gemm_panels32", (in, tiny) -> {
                    int n = tiny ? 70 : 1024;
                    return new Work(
                            new GemmOps.TriangularSolve(
                                    Matrix.of(in.triangle(n), n, n), false, Matrix.of(in.normals((long) n * n), n, n)),
                            n + " x " + n,
                            (double) n * n,
                            (double) n * n * n);
                }),
                new Case("triangularSolve 32 x 2^20", "gemm_solve32", (in, tiny) -> {
                    int n = tiny ? 20 : 32;
                    int columns = tiny ? 70 : 1 << 20;
                    return new Work(
                            new GemmOps.TriangularSolve(
                                    Matrix.of(in.triangle(n), n, n),
                                    false,
                                    Matrix.of(in.normals((long) n * columns), n, columns)),
                            n + " x " + columns,
                            (double) n * columns,
                            (double) n * n * columns);
                }),
                new Case("triangularSolve 32 x 2^20, upper", "gemm_solve_upper32", (in, tiny) -> {
                    int n = tiny ? 20 : 32;
                    int columns = tiny ? 70 : 1 << 20;
                    return new Work(
                            new GemmOps.TriangularSolve(
                                    Matrix.of(in.triangle(n), n, n).transposed(),
                                    true,
                                    Matrix.of(in.normals((long) n * columns), n, columns)),
                            n + " x " + columns,
                            (double) n * columns,
                            (double) n * n * columns);
                }),
                new Case("batchedTriangularSolve, 16x1 beside each other", "gemm_solve_beside", (in, tiny) -> {
                    int count = tiny ? 70 : 1 << 18;
                    int n = 16;
                    Buffer l = in.normals((long) n * n * count, 0.01);
                    Matrix diagonal = new Matrix(l, 0, n, count, (n + 1L) * count, 1);
                    in.device().run(new MathOps.Scale(1, new Matrix(in.ones(1), 0, n, count, 0, 0), false, diagonal));
                    return new Work(
                            new GemmOps.BatchedTriangularSolve(
                                    Matrices.beside(l, n, n, count),
                                    false,
                                    Matrices.beside(in.normals((long) n * count), n, 1, count)),
                            count + " of 16 x 1",
                            (double) n * count,
                            (double) n * n * count);
                }));
    }

    private static List<Case> fullRank() {
        return List.of(
                new Case("fullrank.sample", "fullrank_sample", (in, tiny) -> sample(in, draws(tiny))),
                new Case(
                        "fullrank.sample of few draws",
                        "fullrank_sample32",
                        (in, tiny) -> sample(in, DrawBlock.of(1, tiny ? 5 : 256, tiny ? 70 : 256))),
                new Case(
                        "fullrank.sample of 8 dimensions",
                        "fullrank_sample_few",
                        (in, tiny) -> sample(in, DrawBlock.of(1, tiny ? 77 : 1 << 22, 8))),
                new Case(
                        "fullrank.logDensity",
                        "gemm_solve fullrank_residual fullrank_density",
                        (in, tiny) -> logDensity(in, draws(tiny))),
                new Case(
                        "fullrank.logDensity of 32 dimensions",
                        "fullrank_density_few",
                        (in, tiny) -> logDensity(in, of32(tiny))),
                new Case("fullrank.logDensityAtDraw", "fullrank_density_at_draw fullrank_entropy", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return new Work(
                            new FullRankOps.FullRankLogDensityAtDraw(
                                    Inputs.KEY, STEP, s, factor(in, s), in.zeroDoubles(s.allDraws())),
                            DrawCases.shape(s),
                            s.elements(),
                            3 * s.elements());
                }),
                new Case(
                        "fullrank.logDensityGradient",
                        "gemm_solve gemm_solve_upper fullrank_residual fullrank_negate",
                        (in, tiny) -> logDensityGradient(in, draws(tiny))),
                new Case(
                        "fullrank.logDensityGradient of 32 dimensions",
                        "fullrank_gradient_few",
                        (in, tiny) -> logDensityGradient(in, of32(tiny))),
                new Case("fullrank.score", "gemm_solve_upper normal_normal", (in, tiny) -> score(in, draws(tiny))),
                new Case("fullrank.score of 32 dimensions", "fullrank_score_few", (in, tiny) -> score(in, of32(tiny))),
                new Case("fullrank.entropy", "fullrank_entropy", (in, tiny) -> {
                    DrawBlock s = tiny ? DrawBlock.of(5, 1, 40) : DrawBlock.of(4096, 1, 128);
                    return new Work(
                            new FullRankOps.FullRankEntropy(
                                    s.problems(), s.dimensions(), factor(in, s), in.zeroDoubles(s.problems()), STEP),
                            DrawCases.shape(s),
                            s.parameters(),
                            s.parameters());
                }));
    }

    /** And the sums of squares that a regression needs. */
    private static List<Case> fullRankGradients() {
        return List.of(
                new Case("reparam.fullRankReparam", "fullrankgradient_reparam", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return triangles(
                            new ReparamOps.FullRankReparam(
                                    Inputs.KEY, STEP, s, factor(in, s), in.normals(s.elements()), null, runs(in, s, 1)),
                            s,
                            1);
                }),
                new Case("reparam.fullRankReparam of few draws", "fullrankgradient_reparam32", (in, tiny) -> {
                    DrawBlock s = few(tiny);
                    return triangles(
                            new ReparamOps.FullRankReparam(
                                    Inputs.KEY, STEP, s, factor(in, s), in.normals(s.elements()), null, runs(in, s, 1)),
                            s,
                            1);
                }),
                new Case("score.fullRankScoreGradient", "fullrankgradient_score", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return scoreGradient(in, s, null);
                }),
                new Case("score.fullRankScoreGradient, control variate", "fullrankgradient_controlled", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return scoreGradient(in, s, in.squares(2 * width(s)));
                }),
                new Case(
                        "score.fullRankScoreSquares",
                        "fullrankgradient_squares",
                        (in, tiny) -> squares(in, draws(tiny))),
                new Case(
                        "score.fullRankScoreGradient of few draws",
                        "fullrankgradient_score32",
                        (in, tiny) -> scoreGradient(in, few(tiny), null)),
                new Case(
                        "score.fullRankScoreGradient of few draws, control variate",
                        "fullrankgradient_controlled32",
                        (in, tiny) -> scoreGradient(in, few(tiny), in.squares(2 * width(few(tiny))))),
                new Case(
                        "score.fullRankScoreSquares of few draws",
                        "fullrankgradient_squares32",
                        (in, tiny) -> squares(in, few(tiny))),
                new Case("gram", "gram_panels gram_add", (in, tiny) -> {
                    int n = tiny ? 1100 : 1 << 20;
                    int k = tiny ? 5 : 32;
                    return new Work(
                            new GramOps.Gram(
                                    Matrix.of(in.doubles((long) n * k), n, k),
                                    in.squares(n),
                                    in.zeroDoubles((long) k * k)),
                            n + " rows of " + k,
                            (double) n * k,
                            (double) n * k * (k + 2));
                }));
    }

    private static Case gemm(String name, String kernels, int m, int n, int k, boolean leftTransposed) {
        return new Case(name, kernels, (in, tiny) -> {
            int rows = tiny ? Math.min(m, 70) : m;
            int columns = tiny ? Math.min(n, 70) : n;
            int inner = tiny ? k > 1024 ? 1100 : Math.min(k, 70) : k;
            Buffer a = in.normals((long) rows * inner);
            Matrix left = leftTransposed ? Matrix.of(a, inner, rows).transposed() : Matrix.of(a, rows, inner);
            Matrix right = Matrix.of(in.normals((long) inner * columns), inner, columns);
            return new Work(
                    new GemmOps.Gemm(left, right, false, Matrix.of(in.zeros((long) rows * columns), rows, columns)),
                    rows + " x " + columns + " x " + inner,
                    (double) rows * columns,
                    2.0 * rows * columns * inner);
        });
    }

    private static Matrices apart(Buffer buffer, int n, int count) {
        return new Matrices(Matrix.of(buffer, n, n), count, (long) n * n);
    }

    static DrawBlock draws(boolean tiny) {
        return tiny ? DrawBlock.of(1, 130, 70) : DrawBlock.of(1, 1 << 14, 256);
    }

    private static DrawBlock few(boolean tiny) {
        return tiny ? DrawBlock.of(1, 130, 33) : DrawBlock.of(1, 1 << 12, 128);
    }

    private static DrawBlock of32(boolean tiny) {
        return DrawBlock.of(1, tiny ? 77 : 1 << 20, 32);
    }

    private static Work sample(Inputs in, DrawBlock s) {
        return triangles(
                new FullRankOps.FullRankSample(Inputs.KEY, STEP, s, mu(in, s), factor(in, s), in.zeros(s.elements())),
                s,
                1);
    }

    private static Work logDensity(Inputs in, DrawBlock s) {
        return triangles(
                new FullRankOps.FullRankLogDensity(
                        s, mu(in, s), factor(in, s), in.normals(s.elements()), in.zeroDoubles(s.allDraws()), null),
                s,
                1);
    }

    private static Work logDensityGradient(Inputs in, DrawBlock s) {
        return triangles(
                new FullRankOps.FullRankLogDensity(
                        s, mu(in, s), factor(in, s), in.normals(s.elements()), null, in.zeros(s.elements())),
                s,
                2);
    }

    private static Work score(Inputs in, DrawBlock s) {
        return triangles(
                new FullRankOps.FullRankScore(Inputs.KEY, STEP, s, factor(in, s), in.zeros(s.elements())), s, 1);
    }

    private static Buffer mu(Inputs in, DrawBlock s) {
        return in.normals(s.parameters());
    }

    private static Buffer factor(Inputs in, DrawBlock s) {
        return in.normals(s.parameters() * s.dimensions(), 0.02);
    }

    private static long width(DrawBlock s) {
        return s.dimensions() + (long) s.dimensions() * s.dimensions();
    }

    private static Buffer runs(Inputs in, DrawBlock s, int blocks) {
        return in.zeroDoubles((long) ElboOps.runs(s.draws()) * blocks * width(s));
    }

    private static Work scoreGradient(Inputs in, DrawBlock s, @Nullable Buffer sums) {
        return triangles(
                new ScoreOps.FullRankScoreGradient(
                        Inputs.KEY,
                        STEP,
                        s,
                        factor(in, s),
                        in.normals(s.elements()),
                        in.normals(s.allDraws()),
                        sums,
                        s.draws(),
                        runs(in, s, 1)),
                s,
                1);
    }

    private static Work squares(Inputs in, DrawBlock s) {
        return triangles(
                new ScoreOps.FullRankScoreSquares(
                        Inputs.KEY,
                        STEP,
                        s,
                        factor(in, s),
                        in.normals(s.elements()),
                        in.normals(s.allDraws()),
                        runs(in, s, 2)),
                s,
                2);
    }

    /** A triangle of D·(D + 1)/2 is multiplied or added up for each draw, {@code times} times. */
    private static Work triangles(Operation operation, DrawBlock s, int times) {
        return new Work(
                operation, DrawCases.shape(s), s.elements(), (double) times * s.elements() * (s.dimensions() + 1));
    }
}

package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.bench.kernels.Case.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.LowRankGradientOps;
import io.github.elbo4j.device.LowRankOps;
import io.github.elbo4j.device.Operation;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The low-rank family: 10 factors. */
final class LowRankCases {
    private static final Index STEP = Index.of(0);
    private static final int R = 10;

    private LowRankCases() {}

    static List<Case> all() {
        return Stream.of(family(), gradients()).flatMap(List::stream).toList();
    }

    private static List<Case> family() {
        return List.of(
                new Case("lowrank.sample", "lowrank_sample", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(
                            new LowRankOps.LowRankSample(
                                    Inputs.KEY,
                                    STEP,
                                    s,
                                    R,
                                    in.normals(s.parameters()),
                                    omega(in, s),
                                    factor(in, s),
                                    in.zeros(s.elements())),
                            s,
                            2 * R + 4);
                }),
                new Case("lowrank.capacitance", "lowrank_products lowrank_invert", (in, tiny) -> {
                    DrawBlock s = tiny ? DrawBlock.of(2, 1, 70) : DrawBlock.of(1024, 1, 1000);
                    return new Work(
                            new LowRankOps.LowRankCapacitance(
                                    s.problems(), s.dimensions(), R, omega(in, s), factor(in, s), capacitance(in, s)),
                            DrawCases.shape(s) + " R=" + R,
                            s.parameters() * R,
                            (double) s.parameters() * R * (R + 1));
                }),
                new Case(
                        "lowrank.logDensity and gradient",
                        "lowrank_density lowrank_standardize lowrank_project lowrank_latent",
                        (in, tiny) -> {
                            DrawBlock s = draws(tiny);
                            return work(
                                    new LowRankOps.LowRankLogDensity(
                                            s,
                                            R,
                                            in.normals(s.parameters()),
                                            omega(in, s),
                                            factor(in, s),
                                            made(in, s),
                                            in.normals(s.elements()),
                                            in.zeroDoubles(s.allDraws()),
                                            in.zeros(s.elements())),
                                    s,
                                    4 * R + 8);
                        }),
                new Case(
                        "lowrank.atDraw",
                        "lowrank_density normal_normal lowrank_project lowrank_latent",
                        (in, tiny) -> {
                            DrawBlock s = draws(tiny);
                            return work(
                                    new LowRankOps.LowRankAtDraw(
                                            Inputs.KEY,
                                            STEP,
                                            s,
                                            R,
                                            omega(in, s),
                                            factor(in, s),
                                            made(in, s),
                                            in.zeroDoubles(s.allDraws()),
                                            in.zeros(s.elements()),
                                            in.zeros(s.allDraws() * R)),
                                    s,
                                    4 * R + 8);
                        }));
    }

    private static List<Case> gradients() {
        return List.of(
                new Case("lowrank.entropyGradient", "lowrank_entropy_gradient", (in, tiny) -> {
                    DrawBlock s = tiny ? DrawBlock.of(2, 1, 70) : DrawBlock.of(1024, 1, 1000);
                    return new Work(
                            new LowRankOps.LowRankEntropyGradient(
                                    s.problems(),
                                    s.dimensions(),
                                    R,
                                    omega(in, s),
                                    factor(in, s),
                                    made(in, s),
                                    in.zeros(s.parameters() * (2 + R))),
                            DrawCases.shape(s) + " R=" + R,
                            s.parameters(),
                            2.0 * s.parameters() * R * (R + 2));
                }),
                new Case("lowrankgradient.reparam", "lowrankgradient_reparam", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(
                            new LowRankGradientOps.LowRankReparam(
                                    Inputs.KEY,
                                    STEP,
                                    s,
                                    R,
                                    omega(in, s),
                                    in.normals(s.elements()),
                                    null,
                                    runs(in, s, 1)),
                            s,
                            2 * R + 6);
                }),
                new Case("lowrankgradient.score", "lowrankgradient_score", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return score(in, s, null, 4 * R + 8);
                }),
                new Case("lowrankgradient.score, control variate", "lowrankgradient_controlled", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return score(in, s, in.squares(2 * (2 + R) * s.parameters()), 10 * R + 20);
                }),
                new Case("lowrankgradient.squares", "lowrankgradient_squares", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(
                            new LowRankGradientOps.LowRankScoreSquares(
                                    s,
                                    R,
                                    omega(in, s),
                                    in.normals(s.elements()),
                                    in.normals(s.allDraws() * R),
                                    in.normals((2 + R) * s.parameters()),
                                    in.normals(s.allDraws()),
                                    runs(in, s, 2)),
                            s,
                            6 * R + 12);
                }));
    }

    private static DrawBlock draws(boolean tiny) {
        return tiny ? DrawBlock.of(1, 130, 70) : DrawBlock.of(1, 1 << 15, 1000);
    }

    private static Buffer omega(Inputs in, DrawBlock s) {
        return in.normals(s.parameters(), 0.3);
    }

    private static Buffer factor(Inputs in, DrawBlock s) {
        return in.normals(s.parameters() * R, 0.3);
    }

    private static Buffer capacitance(Inputs in, DrawBlock s) {
        return in.zeroDoubles((long) s.problems() * LowRankOps.capacitanceWidth(R));
    }

    /** C⁻¹ of other factors: any positive definite one does. */
    private static Buffer made(Inputs in, DrawBlock s) {
        Buffer c = capacitance(in, s);
        in.device()
                .run(new LowRankOps.LowRankCapacitance(
                        s.problems(), s.dimensions(), R, omega(in, s), factor(in, s), c));
        return c;
    }

    private static Buffer runs(Inputs in, DrawBlock s, int blocks) {
        return in.zeroDoubles((long) ElboOps.runs(s.draws()) * blocks * (2 + R) * s.dimensions());
    }

    private static Work score(Inputs in, DrawBlock s, @Nullable Buffer sums, int flops) {
        return work(
                new LowRankGradientOps.LowRankScoreGradient(
                        s,
                        R,
                        omega(in, s),
                        in.normals(s.elements()),
                        in.normals(s.allDraws() * R),
                        in.normals((2 + R) * s.parameters()),
                        in.normals(s.allDraws()),
                        sums,
                        s.draws(),
                        runs(in, s, 1)),
                s,
                flops);
    }

    private static Work work(Operation operation, DrawBlock s, double flops) {
        return new Work(operation, DrawCases.shape(s) + " R=" + R, s.elements(), flops * s.elements());
    }
}

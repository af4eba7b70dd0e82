package io.github.elbo4j.bench.kernels;

import static io.github.elbo4j.bench.kernels.DrawCases.draws;
import static io.github.elbo4j.bench.kernels.DrawCases.mu;
import static io.github.elbo4j.bench.kernels.DrawCases.omega;
import static io.github.elbo4j.bench.kernels.DrawCases.shape;
import static io.github.elbo4j.bench.kernels.DrawCases.work;
import static io.github.elbo4j.bench.kernels.EstimateCases.runs;

import io.github.elbo4j.bench.kernels.Case.Work;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.FusedOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.OptimizerOps;
import java.util.List;

/** Steps of one kernel: draws, log-densities, gradients and, of small problems, whole fits. */
final class FusedCases {
    private static final Index STEP = Index.of(0);

    private FusedCases() {}

    static List<Case> all() {
        return List.of(
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
}

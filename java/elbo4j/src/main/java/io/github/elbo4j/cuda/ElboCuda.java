package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.KlOps;
import org.jspecify.annotations.Nullable;

/** Launches kernels/elbo.cu. */
final class ElboCuda extends KernelFamily {
    /** The passes over more than a tile of draws, as the kernels number them: mean, squares. */
    private static final int[] MOMENTS = {0, 1};
    /** Largest, weights, squared weights. */
    private static final int[] RENYI = {2, 3, 4};

    private static final int LANES = 32;

    private final Kernel moments = cuda.kernel("elbo_moments");
    private final Kernel renyi = cuda.kernel("elbo_renyi");
    private final Kernel tiles = cuda.kernel("elbo_tiles");
    private final Kernel end = cuda.kernel("elbo_end");
    private final Kernel meanOverDraws = cuda.kernel("elbo_mean_over_draws");

    ElboCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(ElboOps.Moments.class, op -> {
            Densities f = new Densities(op.problems(), op.draws(), op.logP(), op.logQ());
            overDraws(moments, MOMENTS, f, op.moments(), op.slot().by(3L * op.problems()), 0);
        });
        launchers.add(ElboOps.Renyi.class, op -> {
            Densities f = new Densities(op.problems(), op.draws(), op.logP(), op.logQ());
            overDraws(renyi, RENYI, f, op.bound(), Index.of(0), 1 - op.alpha());
        });
        launchers.add(KlOps.KlMonteCarlo.class, op -> {
            Densities f = new Densities(op.problems(), op.draws(), op.logQ(), op.logP());
            overDraws(moments, MOMENTS, f, op.kl(), Index.of(0), 0);
        });
        launchers.add(ElboOps.MeanOverDraws.class, this::meanOverDraws);
    }

    /** {@code f[b,s] = logP[b,s] − logQ[b,s]}, or logP without logQ. */
    private record Densities(
            int problems, int draws, Buffer logP, @Nullable Buffer logQ) {}

    private void overDraws(Kernel whole, int[] passes, Densities f, Buffer result, Index first, float power) {
        if (f.draws <= Grid.TILE) {
            fields(whole, f, result, 0, first, power, passes[0]).run(Grid.warps(f.problems));
            return;
        }
        long all = f.problems * Grid.tilesOf(f.draws);
        long sums = cuda.workspace(Double.BYTES * all);
        for (int pass : passes) {
            fields(tiles, f, result, sums, first, power, pass).run(Grid.warps(all));
            fields(end, f, result, sums, first, power, pass).run(Grid.warps(f.problems));
        }
    }

    private Launch fields(Kernel kernel, Densities f, Buffer result, long sums, Index first, float power, int pass) {
        return launch(kernel)
                .buffer(f.logP)
                .buffer(f.logQ)
                .buffer(result)
                .address(sums)
                .index(first)
                .number(f.problems)
                .number(f.draws)
                .number(power)
                .number(pass);
    }

    private void meanOverDraws(ElboOps.MeanOverDraws op) {
        long columns = (long) op.problems() * op.width();
        if (columns == 0) {
            return;
        }
        int runs = ElboOps.runs(op.draws());
        int lanes = 1;
        while (lanes < LANES && lanes < runs) {
            lanes *= 2;
        }
        launch(meanOverDraws)
                .buffer(op.runSums())
                .buffer(op.mean())
                .number(op.runSums().length() / columns * op.width())
                .number(op.problems())
                .number(runs)
                .number(op.draws())
                .number(op.width())
                .number(op.constant())
                .number(lanes)
                .run(Grid.threads(columns * lanes));
    }
}

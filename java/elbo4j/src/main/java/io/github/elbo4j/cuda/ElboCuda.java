package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.KlOps;
import org.jspecify.annotations.Nullable;

/** Launches kernels/elbo.cu. */
final class ElboCuda {
    /** The passes over more than a tile of draws, as the kernels number them: mean, squares. */
    private static final int[] MOMENTS = {0, 1};
    /** Largest, weights, squared weights. */
    private static final int[] RENYI = {2, 3, 4};

    private static final int LANES = 32;

    private final Cuda cuda;
    private final Kernel moments;
    private final Kernel renyi;
    private final Kernel tiles;
    private final Kernel end;
    private final Kernel meanOverDraws;

    ElboCuda(Cuda cuda) {
        this.cuda = cuda;
        moments = cuda.kernel("elbo_moments");
        renyi = cuda.kernel("elbo_renyi");
        tiles = cuda.kernel("elbo_tiles");
        end = cuda.kernel("elbo_end");
        meanOverDraws = cuda.kernel("elbo_mean_over_draws");
    }

    void addTo(Launchers launchers) {
        launchers.add(ElboOps.Moments.class, op -> {
            Densities f = new Densities(op.problems(), op.draws(), op.logP(), op.logQ());
            overDraws(moments, MOMENTS, f, op.moments(), op.slot().by(3L * op.problems()), 0, "moments");
        });
        launchers.add(ElboOps.Renyi.class, op -> {
            Densities f = new Densities(op.problems(), op.draws(), op.logP(), op.logQ());
            overDraws(renyi, RENYI, f, op.bound(), Index.of(0), 1 - op.alpha(), "renyi");
        });
        launchers.add(KlOps.KlMonteCarlo.class, op -> {
            Densities f = new Densities(op.problems(), op.draws(), op.logQ(), op.logP());
            overDraws(moments, MOMENTS, f, op.kl(), Index.of(0), 0, "klMonteCarlo");
        });
        launchers.add(ElboOps.MeanOverDraws.class, this::meanOverDraws);
    }

    /** {@code f[b,s] = logP[b,s] − logQ[b,s]}, or logP without logQ. */
    private record Densities(
            int problems, int draws, Buffer logP, @Nullable Buffer logQ) {}

    private void overDraws(
            Kernel whole, int[] passes, Densities f, Buffer result, Index first, float power, String operation) {
        if (f.draws <= Grid.TILE) {
            fields(whole, f, result, 0, first, power, passes[0]).run(Grid.warps(f.problems), Grid.THREADS, operation);
            return;
        }
        long all = f.problems * Grid.tilesOf(f.draws);
        long sums = cuda.workspace(Double.BYTES * all);
        for (int pass : passes) {
            fields(tiles, f, result, sums, first, power, pass).run(Grid.warps(all), Grid.THREADS, operation);
            fields(end, f, result, sums, first, power, pass).run(Grid.warps(f.problems), Grid.THREADS, operation);
        }
    }

    private Launch fields(Kernel kernel, Densities f, Buffer result, long sums, Index first, float power, int pass) {
        return cuda.launch()
                .of(kernel)
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
        cuda.launch()
                .of(meanOverDraws)
                .buffer(op.runSums())
                .buffer(op.mean())
                .number(op.runSums().length() / columns * op.width())
                .number(op.problems())
                .number(runs)
                .number(op.draws())
                .number(op.width())
                .number(op.constant())
                .number(lanes)
                .run(Grid.threads(columns * lanes), Grid.THREADS, "meanOverDraws");
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElboOps;
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

    void moments(int problems, int draws, Buffer logP, @Nullable Buffer logQ, Buffer result, long slot) {
        long record = Launch.place(result, 3 * slot * problems);
        overDraws(moments, MOMENTS, problems, draws, logP, logQ, record, 0, "moments");
    }

    void renyi(int problems, int draws, float alpha, Buffer logP, @Nullable Buffer logQ, Buffer bound) {
        overDraws(renyi, RENYI, problems, draws, logP, logQ, Launch.place(bound, 0), 1 - alpha, "renyi");
    }

    private void overDraws(
            Kernel whole,
            int[] passes,
            int problems,
            int draws,
            Buffer logP,
            @Nullable Buffer logQ,
            long result,
            float power,
            String operation) {
        if (draws <= Grid.TILE) {
            fields(whole, problems, draws, logP, logQ, result, 0, power, passes[0])
                    .run(Grid.warps(problems), Grid.THREADS, operation);
            return;
        }
        long all = problems * Grid.tilesOf(draws);
        long sums = cuda.arena().take(Double.BYTES * all);
        for (int pass : passes) {
            fields(tiles, problems, draws, logP, logQ, result, sums, power, pass)
                    .run(Grid.warps(all), Grid.THREADS, operation);
            fields(end, problems, draws, logP, logQ, result, sums, power, pass)
                    .run(Grid.warps(problems), Grid.THREADS, operation);
        }
    }

    private Launch fields(
            Kernel kernel,
            int problems,
            int draws,
            Buffer logP,
            @Nullable Buffer logQ,
            long result,
            long sums,
            float power,
            int pass) {
        return cuda.launch()
                .of(kernel)
                .buffer(logP)
                .buffer(logQ)
                .address(result)
                .address(sums)
                .number(problems)
                .number(draws)
                .number(power)
                .number(pass);
    }

    void meanOverDraws(int problems, int draws, int width, float constant, Buffer runSums, Buffer mean) {
        long columns = (long) problems * width;
        if (columns == 0) {
            return;
        }
        int runs = ElboOps.runs(draws);
        int lanes = 1;
        while (lanes < LANES && lanes < runs) {
            lanes *= 2;
        }
        cuda.launch()
                .of(meanOverDraws)
                .buffer(runSums)
                .buffer(mean)
                .number(runSums.length() / columns * width)
                .number(problems)
                .number(runs)
                .number(draws)
                .number(width)
                .number(constant)
                .number(lanes)
                .run(Grid.threads(columns * lanes), Grid.THREADS, "meanOverDraws");
    }
}

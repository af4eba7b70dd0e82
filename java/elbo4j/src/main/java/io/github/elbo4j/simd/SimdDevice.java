package io.github.elbo4j.simd;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.scalar.Basics;
import io.github.elbo4j.scalar.FullRankKernel;
import io.github.elbo4j.scalar.HostDevice;
import io.github.elbo4j.scalar.HostOps;
import io.github.elbo4j.scalar.Workers;

/** Opens the device whose inner loops use the Vector API. */
public final class SimdDevice {
    private SimdDevice() {}

    /** Called by {@code Devices}, by name. */
    public static Device open(int threads) {
        Workers workers = new Workers(threads);
        SumSimd sums = new SumSimd();
        MathSimd math = new MathSimd(workers, sums);
        NormalSimd normals = new NormalSimd(workers);
        Basics basics = new Basics(workers, normals, math, sums);
        OptimizerSimd optimizer = new OptimizerSimd(basics, math);
        HostOps ops = new HostOps(
                basics,
                new MeanFieldSimd(basics),
                new FullRankKernel(basics),
                new KlSimd(basics),
                new ScoreSimd(basics),
                new ReparamSimd(basics),
                new FullRankGradientSimd(basics),
                new LikelihoodSimd(basics, math),
                new GemmSimd(basics),
                optimizer,
                new FusedSimd(basics, optimizer, normals, math));
        String description = Lanes.COUNT * 32 + "-bit vectors, " + HostDevice.threads(threads);
        return new HostDevice("simd", description, workers, ops);
    }
}

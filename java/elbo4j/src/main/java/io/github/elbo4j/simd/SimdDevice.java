package io.github.elbo4j.simd;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.scalar.BatchedGemmKernel;
import io.github.elbo4j.scalar.FullRankKernel;
import io.github.elbo4j.scalar.HostDevice;
import io.github.elbo4j.scalar.LowRankGradientKernel;
import io.github.elbo4j.scalar.LowRankKernel;
import io.github.elbo4j.scalar.SharedKernels;
import io.github.elbo4j.scalar.TriangleKernel;
import io.github.elbo4j.scalar.Twins;
import io.github.elbo4j.scalar.Workers;

/**
 * Opens the device whose inner loops use the Vector API.
 *
 * <p>The bodies of the scalar device run in three cases. Families without loops of their own take the vectors of what they call:
 * the full-rank Gaussian, triangles and batched products those of {@link ChainSimd}, the ELBO's sums those of {@link SumSimd}.
 * The gradients of KL and the rows of the low-rank Gaussian are loops over neighbouring elements without a function, a form that
 * the just-in-time compiler can vectorize itself; their normals, exponentials and sums are vectors here too. And these have no body yet:
 * the low-rank family's small matrices, one a problem.
 */
public final class SimdDevice {
    /** As for the plain bodies, of which vectors do several steps at a time. */
    private static final long WORTH_SHARING = 1 << 17;

    private SimdDevice() {}

    /** Called by {@code Devices}, by name. */
    public static Device open(int threads) {
        // The module does not require the vector module, so it must be allowed to read it before any class uses it.
        ModuleLayer.boot().findModule("jdk.incubator.vector").ifPresent(SimdDevice.class.getModule()::addReads);
        SumSimd sums = new SumSimd();
        MathSimd math = new MathSimd(sums);
        NormalSimd normals = new NormalSimd();
        SharedKernels basics = new SharedKernels(normals, math, sums, new ChainSimd(), new ControlVariateSimd());
        OptimizerSimd optimizer = new OptimizerSimd(basics, math);
        Twins twins = new Twins(basics);
        new MeanFieldSimd(basics).addTo(twins);
        new FullRankKernel(basics).addTo(twins);
        new LowRankKernel(basics).addTo(twins);
        new LowRankGradientKernel(basics).addTo(twins);
        new KlSimd(basics).addTo(twins);
        new ScoreSimd(basics).addTo(twins);
        new ReparamSimd(basics).addTo(twins);
        new FullRankGradientSimd(basics).addTo(twins);
        new LikelihoodSimd(basics, math).addTo(twins);
        GemmSimd gemm = new GemmSimd();
        gemm.addTo(twins);
        new BatchedGemmKernel(gemm, basics).addTo(twins);
        new TriangleKernel(basics).addTo(twins);
        new GramSimd().addTo(twins);
        new ScanSimd().addTo(twins);
        new MixtureSimd(basics).addTo(twins);
        new ElementwiseSimd(basics).addTo(twins);
        optimizer.addTo(twins);
        new FusedSimd(basics, optimizer, normals, math).addTo(twins);
        String description = Lanes.COUNT * 32 + "-bit vectors, " + HostDevice.threads(threads);
        return new HostDevice("simd", description, new Workers(threads, WORTH_SHARING), twins);
    }
}

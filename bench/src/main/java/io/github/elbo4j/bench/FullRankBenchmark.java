package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.cli.works.Host;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.FullRankOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Runner;
import org.openjdk.jmh.annotations.Benchmark;

/** 1024 draws of a full-rank Gaussian of 256 dimensions and their log-density. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class FullRankBenchmark extends WorkBenchmark {
    private static final int D = 256;
    private static final DrawBlock SHAPE = DrawBlock.of(1, 1024, D);

    private Runner to;
    private Buffer mu; // [256]
    private Buffer factor; // [256][256]
    private Buffer z; // [1024][256]
    private Buffer logQ; // [1024] FLOAT64
    private int step;

    @Override
    void prepare(Device on) {
        to = on;
        mu = own(on.copyOf(Work.uniform(D, -1, 1, 1)));
        factor = own(on.copyOf(Work.uniform(D * D, -0.1, 0.1, 2)));
        z = own(on.allocate(SHAPE.elements()));
        logQ = own(on.allocate(ElementType.FLOAT64, SHAPE.allDraws()));
    }

    @Benchmark
    @Override
    public Buffer step() {
        to.run(new FullRankOps.FullRankSample(KEY, Index.of(step++), SHAPE, mu, factor, z));
        to.run(new FullRankOps.FullRankLogDensity(SHAPE, mu, factor, z, logQ, null));
        return done(logQ);
    }

    /** The density of a draw is that of the normals it was made of. */
    @Override
    void check() {
        double[] got = step().toDoubles();
        float[] epsilon;
        try (Buffer normals = mu.device().allocate(SHAPE.elements())) {
            to.run(new NormalOps.Normal(KEY, Index.of(step - 1), SHAPE, normals));
            epsilon = normals.toFloats();
        }
        float[] f = factor.toFloats();
        for (int s = 0; s < got.length; s++) {
            double want = 0;
            for (int i = 0; i < D; i++) {
                double e = epsilon[s * D + i];
                want -= e * e / 2 + f[i * D + i] + Host.HALF_LOG_2PI;
            }
            Expect.close("the log-density of draw " + s, got[s], want, 1e-4 * Math.abs(want)); // a solve loses digits
        }
    }
}

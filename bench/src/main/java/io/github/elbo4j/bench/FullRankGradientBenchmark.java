package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.cli.works.Host;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.ReparamOps;
import io.github.elbo4j.device.Runner;
import org.openjdk.jmh.annotations.Benchmark;

/** The pathwise gradient of a full-rank Gaussian of 256 dimensions from 1024 slopes. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class FullRankGradientBenchmark extends WorkBenchmark {
    private static final int D = 256;
    private static final int S = 1024;
    private static final int WIDTH = D + D * D;
    private static final DrawBlock SHAPE = DrawBlock.of(1, S, D);

    private Runner to;
    private Buffer factor; // [256][256]
    private Buffer slopes; // [1024][256]
    private Buffer runs; // [16][256 + 256·256] FLOAT64
    private Buffer gradient; // [256 + 256·256]
    private int step;

    @Override
    void prepare(Device on) {
        to = on;
        factor = own(on.copyOf(Work.uniform(D * D, -0.1, 0.1, 1)));
        slopes = own(on.copyOf(Work.uniform(SHAPE.elements(), -1, 1, 2)));
        runs = own(on.allocate(ElementType.FLOAT64, (long) ElboOps.runs(S) * WIDTH));
        gradient = own(on.allocate(WIDTH));
    }

    @Benchmark
    @Override
    public Buffer step() {
        to.run(new ReparamOps.FullRankReparam(KEY, Index.of(step++), SHAPE, factor, slopes, null, runs));
        to.run(new ElboOps.MeanOverDraws(1, S, WIDTH, 0f, runs, gradient));
        return done(gradient);
    }

    /** Some elements against float64: runs of 64 roundings. */
    @Override
    void check() {
        float[] got = step().toFloats();
        float[] epsilon;
        try (Buffer normals = factor.device().allocate(SHAPE.elements())) {
            to.run(new NormalOps.Normal(KEY, Index.of(step - 1), SHAPE, normals));
            epsilon = normals.toFloats();
        }
        float[] g = slopes.toFloats();
        for (int at = D; at < WIDTH; at += 1013) {
            int i = at / D - 1;
            int j = at % D;
            double want = 0;
            double size = 0;
            for (int s = 0; s < S && j < i; s++) {
                double term = (double) g[s * D + i] * epsilon[s * D + j] / S;
                want += term;
                size += Math.abs(term);
            }
            if (j != i) {
                Expect.close("element " + at + " of the gradient", got[at], want, 100 * Host.EPSILON * size);
            }
        }
    }
}

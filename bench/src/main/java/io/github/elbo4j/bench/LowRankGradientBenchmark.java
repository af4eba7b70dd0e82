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
import io.github.elbo4j.device.LowRankGradientOps;
import io.github.elbo4j.device.LowRankOps;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Runner;
import org.openjdk.jmh.annotations.Benchmark;

/** The pathwise gradient of a Gaussian of 1000 dimensions and 10 factors from 1024 slopes. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class LowRankGradientBenchmark extends WorkBenchmark {
    private static final int D = 1000;
    private static final int R = 10;
    private static final int S = 1024;
    private static final int WIDTH = (2 + R) * D;
    private static final DrawBlock SHAPE = DrawBlock.of(1, S, D);

    private Runner to;
    private Buffer omega; // [1000]
    private Buffer slopes; // [1024][1000]
    private Buffer runs; // [16][12·1000] FLOAT64
    private Buffer gradient; // [12·1000]
    private int step;

    @Override
    void prepare(Device on) {
        to = on;
        omega = own(on.copyOf(Work.uniform(D, -1, 1, 1)));
        slopes = own(on.copyOf(Work.uniform(SHAPE.elements(), -1, 1, 2)));
        runs = own(on.allocate(ElementType.FLOAT64, (long) ElboOps.runs(S) * WIDTH));
        gradient = own(on.allocate(WIDTH));
    }

    @Benchmark
    @Override
    public Buffer step() {
        to.run(new LowRankGradientOps.LowRankReparam(KEY, Index.of(step++), SHAPE, R, omega, slopes, null, runs));
        to.run(new ElboOps.MeanOverDraws(1, S, WIDTH, 0f, runs, gradient));
        return done(gradient);
    }

    /** Some loadings against float64: runs of 64 roundings. */
    @Override
    void check() {
        float[] got = step().toFloats();
        DrawBlock all = LowRankOps.normals(SHAPE, R);
        float[] normals;
        try (Buffer made = omega.device().allocate(all.elements())) {
            to.run(new NormalOps.Normal(KEY, Index.of(step - 1), all, made));
            normals = made.toFloats();
        }
        float[] g = slopes.toFloats();
        for (int at = 2 * D; at < WIDTH; at += 101) {
            int r = at / D - 2;
            int d = at % D;
            double want = 0;
            double size = 0;
            for (int s = 0; s < S; s++) {
                double term = (double) g[s * D + d] * normals[s * (D + R) + D + r] / S;
                want += term;
                size += Math.abs(term);
            }
            Expect.close("element " + at + " of the gradient", got[at], want, 100 * Host.EPSILON * size);
        }
    }
}

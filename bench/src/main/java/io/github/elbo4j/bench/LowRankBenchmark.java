package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.LowRankOps;
import io.github.elbo4j.device.Runner;
import org.openjdk.jmh.annotations.Benchmark;

/** 1024 draws of a Gaussian of 1000 dimensions and 10 factors, and their log-density. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class LowRankBenchmark extends WorkBenchmark {
    private static final int D = 1000;
    private static final int R = 10;
    private static final DrawBlock SHAPE = DrawBlock.of(1, 1024, D);

    private Runner to;
    private Buffer mu; // [1000]
    private Buffer omega; // [1000]
    private Buffer factor; // [10][1000]
    private Buffer capacitance; // [101] FLOAT64
    private Buffer z; // [1024][1000]
    private Buffer logQ; // [1024] FLOAT64
    private int step;

    @Override
    void prepare(Device on) {
        to = on;
        mu = own(on.copyOf(Work.uniform(D, -1, 1, 1)));
        omega = own(on.copyOf(Work.uniform(D, -1, 1, 2)));
        factor = own(on.copyOf(Work.uniform(R * D, -1, 1, 3)));
        capacitance = own(on.allocate(ElementType.FLOAT64, LowRankOps.capacitanceWidth(R)));
        z = own(on.allocate(SHAPE.elements()));
        logQ = own(on.allocate(ElementType.FLOAT64, SHAPE.allDraws()));
    }

    @Benchmark
    @Override
    public Buffer step() {
        to.run(new LowRankOps.LowRankCapacitance(1, D, R, omega, factor, capacitance));
        to.run(new LowRankOps.LowRankSample(KEY, Index.of(step), SHAPE, R, mu, omega, factor, z));
        to.run(new LowRankOps.LowRankAtDraw(
                KEY, Index.of(step++), SHAPE, R, omega, factor, capacitance, logQ, null, null));
        return done(logQ);
    }

    /** The density at a draw, of its normals, is that of its place, of z. */
    @Override
    void check() {
        double[] got = step().toDoubles();
        to.run(new LowRankOps.LowRankLogDensity(SHAPE, R, mu, omega, factor, capacitance, z, logQ, null));
        double[] want = logQ.toDoubles();
        for (int s = 0; s < got.length; s++) {
            Expect.close("the log-density of draw " + s, got[s], want[s], 1e-4 * Math.abs(want[s])); // z is rounded
        }
    }
}

package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.device.Runner;
import org.openjdk.jmh.annotations.Benchmark;

/** Normals of 4096 scrambled Sobol points of 64 dimensions, scrambled anew each time. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class SobolBenchmark extends WorkBenchmark {
    private static final DrawBlock SHAPE = DrawBlock.of(1, 4096, 64);
    private static final Key KEY = new Key(20_261_121, PointSet.SOBOL);

    private Runner to;
    private Buffer epsilon; // [1][4096][64]
    private int scrambling;

    @Override
    void prepare(Device on) {
        to = on;
        epsilon = own(on.allocate(SHAPE.elements()));
    }

    @Benchmark
    @Override
    public Buffer step() {
        to.run(new NormalOps.Normal(KEY, Index.of(scrambling++), SHAPE, epsilon));
        return done(epsilon);
    }

    /** One normal of each dimension is in each 4096th of probability: their mean is 0 but for where they are in it. */
    @Override
    void check() {
        float[] z = step().toFloats();
        for (int d = 0; d < SHAPE.dimensions(); d++) {
            double sum = 0;
            for (int s = 0; s < SHAPE.draws(); s++) {
                sum += z[s * SHAPE.dimensions() + d];
            }
            // No term leaves its interval, so the sum is at most what the intervals' ends differ by: two ends at 6.34.
            Expect.close("the sum of dimension " + d, sum, 0, 2 * 6.34);
        }
    }
}

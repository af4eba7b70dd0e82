package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.cli.works.Host;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.MixtureOps;
import io.github.elbo4j.device.MixtureOps.Shape;
import io.github.elbo4j.device.Runner;
import org.openjdk.jmh.annotations.Benchmark;

/** An E step and its sums: 100,000 rows of 16 columns, 32 components with full covariances. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class MixtureBenchmark extends WorkBenchmark {
    private static final Shape SHAPE = new Shape(100_000, 16, 1, 32, true);

    private Runner to;
    private Buffer x; // [16][100000]
    private Buffer means; // [32][2][16]
    private Buffer factors; // [32][136]
    private Buffer offsets; // [32]
    private Buffer responsibilities; // [32][100000]
    private Buffer densities; // [32][1][2]
    private Buffer sums; // [32][32][153]

    @Override
    void prepare(Device on) {
        to = on;
        int all = SHAPE.allComponents();
        x = own(on.copyOf(Work.uniform((long) SHAPE.rows() * SHAPE.dimensions(), -2, 2, 1)));
        float[] mean = Work.uniform(2L * all * SHAPE.dimensions(), -1, 1, 2);
        for (int at = 0; at < mean.length; at++) {
            mean[at] *= at / SHAPE.dimensions() % 2 == 1 ? 0x1p-25f : 1;
        }
        means = own(on.copyOf(mean));
        factors = own(on.copyOf(Work.uniform((long) all * SHAPE.factor(), -0.3f, 0.3f, 3)));
        offsets = own(on.allocate(ElementType.FLOAT64, all));
        responsibilities = own(on.allocate((long) all * SHAPE.rows()));
        densities = own(on.allocate(ElementType.FLOAT64, 2L * MixtureOps.LANES));
        sums = own(on.allocate(ElementType.FLOAT64, (long) MixtureOps.LANES * all * SHAPE.width()));
    }

    @Benchmark
    @Override
    public Buffer step() {
        to.run(new MixtureOps.MixtureResponsibilities(
                SHAPE, x, means, factors, offsets, false, responsibilities, densities));
        to.run(new MixtureOps.MixtureStatistics(SHAPE, x, means, responsibilities, false, sums));
        return done(sums);
    }

    /** The responsibilities of a row have the sum 1, and their sums over rows that of the rows. */
    @Override
    void check() {
        double[] all = step().toDoubles();
        double rows = 0;
        for (int lane = 0; lane < MixtureOps.LANES; lane++) {
            for (int c = 0; c < SHAPE.allComponents(); c++) {
                rows += all[(lane * SHAPE.allComponents() + c) * SHAPE.width()];
            }
        }
        Expect.close("the sum of all responsibilities", rows, SHAPE.rows(), 64 * Host.EPSILON * SHAPE.rows());
    }
}

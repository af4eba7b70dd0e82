package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.GramOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Runner;
import org.openjdk.jmh.annotations.Benchmark;

/** The weighted squares and products of 64 columns of 100,000 rows. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class GramBenchmark extends WorkBenchmark {
    private static final int ROWS = 100_000;
    private static final int COLUMNS = 64;

    private Runner to;
    private Buffer x; // [100000][64] FLOAT64
    private Buffer weights; // [100000]
    private Buffer gram; // [64][64] FLOAT64

    @Override
    void prepare(Device on) {
        to = on;
        float[] uniform = Work.uniform(ROWS * COLUMNS, -1, 1, 1);
        double[] values = new double[uniform.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = uniform[i] / 3.0;
        }
        x = own(on.allocate(ElementType.FLOAT64, values.length));
        x.write(0, values, 0, values.length);
        weights = own(on.copyOf(Work.uniform(ROWS, 0, 1, 2)));
        gram = own(on.allocate(ElementType.FLOAT64, COLUMNS * COLUMNS));
    }

    @Benchmark
    @Override
    public Buffer step() {
        to.run(new GramOps.Gram(Matrix.of(x, ROWS, COLUMNS), weights, gram));
        return done(gram);
    }

    /** Some elements against plain sums: as many roundings of float64 as there are rows, at most. */
    @Override
    void check() {
        double[] got = step().toDoubles();
        double[] in = x.toDoubles();
        float[] w = weights.toFloats();
        for (int at = 0; at < COLUMNS * COLUMNS; at += 611) {
            double want = 0;
            double size = 0;
            for (int n = 0; n < ROWS; n++) {
                double term = w[n] * in[n * COLUMNS + at / COLUMNS] * in[n * COLUMNS + at % COLUMNS];
                want += term;
                size += Math.abs(term);
            }
            Expect.close("element " + at + " of the squares and products", got[at], want, 2 * ROWS * 0x1p-53 * size);
        }
    }
}

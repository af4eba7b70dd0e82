package io.github.elbo4j.bench;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.device.Shape;
import org.openjdk.jmh.annotations.Benchmark;

/** W4: the log-density of a diagonal Gaussian at given z, 2^20 rows of 16, each with its own mu and omega. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class MeanFieldBenchmark extends WorkBenchmark {
    private static final Shape SHAPE = Work.W4.shape();

    private Ops ops;
    private Buffer mu; // [2^20][16]
    private Buffer omega; // [2^20][16]
    private Buffer z; // [2^20][1][16]
    private Buffer logQ; // [2^20][1]

    @Override
    void prepare(Device on) {
        ops = on.ops();
        mu = own(on.copyOf(Work.uniform(SHAPE.parameters(), -1, 1, 1)));
        omega = own(on.copyOf(Work.uniform(SHAPE.parameters(), -1, 1, 2)));
        z = own(on.copyOf(Work.uniform(SHAPE.elements(), -2, 2, 3)));
        logQ = own(on.allocate(SHAPE.rows()));
    }

    @Benchmark
    @Override
    public Buffer step() {
        ops.logDensity(SHAPE, mu, omega, z, logQ);
        return done(logQ);
    }

    /** Every row against float64: 16 terms of some 100 roundings at most. */
    @Override
    void check() {
        float[] got = step().toFloats();
        float[] m = mu.toFloats();
        float[] o = omega.toFloats();
        float[] x = z.toFloats();
        int dimensions = SHAPE.dimensions();
        for (int row = 0; row < got.length; row++) {
            double want = 0;
            double size = 0;
            for (int i = row * dimensions; i < (row + 1) * dimensions; i++) {
                double h = ((double) x[i] - m[i]) * Math.exp(-o[i]);
                want -= h * h / 2 + o[i] + Host.HALF_LOG_2PI;
                size += h * h / 2 + Math.abs(o[i]) + Host.HALF_LOG_2PI;
            }
            Expect.close("the log-density of row " + row, got[row], want, 100 * Host.EPSILON * size);
        }
    }
}

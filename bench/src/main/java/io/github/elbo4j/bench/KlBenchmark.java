package io.github.elbo4j.bench;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.device.Shape;
import org.openjdk.jmh.annotations.Benchmark;

/** W5: the closed-form KL divergence of 2^20 diagonal Gaussians of 16 dimensions to N(0, I). */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class KlBenchmark extends WorkBenchmark {
    private static final Shape SHAPE = Work.W5.shape();

    private Ops ops;
    private Buffer mu; // [2^20][16]
    private Buffer omega; // [2^20][16]
    private Buffer kl; // [2^20] FLOAT64

    @Override
    void prepare(Device on) {
        ops = on.ops();
        mu = own(on.copyOf(Work.uniform(SHAPE.parameters(), -1, 1, 1)));
        omega = own(on.copyOf(Work.uniform(SHAPE.parameters(), -1, 1, 2)));
        kl = own(on.allocate(ElementType.FLOAT64, SHAPE.problems()));
    }

    @Benchmark
    @Override
    public Buffer step() {
        ops.klToStandard(SHAPE.problems(), SHAPE.dimensions(), mu, omega, kl);
        return done(kl);
    }

    /** Every row against float64: 16 terms of some 100 roundings at most. */
    @Override
    void check() {
        double[] got = step().toDoubles();
        float[] m = mu.toFloats();
        float[] o = omega.toFloats();
        int dimensions = SHAPE.dimensions();
        for (int row = 0; row < got.length; row++) {
            double want = 0;
            double size = 0;
            for (int i = row * dimensions; i < (row + 1) * dimensions; i++) {
                double squares = (double) m[i] * m[i] + Math.exp(2.0 * o[i]);
                want += (squares - 1) / 2 - o[i];
                size += (squares + 1) / 2 + Math.abs(o[i]);
            }
            Expect.close("the KL of row " + row, got[row], want, 100 * Host.EPSILON * size);
        }
    }
}

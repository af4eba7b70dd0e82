package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.Runner;
import io.github.elbo4j.device.Scalar;
import org.openjdk.jmh.annotations.Benchmark;

/** A step of Adam on 2^20 parameters. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class OptimizerBenchmark extends WorkBenchmark {
    private static final int N = 1 << 20;
    private static final float RATE = 0.01f;

    private Runner to;
    private Buffer gradient; // [2^20]
    private Buffer m; // [2^20]
    private Buffer v; // [2^20]
    private Buffer parameter; // [2^20]
    private int t;

    @Override
    void prepare(Device on) {
        to = on;
        gradient = own(on.copyOf(Work.uniform(N, 0.5, 1, 1)));
        m = own(on.copyOf(new float[N]));
        v = own(on.copyOf(new float[N]));
        parameter = own(on.copyOf(new float[N]));
    }

    @Benchmark
    @Override
    public Buffer step() {
        t++;
        OptimizerOps.Decay decay = new OptimizerOps.Decay(0.9f, 0.999f, 1e-8f);
        to.run(new OptimizerOps.Adam(
                N,
                Scalar.of(decay.rateAt(t, RATE)),
                Scalar.of(decay.correctionAt(t)),
                decay,
                gradient,
                null,
                m,
                v,
                parameter));
        return done(parameter);
    }

    /** The first step of Adam has the length of its rate. */
    @Override
    void check() {
        for (float x : step().toFloats()) {
            Expect.close("a parameter after one step", x, RATE, 1e-5 * RATE); // 1 − beta2 in float32 is 6e-6 off
        }
    }
}

package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.Runner;
import org.openjdk.jmh.annotations.Benchmark;

/** softplus of 2^22 numbers: an elementwise function. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class MathBenchmark extends WorkBenchmark {
    private static final int N = 1 << 22;

    private Runner to;
    private Buffer x; // [2^22]
    private Buffer y; // [2^22]

    @Override
    void prepare(Device on) {
        to = on;
        x = own(on.copyOf(Work.uniform(N, -10, 10, 1)));
        y = own(on.copyOf(new float[N]));
    }

    @Benchmark
    @Override
    public Buffer step() {
        to.run(new MathOps.Map(Function.SOFTPLUS, N, x, y));
        return done(y);
    }

    /** Every result within 3 ulp: DetMath's 2 and the rounding of the comparison. */
    @Override
    void check() {
        float[] got = step().toFloats();
        float[] in = x.toFloats();
        for (int i = 0; i < N; i++) {
            double want = Math.max(in[i], 0) + Math.log1p(Math.exp(-Math.abs(in[i])));
            Expect.close("softplus(" + in[i] + ")", got[i], want, 3 * Math.ulp((float) want));
        }
    }
}

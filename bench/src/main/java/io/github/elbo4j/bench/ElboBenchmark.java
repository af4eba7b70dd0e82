package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.cli.works.Host;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Runner;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;

/** The log-mean-exp of 2^20 log-weights of one problem, with its standard error. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class ElboBenchmark extends WorkBenchmark {
    private static final int S = 1 << 20;

    private Runner to;
    private Buffer logP; // [1][2^20] FLOAT64
    private Buffer logQ; // [1][2^20] FLOAT64
    private Buffer bound; // [1][2] FLOAT64

    @Override
    void prepare(Device on) {
        to = on;
        logP = uniform(on, 1);
        logQ = uniform(on, 2);
        bound = own(on.allocate(ElementType.FLOAT64, 2));
    }

    private Buffer uniform(Device on, int seed) {
        float[] floats = Work.uniform(S, -3, 1, seed);
        double[] values = new double[S];
        Arrays.setAll(values, s -> floats[s]);
        Buffer buffer = own(on.allocate(ElementType.FLOAT64, S));
        buffer.write(0, values, 0, S);
        return buffer;
    }

    @Benchmark
    @Override
    public Buffer step() {
        to.run(new ElboOps.Renyi(1, S, 0f, logP, logQ, bound));
        return done(bound);
    }

    /** Weights of 10 roundings each, added up in lanes of 32. */
    @Override
    void check() {
        double[] got = step().toDoubles();
        double[] p = logP.toDoubles();
        double[] q = logQ.toDoubles();
        double sum = 0;
        for (int s = 0; s < S; s++) {
            sum += Math.exp(p[s] - q[s]);
        }
        Expect.close("log-mean-exp", got[0], Math.log(sum / S), 50 * Host.EPSILON);
    }
}

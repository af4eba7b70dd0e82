package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.cli.works.Host;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Runner;
import org.openjdk.jmh.annotations.Benchmark;

/** The product of two matrices of 1024 × 1024. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class GemmBenchmark extends WorkBenchmark {
    private static final int N = 1024;

    private Runner to;
    private Buffer a; // [1024][1024]
    private Buffer b; // [1024][1024]
    private Buffer c; // [1024][1024]

    @Override
    void prepare(Device on) {
        to = on;
        a = own(on.copyOf(Work.uniform(N * N, -1, 1, 1)));
        b = own(on.copyOf(Work.uniform(N * N, -1, 1, 2)));
        c = own(on.allocate(N * N));
    }

    @Benchmark
    @Override
    public Buffer step() {
        to.run(new GemmOps.Gemm(Matrix.of(a, N, N), Matrix.of(b, N, N), false, Matrix.of(c, N, N)));
        return done(c);
    }

    /** Some outputs against float64: a chain of 1024 roundings at most. */
    @Override
    void check() {
        float[] got = step().toFloats();
        float[] x = a.toFloats();
        float[] y = b.toFloats();
        for (int at = 0; at < N * N; at += 1013) {
            double want = 0;
            double size = 0;
            for (int k = 0; k < N; k++) {
                double term = (double) x[at / N * N + k] * y[k * N + at % N];
                want += term;
                size += Math.abs(term);
            }
            Expect.close("element " + at + " of the product", got[at], want, N * Host.EPSILON * size);
        }
    }
}

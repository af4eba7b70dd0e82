package io.github.elbo4j.bench;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.estimate.Gradient;
import org.openjdk.jmh.annotations.Benchmark;

/** W2: ELBO and reparameterization gradient of a Gaussian target, 1024 draws of 1000 dimensions. */
public class ReparamBenchmark extends GaussianWorkBenchmark {
    public ReparamBenchmark() {
        super(Work.W2, Gradient.REPARAM);
    }

    @Benchmark
    @Override
    public Buffer step() {
        return super.step();
    }
}

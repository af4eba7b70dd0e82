package io.github.elbo4j.bench;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.estimate.Gradient;
import org.openjdk.jmh.annotations.Benchmark;

/** W6: score-function gradient with leave-one-out baseline of a Gaussian target, 1024 draws of 1000 dimensions. */
public class ScoreBenchmark extends GaussianWorkBenchmark {
    public ScoreBenchmark() {
        super(Work.W6, Gradient.SCORE);
    }

    @Benchmark
    @Override
    public Buffer step() {
        return super.step();
    }
}

package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Execution;
import io.github.elbo4j.cli.works.Work;
import org.openjdk.jmh.annotations.Benchmark;

/** W2: ELBO and reparameterization gradient of a Gaussian target, 1024 draws of 1000 dimensions. */
public class ReparamBenchmark extends ExecutionBenchmark {
    public ReparamBenchmark() {
        super(Execution.of(Work.W2));
    }

    @Benchmark
    @Override
    public Object step() {
        return super.step();
    }
}

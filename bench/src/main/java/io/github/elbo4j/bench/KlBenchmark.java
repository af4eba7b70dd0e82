package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Execution;
import io.github.elbo4j.cli.works.Work;
import org.openjdk.jmh.annotations.Benchmark;

/** W5: the closed-form KL divergence of 2^20 diagonal Gaussians of 16 dimensions to N(0, I). */
public class KlBenchmark extends ExecutionBenchmark {
    public KlBenchmark() {
        super(Execution.of(Work.W5));
    }

    @Benchmark
    @Override
    public Object step() {
        return super.step();
    }
}

package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Execution;
import io.github.elbo4j.cli.works.Work;
import org.openjdk.jmh.annotations.Benchmark;

/** W7: 10,000 fits of a mean-field q, 8 dimensions and 16 draws a step, by 1000 steps of Adam. */
public class FusedBenchmark extends ExecutionBenchmark {
    public FusedBenchmark() {
        super(Execution.of(Work.W7));
    }

    @Benchmark
    @Override
    public Object step() {
        return super.step();
    }
}

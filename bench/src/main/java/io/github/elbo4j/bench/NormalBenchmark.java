package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Execution;
import io.github.elbo4j.cli.works.Work;
import org.openjdk.jmh.annotations.Benchmark;

/** W1: 2^24 standard normals into memory, other ones each time. */
public class NormalBenchmark extends ExecutionBenchmark {
    public NormalBenchmark() {
        super(Execution.of(Work.W1));
    }

    @Benchmark
    @Override
    public Object step() {
        return super.step();
    }
}

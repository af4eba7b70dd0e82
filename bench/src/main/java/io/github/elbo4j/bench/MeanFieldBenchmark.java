package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Execution;
import io.github.elbo4j.cli.works.Work;
import org.openjdk.jmh.annotations.Benchmark;

/** W4: the log-density of a diagonal Gaussian at given z, 2^20 rows of 16, each with its own mu and omega. */
public class MeanFieldBenchmark extends ExecutionBenchmark {
    public MeanFieldBenchmark() {
        super(Execution.of(Work.W4));
    }

    @Benchmark
    @Override
    public Object step() {
        return super.step();
    }
}

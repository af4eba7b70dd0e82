package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Execution;
import io.github.elbo4j.cli.works.Work;
import org.openjdk.jmh.annotations.Benchmark;

/** W6: score-function gradient with leave-one-out baseline of a Gaussian target, 1024 draws of 1000 dimensions. */
public class ScoreBenchmark extends ExecutionBenchmark {
    public ScoreBenchmark() {
        super(Execution.of(Work.W6));
    }

    @Benchmark
    @Override
    public Object step() {
        return super.step();
    }
}

package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Execution;
import io.github.elbo4j.cli.works.Work;
import org.openjdk.jmh.annotations.Benchmark;

/** W3: ELBO and reparameterization gradient of a Bayesian logistic regression, 10,000 rows of 64, 64 draws. */
public class LikelihoodBenchmark extends ExecutionBenchmark {
    public LikelihoodBenchmark() {
        super(Execution.of(Work.W3));
    }

    @Benchmark
    @Override
    public Object step() {
        return super.step();
    }
}

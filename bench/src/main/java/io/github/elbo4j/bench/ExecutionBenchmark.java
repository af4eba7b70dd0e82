package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Execution;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Device;

/** One of the works, as {@code elbo4j bench} executes it. */
public abstract class ExecutionBenchmark extends WorkBenchmark {
    private final Execution execution;

    ExecutionBenchmark(Execution execution) {
        this.execution = execution;
    }

    @Override
    public Object step() {
        return execution.step();
    }

    @Override
    final void prepare(Device on) {
        own(execution).open(on, Work.Size.of(size), oneByOne());
    }

    /** It was when the work was made ready. */
    @Override
    final void check() {}
}

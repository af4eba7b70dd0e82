package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.Runner;
import io.github.elbo4j.device.Scalar;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** {@code x ← x + rate(t)·∇f}, with nothing kept from earlier gradients. */
record SgdRule(int parameters, IntToDoubleFunction rate) implements Optimizer.Rule {
    @Override
    public int scalars() {
        return 1;
    }

    @Override
    public void scalars(int step, int since, int phase, double[] row) {
        row[0] = rate.applyAsDouble(step);
    }

    @Override
    public void record(Runner to, Buffer gradient, @Nullable Buffer scale, Buffer parameter, List<Scalar> scalars) {
        to.run(new OptimizerOps.Sgd(parameters, scalars.get(0), gradient, parameter));
    }

    @Override
    public List<Buffer> moments() {
        return List.of();
    }
}

package io.github.elbo4j.bench;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import org.openjdk.jmh.annotations.Benchmark;

/** W3: ELBO and reparameterization gradient of a Bayesian logistic regression, 10,000 rows of 64, 64 draws. */
public class LikelihoodBenchmark extends LogisticWorkBenchmark {
    @Override
    LogJoint joint(Device on, DrawBlock shape) {
        return new BayesianLogisticRegression(on, data(shape), NormalPrior.STANDARD).logJoint();
    }

    @Benchmark
    @Override
    public Buffer step() {
        return super.step();
    }
}

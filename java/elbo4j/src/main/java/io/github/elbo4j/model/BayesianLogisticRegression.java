package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.LikelihoodOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import java.util.Collections;
import java.util.List;

/**
 * {@code y_n ~ Bernoulli(sigmoid(x_n·beta))} with independent normal priors on the coefficients beta, which are the
 * parameters, in the order of the columns.
 */
public final class BayesianLogisticRegression extends Regression {
    /**
     * One prior for all coefficients.
     *
     * @param data its target is 0 or 1
     */
    public BayesianLogisticRegression(Device device, RegressionData data, NormalPrior prior) {
        this(device, data, Collections.nCopies(data.columns().size(), prior));
    }

    /**
     * A prior for each coefficient.
     *
     * @param data its target is 0 or 1
     * @throws IllegalArgumentException if it is not
     */
    public BayesianLogisticRegression(Device device, RegressionData data, List<NormalPrior> priors) {
        super(new Resources(device), checked(data, priors), priors, data.columns());
    }

    private static RegressionData checked(RegressionData data, List<NormalPrior> priors) {
        onePriorEach(data, priors);
        for (int n = 0; n < data.rows(); n++) {
            if (data.y()[n] != 0 && data.y()[n] != 1) {
                throw new IllegalArgumentException("y is " + data.y()[n] + " in row " + n + ", but must be 0 or 1");
            }
        }
        return data;
    }

    /** How much memory the linear predictors of a chunk of draws may take; 64 MiB. No result depends on it. */
    public BayesianLogisticRegression workspaceBytes(long value) {
        limitWorkspace(value);
        return this;
    }

    /** A sum of normal priors, linear predictors and −log Σ exp of such. */
    @Override
    public boolean isLogConcave() {
        return true;
    }

    @Override
    void likelihood(Recorder to, PredictorBlock block, int n, Buffer y) {
        to.run(new LikelihoodOps.BernoulliLogit(block.rows(), n, y, 1f, block.eta, block.value));
    }
}

package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Buffers;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Shape;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code y_n ~ Bernoulli(sigmoid(x_n·beta))} with independent normal priors on the coefficients beta, which are the
 * parameters, in the order of the columns.
 */
public final class BayesianLogisticRegression implements DataModel {
    private final LinearPredictor predictor;
    private final Priors priors;
    private final List<String> names;
    private final LinearPredictor.Likelihood likelihood;

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
        BayesianLinearRegression.onePriorEach(data, priors);
        for (int n = 0; n < data.rows(); n++) {
            if (data.y()[n] != 0 && data.y()[n] != 1) {
                throw new IllegalArgumentException("y is " + data.y()[n] + " in row " + n + ", but must be 0 or 1");
            }
        }
        Buffers own = new Buffers(device);
        this.predictor = new LinearPredictor(own, data);
        this.priors = new Priors(own, priors);
        this.names = data.columns();
        this.likelihood = this::add;
    }

    /** How much memory the linear predictors of a wave of draws may take; 64 MiB. No result depends on it. */
    public BayesianLogisticRegression workspaceBytes(long value) {
        predictor.workspaceBytes(value);
        return this;
    }

    /** The log-joint over all rows, which closes this model. */
    public DataLogJoint logJoint() {
        return new DataLogJoint(this);
    }

    @Override
    public Device device() {
        return predictor.device();
    }

    @Override
    public int dimensions() {
        return names.size();
    }

    @Override
    public List<String> parameterNames() {
        return names;
    }

    @Override
    public int observations() {
        return predictor.observations();
    }

    @Override
    public void logPrior(Shape shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        priors.logDensity(shape, z, logP, gradient);
    }

    @Override
    public void logLikelihood(Rows rows, Shape shape, Buffer z, Buffer logLikelihood, @Nullable Buffer gradient) {
        predictor.logLikelihood(rows, likelihood, shape, z, logLikelihood, gradient);
    }

    @Override
    public void close() {
        predictor.close();
        priors.close();
    }

    private void add(Wave wave, int n, Buffer y) {
        device().ops().bernoulliLogit(wave.rows(), n, y, 1f, wave.eta, wave.value);
    }
}

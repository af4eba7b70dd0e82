package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What regressions share: data, a linear predictor, independent normal priors. */
abstract class Regression implements RowSumModel {
    private final Resources own;
    private final LinearPredictor predictor;
    private final Priors priors;
    private final List<String> names;
    private final @Nullable String roundingLoss;
    private final LinearPredictor.Likelihood likelihood;

    /** @param names of the parameters, as many as priors: the columns' coefficients, then others */
    Regression(Resources own, RegressionData data, List<NormalPrior> priors, List<String> names) {
        this(own, data, 1, priors, names);
    }

    /** @param names of the parameters, as many as priors; of several classes: the columns' coefficients of each */
    Regression(Resources own, RegressionData data, int classes, List<NormalPrior> priors, List<String> names) {
        this.own = own;
        this.predictor = new LinearPredictor(own, data, classes);
        this.priors = new Priors(own, priors);
        this.names = List.copyOf(names);
        this.roundingLoss = data.roundingLoss();
        this.likelihood = this::likelihood;
    }

    /** As {@link LinearPredictor.Likelihood#add}. */
    abstract void likelihood(Recorder to, PredictorBlock block, int observations, Buffer y);

    /** What adds the sums that the likelihood is a function of: its terms, unless it has other ones. */
    LinearPredictor.Likelihood sums() {
        return likelihood;
    }

    /** The log-joint over all rows, which closes this model. */
    public final DataLogJoint logJoint() {
        return new DataLogJoint(this);
    }

    final void limitWorkspace(long bytes) {
        predictor.workspaceBytes(bytes);
    }

    @Override
    public final Device device() {
        return predictor.device();
    }

    @Override
    public final int dimensions() {
        return names.size();
    }

    @Override
    public final List<String> parameterNames() {
        return names;
    }

    @Override
    public final @Nullable String roundingLoss() {
        return roundingLoss;
    }

    @Override
    public final int observations() {
        return predictor.observations();
    }

    @Override
    public final void logPrior(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        priors.logDensity(to, shape, z, logP, gradient);
    }

    @Override
    public final void logLikelihood(
            Recorder to, Rows rows, DrawBlock shape, Buffer z, Buffer logLikelihood, @Nullable Buffer gradient) {
        predictor.logLikelihood(to, rows, likelihood, shape, z, logLikelihood, gradient);
    }

    @Override
    public final void recordSums(Recorder to, DrawBlock shape, Buffer z, Buffer sums, @Nullable Buffer slopes) {
        predictor.logLikelihood(to, Rows.all(observations()), sums(), shape, z, sums, slopes);
    }

    @Override
    public void fromSums(long observations, float[] z, double[] sums, float @Nullable [] slopes) {}

    @Override
    public final void close() {
        own.close();
    }

    static void onePriorEach(RegressionData data, List<NormalPrior> priors) {
        if (priors.size() != data.columns().size()) {
            throw new IllegalArgumentException("there are " + priors.size() + " priors for "
                    + data.columns().size() + " coefficients: " + data.columns());
        }
    }
}

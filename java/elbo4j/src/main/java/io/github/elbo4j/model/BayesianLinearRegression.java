package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Buffers;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code y_n ~ N(x_n·beta, s²)} with independent normal priors on the coefficients beta. Either the noise s is known,
 * and the posterior is Gaussian; or log s is the last parameter, with a normal prior.
 */
public final class BayesianLinearRegression implements DataModel {
    /** What the log standard deviation of the noise is called among the parameters. */
    public static final String LOG_NOISE = "log noise sd";

    private final LinearPredictor predictor;
    private final Priors priors;
    private final List<String> names;
    private final @Nullable Buffer knownLogNoise; // [1]; null if it is a parameter
    private final LinearPredictor.Likelihood likelihood;
    private @Nullable Matrix shared; // the known noise, repeated for each draw

    private BayesianLinearRegression(
            Buffers own,
            RegressionData data,
            List<NormalPrior> priors,
            List<String> names,
            @Nullable Buffer knownLogNoise) {
        this.predictor = new LinearPredictor(own, data);
        this.priors = new Priors(own, priors);
        this.names = List.copyOf(names);
        this.knownLogNoise = knownLogNoise;
        this.likelihood = this::add;
    }

    /** Known noise. */
    public static BayesianLinearRegression knownNoise(
            Device device, RegressionData data, NormalPrior coefficients, double noiseSd) {
        return knownNoise(device, data, Collections.nCopies(data.columns().size(), coefficients), noiseSd);
    }

    /**
     * Known noise, and a prior for each coefficient.
     *
     * @param noiseSd s, positive
     */
    public static BayesianLinearRegression knownNoise(
            Device device, RegressionData data, List<NormalPrior> coefficients, double noiseSd) {
        onePriorEach(data, coefficients);
        if (!(noiseSd > 0 && Double.isFinite(noiseSd))) {
            throw new IllegalArgumentException("noiseSd is " + noiseSd + ", but must be positive");
        }
        Buffers own = new Buffers(device);
        Buffer log = own.copyOf(new float[] {(float) StrictMath.log(noiseSd)});
        return new BayesianLinearRegression(own, data, coefficients, data.columns(), log);
    }

    /** Noise to be inferred: {@code log s} has the prior {@code logNoise}. */
    public static BayesianLinearRegression unknownNoise(
            Device device, RegressionData data, NormalPrior coefficients, NormalPrior logNoise) {
        return unknownNoise(device, data, Collections.nCopies(data.columns().size(), coefficients), logNoise);
    }

    /** Noise to be inferred, and a prior for each coefficient. */
    public static BayesianLinearRegression unknownNoise(
            Device device, RegressionData data, List<NormalPrior> coefficients, NormalPrior logNoise) {
        onePriorEach(data, coefficients);
        List<NormalPrior> priors = new ArrayList<>(coefficients);
        priors.add(logNoise);
        List<String> names = new ArrayList<>(data.columns());
        names.add(LOG_NOISE);
        return new BayesianLinearRegression(new Buffers(device), data, priors, names, null);
    }

    /** How much memory the linear predictors of a wave of draws may take; 64 MiB. No result depends on it. */
    public BayesianLinearRegression workspaceBytes(long value) {
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
        if (knownLogNoise != null) {
            knownLogNoise.close();
        }
    }

    static void onePriorEach(RegressionData data, List<NormalPrior> priors) {
        if (priors.size() != data.columns().size()) {
            throw new IllegalArgumentException("there are " + priors.size() + " priors for "
                    + data.columns().size() + " coefficients: " + data.columns());
        }
    }

    private void add(Wave wave, int n, Buffer y) {
        Matrix logNoise = wave.last;
        Matrix slope = wave.lastGradient;
        if (knownLogNoise != null) {
            if (shared == null || shared.rows() != wave.rows()) {
                shared = new Matrix(knownLogNoise, 0, wave.rows(), 1, 0, 1);
            }
            logNoise = shared;
            slope = null;
        }
        device().ops().gaussian(wave.rows(), n, y, 1f, logNoise, wave.eta, wave.value, slope);
    }
}

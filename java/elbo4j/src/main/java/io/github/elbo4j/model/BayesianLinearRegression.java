package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.LikelihoodOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code y_n ~ N(x_n·beta, s²)} with independent normal priors on the coefficients beta. Either the noise s is known,
 * and the posterior is Gaussian; or log s is the last parameter, with a normal prior.
 */
public final class BayesianLinearRegression extends Regression {
    /** What the log standard deviation of the noise is called among the parameters. */
    public static final String LOG_NOISE = "log noise sd";

    /** The range of a known noise: residuals in units of it, and their squares, are float32. */
    public static final double LEAST_NOISE_SD = 1e-18;

    public static final double LARGEST_NOISE_SD = 1e18;

    private final @Nullable Buffer knownLogNoise; // [1]; null if it is a parameter

    private BayesianLinearRegression(
            Resources own,
            RegressionData data,
            List<NormalPrior> priors,
            List<String> names,
            @Nullable Buffer knownLogNoise) {
        super(own, data, priors, names);
        this.knownLogNoise = knownLogNoise;
    }

    /** Known noise. */
    public static BayesianLinearRegression knownNoise(
            Device device, RegressionData data, NormalPrior coefficients, double noiseSd) {
        return knownNoise(device, data, Collections.nCopies(data.columns().size(), coefficients), noiseSd);
    }

    /**
     * Known noise, and a prior for each coefficient.
     *
     * @param noiseSd s, from {@link #LEAST_NOISE_SD} to {@link #LARGEST_NOISE_SD}
     */
    public static BayesianLinearRegression knownNoise(
            Device device, RegressionData data, List<NormalPrior> coefficients, double noiseSd) {
        onePriorEach(data, coefficients);
        if (!(noiseSd >= LEAST_NOISE_SD && noiseSd <= LARGEST_NOISE_SD)) {
            throw new IllegalArgumentException("noiseSd is " + noiseSd + ", but must be from " + LEAST_NOISE_SD + " to "
                    + LARGEST_NOISE_SD + ", so that squares in units of it are float32 numbers");
        }
        Resources own = new Resources(device);
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
        return new BayesianLinearRegression(new Resources(device), data, priors, names, null);
    }

    /** How much memory the linear predictors of a chunk of draws may take; 64 MiB. No result depends on it. */
    public BayesianLinearRegression workspaceBytes(long value) {
        limitWorkspace(value);
        return this;
    }

    @Override
    void likelihood(Recorder to, PredictorBlock block, int n, Buffer y) {
        boolean known = knownLogNoise != null;
        Matrix logNoise = knownLogNoise != null ? new Matrix(knownLogNoise, 0, block.rows(), 1, 0, 1) : block.last;
        to.run(new LikelihoodOps.GaussianNoise(
                block.rows(), n, y, 1f, logNoise, block.eta, block.value, known ? null : block.lastGradient));
    }
}

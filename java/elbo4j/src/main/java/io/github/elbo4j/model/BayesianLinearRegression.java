package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.LikelihoodOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.MathOps.Function;
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
        Matrix slope = knownLogNoise == null ? block.lastGradient : null;
        to.run(new LikelihoodOps.GaussianNoise(block.rows(), n, y, 1f, logNoise(block), block.eta, block.value, slope));
    }

    private Matrix logNoise(PredictorBlock block) {
        return knownLogNoise != null ? new Matrix(knownLogNoise, 0, block.rows(), 1, 0, 1) : block.last;
    }

    @Override
    LinearPredictor.Likelihood sums() {
        return this::squares;
    }

    /** Not with the noise among the parameters. */
    @Override
    public boolean isLogConcave() {
        return knownLogNoise != null;
    }

    /** Sums the squared residuals in units of the noise. The operations are those of {@link LikelihoodOps.GaussianNoise}, one by one. */
    private void squares(Recorder to, PredictorBlock block, int n, Buffer y) {
        int rows = block.rows();
        long all = (long) rows * n;
        Buffer inverse = to.scratch(rows);
        Buffer inverses = to.scratch(all); // [R][N]
        Buffer e = to.scratch(all);
        Buffer squares = to.scratch(all);
        to.run(new MathOps.Scale(-1, logNoise(block), false, Matrix.of(inverse, rows, 1)));
        to.run(new MathOps.Map(Function.EXP, rows, inverse, inverse));
        to.run(new MathOps.Scale(1, new Matrix(inverse, 0, rows, n, 1, 0), false, Matrix.of(inverses, rows, n)));
        to.run(new MathOps.Scale(1, new Matrix(y, 0, rows, n, 0, 1), false, Matrix.of(e, rows, n)));
        to.run(new MathOps.Axpy(all, -1, block.eta, e));
        to.run(new MathOps.Multiply(all, e, inverses, e));
        to.run(new MathOps.Multiply(all, e, e, squares));
        to.run(new MathOps.SumRows(rows, n, squares, block.value));
        to.run(new MathOps.Multiply(all, e, inverses, block.eta));
    }

    @Override
    public void fromSums(long observations, float[] z, double[] sums, float @Nullable [] slopes) {
        int dimensions = dimensions();
        float[] known = {0};
        if (knownLogNoise != null) {
            knownLogNoise.read(0, known, 0, 1);
        }
        for (int s = 0; s < sums.length; s++) {
            double squares = sums[s];
            int last = s * dimensions + dimensions - 1;
            float logNoise = knownLogNoise == null ? z[last] : known[0];
            sums[s] = 0 + LikelihoodOps.GaussianNoise.logLikelihood(squares, observations, logNoise);
            if (slopes != null && knownLogNoise == null) {
                slopes[last] = (float) (squares - observations);
            }
        }
    }
}

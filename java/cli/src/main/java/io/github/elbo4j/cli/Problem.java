package io.github.elbo4j.cli;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A regression as it is fitted, and the way back from there to the scale of the data. */
final class Problem {
    /** Of log noise: where the target is standardized, and where nothing is known of its unit. */
    private static final NormalPrior LOG_NOISE = new NormalPrior(0, 2);

    private static final NormalPrior LOG_NOISE_ANY_UNIT = new NormalPrior(0, 10);

    private final RegressionModel model;
    private final RegressionInput input;
    private final boolean intercept;
    private final NormalPrior prior;
    private final NormalPrior interceptPrior;
    private final @Nullable Double noiseSd;
    private final RegressionData data;
    private final @Nullable Standardization scale;

    /**
     * @param intercept whether there is one
     * @param prior of each coefficient
     * @param interceptPrior of the intercept, if there is one
     * @param noiseSd the known noise of a linear model; null if it is a parameter or there is none
     */
    Problem(
            RegressionModel model,
            RegressionInput input,
            boolean intercept,
            boolean standardize,
            NormalPrior prior,
            NormalPrior interceptPrior,
            @Nullable Double noiseSd) {
        this.model = model;
        this.input = input;
        this.intercept = intercept;
        this.prior = prior;
        this.interceptPrior = interceptPrior;
        this.noiseSd = noiseSd;
        RegressionData original = input.toData(intercept);
        this.scale = standardize ? scale(model, original, input.file()) : null;
        this.data = scale == null ? original : scale.data();
        checkNoise();
    }

    /** What is known only now: whether the noise can be computed with on the scale that is fitted. */
    private void checkNoise() {
        double least = BayesianLinearRegression.LEAST_NOISE_SD;
        double largest = BayesianLinearRegression.LARGEST_NOISE_SD;
        if (noiseSd != null && !(fittedNoise(noiseSd) >= least && fittedNoise(noiseSd) <= largest)) {
            String unit = scale == null ? "" : " times the target's standard deviation, which is " + scale.targetSd();
            throw new InputException(
                    "--noise-sd is " + noiseSd + ", but must be from " + least + " to " + largest + unit);
        }
    }

    /** D. */
    int parameters() {
        return data.columns().size() + (noiseIsParameter() ? 1 : 0);
    }

    boolean noiseIsParameter() {
        return model == RegressionModel.LINEAR && noiseSd == null;
    }

    /**
     * The factor a of Robbins–Monro steps, which know nothing of the gradient's size. The curvature of standardized data is
     * about {@code rows/8} for a logistic model and {@code rows/noise²} for a linear one, times the largest eigenvalue of
     * the correlations; these factors did not overshoot on data sets of both kinds.
     */
    double robbinsMonroRate() {
        if (model == RegressionModel.LOGISTIC) {
            return 20.0 / data.rows();
        }
        return (noiseSd == null ? 5 : 2 * fittedNoise(noiseSd) * fittedNoise(noiseSd)) / data.rows();
    }

    NormalPrior logNoisePrior() {
        return scale == null ? LOG_NOISE_ANY_UNIT : LOG_NOISE;
    }

    /** The log-joint on a device; the caller closes it. */
    DataLogJoint joint(Device device) {
        if (model == RegressionModel.LOGISTIC) {
            return new BayesianLogisticRegression(device, data, priors()).logJoint();
        }
        if (noiseSd == null) {
            return BayesianLinearRegression.unknownNoise(device, data, priors(), logNoisePrior())
                    .logJoint();
        }
        return BayesianLinearRegression.knownNoise(device, data, priors(), fittedNoise(noiseSd))
                .logJoint();
    }

    /** One for each coefficient. */
    private List<NormalPrior> priors() {
        List<NormalPrior> priors =
                new ArrayList<>(Collections.nCopies(data.columns().size(), prior));
        if (intercept) {
            priors.set(0, interceptPrior);
        }
        return priors;
    }

    private double fittedNoise(double noise) {
        return scale == null ? noise : noise / scale.targetSd();
    }

    /** An ELBO of the fitted data, as one of the data in the file. */
    double elbo(double fitted) {
        return scale == null ? fitted : scale.elboToOriginal(fitted);
    }

    List<TracePoint> trace(List<TracePoint> fitted) {
        return fitted.stream()
                .map(point -> new TracePoint(point.step(), elbo(point.elbo()), point.standardError()))
                .toList();
    }

    Gaussian posterior(Gaussian fitted) {
        if (scale == null) {
            return fitted;
        }
        Standardization.Affine back = scale.toOriginal(fitted.dimensions());
        return fitted.affine(back.shift(), back.scale(), back.weights());
    }

    /** The marginals of a posterior on the scale of the data. */
    List<FitSummary.Parameter> marginals(Gaussian posterior, List<String> names) {
        List<FitSummary.Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            int predictor = intercept ? i - 1 : i;
            boolean coefficient =
                    predictor >= 0 && predictor < input.predictors().size();
            parameters.add(new FitSummary.Parameter(
                    names.get(i),
                    posterior.mean(i),
                    posterior.standardDeviation(i),
                    coefficient ? input.sd(predictor) : Double.NaN));
        }
        return parameters;
    }

    private static Standardization scale(RegressionModel model, RegressionData original, String file) {
        try {
            return model == RegressionModel.LINEAR
                    ? Standardization.ofColumnsAndTarget(original)
                    : Standardization.ofColumns(original);
        } catch (IllegalArgumentException e) {
            // A column so nearly constant that only rounding tells its values apart.
            throw new InputException(file + ": " + e.getMessage(), e);
        }
    }
}

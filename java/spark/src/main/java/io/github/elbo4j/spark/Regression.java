package io.github.elbo4j.spark;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.BatchAndMatch;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.Method;
import io.github.elbo4j.infer.ModeSearch;
import io.github.elbo4j.infer.Pathfinder;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.BayesianCategoricalRegression;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.RowSumModel;
import io.github.elbo4j.model.Standardization;
import java.io.Serializable;
import java.util.List;

/**
 * A regression by its name, and how it is fitted: what {@code elbo4j fit} does with the same options.
 *
 * @param name one of {@link #NAMES}
 * @param prior of each coefficient, on the scale that is fitted
 */
record Regression(String name, boolean intercept, boolean standardize, NormalPrior prior) implements Serializable {
    static final String LOGISTIC = "logistic";
    static final String LINEAR = "linear";
    static final String CATEGORICAL = "categorical";
    static final List<String> NAMES = List.of(LOGISTIC, LINEAR, CATEGORICAL);

    /** Those whose answer is one Gaussian. */
    static final List<String> GAUSSIANS = List.of(Sgvi.NAME, FixedDraws.NAME, "laplace", BatchAndMatch.NAME);

    /** All that look at a log-joint alone. */
    static final List<String> METHODS =
            List.of(Sgvi.NAME, FixedDraws.NAME, Pathfinder.NAME, "laplace", BatchAndMatch.NAME);

    /** Of the log of the noise's sd: where the target is standardized, and where nothing is known of its unit. */
    private static final NormalPrior LOG_NOISE = new NormalPrior(0, 2);

    private static final NormalPrior LOG_NOISE_ANY_UNIT = new NormalPrior(0, 10);

    Regression {
        oneOf("regression", name, NAMES);
    }

    static void oneOf(String what, String value, List<String> values) {
        if (!values.contains(value)) {
            throw new IllegalArgumentException(
                    what + " is " + value + ", but must be one of " + String.join(", ", values));
        }
    }

    /**
     * A method with its defaults.
     *
     * @param problem the number of its draws among others of the same seed, which sgvi and fixed have
     */
    static Method<LogJoint> method(String name, long seed, int problem) {
        oneOf("method", name, METHODS);
        return switch (name) {
            case Sgvi.NAME -> Sgvi.builder().seed(seed).problem(problem).build();
            case FixedDraws.NAME -> new FixedDraws().seed(seed).problem(problem);
            case Pathfinder.NAME -> new Pathfinder().seed(seed);
            case BatchAndMatch.NAME -> new BatchAndMatch().seed(seed);
            default -> ModeSearch.laplace().seed(seed);
        };
    }

    NormalPrior logNoisePrior() {
        return standardize ? LOG_NOISE : LOG_NOISE_ANY_UNIT;
    }

    boolean standardizesTarget() {
        return name.equals(LINEAR);
    }

    /**
     * The model of rows as they are fitted.
     *
     * @param classes their names; of no regression but the categorical one
     */
    RowSumModel model(Device device, RegressionData rows, List<String> classes) {
        return switch (name) {
            case LOGISTIC -> new BayesianLogisticRegression(device, rows, prior);
            case LINEAR -> BayesianLinearRegression.unknownNoise(device, rows, prior, logNoisePrior());
            default -> new BayesianCategoricalRegression(device, rows, classes, prior);
        };
    }

    /**
     * Fits rows that are all here; the result is on their scale.
     *
     * @param rows without an intercept
     * @throws IllegalArgumentException if the rows cannot be fitted
     */
    FitResult fit(Device device, RegressionData rows, List<String> classes, Method<LogJoint> method) {
        RegressionData data = intercept ? rows.withIntercept() : rows;
        Standardization scale = standardize ? Standardization.inPlace(data, standardizesTarget()) : null;
        try (DataLogJoint joint = new DataLogJoint(model(device, scale == null ? data : scale.data(), classes))) {
            FitResult fitted = method.fit(device, joint);
            return scale == null
                    ? fitted
                    : fitted.mapped(scale.toOriginal(block(data.columns().size())), scale::elboToOriginal);
        }
    }

    /** Coordinates of one linear predictor and what belongs to it: {@link Standardization} maps each class as it does the first. */
    int block(int columns) {
        return columns + (name.equals(LINEAR) ? 1 : 0);
    }
}

package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A regression as it is fitted, and the way back from there to the scale of the data. */
public final class Problem {
    private final FitModel model;
    private final RegressionInput input;
    private final boolean intercept;
    private final NormalPrior prior;
    private final NormalPrior interceptPrior;
    private final RegressionData data;
    private final @Nullable Standardization scale;
    private final List<String> parameters;

    /**
     * A problem.
     *
     * @param intercept whether there is one
     * @param prior of each coefficient
     * @param interceptPrior of the intercept, if there is one
     */
    public Problem(
            FitModel model,
            RegressionInput input,
            boolean intercept,
            boolean standardize,
            NormalPrior prior,
            NormalPrior interceptPrior) {
        this.model = model;
        this.input = input;
        this.intercept = intercept;
        this.prior = prior;
        this.interceptPrior = interceptPrior;
        RegressionData original = input.toData(intercept);
        this.scale = standardize ? scale(original) : null;
        this.data = scale == null ? original : scale.data();
        model.check(this);
        this.parameters = List.copyOf(model.parameters(this));
        refuseTwins();
    }

    private Standardization scale(RegressionData original) {
        try {
            return model.standardizesTarget()
                    ? Standardization.ofColumnsAndTarget(original)
                    : Standardization.ofColumns(original);
        } catch (IllegalArgumentException e) {
            // A column so nearly constant that only rounding tells its values apart.
            throw new InputException(input.file() + ": " + e.getMessage(), e);
        }
    }

    private void refuseTwins() {
        Set<String> seen = new HashSet<>();
        for (String name : parameters) {
            if (!seen.add(name)) {
                throw new InputException(
                        input.file() + ": two parameters would be named \"" + name + "\". Rename a column in the file");
            }
        }
    }

    /** What was read. */
    RegressionInput input() {
        return input;
    }

    /** The data as they are fitted. */
    RegressionData data() {
        return data;
    }

    /** Null if the data are fitted as they are. */
    @Nullable
    Standardization scale() {
        return scale;
    }

    /** What the target was divided by. */
    double targetSd() {
        return scale == null ? 1 : scale.targetSd();
    }

    boolean hasIntercept() {
        return intercept;
    }

    NormalPrior prior() {
        return prior;
    }

    NormalPrior interceptPrior() {
        return interceptPrior;
    }

    /** The priors of a coefficient of each column. */
    List<NormalPrior> priors() {
        List<NormalPrior> priors =
                new ArrayList<>(Collections.nCopies(data.columns().size(), prior));
        if (intercept) {
            priors.set(0, interceptPrior);
        }
        return priors;
    }

    /** The names of the parameters. */
    public List<String> parameters() {
        return parameters;
    }

    /** An ELBO of the fitted data, as one of the data in the file. */
    public double elbo(double fitted) {
        return scale == null ? fitted : scale.elboToOriginal(fitted);
    }

    /** A fit of the fitted data, as one of the data in the file. */
    public FitResult toOriginal(FitResult fitted) {
        Standardization.Affine back = model.back(this);
        return back == null ? fitted : fitted.mapped(back, this::elbo);
    }

    /** The posterior of a fit of the data in the file, as one of the fitted data. */
    public FitResult toFitted(FitResult original) {
        Standardization.Affine back = model.back(this);
        if (back == null) {
            return original;
        }
        int k = back.shift().length;
        double[] shift = new double[k];
        double[] scale = new double[k];
        double[] weights = new double[k];
        for (int i = 0; i < k; i++) {
            scale[i] = 1 / back.scale()[i];
            shift[i] = -back.shift()[i] * scale[i];
            // What the intercept takes up is of coefficients, which are not shifted themselves.
            weights[i] = -back.weights()[i] * scale[i] * scale[0];
        }
        return original.mapped(new Standardization.Affine(shift, scale, weights), elbo -> elbo);
    }

    /** The standard deviation of the column that each coefficient multiplies, by the coefficient's name. */
    public Map<String, Double> units() {
        Map<String, Double> units = new LinkedHashMap<>();
        int k = data.columns().size();
        int first = intercept ? 1 : 0;
        for (int i = 0; i < k * model.coefficients(this); i++) {
            if (i % k >= first) {
                units.put(parameters.get(i), input.sd(i % k - first));
            }
        }
        return units;
    }
}

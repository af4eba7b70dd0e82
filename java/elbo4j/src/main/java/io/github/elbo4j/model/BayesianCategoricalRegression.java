package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.LikelihoodOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * {@code y_n ~ Categorical(softmax(x_n·beta_1, …, x_n·beta_C))} with independent normal priors on the coefficients. The
 * parameters are those of the first class in the order of the columns, then those of the second, and so on. Adding one
 * vector to the coefficients of every class does not change the likelihood; only the prior decides between such
 * coefficients.
 */
public final class BayesianCategoricalRegression extends Regression {
    private final int classes;

    /**
     * One prior for all coefficients.
     *
     * @param data its target is the number of a class, from 0
     * @param classes their names, two or more
     * @throws IllegalArgumentException if a target is no class
     */
    public BayesianCategoricalRegression(Device device, RegressionData data, List<String> classes, NormalPrior prior) {
        super(
                new Resources(device),
                checked(data, classes),
                classes.size(),
                Collections.nCopies(classes.size() * data.columns().size(), prior),
                names(data, classes));
        this.classes = classes.size();
    }

    private static RegressionData checked(RegressionData data, List<String> classes) {
        if (classes.size() < 2) {
            throw new IllegalArgumentException("there must be two classes or more, but these are " + classes);
        }
        for (int n = 0; n < data.rows(); n++) {
            double y = data.y()[n];
            if (!(y >= 0 && y < classes.size() && y == Math.rint(y))) {
                throw new IllegalArgumentException("y is " + y + " in row " + n
                        + ", but must be the number of a class, 0 to " + (classes.size() - 1));
            }
        }
        return data;
    }

    private static List<String> names(RegressionData data, List<String> classes) {
        List<String> names = new ArrayList<>();
        for (String each : classes) {
            for (String column : data.columns()) {
                names.add(column + " (" + each + ")");
            }
        }
        return names;
    }

    /** How much memory the linear predictors of a chunk of draws may take; 64 MiB. No result depends on it. */
    public BayesianCategoricalRegression workspaceBytes(long value) {
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
        to.run(new LikelihoodOps.CategoricalLogit(block.rows(), classes, n, y, 1f, block.eta, block.value));
    }
}

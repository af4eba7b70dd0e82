package io.github.elbo4j.conjugate;

import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.util.List;

/**
 * {@code y_n ~ Bernoulli(sigmoid(x_n·beta))} with independent normal priors of the coefficients beta: the model of {@link
 * io.github.elbo4j.model.BayesianLogisticRegression}, for {@link CaviLogistic}.
 *
 * @param data its target is 0 or 1
 * @param coefficients one prior for each column
 */
public record LogisticRegression(RegressionData data, List<NormalPrior> coefficients) {
    public LogisticRegression {
        coefficients = List.copyOf(coefficients);
        if (coefficients.size() != data.columns().size()) {
            throw new IllegalArgumentException("there are " + coefficients.size() + " priors for "
                    + data.columns().size() + " coefficients: " + data.columns());
        }
    }
}

package io.github.elbo4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.NormalPrior;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemTest {
    /** The report draws each coefficient in units of the column that it multiplies. */
    @ParameterizedTest
    @CsvSource({"true, LINEAR", "false, LINEAR", "true, LOGISTIC", "false, LOGISTIC"})
    void eachCoefficientHasTheUnitOfItsColumn(boolean intercept, RegressionModel model) {
        double[][] x = {{1, 3}, {0, 20}, {5, 5.5}};
        List<Double> sds = List.of(1.0, 10.0, 0.25);
        RegressionInput input = new RegressionInput(
                "d.csv", "", "y", List.of("a", "b", "c"), x, new double[] {0, 1}, 0, List.of(), List.of());
        NormalPrior prior = NormalPrior.STANDARD;
        Problem problem = new Problem(model, input, intercept, false, prior, prior, null);
        List<String> names = new ArrayList<>(input.predictors());
        List<Double> units = new ArrayList<>(sds);
        if (intercept) {
            names.add(0, "intercept");
            units.add(0, Double.NaN);
        }
        if (model == RegressionModel.LINEAR) {
            names.add("log noise sd");
            units.add(Double.NaN);
        }
        assertThat(problem.parameters()).isEqualTo(names.size());
        int d = names.size();
        double[] mean = new double[d];
        double[][] covariance = new double[d][d];
        for (int i = 0; i < d; i++) {
            mean[i] = i;
            covariance[i][i] = i * i;
        }
        List<FitSummary.Parameter> marginals = problem.marginals(new Gaussian(mean, covariance), names);
        for (int i = 0; i < d; i++) {
            assertThat(marginals.get(i)).isEqualTo(new FitSummary.Parameter(names.get(i), i, i, units.get(i)));
        }
    }
}

package io.github.elbo4j.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.model.NormalPrior;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemTest {
    /** The report draws each coefficient in units of the column that it multiplies. */
    @ParameterizedTest
    @CsvSource({
        "true, linear",
        "false, linear",
        "true, logistic",
        "false, logistic",
        "true, categorical",
        "false, categorical"
    })
    void eachCoefficientHasTheUnitOfItsColumn(boolean intercept, String name) {
        double[][] x = {{1, 3, 1}, {0, 20, 10}, {5, 5.5, 5}};
        RegressionInput input = new RegressionInput(
                "d.csv",
                "",
                "y",
                List.of("a", "b", "c"),
                x,
                new double[] {0, 1, 1},
                List.of("no", "so", "yes"),
                0,
                List.of(),
                List.of(),
                Beside.NONE);
        NormalPrior prior = NormalPrior.STANDARD;
        Problem problem = new Problem(Cli.model(name), input, intercept, false, new CoefficientPriors(prior, prior, 1));
        Map<String, Double> units = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (String each : name.equals("categorical") ? List.of(" (no)", " (so)", " (yes)") : List.of("")) {
            if (intercept) {
                names.add("intercept" + each);
            }
            for (int j = 0; j < 3; j++) {
                String column = input.predictors().get(j) + each;
                names.add(column);
                units.put(column, input.sd(j));
            }
        }
        if (name.equals("linear")) {
            names.add("log noise sd");
        }
        assertThat(problem.parameters()).isEqualTo(names);
        assertThat(problem.units()).isEqualTo(units);
        assertThat(input.sd(0)).isCloseTo(Math.sqrt(8) / 3, within(1e-15));
    }
}

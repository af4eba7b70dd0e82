package io.github.elbo4j.cli.model;

import java.util.List;

/** {@code fit normal}: a linear regression of which nothing but the intercept and the noise is left. */
final class NormalDistribution extends Linear {
    @Override
    public String name() {
        return "normal";
    }

    @Override
    public String summary() {
        return "A normal distribution of one column: its mean, which is called the intercept, and its standard deviation, the"
                + " noise sd. Other columns are left out.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "--data test/data/air.csv --target wind",
                "--data test/data/air.csv --target wind --compare exact,cavi");
    }

    @Override
    public boolean hasPredictors() {
        return false;
    }

    @Override
    public String heading(String target) {
        return "normal distribution of " + target;
    }

    @Override
    public String note() {
        return "The intercept is the mean, the noise sd the standard deviation.";
    }
}

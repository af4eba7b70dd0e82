package io.github.elbo4j.cli.model;

import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.model.ModelBuilder;
import java.util.List;

/** {@code fit poisson}. */
final class Poisson extends Counts {
    @Override
    public String name() {
        return "poisson";
    }

    @Override
    public String title() {
        return "Poisson";
    }

    @Override
    public String summary() {
        return "Bayesian Poisson regression: the target is a count, the log of its mean is linear in the other columns.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "--data test/data/warpbreaks.csv --target breaks --categorical wool,tension",
                "--data claims.csv --target claims --offset policies --group district");
    }

    @Override
    public Distribution likelihood(ModelBuilder m, Problem problem, Expr predictor) {
        return io.github.elbo4j.distribution.Poisson.ofLogRate(predictor);
    }
}

package io.github.elbo4j.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.distribution.Bernoulli;
import io.github.elbo4j.distribution.Binomial;
import io.github.elbo4j.distribution.Categorical;
import io.github.elbo4j.distribution.Dirichlet;
import io.github.elbo4j.distribution.Gamma;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.LkjCholesky;
import io.github.elbo4j.distribution.Mixture;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.distribution.Poisson;
import io.github.elbo4j.distribution.Uniform;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Levels;
import io.github.elbo4j.expr.Plate;
import io.github.elbo4j.expr.Table;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A user's mistakes, each with a message that says what and where. */
class ModelMistakesTest {
    private static final double[] EFFECTS = ModelTest.EFFECTS;
    private static final Table RADON = ModelTest.RADON;

    private static void refused(Consumer<ModelBuilder> statements, String... parts) {
        assertThatThrownBy(() -> Model.define(statements))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(parts);
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        refused(
                m -> m.parameter("theta", Normal.of(m.parameter("mu", Normal.of(0, 1), 3), 1), 8),
                "parameter theta",
                "Normal",
                "[3]",
                "[8]");
        refused(
                m -> Normal.of(m.parameter("mu", Normal.of(0, 1), 3), m.parameter("tau", HalfNormal.of(1), 2)),
                "parameters of Normal do not fit",
                "[3]",
                "[2]");
        refused(
                m -> m.observe("y", new double[] {1, 2}, Normal.of(m.parameter("mu", Normal.of(0, 1), 3), 1)),
                "observed y",
                "[3]",
                "[2]");
        refused(m -> m.parameter("theta", Normal.of(0, 1), 0), "theta", "at least 1");
        refused(
                m -> m.report("r", m.parameter("mu", Normal.of(0, 1), 3), Plate.of("group", 2)),
                "report r",
                "mu[3]",
                "group[2]");
        refused(m -> m.parameter("cut", Normal.of(0, 1).ordered()), "parameter cut", "extents");
    }

    @Test
    void aNameThatIsTakenIsRefused() {
        refused(
                m -> {
                    m.parameter("mu", Normal.of(0, 1));
                    m.parameter("mu", Normal.of(0, 1));
                },
                "two of the name mu");
        refused(m -> m.report("mu", m.parameter("mu", Normal.of(0, 1))), "two of the name mu");
        refused(
                m -> {
                    Expr mu = m.parameter("mu", Normal.of(0, 1));
                    m.observe("y", new double[] {1}, Normal.of(mu, 1));
                    m.observe("y", new double[] {1}, Normal.of(mu, 1));
                },
                "two of the name y");
        refused(m -> m.parameter(" ", Normal.of(0, 1)), "blank");
    }

    @Test
    void aParameterThatNothingUsesIsRefused() {
        refused(
                m -> {
                    Expr mu = m.parameter("mu", Normal.of(0, 1));
                    m.parameter("slope", Normal.of(0, 1));
                    m.observe(EFFECTS, Normal.of(mu, 1));
                },
                "slope",
                "own prior");
    }

    @Test
    void dataThatAreMissingAreRefusedWithRowAndColumn() {
        Table table = RADON.with("uranium", 1, 2, Double.NaN, 4);
        refused(
                m -> m.observe(m.rows(table).column("uranium"), Normal.of(m.parameter("mu", Normal.of(0, 1)), 1)),
                "column uranium",
                "NaN",
                "row 3 of 4");
        refused(
                m -> m.observe(new double[] {1, Double.NaN}, Normal.of(m.parameter("mu", Normal.of(0, 1)), 1)),
                "y[2] is NaN");
    }

    @Test
    void anIndexOutOfRangeIsRefusedWithItsRow() {
        refused(
                m -> m.parameter("alpha", Normal.of(0, 1), 3).at(Levels.of("group", new int[] {0, 2, 3}, 3)),
                "group is 3",
                "row 3 of 3",
                "0 to 2");
        refused(
                m -> m.parameter("alpha", Normal.of(0, 1), 3)
                        .at(m.rows(RADON).index("county", Plate.of("district", 3))),
                "column county is C in row 1",
                "district");
        refused(m -> m.parameter("alpha", Normal.of(0, 1), 2).at(m.rows(RADON).index("county")), "[2]", "3 levels");
    }

    @Test
    void whatCannotBeObservedIsRefusedWithItsElement() {
        refused(
                m -> m.observe("counts", new double[] {1, -2}, Poisson.ofLogRate(m.parameter("eta", Normal.of(0, 1)))),
                "observed counts",
                "counts[2] is -2.0",
                "Poisson",
                "whole numbers from 0");
        refused(
                m -> m.observe("wins", new double[] {0, 5}, Binomial.ofLogit(4, m.parameter("eta", Normal.of(0, 1)))),
                "wins[2] is 5.0",
                "Binomial",
                "4");
        refused(
                m -> m.observe("pick", new int[] {1, 3}, Categorical.ofLogits(m.parameter("eta", Normal.of(0, 1), 3))),
                "pick[2] is 3.0",
                "0 to 2");
        refused(
                m -> m.observe(
                        "pi",
                        Expr.data("pi", new double[][] {{0.5, 0.5}, {0.5, 0.6}}),
                        Dirichlet.of(m.parameter("a", HalfNormal.of(1), 2))),
                "pi[2] is [0.5, 0.6]",
                "sum 1");
        refused(
                m -> {
                    Expr mu = m.parameter("mu", Normal.of(0, 1));
                    m.observe(mu, Normal.of(0, 1));
                },
                "mu depends on parameters",
                "factor");
    }

    @Test
    void aScaleThatMayBeNegativeIsRefused() {
        refused(
                m -> Normal.of(0, m.parameter("s", Normal.of(0, 1))),
                "sigma of Normal",
                "positive",
                "HalfNormal",
                "exp");
        refused(m -> Normal.of(0, -1), "sigma of Normal is -1.0");
        refused(m -> Normal.of(0, Expr.data("s", 1, 0)), "sigma of Normal", "[0.0, 1.0]");
        refused(m -> Gamma.of(1, m.parameter("s", Normal.of(0, 1))), "rate of Gamma");
        refused(m -> Dirichlet.of(1, -2), "alpha of Dirichlet");
        refused(m -> LkjCholesky.of(3, 0), "eta of LkjCholesky is 0.0");
        refused(m -> Bernoulli.of(m.parameter("p", HalfNormal.of(1))), "p of Bernoulli", "ofLogit");
        refused(m -> Uniform.of(2, 2), "interval", "empty");
        refused(m -> Mixture.of(new double[] {0.5, 0.6}, Normal.of(0, 1), Normal.of(1, 1)), "weights", "1.1");
        refused(
                m -> Mixture.of(new double[] {0.5, 0.5}, Normal.of(0, 1), HalfNormal.of(1)),
                "Normal",
                "HalfNormal",
                "support");
        refused(m -> Mixture.of(new double[] {0.5, 0.5}, Normal.of(0, 1)), "1 components");
    }

    @Test
    void aModelWithoutParametersIsRefused() {
        refused(m -> {}, "no parameters");
        refused(m -> m.observe(EFFECTS, Normal.of(0, 1)), "no parameters");
    }

    @Test
    void aDiscreteParameterIsRefused() {
        refused(m -> m.parameter("k", Poisson.of(3)), "parameter k", "discrete", "Mixture");
    }

    @Test
    void aParameterByRowIsRefused() {
        refused(m -> m.parameter("x", Normal.of(m.rows(RADON).column("floor"), 1)), "parameter x", "rows", "plate");
    }

    @Test
    void rowsOfATableThatTheModelHasNotTakenAreRefused() {
        refused(
                m -> m.observe(RADON.asRows().column("floor"), Normal.of(m.parameter("mu", Normal.of(0, 1)), 1)),
                "rows(table)");
        refused(
                m -> {
                    m.rows(RADON);
                    m.rows(RADON);
                },
                "already");
        refused(m -> m.rows(Table.empty()), "no rows");
    }

    @Test
    void statementsAfterTheModelIsMadeAreRefused() {
        ModelBuilder[] kept = new ModelBuilder[1];
        Model.define(m -> {
            kept[0] = m;
            m.parameter("mu", Normal.of(0, 1));
        });

        assertThatThrownBy(() -> kept[0].parameter("late", Normal.of(0, 1))).isInstanceOf(IllegalStateException.class);
    }
}

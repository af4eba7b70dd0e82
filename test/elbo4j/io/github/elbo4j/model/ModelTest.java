package io.github.elbo4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.distribution.Beta;
import io.github.elbo4j.distribution.Dirichlet;
import io.github.elbo4j.distribution.Flat;
import io.github.elbo4j.distribution.Gamma;
import io.github.elbo4j.distribution.HalfCauchy;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.LkjCholesky;
import io.github.elbo4j.distribution.LogNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.distribution.Poisson;
import io.github.elbo4j.distribution.Uniform;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models against log-joints that are written out here in float64. */
class ModelTest {
    static final double[] EFFECTS = {28, 8, -3, 7, -1, 1, 18, 12};
    private static final double[] ERRORS = {15, 10, 16, 11, 9, 11, 10, 18};

    private static double normal(double x, double mu, double sigma) {
        return -0.5 * (x - mu) * (x - mu) / (sigma * sigma) - Math.log(sigma) - 0.5 * Math.log(2 * Math.PI);
    }

    private static double logJoint(Model model, double... z) {
        double sum = 0;
        for (Expr term : model.joint().terms()) {
            for (double element : term.value(z)) {
                sum += element;
            }
        }
        return sum;
    }

    static Model schools(boolean centered) {
        return Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr tau = m.parameter("tau", HalfCauchy.of(5));
            Normal prior = Normal.of(mu, tau);
            Expr theta = m.parameter("theta", centered ? prior : prior.nonCentered(), 8);
            m.observe(EFFECTS, Normal.of(theta, Expr.data("sigma", ERRORS)));
        });
    }

    @Test
    void eightSchoolsAreTheSumOfTheirTerms() {
        double[] z = {1.5, 0.7, 1, -2, 0.3, 4, 2, -1, 0.5, 6};
        double mu = z[0];
        double tau = Math.exp(z[1]);
        double shared = normal(mu, 0, 5) + Math.log(2 / (Math.PI * 5 * (1 + tau * tau / 25))) + z[1];
        double centered = shared;
        double nonCentered = shared;
        for (int j = 0; j < 8; j++) {
            double e = z[2 + j];
            centered += normal(e, mu, tau) + normal(EFFECTS[j], e, ERRORS[j]);
            nonCentered += normal(e, 0, 1) + normal(EFFECTS[j], mu + tau * e, ERRORS[j]);
        }

        assertThat(logJoint(schools(true), z)).isCloseTo(centered, within(1e-11));
        assertThat(logJoint(schools(false), z)).isCloseTo(nonCentered, within(1e-11));
        assertThat(schools(false).joint().terms()).noneMatch(Expr::ofRows);
        assertThat(schools(true).start()).containsExactly(0, Math.log(5), 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Eight centerings: with c = 0 not centred, with c = 1 centred, and between them as their definition has it. */
    @Test
    void partlyCenteredCoordinatesAreThoseOfTheirDefinition() {
        double[] c = {0, 1, 0.5, 0.25, 0.9, 0.1, 1, 0};
        Model model = Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr tau = m.parameter("tau", HalfCauchy.of(5));
            Expr theta = m.parameter("theta", Normal.of(mu, tau).partlyCentered(Expr.data("c", c)), 8);
            m.observe(EFFECTS, Normal.of(theta, Expr.data("sigma", ERRORS)));
        });
        double[] z = {1.5, 0.7, 1, -2, 0.3, 4, 2, -1, 0.5, 6};
        double mu = z[0];
        double tau = Math.exp(z[1]);
        double sum = normal(mu, 0, 5) + Math.log(2 / (Math.PI * 5 * (1 + tau * tau / 25))) + z[1];
        double[] theta = new double[8];
        for (int j = 0; j < 8; j++) {
            double e = z[2 + j];
            theta[j] = mu + Math.pow(tau, 1 - c[j]) * (e - c[j] * mu);
            sum += normal(e, c[j] * mu, Math.pow(tau, c[j])) + normal(EFFECTS[j], theta[j], ERRORS[j]);
        }
        assertThat(logJoint(model, z)).isCloseTo(sum, within(1e-11));
        assertThat(model.value("theta").value(z)).containsExactly(theta, within(1e-12));
        assertThat(model.coordinateNames()).contains("standardized theta[8]");
        assertThatThrownBy(() -> Normal.of(0, 1).partlyCentered(Expr.data("c", 0.5, 1.5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("centering is")
                .hasMessageContaining("must be data from 0 to 1");
        assertThatThrownBy(() -> Model.define(m -> m.parameter(
                        "x", Normal.of(0, m.parameter("s", HalfNormal.of(1))).partlyCentered(Expr.data("c", c)), 5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameter x: ");
    }

    static final Table RADON = Table.of(
                    Map.of("floor", new double[] {0, 1, 0, 0}), Map.of("county", new String[] {"C", "A", "C", "B"}))
            .with("log_radon", 0.8, -0.1, 1.1, 0.4);

    /** The statements of a model with a plate for each county; what each row has is written out in the test. */
    private static Model radon() {
        return Model.define(m -> {
            Table table = m.rows(RADON);
            Expr level = m.parameter("level", Normal.of(0, 10));
            Expr between = m.parameter("between", HalfNormal.of(1));
            Expr alpha = m.parameter("alpha", Normal.of(level, between), table.levels("county"));
            Expr floor = m.parameter("floor", Normal.of(0, 10));
            Expr eta = alpha.at(table.index("county")).plus(floor.times(table.column("floor")));
            m.observe(table.column("log_radon"), Normal.of(eta, m.parameter("noise", HalfCauchy.of(5))));
            m.report("spread", alpha.minus(level).square().mean().sqrt());
            m.report("effects", alpha.minus(level), table.levels("county"));
            m.factor("ridge", floor.square().times(-0.1));
        });
    }

    @Test
    void aTableHasRowsLevelsAndIndexes() {
        Model model = radon();
        double[] z = {0.3, -0.7, 1, 2, 3, -0.4, 0.2};
        double between = Math.exp(-0.7);
        double noise = Math.exp(0.2);
        double want = normal(0.3, 0, 10) + Math.log(2) + normal(between, 0, 1) - 0.7;
        want += normal(1, 0.3, between) + normal(2, 0.3, between) + normal(3, 0.3, between);
        want += normal(-0.4, 0, 10) + Math.log(2 / (Math.PI * 5 * (1 + noise * noise / 25))) + 0.2;
        want += normal(0.8, 3, noise) + normal(-0.1, 1 - 0.4, noise); // C; A, on the floor
        want += normal(1.1, 3, noise) + normal(0.4, 2, noise) - 0.1 * 0.16;

        assertThat(logJoint(model, z)).isCloseTo(want, within(1e-11));
        assertThat(model.rows()).isEqualTo(4);
        assertThat(model.joint().terms()).filteredOn(Expr::ofRows).hasSize(1);
        assertThat(model.names()).containsExactly("level", "between", "alpha", "floor", "noise", "spread", "effects");
        assertThat(model.elementNames("alpha")).containsExactly("alpha[A]", "alpha[B]", "alpha[C]");
        assertThat(model.elementNames("effects")).containsExactly("effects[A]", "effects[B]", "effects[C]");
        assertThat(model.coordinateNames())
                .containsExactly("level", "log between", "alpha[A]", "alpha[B]", "alpha[C]", "floor", "log noise");
        assertThat(model.quantities().get(5).value().value(z)[0])
                .isCloseTo(Math.sqrt((0.7 * 0.7 + 1.7 * 1.7 + 2.7 * 2.7) / 3), within(1e-12));
    }

    @Test
    void elementsAreCountedFromOneAndCoordinatesSayWhatTheyAre() {
        Model model = Model.define(m -> {
            m.parameter("beta", Normal.of(0, 1), 2, 2);
            m.parameter("theta", Normal.of(1, 2).nonCentered(), 2);
            m.parameter("pi", Dirichlet.of(1, 1, 1));
            m.parameter("p", Beta.of(2, 2));
        });

        assertThat(model.elementNames("beta")).containsExactly("beta[1,1]", "beta[1,2]", "beta[2,1]", "beta[2,2]");
        assertThat(model.coordinateNames().subList(4, 9))
                .containsExactly(
                        "standardized theta[1]",
                        "standardized theta[2]",
                        "break of pi[1]",
                        "break of pi[2]",
                        "logit p");
        assertThat(model.dimensions()).isEqualTo(9);
        assertThatThrownBy(() -> model.elementNames("gamma"))
                .hasMessageContaining("gamma")
                .hasMessageContaining("beta");
    }

    /** A prior's centre depends on the centres of what it depends on. */
    @Test
    void aFitStartsAtThePriorsCentre() {
        Model model = Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(3, 1));
            Expr rate = m.parameter("rate", LogNormal.of(mu, 1));
            m.parameter("x", Normal.of(rate, 1).nonCentered());
            m.parameter("y", Gamma.of(rate, 2), 2);
            m.parameter("pi", Dirichlet.of(1, 1, 2));
            m.parameter("L", LkjCholesky.of(3, 2));
            m.parameter("u", Uniform.of(2, 4));
        });
        double[] start = model.start();

        assertThat(start).hasSize(11);
        assertThat(start[0]).isEqualTo(3);
        assertThat(start[1]).isCloseTo(3, within(1e-12));
        assertThat(start[2]).isZero();
        assertThat(start[3]).isCloseTo(3 - Math.log(2), within(1e-12)).isEqualTo(start[4]);
        double[] pi = model.quantities().get(4).value().value(start);
        assertThat(pi).containsExactly(new double[] {0.25, 0.25, 0.5}, within(1e-12));
        assertThat(Arrays.copyOfRange(start, 7, 11)).containsExactly(new double[4], within(1e-12));
    }

    /** y[n] of an array is of row n of the table, where the distribution is. */
    @Test
    void anArrayMayBeObservedByRow() {
        Model model = Model.define(m -> {
            Table table = m.rows(RADON);
            Expr slope = m.parameter("slope", Normal.of(0, 1));
            m.observe(new int[] {1, 0, 4, 2}, Poisson.ofLogRate(slope.times(table.column("floor"))));
            m.observe(new double[] {3}, Normal.of(slope, 1));
        });

        assertThat(model.joint().terms()).extracting(Expr::ofRows).containsExactly(false, true, false);
        assertThat(model.priorPredictive(1, 1).observed()).containsOnlyKeys("y", "y 2");
    }

    @Test
    void whatAPriorAReportOrAFactorUsesIsUsed() {
        Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 1));
            Expr tau = m.parameter("tau", HalfNormal.of(1));
            Expr theta = m.parameter("theta", Normal.of(mu, tau), 8);
            Expr free = m.parameter(
                    "free",
                    Normal.of(mu, m.parameter("scale", HalfNormal.of(1))).nonCentered());
            m.report("new", m.parameter("other", Normal.of(mu, tau)));
            m.factor("f", m.parameter("last", Normal.of(0, 1)).times(free));
            m.observe(EFFECTS, Normal.of(theta, 1));
        });
        // Without observations a model is its prior.
        Model.define(m -> m.parameter(
                "x", Normal.of(0, m.parameter("y", Normal.of(0, 3)).times(0.5).exp())));
    }

    /** Flat over the parameter itself: the log-joint has the Jacobian alone beside the likelihood. */
    @Test
    void anImproperPriorIsFlatOverTheParameter() {
        Model model = Model.define(m -> {
            Expr mu = m.parameter("mu", Flat.real());
            m.observe(EFFECTS, Normal.of(mu, m.parameter("sigma", Flat.positive())));
        });
        double want = 0.4;
        for (double effect : EFFECTS) {
            want += normal(effect, 3, Math.exp(0.4));
        }

        assertThat(logJoint(model, 3, 0.4)).isCloseTo(want, within(1e-11));
        assertThat(model.start()).containsExactly(0, 0);
        assertThatThrownBy(() -> model.priorPredictive(1, 1)).hasMessageContaining("improper");
    }

    /** Means and variances of 4000 draws within 5 of their standard errors: false alarm 6e-7 for each of 6. */
    @Test
    void priorPredictiveDrawsHaveTheirMoments() {
        Model model = Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(2, 3));
            Expr theta = m.parameter("theta", Normal.of(mu, 4).nonCentered(), 2);
            m.report("double", mu.times(2));
            m.observe("y", new double[] {0, 0}, Normal.of(theta, 12));
        });
        PriorPredictive draws = model.priorPredictive(9, 4000);

        check(draws.quantities().get("mu"), 0, 2, 3);
        check(draws.quantities().get("theta"), 1, 2, 5);
        check(draws.observed().get("y"), 1, 2, 13);
        for (int s = 0; s < 4000; s += 500) {
            assertThat(draws.quantities().get("double")[s][0])
                    .isEqualTo(2 * draws.quantities().get("mu")[s][0]);
        }
    }

    private static void check(double[][] draws, int element, double mean, double sd) {
        double sum = 0;
        double squares = 0;
        for (double[] draw : draws) {
            sum += draw[element];
            squares += (draw[element] - mean) * (draw[element] - mean);
        }
        int n = draws.length;
        assertThat(sum / n).isCloseTo(mean, within(5 * sd / Math.sqrt(n)));
        assertThat(squares / n).isCloseTo(sd * sd, within(5 * sd * sd * Math.sqrt(2.0 / n)));
    }

    @Test
    void priorPredictiveDrawsAreFunctionsOfSeedNameAndNumber() {
        PriorPredictive few = schools(true).priorPredictive(3, 2);
        PriorPredictive many = schools(false).priorPredictive(3, 5);
        PriorPredictive other = schools(true).priorPredictive(4, 2);

        for (String name : new String[] {"mu", "tau"}) {
            assertThat(many.quantities().get(name)[1])
                    .isEqualTo(few.quantities().get(name)[1]);
            assertThat(other.quantities().get(name)[1])
                    .isNotEqualTo(few.quantities().get(name)[1]);
        }
        assertThat(few.quantities().get("mu")[0][0])
                .isNotEqualTo(few.quantities().get("mu")[1][0]);
        assertThat(few.quantities().get("theta")[0]).hasSize(8);
        assertThat(few.observed().get("y")).hasDimensions(2, 8);
        assertThatThrownBy(() -> schools(true).priorPredictive(3, 0)).hasMessageContaining("at least 1");
    }
}

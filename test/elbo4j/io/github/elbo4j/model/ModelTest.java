package io.github.elbo4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.distribution.HalfCauchy;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import org.junit.jupiter.api.Test;

/** Models against log-joints that are written out here in float64. */
class ModelTest {
    private static final double[] EFFECTS = {28, 8, -3, 7, -1, 1, 18, 12};
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
}

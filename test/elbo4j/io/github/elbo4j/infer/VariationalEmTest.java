package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.Flat;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.distribution.Poisson;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Levels;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expectation-maximization against lme4, closed forms and quadrature. */
class VariationalEmTest {
    /** lme4's Dyestuff (Davies and Goldsmith 1972): yields of five samples of each of six batches. */
    private static final double[] YIELD = {
        1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495, 1595, 1550, 1605, 1510, 1560, 1445, 1440, 1595,
        1465, 1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445,
    };

    private static final int[] BATCH = new int[30];

    static {
        Arrays.setAll(BATCH, n -> n / 5);
    }

    private static Model dyestuff(boolean restricted) {
        return Model.define(m -> {
            Expr mu = restricted ? m.parameter("mu", Flat.real()) : m.weight("mu", Flat.real());
            Expr tau = m.weight("tau", Flat.positive());
            Expr u = m.parameter("u", Normal.of(Expr.of(0), tau), 6);
            Expr mean = u.at(Levels.of("batch", BATCH, 6)).plus(mu);
            m.observe(YIELD, Normal.of(mean, m.weight("sigma", Flat.positive())));
        });
    }

    private static double value(Model model, FitResult fit, String name) {
        return Marginal.ofPoint(model, fit.posterior())
                .get(model.names().indexOf(name))
                .mean();
    }

    /**
     * lmer(Yield ~ 1 | Batch, Dyestuff, REML = FALSE): sd of batch 37.260, residual 49.510, mean 1527.5 with standard error 17.694,
     * log-likelihood −163.6635 (Bates, Maechler, Bolker and Walker 2015).
     */
    @EveryDevice
    void varianceComponentsAreThoseOfLme4(Device device) {
        Model model = dyestuff(false);
        FitResult fit = VariationalEm.ofPosterior().fit(device, model);
        assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
        assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.GOOD);
        // Where 1e-4 nats are left to gain, theta is √(2e-4) standard errors from the top.
        assertThat(value(model, fit, "mu")).isCloseTo(1527.5, within(0.25));
        assertThat(fit.posterior().standardDeviation(0)).isCloseTo(17.694, within(0.1));
        assertThat(Math.exp(fit.posterior().mean(1))).isCloseTo(37.260, within(0.15));
        assertThat(Math.exp(fit.posterior().mean(fit.posterior().names().indexOf("log sigma"))))
                .isCloseTo(49.510, within(0.05));
        assertThat(fit.logEvidence().value()).isCloseTo(-163.6635, within(1e-3));
    }

    /** The same by weighted draws and by families, from a start (mu = 0) whose log p is some −6·10⁶. */
    @Test
    void drawsAndFamiliesFindThemTooFromFarAway() {
        Model model = dyestuff(false);
        for (VariationalEm em : List.of(
                VariationalEm.ofDraws().seed(0),
                VariationalEm.ofDraws().seed(1),
                VariationalEm.ofDraws().seed(2),
                VariationalEm.ofDraws().seed(3),
                VariationalEm.ofFamily(Family.meanField()).seed(1))) {
            FitResult fit = em.fit(TestDevices.scalar(), model);
            assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
            assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.GOOD);
            assertThat(fit.steps()).isLessThan(50);
            assertThat(value(model, fit, "mu")).isCloseTo(1527.5, within(0.25));
            assertThat(Math.exp(fit.posterior().mean(1))).isCloseTo(37.260, within(0.15));
            assertThat(Math.exp(fit.posterior().mean(fit.posterior().names().indexOf("log sigma"))))
                    .isCloseTo(49.510, within(0.05));
            assertThat(fit.logEvidence().value()).isCloseTo(-163.6635, within(1e-3));
        }
    }

    /** What is reported is what a step has seen, not a step on from there that nothing has looked at. */
    @Test
    void atTheLimitTheLastStepStands() {
        for (int limit : new int[] {4, 7, 8}) {
            List<VariationalEm.Step> steps = new ArrayList<>();
            FitResult fit = VariationalEm.ofPosterior()
                    .maxSteps(limit)
                    .listener(steps::add)
                    .fit(TestDevices.scalar(), dyestuff(false));
            assertThat(fit.status()).isEqualTo(Status.STEP_LIMIT);
            assertThat(fit.message()).contains("stopped at the limit of " + limit + " steps");
            assertThat(steps).hasSize(limit);
            assertThat(fit.posterior().mean(0)).isEqualTo(steps.get(limit - 1).weights()[0]);
            // Fresh draws and those of the steps have the same ELBO where q is the posterior, but for float32's
            // rounding.
            assertThat(fit.elbo().value()).isCloseTo(steps.get(limit - 1).elbo(), within(1e-2));
        }
    }

    /** The mean integrated out: the restricted likelihood, sd of batch 42.001, residual 49.510, REML criterion 319.6543. */
    @Test
    void theRestrictedLikelihoodHasTheMeanAmongZ() {
        Model model = dyestuff(true);
        FitResult fit = VariationalEm.ofPosterior().fit(TestDevices.scalar(), model);
        assertThat(fit.converged()).as(fit.message()).isTrue();
        assertThat(Math.exp(fit.posterior().mean(1))).isCloseTo(42.001, within(0.2));
        assertThat(Math.exp(fit.posterior().mean(fit.posterior().names().indexOf("log sigma"))))
                .isCloseTo(49.510, within(0.05));
        assertThat(fit.logEvidence().value()).isCloseTo(-319.6543 / 2, within(2e-3));
    }

    /** log N(y; mu, sigma²·I + tau²·blocks), by groups of n: the eigenvalues are sigma² (n − 1 times) and sigma² + n·tau². */
    private static double logLikelihood(double mu, double tau, double sigma) {
        double sum = 0;
        for (int g = 0; g < 6; g++) {
            double mean = 0;
            for (int i = 0; i < 5; i++) {
                mean += (YIELD[5 * g + i] - mu) / 5;
            }
            double within = 0;
            for (int i = 0; i < 5; i++) {
                double e = YIELD[5 * g + i] - mu - mean;
                within += e * e;
            }
            double between = sigma * sigma + 5 * tau * tau;
            sum -= 0.5 * (5 * Math.log(2 * Math.PI) + 8 * Math.log(sigma) + Math.log(between));
            sum -= 0.5 * (within / (sigma * sigma) + 5 * mean * mean / between);
        }
        return sum;
    }

    /** log p(x) = ELBO + KL at each step: with q the posterior KL = 0, and the likelihood never falls. */
    @Test
    void theIdentityHoldsAtEachStep() {
        List<VariationalEm.Step> steps = new ArrayList<>();
        VariationalEm.ofPosterior().listener(steps::add).fit(TestDevices.scalar(), dyestuff(false));
        assertThat(steps).hasSizeGreaterThan(5);
        double before = Double.NEGATIVE_INFINITY;
        for (VariationalEm.Step step : steps) {
            double[] theta = step.weights();
            double exact = logLikelihood(theta[0], Math.exp(theta[1]), Math.exp(theta[2]));
            // float32 points: mu near 1500 is rounded by 6e-5, an eight-hundred-thousandth of sigma.
            double rounding = 1e-6 * Math.abs(exact) + 1e-3;
            assertThat(step.logEvidence()).isCloseTo(exact, within(rounding));
            assertThat(step.elbo()).isCloseTo(exact, within(rounding));
            assertThat(step.kl()).isCloseTo(0, within(rounding));
            assertThat(exact).isGreaterThan(before - 1e-6);
            before = exact;
        }
    }

    /**
     * Of two normals with the correlation r a mean-field q has KL = −½·log(1 − r²). With x = z1 + z2 + noise and priors N(0, w²): the
     * posterior's precision is 1/w² + 1 on and 1 off the diagonal.
     */
    @Test
    void aFamilyThatMissesThePosteriorHasTheKlOfIt() {
        Model model = Model.define(m -> {
            Expr w = m.weight("w", Flat.positive());
            Expr z = m.parameter("z", Normal.of(Expr.of(0), w), 2);
            m.observe(new double[] {4}, Normal.of(z.sum().broadcastTo(1), 1));
        });
        List<VariationalEm.Step> steps = new ArrayList<>();
        VariationalEm.ofFamily(Family.meanField())
                .maxSteps(3)
                .listener(steps::add)
                .fit(TestDevices.scalar(), model);
        for (VariationalEm.Step step : steps) {
            double w = Math.exp(step.weights()[0]);
            double a = 1 / (w * w) + 1;
            double kl = -0.5 * Math.log(1 - 1 / (a * a));
            double variance = 2 * w * w + 1;
            double exact = -0.5 * Math.log(2 * Math.PI * variance) - 0.5 * 16 / variance;
            // q's Monte Carlo error is 2 % of a sd at most, which costs half its square in each coordinate.
            assertThat(step.elbo()).isCloseTo(exact - kl, within(0.01));
        }
    }

    /** Counts of groups with normal effects: the likelihood of (mu, tau) by quadrature, its top by Newton on a grid. */
    @Test
    void monteCarloExpectationsFindTheLikelihoodOfAPosteriorThatIsNotNormal() {
        int[] y = {0, 1, 0, 3, 9, 2, 0, 5, 1, 14, 2, 0};
        Model model = Model.define(m -> {
            Expr mu = m.weight("mu", Flat.real());
            Expr tau = m.weight("tau", Flat.positive());
            m.observe(y, Poisson.ofLogRate(m.parameter("u", Normal.of(mu, tau), y.length)));
        });
        double[] best = {0, 0, Double.NEGATIVE_INFINITY};
        for (double mu = 0; mu < 1; mu += 0.01) {
            for (double tau = 0.8; tau < 2; tau += 0.01) {
                double value = poisson(y, mu, tau);
                if (value > best[2]) {
                    best = new double[] {mu, tau, value};
                }
            }
        }
        FitResult fit = VariationalEm.ofDraws().draws(4096).fit(TestDevices.scalar(), model);
        assertThat(fit.converged()).as(fit.message()).isTrue();
        // The error of 4,096 weighted draws is about that of 1,000: 3 % of a sd of u, and half the grid.
        assertThat(fit.posterior().mean(0)).isCloseTo(best[0], within(0.05));
        assertThat(Math.exp(fit.posterior().mean(1))).isCloseTo(best[1], within(0.05));
        assertThat(fit.logEvidence().value()).isCloseTo(best[2], within(0.1));
        // Standard errors by differences of the same likelihood.
        double h = 0.05;
        double curvature =
                (poisson(y, best[0] + h, best[1]) - 2 * best[2] + poisson(y, best[0] - h, best[1])) / (h * h);
        assertThat(fit.posterior().standardDeviation(0)).isGreaterThan(0.95 / Math.sqrt(-curvature));
        assertThat(fit.posterior().standardDeviation(0)).isLessThan(1.6 / Math.sqrt(-curvature));
    }

    private static double poisson(int[] y, double mu, double tau) {
        double sum = 0;
        for (int count : y) {
            double factorial = 0;
            for (int i = 2; i <= count; i++) {
                factorial += Math.log(i);
            }
            double p = 0;
            for (double t = -7; t <= 7; t += 0.05) {
                double eta = mu + tau * t;
                p += 0.05 * Math.exp(-t * t / 2 + count * eta - Math.exp(eta) - factorial) / Math.sqrt(2 * Math.PI);
            }
            sum += Math.log(p);
        }
        return sum;
    }

    @Test
    void whatIsNoModelForItIsRefused() {
        Model none = Model.define(m -> m.observe(new double[] {1}, Normal.of(m.parameter("a", Normal.of(0, 1)), 1)));
        assertThatThrownBy(() -> VariationalEm.ofPosterior().fit(TestDevices.scalar(), none))
                .hasMessageContaining("the model has no weights");
        Model only = Model.define(m -> m.observe(new double[] {1}, Normal.of(m.weight("a", Flat.real()), 1)));
        assertThatThrownBy(() -> VariationalEm.ofPosterior().fit(TestDevices.scalar(), only))
                .hasMessageContaining("the model has only weights: maximize its likelihood");
        assertThatThrownBy(() -> only.logJoint(TestDevices.scalar()))
                .hasMessageContaining("the model has weights (a), which are points without a prior");
        FitResult mle = ModeSearch.maximumLikelihood().fit(TestDevices.scalar(), only);
        assertThat(mle.posterior().mean(0)).isCloseTo(1, within(1e-3));
    }

    @Test
    void oneThatIsToldToStopSaysSo() {
        FitResult fit = VariationalEm.ofPosterior().cancelled(() -> true).fit(TestDevices.scalar(), dyestuff(false));
        assertThat(fit.status()).isEqualTo(Status.INTERRUPTED);
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
    }
}

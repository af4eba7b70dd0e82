package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.Bernoulli;
import io.github.elbo4j.distribution.Flat;
import io.github.elbo4j.distribution.Gamma;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.Mixture;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.distribution.Poisson;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Modes, maxima and their curvature against closed forms. */
class ModeSearchTest {
    private static final Device HOST = TestDevices.scalar();
    private static final double[] Y = {1.2, -0.4, 3.1, 2.2, 0.3, 1.9, 2.7};
    private static final int[] COUNTS = {3, 0, 2, 5, 1, 4};
    /** The path ends where half a nat's millionth is to be gained, a thousandth of a sd from the top; the rest is float32. */
    private static final double NEAR = 3e-3;
    /** Of a standard deviation: differences over a tenth of it, whose error is a sixth of the square of that. */
    private static final double WIDTH = 1e-2;

    private static double mean() {
        double sum = 0;
        for (double y : Y) {
            sum += y / Y.length;
        }
        return sum;
    }

    private static double sd() {
        double squares = 0;
        for (double y : Y) {
            squares += (y - mean()) * (y - mean()) / Y.length;
        }
        return Math.sqrt(squares);
    }

    private static Model rate() {
        return Model.define(m -> m.observe(COUNTS, Poisson.of(m.parameter("rate", Gamma.of(2, 1.5)))));
    }

    private static FitResult laplace(Device device, Model model) {
        try (LogJoint joint = model.logJoint(device)) {
            return ModeSearch.laplace().fit(device, joint);
        }
    }

    private static void assertIs(FitResult fit, int i, double value, double sd) {
        assertThat(fit.posterior().standardDeviation(i)).isCloseTo(sd, within(WIDTH * sd));
        assertThat(fit.posterior().mean(i)).isCloseTo(value, within(NEAR * sd + 1e-6 * Math.abs(value)));
    }

    /** mu = mean, sigma² = Σ(y − mean)²/n, standard errors sigma/√n and, of log sigma, 1/√(2n). */
    @EveryDevice
    void theLikelihoodOfANormal(Device device) {
        Model model = Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(50, 1));
            m.observe(Y, Normal.of(mu, m.parameter("sigma", HalfNormal.of(100))));
        });
        FitResult fit = ModeSearch.maximumLikelihood().fit(device, model);

        assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
        assertIs(fit, 0, mean(), sd() / Math.sqrt(Y.length));
        assertIs(fit, 1, Math.log(sd()), 1 / Math.sqrt(2 * Y.length));
        double logP = -0.5 * Y.length * (Math.log(2 * Math.PI) + 2 * Math.log(sd()) + 1);
        assertThat(fit.trace().get(fit.trace().size() - 1).elbo()).isCloseTo(logP, within(1e-5));
        assertThat(fit.isPoint()).isTrue();
    }

    /**
     * The posterior of a Poisson rate is Gamma(a, b), a = 2 + Σy and b = 1.5 + n. On the user's scale its mode is (a − 1)/b; of the
     * logarithm, with the Jacobian, log(a/b). The sd of the logarithm is 1/√(a − 1) and 1/√a.
     */
    @EveryDevice
    void aModeOnTheUsersScaleAndOneOfTheCoordinates(Device device) {
        double a = 2 + 15;
        double b = 1.5 + COUNTS.length;

        assertIs(ModeSearch.maximumAPosteriori().fit(device, rate()), 0, Math.log((a - 1) / b), 1 / Math.sqrt(a - 1));
        assertIs(laplace(device, rate()), 0, Math.log(a / b), 1 / Math.sqrt(a));
    }

    /** The value of the mode and the error of the delta method: rate·sd(log rate). */
    @Test
    void whatAPointGivesOnTheUsersScale() {
        FitResult fit = ModeSearch.maximumAPosteriori().fit(HOST, rate());
        Marginal rate = Marginal.ofPoint(rate(), fit.posterior()).get(0);

        assertThat(rate.mean()).isCloseTo(16 / 7.5, within(1e-2));
        assertThat(rate.standardDeviation()).isCloseTo(16 / 7.5 / 4, within(1e-2));
        assertThat(rate.quantiles().get(2)).isCloseTo(rate.mean(), within(1e-9));
        assertThat(rate.quantiles().get(0)).isCloseTo(rate.mean() * Math.exp(-1.6448536 / 4), within(1e-2));
    }

    /** A parametrization changes the coordinates, and not where the density of the user's parameters is largest. */
    @Test
    void theModeDoesNotDependOnTheCoordinates() {
        double[] values = new double[2];
        for (int i = 0; i < 2; i++) {
            boolean centred = i == 0;
            Model model = Model.define(m -> {
                Expr mu = m.parameter("mu", Normal.of(0, 5));
                Expr tau = m.parameter("tau", Gamma.of(8, 4));
                Normal prior = Normal.of(mu, tau);
                Expr theta = m.parameter("theta", centred ? prior : prior.nonCentered(), 3);
                m.observe(new double[] {9, 4, -2}, Normal.of(theta, 1));
            });
            FitResult fit = ModeSearch.maximumAPosteriori().fit(HOST, model);
            assertThat(fit.converged()).as(fit.message()).isTrue();
            values[i] = Marginal.ofPoint(model, fit.posterior()).get(3).mean(); // theta[2]
        }
        assertThat(values[1]).isCloseTo(values[0], within(2e-3));
    }

    /** Of a Gaussian posterior the approximation is exact: Bayes' rule at any point gives the evidence. */
    @EveryDevice
    void laplaceOfANormalIsExact(Device device) {
        Model model = Model.define(m -> m.observe(Y, Normal.of(m.parameter("mu", Normal.of(0, 2)), 1)));
        double precision = 0.25 + Y.length;
        FitResult fit = laplace(device, model);

        assertIs(fit, 0, Y.length * mean() / precision, 1 / Math.sqrt(precision));
        assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
        double at = mean();
        double logP = -Math.log(2) - 0.5 * at * at / 4 - 0.5 * Math.log(2 * Math.PI);
        for (double y : Y) {
            logP += -0.5 * (y - at) * (y - at) - 0.5 * Math.log(2 * Math.PI);
        }
        double apart = at - Y.length * mean() / precision;
        double logQ = -0.5 * apart * apart * precision + 0.5 * Math.log(precision / (2 * Math.PI));
        assertThat(fit.logEvidence().value()).isCloseTo(logP - logQ, within(1e-4));
        assertThat(fit.elbo().value()).isCloseTo(logP - logQ, within(1e-4));
    }

    /** With tau → 0 the density of theta rises without end. */
    @Test
    void aHierarchyHasNoLargestValue() {
        Model model = Model.define(m -> {
            Expr tau = m.parameter("tau", HalfNormal.of(5));
            Expr theta = m.parameter("theta", Normal.of(m.parameter("mu", Normal.of(0, 5)), tau), 8);
            m.observe(new double[] {28, 8, -3, 7, -1, 1, 18, 12}, Normal.of(theta, Expr.data("sigma", new double[] {
                15, 10, 16, 11, 9, 11, 10, 18
            })));
        });
        assertUnbounded(ModeSearch.maximumAPosteriori().fit(HOST, model));
    }

    /** Separated classes: the likelihood rises for ever, ever more slowly. */
    @Test
    void separatedClassesHaveNoLargestLikelihood() {
        Model model = Model.define(m -> {
            Expr slope = m.parameter("slope", Normal.of(0, 10));
            Expr x = Expr.data("x", new double[] {-2, -1, -0.5, 0.5, 1, 2});
            m.observe(new int[] {0, 0, 0, 1, 1, 1}, Bernoulli.ofLogit(x.times(slope)));
        });
        assertUnbounded(ModeSearch.maximumLikelihood().fit(HOST, model));
        // A prior keeps it in.
        assertThat(ModeSearch.maximumAPosteriori().fit(HOST, model).converged()).isTrue();
    }

    /** The likelihood does not depend on what is only in a prior. */
    @Test
    void aFlatDirectionIsTold() {
        Model model = Model.define(m -> {
            Expr spread = m.parameter("spread", HalfNormal.of(1));
            m.observe(Y, Normal.of(m.parameter("mu", Normal.of(0, spread)), 1));
        });
        FitResult fit = ModeSearch.maximumLikelihood().fit(HOST, model);
        assertUnbounded(fit);
        assertThat(fit.assessment().concerns().get(0).parameter()).isEqualTo("log spread");
    }

    private static void assertUnbounded(FitResult fit) {
        assertThat(fit.status()).as(fit.message()).isEqualTo(Status.DIVERGED);
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.assessment().concerns()).extracting(Concern::kind).contains(Concern.Kind.UNBOUNDED);
        assertThat(fit.message()).contains("no largest value was found");
    }

    @Test
    void laplaceOfOneOfTwoModesIsNotTrusted() {
        Model model = Model.define(m -> {
            Expr x = m.parameter("x", Flat.real());
            m.factor(
                    "two",
                    Mixture.of(new double[] {0.5, 0.5}, Normal.of(-6, 1), Normal.of(6, 1))
                            .logDensity(x));
        });
        FitResult fit = laplace(HOST, model);
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.assessment().concerns()).extracting(Concern::kind).contains(Concern.Kind.SEVERAL_MODES);
    }

    /** Nine successes of ten: a standard error √(10/9) up the log-likelihood has fallen by 0.38, down by 0.66. */
    @Test
    void roughStandardErrorsAreTold() {
        Model model = Model.define(m -> {
            Expr logit = m.parameter("logit", Normal.of(0, 10));
            m.observe(new int[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 0}, Bernoulli.ofLogit(logit.broadcastTo(10)));
        });
        FitResult fit = ModeSearch.maximumLikelihood().fit(HOST, model);
        assertThat(fit.verdict()).isEqualTo(Verdict.USABLE);
        assertIs(fit, 0, Math.log(9), Math.sqrt(10 / 9.0));
    }

    private static Model line(double[] x, double[] y) {
        return Model.define(m -> {
            Table rows = m.rows(Table.empty().with("x", x).with("y", y));
            Expr a = m.parameter("a", Normal.of(0, 10));
            Expr b = m.parameter("b", Normal.of(0, 10));
            m.observe(rows.column("y"), Normal.of(rows.column("x").times(b).plus(a), 1));
        });
    }

    /**
     * Steps of an optimizer, of all rows and of minibatches, against least squares. Of minibatches of a tenth the mean of the last
     * half of 4,000 steps is off by about 1/√200 of a standard error.
     */
    @EveryDevice
    void gradientDescentAndMinibatches(Device device) {
        int n = 200;
        double[] x = new double[n];
        double[] y = new double[n];
        SplittableRandom random = new SplittableRandom(4);
        double xy = 0;
        double xx = 0;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            x[i] = i % 2 == 0 ? 1 + i / 200.0 : -x[i - 1]; // the mean is 0
            y[i] = 0.5 - 2 * x[i] + random.nextGaussian();
            xy += x[i] * y[i];
            xx += x[i] * x[i];
            sum += y[i];
        }
        ModeSearch<Model> mle = ModeSearch.maximumLikelihood();
        for (FitResult fit : List.of(
                mle.by(new GradientDescent(1.0 / xx), 400, 0).fit(device, line(x, y)),
                mle.by(new RobbinsMonro(4.0 / n), 4000, 20).fit(device, line(x, y)),
                mle.by(new Adam(), 2000, 0).fit(device, line(x, y)))) {
            double near = fit.settings().containsKey("batch") ? 0.1 : 0.02;
            assertThat(fit.status()).as(fit.toString()).isEqualTo(Status.CONVERGED);
            assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
            assertThat(fit.posterior().mean(0)).isCloseTo(sum / n, within(near / Math.sqrt(n)));
            assertThat(fit.posterior().mean(1)).isCloseTo(xy / xx, within(near / Math.sqrt(xx)));
            assertThat(fit.posterior().standardDeviation(1))
                    .isCloseTo(1 / Math.sqrt(xx), within(WIDTH / Math.sqrt(xx)));
        }
        FitResult few = mle.by(new GradientDescent(0.01 / xx), 10, 0).fit(device, line(x, y));
        assertThat(few.status()).isEqualTo(Status.STEP_LIMIT);
        assertThat(few.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(few.message()).contains("nats are left to gain");
        FitResult wild = mle.by(new GradientDescent(1), 400, 0).fit(device, line(x, y));
        assertThat(wild.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThatThrownBy(() -> mle.by(new Adam(), 10, 5).fit(device, rate()))
                .hasMessageContaining("the model has no rows to choose from");
    }

    @Test
    void oneThatIsToldToStopSaysSo() {
        FitResult fit = ModeSearch.maximumAPosteriori().cancelled(() -> true).fit(HOST, rate());
        assertThat(fit.status()).isEqualTo(Status.INTERRUPTED);
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.posterior().mean(0)).isFinite();
    }
}

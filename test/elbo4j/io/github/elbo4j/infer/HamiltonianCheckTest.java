package io.github.elbo4j.infer;

import static io.github.elbo4j.infer.ClaimedFit.HOST;
import static io.github.elbo4j.infer.ClaimedFit.MEAN;
import static io.github.elbo4j.infer.ClaimedFit.SD;
import static io.github.elbo4j.infer.ClaimedFit.claimed;
import static io.github.elbo4j.infer.ClaimedFit.correlated;
import static io.github.elbo4j.infer.ClaimedFit.covariance;
import static io.github.elbo4j.infer.ClaimedFit.schools;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.Devices;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.Bernoulli;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The numbers that chains find, from right fits and wrong ones. */
class HamiltonianCheckTest {
    /** Standard errors: a number is beyond them by chance about once in 16,000; there are some 70 numbers at fixed seeds. */
    private static final double Z = 4;

    private static void near(Account.Entry entry, double mean, double sd) {
        assertThat(entry.mean()).as("mean of %s", entry).isCloseTo(mean, within(Z * entry.meanError()));
        assertThat(entry.standardDeviation()).as("sd of %s", entry).isCloseTo(sd, within(Z * entry.sdError()));
        // From 400 effective draws on, with room for the errors' own errors.
        assertThat(entry.meanError()).isBetween(0.003 * sd, 0.055 * sd);
        assertThat(entry.sdError()).isBetween(0.003 * sd, 0.055 * sd);
        assertThat(entry.convergence().isReached()).isTrue();
    }

    /** Starts, metric and q as they are, of half the sds, without correlations, or elsewhere: chains find the normal nevertheless. */
    @Test
    void aNormalWithCorrelationsIsFoundFromAnyQ() {
        try (LogJoint joint = correlated(HOST)) {
            List<Gaussian> some = List.of(
                    new Gaussian(MEAN, covariance(1)),
                    new Gaussian(MEAN, covariance(0.5)),
                    Gaussian.independent(MEAN, SD),
                    Gaussian.independent(new double[] {3.5, 10, 3}, new double[] {0.1, 10, 0.4}));
            for (Gaussian q : some) {
                Account account = new HamiltonianCheck()
                        .seed(3)
                        .check(HOST, joint, claimed(joint, q))
                        .byChains();
                for (int d = 0; d < 3; d++) {
                    Account.Entry entry = account.entries().get(d);
                    near(entry, MEAN[d], SD[d]);
                    for (int k = 0; k < 5; k++) {
                        double quantile = MEAN[d] + StandardNormal.quantile(Marginal.PROBABILITIES.get(k)) * SD[d];
                        double error = entry.quantileErrors().get(k);
                        assertThat(error).isLessThan(0.15 * SD[d]);
                        assertThat(entry.quantiles().get(k)).isCloseTo(quantile, within(Z * error));
                    }
                }
            }
        }
    }

    /** Gamma(3, 2): E log g = digamma(3) − log 2, its variance trigamma(3) = π²/6 − 5/4; E g = 3/2 and var g = 3/4. */
    @Test
    void aSkewedPosteriorIsFoundOnBothScales() {
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("log g"), (z, gradient) -> {
            gradient[0] = 3 - 2 * StrictMath.exp(z[0]);
            return 3 * z[0] - 2 * StrictMath.exp(z[0]);
        });
        FitResult fit = claimed(joint, Gaussian.independent(new double[] {0}, new double[] {1}));
        Account account = new HamiltonianCheck().seed(1).check(HOST, joint, fit).byChains();
        near(
                account.entries().get(0),
                1.5 - 0.5772156649015329 - StrictMath.log(2),
                Math.sqrt(Math.PI * Math.PI / 6 - 1.25));
        near(
                account.entries(List.of("g"), z -> new double[] {StrictMath.exp(z[0])})
                        .get(0),
                1.5,
                Math.sqrt(0.75));
    }

    private static final double[] X = {-2, -1.5, -0.4, 0.1, 0.3, 0.9, 1.4, 2.5};
    private static final double[] Y = {0, 0, 1, 0, 1, 0, 1, 1};

    private static double logistic(double a, double b) {
        double sum = -0.5 * (a * a + b * b) / 9;
        for (int n = 0; n < X.length; n++) {
            double eta = a + b * X[n];
            sum += Y[n] * eta - Math.log1p(Math.exp(eta));
        }
        return sum;
    }

    /** By the sums of a grid whose step is a thirtieth of an sd: of a smooth density that ends nowhere they are exact to all digits shown. */
    @Test
    void aLogisticRegressionIsThatOfQuadrature() {
        double[] sums = new double[5];
        for (double a = -10; a <= 10; a += 0.04) {
            for (double b = -8; b <= 16; b += 0.04) {
                double p = Math.exp(logistic(a, b));
                double[] moments = {1, a, b, a * a, b * b};
                Arrays.setAll(sums, i -> sums[i] + p * moments[i]);
            }
        }
        Model model = Model.define(m -> {
            Expr a = m.parameter("a", Normal.of(0, 3));
            Expr b = m.parameter("b", Normal.of(0, 3));
            m.observe(Y, Bernoulli.ofLogit(a.plus(b.times(Expr.data("x", X)))));
        });
        try (LogJoint joint = model.logJoint(HOST)) {
            FitResult fit = Sgvi.builder().seed(2).build().fit(HOST, joint);
            Account account =
                    new HamiltonianCheck().seed(2).check(HOST, joint, fit).byChains();
            for (int i = 1; i <= 2; i++) {
                double mean = sums[i] / sums[0];
                double sd = Math.sqrt(sums[i + 2] / sums[0] - mean * mean);
                near(account.entries().get(i - 1), mean, sd);
            }
        }
    }

    @EveryDevice
    void itIsTheSameToTheBit(Device device) {
        HamiltonianCheck check = new HamiltonianCheck().chains(8).seed(4);
        Gaussian q = new Gaussian(MEAN, covariance(0.8));
        try (LogJoint here = correlated(device);
                Device scalar = Devices.open("scalar");
                LogJoint there = correlated(scalar)) {
            FitResult checked = check.check(device, here, claimed(device, here.parameterNames(), q));
            FitResult want = check.check(scalar, there, claimed(scalar, there.parameterNames(), q));
            assertThat(checked.accounts()).isEqualTo(want.accounts());
            assertThat(checked.settings()).isEqualTo(want.settings());
            assertThat(checked.assessment()).isEqualTo(want.assessment());
            assertThat(checked.byChains().entries().get(0).mean()).isFinite();
        }
    }

    /** Beyond 200 dimensions the metric learns variances, and of a q with common factors nothing. */
    @Test
    void manyDimensionsAreFound() {
        int dimensions = Pathfinder.DENSE + 3;
        double[] mean = new double[dimensions];
        double[] sd = new double[dimensions];
        double[] wrong = new double[dimensions];
        Arrays.setAll(mean, d -> d % 7 - 3);
        Arrays.setAll(sd, d -> 0.5 + d % 3);
        Arrays.setAll(wrong, d -> d % 2 == 0 ? 0.6 * sd[d] : 1.4 * sd[d]);
        double[][] loadings = new double[dimensions][1];
        loadings[0][0] = 0.1;
        Gaussian independent = Gaussian.independent(mean, wrong);
        try (LogJoint joint = GaussianTarget.diagonal(HOST, mean, sd)) {
            for (Gaussian q : List.of(independent, independent.withFactors(loadings))) {
                FitResult checked = new HamiltonianCheck().chains(8).seed(6).check(HOST, joint, claimed(joint, q));
                for (int d = 0; d < 3; d++) {
                    near(checked.byChains().entries().get(d), mean[d], sd[d]);
                }
                assertThat(checked.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
            }
        }
    }

    /**
     * On the scale of the model, beside posteriordb's 10,000 draws of long runs, whose means have the errors sd/100 and whose sds about
     * the same (of tau, which is skewed, three times that).
     */
    @Test
    void theSchoolsAreThoseOfTheReference() {
        Model model = schools(false);
        try (LogJoint joint = model.logJoint(HOST)) {
            FitResult fit = new Pathfinder().fit(HOST, joint);
            FitResult checked = new HamiltonianCheck().chains(32).check(HOST, joint, fit);
            List<Account.Entry> entries = checked.byChains().entries(model, 0);
            assertThat(entries).extracting(Account.Entry::name).startsWith("mu", "tau", "theta[1]");
            double[][] reference = {
                {4.4105183369549295, 3.3092964767263533},
                {3.602059523640593, 3.1984776709766325},
                {6.150502293344254, 5.615863418889274}
            };
            for (int i = 0; i < 3; i++) {
                Account.Entry entry = entries.get(i);
                double sd = reference[i][1];
                assertThat(entry.mean())
                        .isCloseTo(reference[i][0], within(Z * Math.hypot(entry.meanError(), sd / 100)));
                assertThat(entry.standardDeviation())
                        .isCloseTo(sd, within(Z * Math.hypot(entry.sdError(), 3 * sd / 100)));
            }
        }
    }

    /** On another scale numbers are those of the mapped draws, and without draws those that were said. */
    @Test
    void itGoesWithItsFit() {
        try (LogJoint joint = correlated(HOST)) {
            FitResult checked =
                    new HamiltonianCheck().check(HOST, joint, claimed(joint, new Gaussian(MEAN, covariance(1))));
            Standardization.Affine map = new Standardization.Affine(
                    new double[] {1, 0, 0}, new double[] {2, 3, 1}, new double[] {0, 0, 0.5});
            Account.Entry before = checked.byChains().entries().get(1);
            Account.Entry after =
                    checked.mapped(map, elbo -> elbo).byChains().entries().get(1);
            assertThat(after.mean()).isCloseTo(3 * before.mean(), within(1e-9));
            assertThat(after.sdError()).isCloseTo(3 * before.sdError(), within(1e-9));
            // The two draws next to the median are equally far from it but for rounding: a rank of 12,800 may change.
            assertThat(after.convergence().rHat())
                    .isCloseTo(before.convergence().rHat(), within(1e-4));
            Account.Entry first =
                    checked.mapped(map, elbo -> elbo).byChains().entries().get(0);
            near(first, 1 + 2 * MEAN[0] + 0.5 * MEAN[2], Math.sqrt(4 * 0.25 + 0.25 * 4 + 2 * -0.9 * 0.5 * 2));
            FitResult light = checked.withoutDraws();
            assertThat(light).isEqualTo(checked);
            Account said = light.byChains();
            assertThatThrownBy(() -> said.entries(List.of("x"), z -> z))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no longer there");
            assertThatThrownBy(said::posterior).isInstanceOf(IllegalStateException.class);
            assertThat(light.mapped(map, elbo -> elbo).byChains()).isNull();
            assertThat(new ArrayList<>(checked.settings().keySet()))
                    .containsExactly("kept", "chains", "chainDraws", "chainStep", "chainDivergent", "chainEvaluations");
        }
    }
}

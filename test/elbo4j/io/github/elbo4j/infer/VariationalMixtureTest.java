package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.Devices;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import java.util.List;
import org.junit.jupiter.api.Test;

class VariationalMixtureTest {
    private static final Device HOST = TestDevices.scalar();
    private static final double LOG_TWO_PI = Math.log(2 * Math.PI);

    /** {@code Σ_k weight_k·N(z; mean_k, sd_k²·I)}, normalized. */
    private static HostLogJoint mixture(double[] weights, double[][] means, double[] sds) {
        int dimensions = means[0].length;
        List<String> names = List.of("a", "b", "c", "d", "e").subList(0, dimensions);
        return HostLogJoint.ofDraw(names, (z, gradient) -> {
            double[] logs = new double[weights.length];
            for (int k = 0; k < logs.length; k++) {
                double squares = 0;
                for (int d = 0; d < dimensions; d++) {
                    squares += Math.pow((z[d] - means[k][d]) / sds[k], 2);
                }
                logs[k] = Math.log(weights[k]) - squares / 2 - dimensions * (Math.log(sds[k]) + LOG_TWO_PI / 2);
            }
            double most = Math.max(logs[0], logs[logs.length - 1]);
            double log = 0;
            for (double each : logs) {
                log += Math.exp(each - most);
            }
            log = most + Math.log(log);
            for (int d = 0; d < dimensions; d++) {
                gradient[d] = 0;
                for (int k = 0; k < logs.length; k++) {
                    gradient[d] -= Math.exp(logs[k] - log) * (z[d] - means[k][d]) / sds[k] / sds[k];
                }
            }
            return log;
        });
    }

    private static void assertGood(FitResult fit) {
        assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
        assertThat(fit.verdict()).as(fit.assessment().toString()).isEqualTo(Verdict.GOOD);
        assertThat(fit.elbo().value() - 3 * fit.elbo().standardError())
                .isLessThan(fit.logEvidence().value() + 1e-9);
    }

    /** Means within a twentieth and sds within 5 %: what a mixture that is short of the ELBO by 0.02 nats or so may be off by. */
    private static void assertIs(FitResult fit, double[] mean, double[] sd) {
        assertGood(fit);
        for (int d = 0; d < mean.length; d++) {
            assertThat(fit.posterior().mean(d)).as("mean %d", d).isCloseTo(mean[d], within(0.05 * sd[d]));
            assertThat(fit.posterior().standardDeviation(d)).as("sd %d", d).isCloseTo(sd[d], within(0.05 * sd[d]));
        }
    }

    /** One component is the whole posterior, exactly: the last steps have no noise. */
    @EveryDevice
    void aGaussianIsOneComponent(Device device) {
        double[][] covariance = {{4, 5.4, -1}, {5.4, 9, 0}, {-1, 0, 25}};
        double[] mean = {3, -40, 1};
        FitResult fit;
        try (LogJoint joint = GaussianTarget.full(device, mean, covariance)) {
            fit = new VariationalMixture().seed(5).fit(device, joint);
        }
        assertGood(fit);
        assertThat(fit.family()).isEqualTo("full-rank");
        assertThat(fit.posterior()).isInstanceOf(GaussianPosterior.class);
        for (int d = 0; d < 3; d++) {
            double sd = Math.sqrt(covariance[d][d]);
            assertThat(fit.posterior().mean(d)).isCloseTo(mean[d], within(1e-4 * sd)); // float32 gradients
            assertThat(fit.posterior().standardDeviation(d)).isCloseTo(sd, within(1e-4 * sd));
        }
        assertThat(fit.elbo().value()).isCloseTo(0, within(1e-4));
    }

    /** Of two modes that no path connects, with the weights of each. */
    @Test
    void separateModesAreBothThere() {
        for (double apart : new double[] {4, 8, 20}) {
            double[][] means = {{-apart / 2, 0, 0, 0, 0}, {apart / 2, 1, 0, 0, 0}};
            FitResult fit = new VariationalMixture()
                    .seed(2)
                    .fit(HOST, mixture(new double[] {0.3, 0.7}, means, new double[] {1, 1}));
            double sd = Math.sqrt(1 + 0.21 * apart * apart);
            assertIs(fit, new double[] {0.2 * apart, 0.7, 0, 0, 0}, new double[] {sd, Math.sqrt(1.21), 1, 1, 1});
            NormalMixture q = (NormalMixture) fit.posterior();
            assertThat(q.components()).hasSize(2);
            assertThat(Math.min(q.weights()[0], q.weights()[1])).isCloseTo(0.3, within(0.005));
            assertThat(fit.family()).isEqualTo("mixture of 2");
        }
    }

    /** {@code b ~ N(a² − 1, 0.5²)}: E b = 0, var b = 0.25 + 2. */
    @Test
    void aBentPosteriorTakesSeveral() {
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("a", "b"), (z, gradient) -> {
            double off = (z[1] - z[0] * z[0] + 1) / 0.5;
            gradient[0] = -z[0] + off / 0.5 * 2 * z[0];
            gradient[1] = -off / 0.5;
            return -0.5 * (z[0] * z[0] + off * off) - LOG_TWO_PI - Math.log(0.5);
        });
        FitResult fit = new VariationalMixture().fit(HOST, joint);
        assertGood(fit);
        // a fit may be good as far as its sds are 1.15 off
        assertThat(fit.posterior().mean(1)).isCloseTo(0, within(0.1 * 1.5));
        assertThat(fit.posterior().standardDeviation(1)).isBetween(1.5 / 1.15, 1.15 * 1.5);
        assertThat(fit.corrected().entries().get(1).standardDeviation()).isCloseTo(1.5, within(0.1 * 1.5));
        assertThat(fit.elbo().value()).isBetween(-0.06, 3 * fit.elbo().standardError());
        // what one Gaussian, though as good as there is, reaches
        FitResult one = new VariationalMixture().components(1).fit(HOST, joint);
        assertThat(one.elbo().value()).isLessThan(-0.3);
        assertThat(one.verdict()).isNotEqualTo(Verdict.GOOD);
        assertThat(one.message()).contains("as many as are allowed");
    }

    /** A t of 4 degrees of freedom has the variance 2; a Laplace distribution too, and a kink. */
    @Test
    void heavyTailsAreWidened() {
        HostLogJoint t = HostLogJoint.ofDraw(List.of("a", "b"), (z, gradient) -> {
            double squares = z[0] * z[0] + z[1] * z[1];
            for (int d = 0; d < 2; d++) {
                gradient[d] = -6 * z[d] / (4 + squares);
            }
            return -3 * Math.log1p(squares / 4) - LOG_TWO_PI;
        });
        FitResult fit = new VariationalMixture().seed(1).fit(HOST, t);
        assertGood(fit);
        assertThat(fit.posterior().standardDeviation(0)).isCloseTo(Math.sqrt(2), within(0.1 * Math.sqrt(2)));
        HostLogJoint laplace = HostLogJoint.ofDraw(List.of("a"), (z, gradient) -> {
            gradient[0] = -Math.signum(z[0]);
            return -Math.abs(z[0]) - Math.log(2);
        });
        assertIs(new VariationalMixture().fit(HOST, laplace), new double[] {0}, new double[] {Math.sqrt(2)});
    }

    /** Draws of the narrow part alone have the weight 1, and its mode is the only one. */
    @Test
    void aBroadPartUnderANarrowOneIsFound() {
        FitResult fit = new VariationalMixture()
                .fit(HOST, mixture(new double[] {0.9, 0.1}, new double[2][5], new double[] {1, 10}));
        double sd = Math.sqrt(0.9 + 10);
        assertIs(fit, new double[5], new double[] {sd, sd, sd, sd, sd});
        assertThat(fit.corrected().entries().get(0).standardDeviation()).isCloseTo(sd, within(0.15 * sd));
    }

    private static final double[] Y = {28, 8, -3, 7, -1, 1, 18, 12};
    private static final double[] SIGMA = {15, 10, 16, 11, 9, 11, 10, 18};

    private static Model schools() {
        return Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr theta = m.parameter("theta", Normal.of(mu, m.parameter("tau", HalfNormal.of(5))), 8);
            m.observe(Y, Normal.of(theta, Expr.data("sigma", SIGMA)));
        });
    }

    /**
     * The centred eight schools, which no Gaussian and no short run of a sampler has: log p has no upper bound. Against quadrature over mu and
     * tau, theta integrated out: y ~ N(mu, sigma² + tau²).
     */
    @Test
    void theFunnelOfAHierarchyIsFollowed() {
        double[] sums = new double[5];
        for (double tau = 0.01; tau < 30; tau += 0.02) {
            for (double mu = -25; mu < 35; mu += 0.1) {
                double log = -tau * tau / 50 - mu * mu / 50;
                for (int i = 0; i < 8; i++) {
                    double variance = SIGMA[i] * SIGMA[i] + tau * tau;
                    log -= 0.5 * Math.log(variance) + (Y[i] - mu) * (Y[i] - mu) / (2 * variance);
                }
                double weight = Math.exp(log);
                double[] numbers = {1, mu, mu * mu, tau, tau * tau};
                for (int i = 0; i < 5; i++) {
                    sums[i] += weight * numbers[i];
                }
            }
        }
        double mu = sums[1] / sums[0];
        double tau = sums[3] / sums[0];
        double sdMu = Math.sqrt(sums[2] / sums[0] - mu * mu);
        double sdTau = Math.sqrt(sums[4] / sums[0] - tau * tau);
        Model model = schools();
        try (LogJoint joint = model.logJoint(HOST)) {
            FitResult fit = new VariationalMixture().seed(4).fit(HOST, joint);
            assertGood(fit);
            List<Marginal> marginals = Marginal.of(model, fit.posterior(), 1);
            check(marginals, "mu", mu, sdMu);
            check(marginals, "tau", tau, sdTau);
        }
    }

    private static void check(List<Marginal> marginals, String name, double mean, double sd) {
        Marginal found = marginals.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        assertThat(found.mean()).as(name).isCloseTo(mean, within(0.1 * sd));
        assertThat(found.standardDeviation()).as(name).isCloseTo(sd, within(0.1 * sd));
    }

    /**
     * {@code v ~ N(0, 3²)}, x and y ~ N(0, exp(v)): their sd is exp(9/4), most of it by what lies three sds up, a thousandth of the whole. No draw
     * of q and no weight shows that; draws wider than the mouth of the funnel do.
     */
    @Test
    void aVarianceThatQDoesNotReachIsNotTrusted() {
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("v", "x", "y"), (z, gradient) -> {
            double precision = Math.exp(-z[0]);
            gradient[0] = -z[0] / 9 - 1;
            double log = -z[0] * z[0] / 18 - z[0];
            for (int d = 1; d < 3; d++) {
                log -= z[d] * z[d] * precision / 2;
                gradient[0] += z[d] * z[d] * precision / 2;
                gradient[d] = -z[d] * precision;
            }
            return log;
        });
        for (int seed = 0; seed < 3; seed++) {
            FitResult fit = new VariationalMixture().seed(seed).fit(HOST, joint);
            assertThat(fit.posterior().standardDeviation(1)).isLessThan(0.7 * Math.exp(2.25));
            assertThat(fit.posterior().standardDeviation(0)).isBetween(2.5, 3.1);
            assertThat(fit.verdict()).as("%s", fit.assessment()).isEqualTo(Verdict.DO_NOT_TRUST);
            assertThat(fit.assessment().concerns().toString()).contains("with what lies where q has no draws");
        }
    }

    @EveryDevice
    void itIsTheSameToTheBit(Device device) {
        FitResult here;
        try (LogJoint joint = schools().logJoint(device)) {
            here = new VariationalMixture().components(3).seed(2).fit(device, joint);
        }
        try (Device scalar = Devices.open("scalar");
                LogJoint joint = schools().logJoint(scalar)) {
            FitResult there = new VariationalMixture().components(3).seed(2).fit(scalar, joint);
            assertThat(here.posterior()).isEqualTo(there.posterior());
            assertThat(here.posterior()).isInstanceOf(NormalMixture.class);
            assertThat(here.elbo()).isEqualTo(there.elbo());
            assertThat(here.trace()).isEqualTo(there.trace());
            assertThat(here.accounts()).isEqualTo(there.accounts());
            assertThat(here.assessment()).isEqualTo(there.assessment());
        }
    }

    /** Beyond a border half of the draws have no density: steps are halved, and what is left is not trusted. */
    @Test
    void whatIsNotFiniteIsSaid() {
        MethodCases.withoutAStartItSaysSo(new VariationalMixture());
        FitResult half = new VariationalMixture().fit(HOST, HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> {
            gradient[0] = 1 - z[0];
            return z[0] > 0 ? z[0] - z[0] * z[0] / 2 : Double.NEGATIVE_INFINITY;
        }));
        assertThat(half.status()).as(half.message()).isEqualTo(Status.DIVERGED);
        assertThat(half.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(half.posterior().mean(0)).isFinite();
    }

    @Test
    void aWrongGradientIsFound() {
        MethodCases.aWrongGradientIsFound(new VariationalMixture());
    }

    @Test
    void itStopsWhenAsked() {
        for (int after : new int[] {0, 3, 30, 120}) {
            try (LogJoint joint = schools().logJoint(HOST)) {
                MethodCases.itStopsWhenAsked(after, joint, new VariationalMixture()::cancelled);
            }
        }
    }

    @Test
    void badArguments() {
        assertThatThrownBy(() -> new VariationalMixture().components(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("components is 0, but must be 1 or more");
        double[] ones = new double[300];
        java.util.Arrays.fill(ones, 1);
        try (LogJoint joint = GaussianTarget.diagonal(HOST, new double[300], ones)) {
            assertThatThrownBy(() -> new VariationalMixture().fit(HOST, joint))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "the joint has 300 dimensions, but a mixture of full covariances is for 256 at most");
        }
    }
}

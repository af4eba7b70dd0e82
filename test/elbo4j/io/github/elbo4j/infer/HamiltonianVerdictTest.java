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

import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What chains make of the verdict, and where they give no answer. */
class HamiltonianVerdictTest {
    /** Those of the verdict's own rule. */
    @Test
    void aWrongFitDoesNotStayGood() {
        try (LogJoint joint = correlated(HOST)) {
            assertThat(concerns(joint, MEAN, covariance(1))).isEmpty();
            assertThat(concerns(joint, MEAN, covariance(0.5))).singleElement().satisfies(concern -> {
                assertThat(concern.kind()).isEqualTo(Concern.Kind.CHAINS_DIFFER);
                assertThat(concern.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
                assertThat(concern.parameter()).startsWith("z");
                assertThat(concern.words())
                        .containsPattern(
                                "multiplies the standard deviation of " + concern.parameter() + " by (1\\.9|2\\.0)");
            });
            assertThat(concerns(joint, MEAN, covariance(0.8)))
                    .singleElement()
                    .satisfies(concern -> assertThat(concern.verdict()).isEqualTo(Verdict.USABLE));
            double[] mean = MEAN.clone();
            mean[1] += 0.5 * SD[1];
            assertThat(concerns(joint, mean, covariance(1))).singleElement().satisfies(concern -> {
                assertThat(concern.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
                assertThat(concern.parameter()).isEqualTo("z1");
                assertThat(concern.words()).contains("moves the mean of z1 by -0.");
            });
            mean[1] = MEAN[1] - 0.2 * SD[1];
            assertThat(concerns(joint, mean, covariance(1)))
                    .singleElement()
                    .satisfies(concern -> assertThat(concern.verdict()).isEqualTo(Verdict.USABLE));
        }
    }

    private static List<Concern> concerns(LogJoint joint, double[] mean, double[][] covariance) {
        FitResult fit = claimed(joint, new Gaussian(mean, covariance));
        assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
        FitResult checked = new HamiltonianCheck().seed(5).check(HOST, joint, fit);
        List<Concern> concerns = checked.assessment().concerns();
        assertThat(checked.verdict())
                .isEqualTo(concerns.isEmpty() ? Verdict.GOOD : concerns.get(0).verdict());
        assertThat(checked.posterior()).isEqualTo(fit.posterior());
        return concerns;
    }

    /** Agreement does not take back what fresh draws found. */
    @Test
    void aVerdictIsNotRaised() {
        try (LogJoint joint = correlated(HOST)) {
            FitResult good = claimed(joint, new Gaussian(MEAN, covariance(1)));
            Concern tail = new Concern(Concern.Kind.HEAVY_TAIL, Verdict.DO_NOT_TRUST, null, "said");
            FitResult distrusted = good.checked(good.settings(), null, List.of(tail));
            FitResult checked = new HamiltonianCheck().check(HOST, joint, distrusted);
            assertThat(checked.assessment().concerns()).containsExactly(tail);
            assertThat(checked.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
            assertThat(checked.byChains().entries().get(0).mean()).isFinite();
        }
    }

    /** The funnel: k-hat refuses, and chains do not get to its bottom. There is no answer, in words. */
    @Test
    void chainsThatDoNotAgreeGiveNoAnswer() {
        try (LogJoint joint = schools(true).logJoint(HOST)) {
            FitResult fit = new Pathfinder().fit(HOST, joint);
            FitResult checked = new HamiltonianCheck().chains(16).check(HOST, joint, fit);
            assertThat(checked.byChains().entries()).allSatisfy(entry -> {
                assertThat(entry.mean()).isNaN();
                assertThat(entry.sdError()).isNaN();
                assertThat(entry.quantiles()).hasSize(5).allMatch(quantile -> Double.isNaN(quantile));
                assertThat(entry.convergence().rHat()).isGreaterThan(1);
            });
            assertThat(checked.assessment().concerns())
                    .filteredOn(c -> c.kind() == Concern.Kind.CHAINS_UNMIXED)
                    .singleElement()
                    .satisfies(concern -> assertThat(concern.words())
                            .contains("16 chains of Hamiltonian Monte Carlo did not agree: R-hat of log tau is 1."));
            assertThat(checked.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        }
    }

    /** Two modes that q covers and between which no path goes. */
    @Test
    void chainsInTwoModesDoNotAgree() {
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("x"), (z, gradient) -> {
            double left = -0.5 * (z[0] + 10) * (z[0] + 10);
            double right = -0.5 * (z[0] - 10) * (z[0] - 10);
            gradient[0] = left > right ? -z[0] - 10 : -z[0] + 10;
            return Math.max(left, right);
        });
        FitResult fit = claimed(joint, Gaussian.independent(new double[] {0}, new double[] {10}));
        FitResult checked = new HamiltonianCheck().chains(8).check(HOST, joint, fit);
        assertThat(checked.verdict()).isEqualTo(Verdict.USABLE);
        assertThat(checked.assessment().concerns().get(0).words()).contains("R-hat of x is");
    }

    /** Half of q's draws are outside of the support, where other draws of q take their place. */
    @Test
    void chainsBeginWhereTheDensityIsFinite() {
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("x"), (z, gradient) -> {
            gradient[0] = 2 / z[0] - 1;
            return z[0] > 0 ? 2 * StrictMath.log(z[0]) - z[0] : Double.NEGATIVE_INFINITY;
        });
        Gaussian q = Gaussian.independent(new double[] {0}, new double[] {4});
        FitResult checked = new HamiltonianCheck().chains(8).check(HOST, joint, claimed(joint, q));
        // Gamma(3, 1): a path that leaves the support is rejected, and so are too many for an answer.
        assertThat(checked.settings().get("chainDivergent")).isNotEqualTo(0L);
        assertThat(checked.byChains().entries().get(0).convergence().rHat()).isFinite();
    }

    @Test
    void withoutABeginningItSaysSo() {
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("x"), (z, gradient) -> Double.NaN);
        FitResult checked = new HamiltonianCheck()
                .check(HOST, joint, claimed(joint, Gaussian.independent(new double[1], new double[] {1})));
        assertThat(checked.byChains()).isNull();
        assertThat(checked.assessment().concerns())
                .singleElement()
                .satisfies(concern -> assertThat(concern.words()).contains("not finite at draws of q"));
        assertThat(checked.verdict()).isEqualTo(Verdict.USABLE);
    }

    @Test
    void onceCancelledThereIsNoAnswer() {
        AtomicInteger asked = new AtomicInteger();
        try (LogJoint joint = correlated(HOST)) {
            FitResult fit = claimed(joint, new Gaussian(MEAN, covariance(1)));
            FitResult checked = new HamiltonianCheck()
                    .cancelled(() -> asked.incrementAndGet() > 60)
                    .check(HOST, joint, fit);
            assertThat(checked.byChains()).isNull();
            assertThat(checked.assessment().concerns())
                    .singleElement()
                    .satisfies(concern -> assertThat(concern.words()).contains("stopped"));
            assertThat(checked.posterior()).isEqualTo(fit.posterior());
        }
    }

    @Test
    void aDeviceThatFailsLeavesTheFit() {
        Device failing = new FailingDevice(HOST, "fullRankLogDensity", 30);
        try (LogJoint joint = correlated(failing)) {
            FitResult fit = claimed(failing, joint.parameterNames(), new Gaussian(MEAN, covariance(1)));
            FitResult checked = new HamiltonianCheck().check(failing, joint, fit);
            assertThat(checked.byChains()).isNull();
            assertThat(checked.posterior()).isEqualTo(fit.posterior());
            assertThat(checked.assessment().concerns()).singleElement().satisfies(concern -> {
                assertThat(concern.kind()).isEqualTo(Concern.Kind.CHAINS_UNMIXED);
                assertThat(concern.words()).contains("planted fault in fullRankLogDensity");
            });
        }
    }

    /** There is nothing to begin at, and nothing to be lowered. */
    @Test
    void aFitWithoutAnEndStaysAsItIs() {
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> Double.NEGATIVE_INFINITY);
        FitResult fit = new Pathfinder().fit(HOST, joint);
        assertThat(fit.status()).isEqualTo(Status.DIVERGED);
        assertThat(new HamiltonianCheck().check(HOST, joint, fit)).isSameAs(fit);
    }

    @Test
    void whatCannotBeCheckedIsRefused() {
        HamiltonianCheck check = new HamiltonianCheck();
        assertThatThrownBy(() -> check.chains(3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("chains is 3, but must be from 4 to 4096: agreement is that of several");
        assertThatThrownBy(() -> check.chains(4097)).isInstanceOf(IllegalArgumentException.class);
        Model model = schools(false);
        try (LogJoint joint = model.logJoint(HOST)) {
            FitResult point = ModeSearch.maximumAPosteriori().fit(HOST, model);
            assertThatThrownBy(() -> check.check(HOST, joint, point))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is a point, found by map");
            FitResult other = claimed(HOST, List.of("x"), Gaussian.independent(new double[1], new double[] {1}));
            assertThatThrownBy(() -> check.check(HOST, joint, other))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has 1 parameters, and the log-joint 10");
        }
        int many = 6000;
        double[] ones = new double[many];
        Arrays.fill(ones, 1);
        try (LogJoint joint = GaussianTarget.diagonal(HOST, ones, ones)) {
            FitResult fit = claimed(joint, Gaussian.independent(ones, ones));
            assertThatThrownBy(() -> check.check(HOST, joint, fit))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("there are 6000 parameters", "of at most 5242");
        }
    }
}

package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.Regressions;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreshDrawsTest {
    private static final double[] MEAN = {1, -2};
    private static final double[][] COVARIANCE = {{4, 1}, {1, 9}};
    private static final Key KEY = new Key(5);

    /** q and p both on the host, log p moved by a constant. */
    private static FreshDraws onHost(Gaussian q, Gaussian p, double elbo) {
        return FreshDraws.of(
                new GaussianPosterior(List.of("a", "b"), q), elbo, z -> p.logDensity(z) - 7, Status.CONVERGED, "", KEY);
    }

    private static FreshDraws onDevice(Device device, Gaussian q) {
        try (LogJoint joint = GaussianTarget.full(device, MEAN, COVARIANCE)) {
            return FreshDraws.of(device, joint, q, Status.CONVERGED, "", KEY);
        }
    }

    @Test
    void theExactPosteriorIsGoodAndItsWeightsAreTheEvidence() {
        Gaussian p = new Gaussian(MEAN, COVARIANCE);

        FreshDraws found = onHost(p, p, -7);

        assertThat(found.assessment().verdict()).isEqualTo(Verdict.GOOD);
        assertThat(found.assessment().efficiency()).isCloseTo(1, within(1e-12));
        assertThat(found.elbo().toString()).isEqualTo("-7.00000 (exact)");
        assertThat(found.logEvidence().value()).isCloseTo(-7, within(1e-12));
    }

    /** By 2 sd of a: the weights exp(t·2 − 2) have an effective share of exp(−4). */
    @Test
    void aShiftedOneIsNotTrustedOnHostAndDevice() {
        Gaussian shifted = new Gaussian(new double[] {5, -2}, COVARIANCE);

        FreshDraws host = onHost(shifted, new Gaussian(MEAN, COVARIANCE), -9);
        FreshDraws device = onDevice(TestDevices.scalar(), shifted);

        for (FreshDraws found : List.of(host, device)) {
            assertThat(found.assessment().verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
            assertThat(found.assessment().concerns()).extracting(Concern::kind).contains(Concern.Kind.SHIFTED);
            assertThat(found.assessment().efficiency()).isBetween(0.005, 0.08);
        }
    }

    @EveryDevice
    void devicesAgree(Device device) {
        Gaussian narrow = Gaussian.independent(MEAN, new double[] {1.5, 2.5});

        FreshDraws found = onDevice(device, narrow);

        assertThat(found.corrected()).isNotNull();
        assertThat(found).isEqualTo(onDevice(TestDevices.scalar(), narrow));
    }

    /** Of each family: draws that were not those of the weights would leave the mean half a sd away. Four errors are about 0.1 sd. */
    @Test
    void eachFamilyIsCorrected() {
        double[] mean = {2, -0.5};
        List<Gaussian> all = List.of(
                Gaussian.independent(mean, new double[] {2.2, 3.2}),
                new Gaussian(mean, new double[][] {{5, 2}, {2, 10}}),
                Gaussian.independent(mean, new double[] {2, 3}).withFactors(new double[][] {{0.5}, {1.5}}));
        for (Gaussian q : all) {
            Account corrected = onDevice(TestDevices.scalar(), q).corrected();
            assertThat(corrected).isNotNull();
            for (int i = 0; i < 2; i++) {
                double sd = Math.sqrt(COVARIANCE[i][i]);
                Account.Entry entry = corrected.entries().get(i);
                assertThat(entry.meanError()).isBetween(0.01 * sd, 0.04 * sd);
                assertThat(entry.mean()).isCloseTo(MEAN[i], within(4 * entry.meanError()));
                assertThat(entry.standardDeviation()).isCloseTo(sd, within(4 * entry.sdError()));
            }
        }
    }

    /** Up to the float32 of q's parameters. */
    @Test
    void aFitIsJudgedAsItJudgedItself() {
        Device device = TestDevices.scalar();
        try (LogJoint joint = new BayesianLogisticRegression(
                        device, Regressions.logistic(1, 75, 4).withIntercept(), NormalPrior.STANDARD)
                .logJoint()) {
            FitResult fit =
                    Sgvi.builder().family(Family.fullRank()).seed(3).build().fit(device, joint);

            FreshDraws again = FreshDraws.of(device, joint, fit.gaussian(), fit.status(), fit.message(), new Key(3));

            assertThat(again.elbo().value()).isCloseTo(fit.elbo().value(), within(1e-4));
            assertThat(again.logEvidence().value()).isCloseTo(fit.logEvidence().value(), within(1e-4));
            assertThat(again.assessment().verdict()).isEqualTo(fit.verdict()).isEqualTo(Verdict.GOOD);
            assertThat(again.assessment().efficiency())
                    .isCloseTo(fit.assessment().efficiency(), within(1e-3));
        }
    }

    @Test
    void aSingularCovarianceIsSaidSo() {
        FreshDraws found = onDevice(TestDevices.scalar(), new Gaussian(MEAN, new double[][] {{1, 1}, {1, 1}}));

        assertThat(found.assessment().concerns()).singleElement().satisfies(concern -> {
            assertThat(concern.kind()).isEqualTo(Concern.Kind.NO_WEIGHTS);
            assertThat(concern.words()).contains("not positive definite");
        });
        assertThat(found.assessment().verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(found.elbo().value()).isNaN();
    }

    @Test
    void howTheFitEndedCounts() {
        Gaussian p = new Gaussian(MEAN, COVARIANCE);
        GaussianPosterior q = new GaussianPosterior(List.of("a", "b"), p);

        FreshDraws found = FreshDraws.of(q, 0, p::logDensity, Status.STEP_LIMIT, "stopped at 3 sweeps", KEY);

        assertThat(found.assessment().verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(found.assessment().concerns().get(0).words()).isEqualTo("stopped at 3 sweeps");
        assertThat(found.status()).isEqualTo(Status.STEP_LIMIT);
    }
}

package io.github.elbo4j.estimate;

import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.MeanFieldGaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogWeightsTest {
    private static final Key KEY = new Key(11);

    /** q = N((0.1, 0), diag(1.1², 0.8²)) for p = N(0, I): ELBO = −KL, evidence 0; 5 standard errors, 1 in 10^6 each. */
    @EveryDevice
    void theElboIsMinusTheKlAndTheEvidenceOfANormalizedTargetIsZero(Device device) {
        double kl = 0.5 * (0.1 * 0.1 + 1.21 + 0.64 - 2) - Math.log(1.1 * 0.8);
        for (Family kind : Family.values()) {
            try (LogJoint target = GaussianTarget.diagonal(device, new double[2], new double[] {1, 1});
                    VariationalFamily q = kind.create(device, 2, 2)) {
                q.set(1, new double[] {0.1, 0}, new double[] {1.1, 0.8});
                LogWeights weights = LogWeights.draw(target, q, KEY, 5000, 1 << 20);
                Estimate elbo = weights.elbo(1);
                close("elbo", elbo.value(), -kl, 5 * elbo.standardError());
                assertThat(elbo.standardError()).isLessThan(0.01);
                assertThat(elbo.draws()).isEqualTo(5000);
                Estimate evidence = weights.logEvidence(1);
                close("evidence", evidence.value(), 0, 5 * evidence.standardError());
                assertThat(evidence.standardError()).isPositive().isLessThan(0.01);
                // the other problem is the target itself
                close("elbo", weights.elbo(0).value(), 0, 1e-6);
            }
        }
    }

    /** Whatever constant a function on the host adds, its differences stay: float32 would leave nothing of them. */
    @EveryDevice
    void aLargeConstantLeavesTheRatiosTheirDifferences(Device device) {
        double constant = 0x1p40;
        for (Family kind : Family.values()) {
            try (VariationalFamily q = kind.create(device, 1, 1)) {
                double[] plain = LogWeights.draw(quadratic(0), q, KEY, 100, 1).values(0);
                double[] far =
                        LogWeights.draw(quadratic(constant), q, KEY, 100, 1).values(0);
                for (int s = 0; s < plain.length; s++) {
                    close("ratio", far[s] - constant, plain[s], 0x1p-11); // steps of float64 at 2^40: 2^-12
                }
            }
        }
    }

    private static LogJoint quadratic(double constant) {
        return HostLogJoint.ofDraw(List.of("a"), (z, g) -> {
            g[0] = -z[0];
            return constant - z[0] * z[0];
        });
    }

    @EveryDevice
    void chunksAndDevicesDoNotChangeABit(Device device) {
        double[] want = values(TestDevices.scalar(), 1 << 20);
        double[] got = values(device, 1);
        for (int s = 0; s < want.length; s++) {
            same("log weight " + s, got[s], want[s]);
        }
    }

    @EveryDevice
    void moreDrawsKeepTheFirstOnes(Device device) {
        for (Family kind : Family.values()) {
            try (LogJoint target = GaussianTarget.diagonal(device, new double[2], new double[] {1, 1});
                    VariationalFamily q = kind.create(device, 2, 2)) {
                q.set(1, new double[] {0.1, 0}, new double[] {1.1, 0.8});
                LogWeights whole = LogWeights.draw(target, q, KEY, 1000, 1 << 20);
                LogWeights more = LogWeights.draw(target, q, KEY, 37, 1 << 20)
                        .and(LogWeights.draw(target, q, KEY, 37, 63, 1))
                        .and(LogWeights.draw(target, q, KEY, 100, 900, 1 << 20));
                for (int b = 0; b < 2; b++) {
                    assertThat(more.values(b)).isEqualTo(whole.values(b));
                }
            }
        }
    }

    /** More draws than are kept at a time: the same draws, and the same numbers but for the last digits. */
    @Test
    void manyDrawsAreTakenInParts() {
        Device device = TestDevices.scalar();
        for (int draws : new int[] {1, 777, 1 << 20, (1 << 20) + 1, 5 << 19}) {
            try (LogJoint target = GaussianTarget.diagonal(device, new double[1], new double[] {1});
                    VariationalFamily q = Family.meanField().create(device, 1, 1)) {
                q.set(0, new double[] {0.3}, new double[] {0.5});
                Estimate parts = LogWeights.elbo(target, q, KEY, draws, 1 << 24);
                Estimate whole = LogWeights.draw(target, q, KEY, draws, 1 << 24).elbo(0);
                assertThat(parts.draws()).isEqualTo(draws);
                close("elbo of " + draws, parts.value(), whole.value(), 1e-12);
                if (draws == 1) {
                    assertThat(parts.standardError()).isNaN();
                } else {
                    close("error of " + draws, parts.standardError(), whole.standardError(), 1e-14);
                }
            }
        }
    }

    /** S − 1 weights 1 and one w: (S − 1 + w)²/(S·(S − 1 + w²)), which truncation at √S times the mean hides. */
    @Test
    void oneWeightThatStandsOutTakesThePlainEfficiencyDown() {
        double[] f = new double[4096];
        f[77] = Math.log(1000);
        LogWeights weights = LogWeights.of(f);
        close("plain", weights.plainEfficiency(0), 5095.0 * 5095 / 4096 / (4095 + 1e6), 1e-12);
        assertThat(weights.efficiency(0)).isGreaterThan(10 * weights.plainEfficiency(0));
        assertThat(LogWeights.of(new double[100]).plainEfficiency(0)).isEqualTo(1);
        assertThat(LogWeights.of(new double[] {0, Double.NaN}).plainEfficiency(0))
                .isNaN();
    }

    @Test
    void meansOfPartsMerge() {
        Estimate few = LogWeights.mean(new double[] {1, 2, 3});
        Estimate one = LogWeights.mean(new double[] {6});
        for (Estimate merged : new Estimate[] {few.merge(one), one.merge(few)}) {
            close("value", merged.value(), 3, 1e-15);
            close("standard error", merged.standardError(), Math.sqrt(14.0 / 3 / 4), 1e-15);
            assertThat(merged.draws()).isEqualTo(4);
        }
        assertThat(few.merge(LogWeights.mean(new double[] {Double.NaN, 1})).value())
                .isNaN();
    }

    @Test
    void meanAndErrorOfAFewNumbers() {
        Estimate mean = LogWeights.mean(new double[] {1, 2, 3, 6});
        assertThat(mean.value()).isEqualTo(3);
        close("standard error", mean.standardError(), Math.sqrt(14.0 / 3 / 4), 1e-15);
        assertThat(LogWeights.mean(new double[] {5}).standardError()).isNaN();
        assertThat(mean).hasToString("3.0 ± 1.1 (4 draws)");
        assertThat(Estimate.exact(2).standardError()).isZero();
    }

    @Test
    void theEvidenceOfHugeRatiosDoesNotOverflow() {
        Estimate evidence =
                LogWeights.of(new double[] {1000, 1000 + Math.log(3)}).logEvidence(0);
        close("evidence", evidence.value(), 1000 + Math.log(2), 1e-12);
        // the weights 1 and 3: mean 2, standard error 1
        close("standard error", evidence.standardError(), 0.5, 1e-12);
    }

    @Test
    void aRatioOfZeroCountsAndANanShows() {
        double infinity = Double.NEGATIVE_INFINITY;
        assertThat(LogWeights.of(new double[] {0, infinity}).logEvidence(0).value())
                .isEqualTo(-Math.log(2));
        assertThat(LogWeights.of(new double[] {0, infinity}).elbo(0).value()).isEqualTo(infinity);
        assertThat(LogWeights.of(new double[] {0, Double.NaN}).logEvidence(0).value())
                .isNaN();
        assertThat(LogWeights.of(new double[] {infinity, infinity})
                        .logEvidence(0)
                        .value())
                .isEqualTo(infinity);
    }

    @Test
    void noDrawsAreRefused() {
        Device device = TestDevices.scalar();
        try (LogJoint target = GaussianTarget.diagonal(device, new double[2], new double[] {1, 1});
                MeanFieldGaussian q = new MeanFieldGaussian(device, 1, 2)) {
            assertThatThrownBy(() -> LogWeights.draw(target, q, KEY, 0, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("draws is 0, but must be 1 or more");
        }
    }

    private static double[] values(Device device, long workspace) {
        try (LogJoint target = GaussianTarget.diagonal(device, new double[] {1, -1}, new double[] {0.4, 2});
                VariationalFamily q = Family.fullRank().create(device, 2, 2)) {
            q.set(1, new double[] {0.1, 0}, new double[] {1.1, 0.8});
            return LogWeights.draw(target, q, KEY, 300, workspace).values(1);
        }
    }
}

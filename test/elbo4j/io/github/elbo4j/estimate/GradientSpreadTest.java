package io.github.elbo4j.estimate;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.family.FullRankGaussian;
import io.github.elbo4j.family.MeanFieldGaussian;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The variances of gradients of a Gaussian target, in closed form. */
class GradientSpreadTest {
    private static final Key KEY = new Key(7);
    private static final long PLENTY = 1 << 24;
    private static final double HEIGHT = 3;

    /** {@code log p = 3 − z²/2 − log √2π}: three nats over N(0, 1). */
    private static LogJoint target() {
        return HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> {
            gradient[0] = -z[0];
            return HEIGHT - 0.5 * z[0] * z[0] - 0.5 * Math.log(2 * Math.PI);
        });
    }

    private static GradientSpread spread(
            Device device, double m, double s, Gradient kind, Baseline baseline, int draws) {
        try (LogJoint joint = target();
                MeanFieldGaussian q = new MeanFieldGaussian(device, 1, 1)) {
            q.set(0, new double[] {m}, new double[] {s});
            return GradientSpread.of(joint, q, kind, baseline, draws, repeats(device), KEY, PLENTY);
        }
    }

    private static int repeats(Device device) {
        return device.name().equals("cuda") ? 200 : 2000;
    }

    /**
     * g_mu = −z and g_omega = −z·s·epsilon + 1 with z = m + s·epsilon. In units of s, the mean of a gradient over S draws has the
     * variances s⁴/S and (s²m² + 2s⁴)/S; a variance from n values is within 5·√(12/n) of itself, for kurtosis that is not far
     * from that of chi-squared of one degree.
     */
    @EveryDevice
    void reparameterizationHasItsVariance(Device device) {
        double m = 0.5;
        double s = 0.8;
        int draws = 4;
        GradientSpread got = spread(device, m, s, Gradient.REPARAM, Baseline.NONE, draws);
        double[] mean = {-m * s, 1 - s * s};
        double[] variance = {s * s * s * s / draws, (s * s * m * m + 2 * s * s * s * s) / draws};
        double within = 5 * Math.sqrt(12.0 / got.repeats());
        for (int p = 0; p < 2; p++) {
            close("mean " + p, got.mean()[p], mean[p], 5 * Math.sqrt(variance[p] / got.repeats()));
            close("variance " + p, got.variance()[p], variance[p], Math.min(0.6, within) * variance[p]);
        }
        close("total", got.totalVariance(), got.variance()[0] + got.variance()[1], 1e-15);
        close("length", got.length(), Math.hypot(got.mean()[0], got.mean()[1]), 1e-15);
        assertThat(got.seconds()).isPositive();
        assertThat(got.draws()).isEqualTo(draws);
    }

    /** At q = p the path derivative does not vary; f is constant, so the score's weights are 3 without a baseline, else 0. */
    @Test
    void atTheTargetOnlyScoresWithoutBaselineAndReparameterizationVary() {
        Device device = TestDevices.scalar();
        int draws = 8;
        double rounding = 1e-10; // squares of float32 roundings of numbers near 3
        for (Baseline baseline : Baseline.values()) {
            GradientSpread score = spread(device, 0, 1, Gradient.SCORE, baseline, draws);
            if (baseline == Baseline.NONE) {
                double each = HEIGHT * HEIGHT / draws; // Var h_mu = 1, Var h_omega = 2
                assertThat(score.variance()[0]).isCloseTo(each, withinPercentage(20));
                assertThat(score.variance()[1]).isCloseTo(2 * each, withinPercentage(30));
            } else {
                assertThat(score.totalVariance()).as("%s", baseline).isLessThan(rounding);
            }
        }
        assertThat(spread(device, 0, 1, Gradient.PATH, Baseline.NONE, draws).totalVariance())
                .isLessThan(rounding);
        assertThat(spread(device, 0, 1, Gradient.REPARAM, Baseline.NONE, draws).totalVariance())
                .isCloseTo(3.0 / draws, withinPercentage(20));
    }

    @EveryDevice
    void devicesAgreeInEveryBit(Device device) {
        for (Gradient kind : List.of(Gradient.REPARAM, Gradient.PATH, Gradient.SCORE)) {
            GradientSpread here = few(device, kind);
            GradientSpread there = few(TestDevices.scalar(), kind);
            assertThat(here.mean()).isEqualTo(there.mean());
            assertThat(here.variance()).isEqualTo(there.variance());
        }
    }

    private static GradientSpread few(Device device, Gradient kind) {
        try (LogJoint joint = target();
                FullRankGaussian q = new FullRankGaussian(device, 1, 1)) {
            q.set(0, new double[] {0.5}, new double[] {0.8});
            return GradientSpread.of(joint, q, kind, Baseline.RUNNING_MEAN, 5, 30, KEY, PLENTY);
        }
    }

    /** Of a factor: a mean and what is below the diagonal in units of the coordinate's sd, a logarithm as it is. */
    @Test
    void aFullRankGaussianHasUnits() {
        try (FullRankGaussian q = new FullRankGaussian(TestDevices.scalar(), 1, 2)) {
            float[] values = {1, 2, (float) Math.log(3), 0, 4, (float) Math.log(3)};
            float[] units = q.units(values);
            assertThat(units).hasSize(6);
            close("first mean", units[0], 3, 1e-6);
            close("second mean", units[1], 5, 1e-6);
            assertThat(units[2]).isEqualTo(1);
            close("below", units[4], 5, 1e-6);
            assertThat(units[5]).isEqualTo(1);
        }
    }

    @Test
    void whatCannotBeMeasuredIsRefused() {
        assertThatThrownBy(() -> spread(TestDevices.scalar(), 0, 1, Gradient.AUTO, Baseline.NONE, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("AUTO");
    }
}

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
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PathfinderTest {
    private static final Device HOST = TestDevices.scalar();
    /**
     * The best of the last normals is so by 512 draws: of two that differ by a share d of the sds, whose ELBOs differ by d² a dimension, these
     * see d·√(2/512) of noise, so that 3 % may seem as good as none.
     */
    private static final double CLOSE = 0.03;

    /** Correlations of ±0.9, sds from 0.5 to 50, far from where the paths begin. */
    private static GaussianTarget correlated(Device device) {
        double[] sd = {0.5, 50, 2};
        double[][] correlation = {{1, 0.9, -0.9}, {0.9, 1, -0.8}, {-0.9, -0.8, 1}};
        double[][] covariance = new double[3][3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                covariance[i][j] = correlation[i][j] * sd[i] * sd[j];
            }
        }
        return GaussianTarget.full(device, new double[] {3, -40, 1}, covariance);
    }

    @EveryDevice
    void aGaussianIsFound(Device device) {
        FitResult fit;
        try (LogJoint joint = correlated(device)) {
            fit = new Pathfinder().seed(5).fit(device, joint);
        }
        double[] mean = {3, -40, 1};
        double[] sd = {0.5, 50, 2};
        assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
        assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
        for (int d = 0; d < 3; d++) {
            assertThat(fit.posterior().mean(d)).isCloseTo(mean[d], within(CLOSE * sd[d]));
            assertThat(fit.posterior().standardDeviation(d)).isCloseTo(sd[d], within(CLOSE * sd[d]));
        }
        assertThat(fit.elbo().value()).isCloseTo(0, within(3 * CLOSE * CLOSE)); // both densities are normalized
        assertThat(fit.method()).isEqualTo("pathfinder");
        assertThat(fit.family()).isEqualTo("full-rank");
    }

    @EveryDevice
    void itIsTheSameToTheBit(Device device) {
        FitResult here;
        try (LogJoint joint = correlated(device)) {
            here = new Pathfinder().seed(2).fit(device, joint);
        }
        try (Device scalar = Devices.open("scalar");
                LogJoint joint = correlated(scalar)) {
            FitResult there = new Pathfinder().seed(2).fit(scalar, joint);
            assertThat(here.posterior()).isEqualTo(there.posterior());
            assertThat(here.elbo()).isEqualTo(there.elbo());
            assertThat(here.accounts()).isEqualTo(there.accounts());
        }
    }

    /** log p of a hierarchy has no upper bound where its sd goes to zero; the best normal stands on the way, and is no good one. */
    @Test
    void whatHasNoModeHasANormalThatIsNotTrusted() {
        double[] y = {28, 8, -3, 7, -1, 1, 18, 12};
        double[] sigma = {15, 10, 16, 11, 9, 11, 10, 18};
        Model model = Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr theta = m.parameter("theta", Normal.of(mu, m.parameter("tau", HalfNormal.of(5))), 8);
            m.observe(y, Normal.of(theta, Expr.data("sigma", sigma)));
        });
        try (LogJoint joint = model.logJoint(HOST)) {
            FitResult fit = new Pathfinder().fit(HOST, joint);
            assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
            assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
            assertThat(fit.elbo().value()).isFinite();
        }
    }

    @Test
    void manyDimensionsAreIndependent() {
        int dimensions = Pathfinder.DENSE + 5;
        double[] mean = new double[dimensions];
        double[] sd = new double[dimensions];
        Arrays.setAll(mean, d -> d % 7 - 3);
        Arrays.setAll(sd, d -> 0.5 + d % 3);
        try (LogJoint joint = GaussianTarget.diagonal(HOST, mean, sd)) {
            FitResult fit = new Pathfinder().paths(2).fit(HOST, joint);
            assertThat(fit.family()).isEqualTo("mean-field");
            assertThat(fit.verdict()).as(fit.message()).isEqualTo(Verdict.GOOD);
            for (int d = 0; d < dimensions; d++) {
                assertThat(fit.posterior().mean(d)).isCloseTo(mean[d], within(0.1 * sd[d]));
                assertThat(fit.posterior().standardDeviation(d)).isCloseTo(sd[d], within(0.1 * sd[d]));
            }
        }
    }

    @Test
    void withoutAStartItSaysSo() {
        MethodCases.withoutAStartItSaysSo(new Pathfinder());
    }

    @Test
    void aWrongGradientIsFound() {
        MethodCases.aWrongGradientIsFound(new Pathfinder());
        MethodCases.aWrongGradientIsFound(ModeSearch.laplace());
    }

    @Test
    void itStopsWhenAsked() {
        for (int after : new int[] {0, 3, 30}) {
            try (LogJoint joint = correlated(HOST)) {
                MethodCases.itStopsWhenAsked(after, joint, new Pathfinder()::cancelled);
            }
        }
    }

    @Test
    void thereIsAtLeastOnePath() {
        assertThatThrownBy(() -> new Pathfinder().paths(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("paths is 0, but must be 1 or more");
    }
}

package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.Devices;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.PointDensity;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What importance resampling makes of the normals of several paths. */
class PathMixtureTest {
    private static final Device HOST = TestDevices.scalar();
    /** Four standard errors of a share of a half or less, of {@link PathMixture#DRAWS} draws: beyond it is one fit in 16,000. */
    private static final double SHARE = 4 * 0.5 / Math.sqrt(PathMixture.DRAWS);

    /** z ~ N(0.3, 2²) and 4 ~ N(z², 1): two modes, near 2 and −2, of which the right one has more. */
    private static Model twoModes() {
        return Model.define(m -> m.observe(
                new double[] {4}, Normal.of(m.parameter("z", Normal.of(0.3, 2)).square(), 1)));
    }

    /** Of that posterior: the probability of z &gt; 0, its mean and its sd, by quadrature. */
    private static double[] truth() {
        double[] sums = new double[4];
        for (double z = -10; z < 10; z += 1e-3) {
            double p = Math.exp(-(z - 0.3) * (z - 0.3) / 8 - (z * z - 4) * (z * z - 4) / 2);
            double[] numbers = {1, z > 0 ? 1 : 0, z, z * z};
            for (int i = 0; i < 4; i++) {
                sums[i] += p * numbers[i];
            }
        }
        double mean = sums[2] / sums[0];
        return new double[] {sums[1] / sums[0], mean, Math.sqrt(sums[3] / sums[0] - mean * mean)};
    }

    @EveryDevice
    void twoModesHaveTheirWeights(Device device) {
        FitResult fit;
        try (LogJoint joint = twoModes().logJoint(device)) {
            fit = new Pathfinder().seed(1).fit(device, joint);
        }
        assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
        assertThat(fit.verdict()).as("%s", fit.assessment()).isEqualTo(Verdict.GOOD);
        assertThat(fit.family()).isEqualTo("mixture of 2");
        assertThat(fit.message()).startsWith("it is a mixture of 2 normals along 8 L-BFGS paths, moved");
        NormalMixture q = (NormalMixture) fit.posterior();
        int right = q.components().get(0).mean(0) > 0 ? 0 : 1;
        double[] truth = truth();
        assertThat(truth[0]).isBetween(0.55, 0.65);
        assertThat(q.weights()[right]).isCloseTo(truth[0], within(SHARE));
        assertThat(q.mean(0)).isCloseTo(truth[1], within(2 * SHARE * truth[2]));
        assertThat(q.standardDeviation(0)).isCloseTo(truth[2], within(2 * SHARE * truth[2]));
        try (Device scalar = Devices.open("scalar");
                LogJoint joint = twoModes().logJoint(scalar)) {
            FitResult there = new Pathfinder().seed(1).fit(scalar, joint);
            assertThat(fit.posterior()).isEqualTo(there.posterior());
            assertThat(fit.assessment()).isEqualTo(there.assessment());
            assertThat(fit.accounts()).isEqualTo(there.accounts());
        }
    }

    /** {@code log p = 5·z − exp(z)}, the logarithm of a gamma variable: E z = ψ(5) and var z = ψ'(5), where the mode is log 5. */
    @Test
    void oneNormalIsMovedToTheMeanOfASkewedPosterior() {
        FitResult fit = new Pathfinder().fit(HOST, HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> {
            gradient[0] = 5 - Math.exp(z[0]);
            return 5 * z[0] - Math.exp(z[0]);
        }));
        double mean = 1.506117668431800;
        double sd = Math.sqrt(0.221322955737115);
        assertThat(fit.family()).isEqualTo("full-rank");
        assertThat(fit.message()).startsWith("it is the best normal along 8 L-BFGS paths, moved");
        assertThat(Math.log(5) - mean).isGreaterThan(0.2 * sd);
        // four errors of so many draws, and half as much again for weights that are not even
        assertThat(fit.posterior().mean(0)).isCloseTo(mean, within(6 * sd / Math.sqrt(PathMixture.DRAWS)));
        assertThat(fit.posterior().standardDeviation(0)).isCloseTo(sd, within(0.1 * sd));
    }

    private static PathMixture resampled(HostLogJoint joint, StartNormal best, List<StartNormal> others) {
        try (PointDensity density = new PointDensity(HOST, joint)) {
            PathMixture mixture = new PathMixture(joint, density, best, others, new Key(7), () -> false);
            mixture.resample();
            return mixture;
        }
    }

    private static StartNormal normal(double mean, double sd) {
        return StartNormal.correlated(new double[] {mean}, new double[][] {{sd}});
    }

    private static HostLogJoint joint(NormalMixture p) {
        return HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> p.logDensity(z));
    }

    private static Gaussian gaussian(double mean, double sd) {
        return new Gaussian(new double[] {mean}, new double[][] {{sd * sd}});
    }

    /** Where normals overlap, the weights are those of p only if a draw of either is weighted by the density of both. */
    @Test
    void overlappingNormalsHaveTheirWeights() {
        NormalMixture p =
                new NormalMixture(List.of("z"), new double[] {0.8, 0.2}, List.of(gaussian(0, 1), gaussian(2.5, 2)));
        PathMixture mixture = resampled(joint(p), normal(0, 1), List.of(normal(2.5, 2), normal(0.01, 1)));
        NormalMixture q = mixture.mixture();
        assertThat(q.components()).hasSize(2); // the third agrees with the first
        assertThat(q.mean(0)).isCloseTo(p.mean(0), within(SHARE * p.standardDeviation(0)));
        assertThat(q.standardDeviation(0))
                .isCloseTo(p.standardDeviation(0), within(2 * SHARE * p.standardDeviation(0)));
    }

    /** A path that ended where p has next to nothing is no part of q, and where all agree the best normal stays as it is. */
    @Test
    void whatHasNoWeightIsLeftOut() {
        NormalMixture p = new NormalMixture(List.of("z"), new double[] {1}, List.of(gaussian(0, 1)));
        PathMixture mixture = resampled(joint(p), normal(0, 1), List.of(normal(30, 1)));
        assertThat(mixture.mixture().components()).hasSize(1);
        assertThat(mixture.mixture().mean(0)).isCloseTo(0, within(SHARE));
        PathMixture same = resampled(joint(p), normal(0, 1), List.of(normal(0.1, 1), normal(0, 1.1)));
        assertThat(same.taken()).isZero();
        assertThat(same.mixture().components()).containsExactly(normal(0, 1).gaussian());
    }

    /** Without weights nothing is learned: the best normal is the answer. */
    @Test
    void whereNoWeightIsFiniteTheBestNormalStays() {
        HostLogJoint nowhere = HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> Double.NaN);
        PathMixture mixture = resampled(nowhere, normal(0, 1), List.of(normal(30, 1)));
        assertThat(mixture.taken()).isZero();
        assertThat(mixture.mixture().components()).containsExactly(normal(0, 1).gaussian());
    }

    @Test
    void itStopsWhileItResamples() {
        AtomicInteger asked = new AtomicInteger();
        try (LogJoint joint = twoModes().logJoint(HOST)) {
            new Pathfinder().cancelled(() -> asked.incrementAndGet() < 0).fit(HOST, joint);
            FitResult fit = MethodCases.itStopsWhenAsked(asked.get() - 2, joint, new Pathfinder()::cancelled);
            assertThat(fit.message()).isEqualTo("stopped while it resampled");
        }
    }
}

package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.Evidence;
import io.github.elbo4j.estimate.EvidenceBound;
import io.github.elbo4j.estimate.Proposal;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.Standardization;
import java.util.List;
import org.junit.jupiter.api.Test;

class NormalMixtureTest {
    private static final List<String> NAMES = List.of("a", "b");
    private static final Gaussian LEFT = new Gaussian(new double[] {-2, 1}, new double[][] {{1, 0.5}, {0.5, 2}});
    private static final Gaussian RIGHT = new Gaussian(new double[] {3, 0}, new double[][] {{0.25, 0}, {0, 4}});
    private static final NormalMixture MIXTURE =
            new NormalMixture(NAMES, new double[] {0.3, 0.7}, List.of(LEFT, RIGHT));

    /** The density of N(mean, [[a, b], [b, c]]) by the inverse of a 2×2 matrix. */
    private static double density(double[] z, double[] mean, double a, double b, double c) {
        double x = z[0] - mean[0];
        double y = z[1] - mean[1];
        double determinant = a * c - b * b;
        double squares = (c * x * x - 2 * b * x * y + a * y * y) / determinant;
        return Math.exp(-squares / 2) / (2 * Math.PI * Math.sqrt(determinant));
    }

    @Test
    void momentsAreThoseOfTheParts() {
        assertThat(MIXTURE.mean(0)).isCloseTo(1.5, within(1e-14));
        assertThat(MIXTURE.mean(1)).isCloseTo(0.3, within(1e-14));
        // E a² = 0.3·(1 + 4) + 0.7·(0.25 + 9), E b² = 0.3·(2 + 1) + 0.7·4, E ab = 0.3·(0.5 − 2)
        assertThat(MIXTURE.standardDeviation(0)).isCloseTo(Math.sqrt(7.975 - 2.25), within(1e-14));
        assertThat(MIXTURE.covariance(1, 1)).isCloseTo(3.7 - 0.09, within(1e-14));
        assertThat(MIXTURE.covariance()[0][1]).isCloseTo(-0.45 - 0.45, within(1e-14));
        assertThat(MIXTURE.moments().covariance(1, 0)).isEqualTo(MIXTURE.covariance(0, 1));
    }

    @Test
    void theDensityIsTheSum() {
        double[] z = {0.7, -0.4};
        double sum =
                0.3 * density(z, new double[] {-2, 1}, 1, 0.5, 2) + 0.7 * density(z, new double[] {3, 0}, 0.25, 0, 4);
        assertThat(MIXTURE.logDensity(z)).isCloseTo(Math.log(sum), within(1e-13));
        assertThat(MIXTURE.logDensity(new double[] {1e4, 0})).isBetween(-1e9, -1e7); // where both underflow
    }

    /** The share below a quantile, by Simpson's rule over the density of each part. */
    @Test
    void quantilesHaveTheirShareBelow() {
        for (double p : new double[] {1e-4, 0.05, 0.3, 0.31, 0.5, 0.95, 0.9999}) {
            double q = MIXTURE.quantile(0, p);
            double share = 0.3 * below((q + 2) / 1) + 0.7 * below((q - 3) / 0.5);
            assertThat(share).isCloseTo(p, within(1e-9));
        }
        NormalMixture one = new NormalMixture(NAMES, new double[] {1}, List.of(LEFT));
        assertThat(one.quantile(1, 0.9)).isCloseTo(1 + 1.2815515655446004 * Math.sqrt(2), within(1e-12));
    }

    private static double below(double t) {
        int n = 20_000;
        double from = -12;
        double step = (t - from) / n;
        double sum = 0;
        for (int i = 0; i <= n; i++) {
            double x = from + i * step;
            sum += Math.exp(-x * x / 2) * (i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2);
        }
        return sum * step / 3 / Math.sqrt(2 * Math.PI);
    }

    /** Of 20,000 draws means, shares and covariances are within 4.5 standard errors: of five numbers one is further once in 30,000 runs. */
    @Test
    void drawsHaveItsMoments() {
        int count = 20_000;
        double[][] z = MIXTURE.draws(new Key(3), count);
        double left = 0;
        double[] sum = new double[5];
        double[] squares = new double[5];
        for (double[] each : z) {
            double a = each[0] - 1.5;
            double b = each[1] - 0.3;
            double[] numbers = {each[0], each[1], a * a, b * b, a * b};
            for (int i = 0; i < 5; i++) {
                sum[i] += numbers[i] / count;
                squares[i] += numbers[i] * numbers[i] / count;
            }
            left += each[0] < 1 ? 1.0 / count : 0; // the parts hardly mix: 0.3·Phi(3) + 0.7·Phi(−4)
        }
        double[] want = {1.5, 0.3, 5.725, 3.61, -0.9};
        for (int i = 0; i < 5; i++) {
            double error = Math.sqrt((squares[i] - sum[i] * sum[i]) / count);
            assertThat(sum[i]).isCloseTo(want[i], within(4.5 * error));
        }
        assertThat(left).isCloseTo(0.29962, within(4.5 * Math.sqrt(0.21 / count)));
        assertThat(MIXTURE.draws(new Key(3), 5)).isDeepEqualTo(java.util.Arrays.copyOf(z, 5));
    }

    /** Of the mixture's own density every weight is 1, whatever the device's float32 makes of the draws; blocks are cut as one likes. */
    @EveryDevice
    void theEvidenceIsEstimatedFromIt(Device device) {
        HostLogJoint joint = HostLogJoint.ofDraw(NAMES, (z, gradient) -> MIXTURE.logDensity(z) - 3);
        try (Proposal proposal = MIXTURE.proposal(device)) {
            Evidence found = Evidence.of(joint, proposal, new Key(2), 3000, List.of(EvidenceBound.logMean()));
            assertThat(found.get(EvidenceBound.logMean()).estimate().value()).isCloseTo(-3, within(1e-12));
            assertThat(found.get(EvidenceBound.logMean()).estimate().standardError())
                    .isCloseTo(0, within(1e-12));
        }
        // of another density than its own: twice as much of the left part, half of the right one
        HostLogJoint other = HostLogJoint.ofDraw(
                NAMES,
                (z, gradient) -> Math.log(0.6 * density(z, new double[] {-2, 1}, 1, 0.5, 2)
                        + 0.4 * density(z, new double[] {3, 0}, 0.25, 0, 4)));
        try (Proposal proposal = MIXTURE.proposal(device)) {
            Estimate found = Evidence.of(other, proposal, new Key(2), 3000, List.of(EvidenceBound.logMean()))
                    .get(EvidenceBound.logMean())
                    .estimate();
            assertThat(found.standardError()).isBetween(0.005, 0.02);
            assertThat(found.value()).isCloseTo(0, within(5 * found.standardError()));
        }
    }

    @Test
    void oneComponentDrawsAsAGaussian() {
        NormalMixture one = new NormalMixture(NAMES, new double[] {1}, List.of(LEFT));
        GaussianPosterior same = new GaussianPosterior(NAMES, LEFT);
        assertThat(one.draws(new Key(8), 50)).isDeepEqualTo(same.draws(new Key(8), 50));
    }

    @Test
    void anAffineMapMovesEveryPart() {
        Standardization.Affine map =
                new Standardization.Affine(new double[] {10, 0}, new double[] {2, 3}, new double[] {0, 1});
        NormalMixture moved = MIXTURE.affine(map); // a' = 10 + 2·a + b, b' = 3·b
        assertThat(moved.mean(0)).isCloseTo(10 + 3 + 0.3, within(1e-12));
        assertThat(moved.covariance(0, 0)).isCloseTo(4 * 5.725 + 3.61 + 4 * -0.9, within(1e-12));
        assertThat(moved.covariance(0, 1)).isCloseTo(6 * -0.9 + 3 * 3.61, within(1e-12));
        assertThat(moved.weights()).containsExactly(0.3, 0.7);
    }

    @Test
    void itIsAValue() {
        NormalMixture same = new NormalMixture(NAMES, new double[] {0.3, 0.7}, List.of(LEFT, RIGHT));
        assertThat(same).isEqualTo(MIXTURE).hasSameHashCodeAs(MIXTURE);
        assertThat(new NormalMixture(NAMES, new double[] {0.3, 0.7}, List.of(RIGHT, LEFT)))
                .isNotEqualTo(MIXTURE);
        assertThat(MIXTURE.toString()).startsWith("mixture of 2: 0.300 of Gaussian of 2 coordinates");
        MIXTURE.weights()[0] = 9;
        assertThat(MIXTURE.weights()[0]).isEqualTo(0.3);
    }

    @Test
    void badArguments() {
        refused(
                new double[] {0.3, 0.6},
                List.of(LEFT, RIGHT),
                "the weights add up to 0.8999999999999999, but must to 1");
        refused(new double[] {0, 1}, List.of(LEFT, RIGHT), "a weight is 0.0, but must be above 0");
        refused(new double[] {Double.NaN, 1}, List.of(LEFT, RIGHT), "a weight is NaN");
        refused(new double[] {1}, List.of(LEFT, RIGHT), "there are 1 weights for 2 components");
        refused(new double[0], List.of(), "there are 0 weights for 0 components");
        Gaussian wide = Gaussian.independent(new double[3], new double[] {1, 1, 1});
        refused(new double[] {1}, List.of(wide), "there are 2 names, but a component has 3 coordinates");
        assertThatThrownBy(() -> MIXTURE.draws(new Key(1), -1)).hasMessage("count is -1, but must be 0 or more");
    }

    private static void refused(double[] weights, List<Gaussian> components, String words) {
        assertThatThrownBy(() -> new NormalMixture(NAMES, weights, components))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }
}

package io.github.elbo4j.conjugate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.model.Standardization;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegressionPosteriorTest {
    private static final List<String> NAMES = List.of("a", "b", "log noise sd");
    private static final Gaussian COEFFICIENTS = new Gaussian(new double[] {1, -2}, new double[][] {{4, 1}, {1, 9}});
    private static final NoisePrecision NOISE = new NoisePrecision(4, 2);

    private static RegressionPosterior posterior(boolean inUnitsOfNoise) {
        return new RegressionPosterior(NAMES, COEFFICIENTS, inUnitsOfNoise, NOISE);
    }

    /** Of one coefficient and log s, over a grid: mass, moments, and the share below a quantile. */
    @Test
    void theDensityHasTheStatedMarginals() {
        for (boolean inUnitsOfNoise : new boolean[] {false, true}) {
            RegressionPosterior q = new RegressionPosterior(
                    List.of("a", "s"),
                    Gaussian.independent(new double[] {0.5}, new double[] {1.5}),
                    inUnitsOfNoise,
                    NOISE);
            double h = 0.02;
            double[] sums = new double[5];
            double quantile = q.quantile(0, 0.9);
            for (double a = -60; a < 60; a += h) {
                for (double s = -2.5; s < 3; s += h) {
                    double mass = h * h * Math.exp(q.logDensity(new double[] {a, s}));
                    sums[0] += mass;
                    sums[1] += mass * a;
                    sums[2] += mass * (a - 0.5) * (a - 0.5);
                    sums[3] += a < quantile ? mass : 0;
                    sums[4] += mass * s;
                }
            }
            assertThat(sums[0]).isCloseTo(1, within(1e-5));
            assertThat(sums[1]).isCloseTo(q.mean(0), within(1e-5));
            assertThat(Math.sqrt(sums[2])).isCloseTo(q.standardDeviation(0), within(1e-3));
            assertThat(sums[3]).isCloseTo(0.9, within(0.01 * h / 0.02));
            assertThat(sums[4]).isCloseTo(q.mean(1), within(1e-5));
        }
    }

    @Test
    void aCoefficientIsStudentT() {
        RegressionPosterior q = posterior(true);
        // √(9·2/4) times the quantile of t with 8 degrees of freedom, from a table
        assertThat(q.quantile(1, 0.95)).isCloseTo(-2 + Math.sqrt(4.5) * 1.8595480375308973, within(1e-12));
        assertThat(q.standardDeviation(1)).isCloseTo(Math.sqrt(9 * 2 / 3.0), within(1e-14));
        assertThat(q.correlation(0, 1)).isCloseTo(1 / 6.0, within(1e-14));
        assertThat(q.covariance(0, 2)).isZero();
    }

    /** Five standard errors; a product of two t variables of 8 degrees has about three times a normal's. */
    @Test
    void drawsHaveItsMoments() {
        int count = 20_000;
        for (boolean inUnitsOfNoise : new boolean[] {false, true}) {
            RegressionPosterior q = posterior(inUnitsOfNoise);
            double[][] draws = q.draws(new Key(9), count);
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j <= i; j++) {
                    double sum = 0;
                    for (double[] z : draws) {
                        sum += (z[i] - q.mean(i)) * (z[j] - q.mean(j));
                    }
                    double unit = q.standardDeviation(i) * q.standardDeviation(j);
                    assertThat(sum / count / unit)
                            .as(i + ", " + j)
                            .isCloseTo(q.covariance(i, j) / unit, within(15 / Math.sqrt(count)));
                }
            }
            assertThat(q.draws(new Key(9), 7)).isDeepEqualTo(Arrays.copyOf(draws, 7));
            assertThat(q.draws(new Key(10), 7)).isNotEqualTo(Arrays.copyOf(draws, 7));
        }
    }

    /** y = A·z: densities differ by log |det A|, quantiles and draws move along. */
    @Test
    void itMovesWithTheScaleOfTheData() {
        Standardization.Affine map = new Standardization.Affine(
                new double[] {3, 0, Math.log(5)}, new double[] {5, 2, 1}, new double[] {0, -1.5, 0});
        for (boolean inUnitsOfNoise : new boolean[] {false, true}) {
            RegressionPosterior q = posterior(inUnitsOfNoise);
            RegressionPosterior moved = q.affine(map);
            double[][] z = q.draws(new Key(1), 20);
            double[][] y = moved.draws(new Key(1), 20);
            for (int s = 0; s < 20; s++) {
                double[] want = {3 + 5 * z[s][0] - 1.5 * z[s][1], 2 * z[s][1], z[s][2] + Math.log(5)};
                assertThat(moved.logDensity(want)).isCloseTo(q.logDensity(z[s]) - Math.log(10), within(1e-11));
                assertThat(y[s][2]).isCloseTo(want[2], within(1e-12));
            }
            assertThat(moved.mean()).containsExactly(new double[] {11, -4, q.mean(2) + Math.log(5)}, within(1e-12));
            assertThat(moved.quantile(1, 0.3)).isCloseTo(2 * q.quantile(1, 0.3), within(1e-12));
            assertThat(moved.quantile(2, 0.3)).isCloseTo(q.quantile(2, 0.3) + Math.log(5), within(1e-12));
            assertThat(moved.covariance(0, 1))
                    .isCloseTo(10 * q.covariance(0, 1) - 3 * q.covariance(1, 1), within(1e-10));
        }
    }

    @Test
    void equalNumbersAreEqualPosteriors() {
        assertThat(posterior(true))
                .isEqualTo(posterior(true))
                .hasSameHashCodeAs(posterior(true))
                .isNotEqualTo(posterior(false));
        assertThat(posterior(false).quantile(0, 0.05))
                .isEqualTo(new GaussianPosterior(List.of("a", "b"), COEFFICIENTS).quantile(0, 0.05));
    }

    @Test
    void whatItCannotDoIsSaid() {
        RegressionPosterior q = posterior(true);
        Standardization.Affine doubled =
                new Standardization.Affine(new double[3], new double[] {1, 1, 2}, new double[3]);
        assertThatThrownBy(() -> q.affine(doubled)).hasMessageContaining("leave log noise sd but for a shift");
        assertThatThrownBy(() -> q.affine(new Standardization.Affine(new double[1], new double[1], new double[1])))
                .hasMessageContaining("must be of all 3 parameters");
        assertThatThrownBy(() -> new RegressionPosterior(NAMES, COEFFICIENTS, true, new NoisePrecision(1, 1)))
                .hasMessageContaining("the shape of the noise is 1.0, but must be above 1");
        assertThatThrownBy(() -> new RegressionPosterior(List.of("a"), COEFFICIENTS, true, NOISE))
                .hasMessageContaining("there are 1 names");
        assertThatThrownBy(() -> q.logDensity(new double[2])).hasMessage("z has 2 elements, but must have 3");
        assertThatThrownBy(() -> q.draws(new Key(0), -1)).hasMessage("count is -1, but must be 0 or more");
        assertThatThrownBy(() -> q.quantile(0, 0)).hasMessageContaining("p is 0.0");
    }
}

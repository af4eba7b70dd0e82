package io.github.elbo4j.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.device.Key;
import java.util.List;
import org.junit.jupiter.api.Test;

class GaussianMixtureTest {
    private static final GaussianMixture TWO = new GaussianMixture(
            List.of("x"), new double[] {0.25, 0.75}, new double[][] {{-1}, {2}}, new double[][][] {{{0.25}}, {{4}}});

    @Test
    void itsDensityIsTheSumOfTheComponents() {
        double want = 0.25 * normal(0.3, -1, 0.5) + 0.75 * normal(0.3, 2, 2);
        assertThat(TWO.density(0.3)).isCloseTo(want, within(1e-15));
        assertThat(TWO.responsibilities(0.3)[0]).isCloseTo(0.25 * normal(0.3, -1, 0.5) / want, within(1e-15));
        // The trapezoid rule on a smooth function that ends in nothing is exact but for rounding.
        double mass = 0;
        for (int i = -4000; i <= 4000; i++) {
            mass += 0.01 * TWO.density(0.01 * i);
        }
        assertThat(mass).isCloseTo(1, within(1e-12));
    }

    private static double normal(double x, double mean, double sd) {
        return Math.exp(-0.5 * (x - mean) * (x - mean) / (sd * sd)) / (sd * Math.sqrt(2 * Math.PI));
    }

    /** By the determinant and the inverse of a matrix of two, written out. */
    @Test
    void aFullCovarianceIsThatOfTheDensity() {
        double[][] covariance = {{2, 0.6}, {0.6, 0.5}};
        GaussianMixture one = new GaussianMixture(
                List.of("a", "b"), new double[] {1}, new double[][] {{1, -1}}, new double[][][] {covariance});
        double determinant = 2 * 0.5 - 0.36;
        double u = 0.7 - 1;
        double v = -0.2 + 1;
        double q = (0.5 * u * u - 2 * 0.6 * u * v + 2 * v * v) / determinant;
        double want = -0.5 * q - Math.log(2 * Math.PI) - 0.5 * Math.log(determinant);
        assertThat(one.logDensity(0.7, -0.2)).isCloseTo(want, within(1e-14));
    }

    @Test
    void farFromAllComponentsTheLogDensityIsFinite() {
        assertThat(TWO.density(1e6)).isZero();
        assertThat(TWO.logDensity(1e6)).isCloseTo(-0.125e12, within(1e6));
        assertThat(TWO.responsibilities(1e6)).containsExactly(0, 1);
    }

    /** 20,000 draws: shares, means and variances within five standard errors, a false alarm in some 300,000 runs. */
    @Test
    void drawsHaveTheSharesMeansAndCovariancesOfTheComponents() {
        GaussianMixture mixture = Problems.mixture(3, 3, 2);
        int count = 20_000;
        List<GaussianMixture.Draw> draws = mixture.sample(new Key(5), count);
        for (int k = 0; k < 3; k++) {
            int own = k;
            List<double[]> rows = draws.stream()
                    .filter(draw -> draw.component() == own)
                    .map(GaussianMixture.Draw::x)
                    .toList();
            double n = rows.size();
            double weight = mixture.weight(k);
            assertThat(n / count).isCloseTo(weight, within(5 * Math.sqrt(weight * (1 - weight) / count)));
            double[] mean = mixture.mean(k);
            double[][] covariance = mixture.covariance(k);
            for (int i = 0; i < 2; i++) {
                int at = i;
                double sd = Math.sqrt(covariance[i][i]);
                double average = rows.stream().mapToDouble(x -> x[at]).average().orElseThrow();
                assertThat(average).isCloseTo(mean[i], within(5 * sd / Math.sqrt(n)));
                for (int j = 0; j <= i; j++) {
                    int other = j;
                    double product = rows.stream()
                            .mapToDouble(x -> (x[at] - mean[at]) * (x[other] - mean[other]))
                            .average()
                            .orElseThrow();
                    double spread =
                            Math.sqrt((covariance[i][i] * covariance[j][j] + covariance[i][j] * covariance[i][j]) / n);
                    assertThat(product).isCloseTo(covariance[i][j], within(5 * spread));
                }
            }
        }
    }

    @Test
    void moreDrawsKeepTheFirstOnes() {
        assertThat(TWO.sample(new Key(1), 7).get(6).x())
                .isEqualTo(TWO.sample(new Key(1), 100).get(6).x());
        assertThat(TWO.sample(new Key(1), 7).get(6).x())
                .isNotEqualTo(TWO.sample(new Key(2), 7).get(6).x());
    }

    @Test
    void itIsAValue() {
        double[] weights = {0.25, 0.75};
        GaussianMixture same =
                new GaussianMixture(List.of("x"), weights, new double[][] {{-1}, {2}}, new double[][][] {{{0.25}}, {{4}}
                });
        weights[0] = 7;
        same.mean(0)[0] = 7;
        same.covariance(0)[0][0] = 7;
        assertThat(same).isEqualTo(TWO).hasSameHashCodeAs(TWO);
        assertThat(same)
                .isNotEqualTo(new GaussianMixture(
                        List.of("x"), new double[] {0.25, 0.75}, new double[][] {{-1}, {2}}, new double[][][] {
                            {{0.25}}, {{5}}
                        }));
    }

    @Test
    void whatIsNoMixtureIsRefused() {
        refused("the weights have the sum 1.5, but must have 1", new double[] {0.75, 0.75}, 1, 1);
        refused("the weight of component 1 is -0.5, but must be in [0, 1]", new double[] {-0.5, 1.5}, 1, 1);
        refused("the covariance of component 2 is not positive definite", new double[] {0.5, 0.5}, 1, 0);
        refused("the covariance of component 1 is not positive definite", new double[] {0.5, 0.5}, Double.NaN, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TWO.logDensity(1, 2))
                .withMessage("x has 2 elements, but must have 1: [x]");
    }

    private static void refused(String message, double[] weights, double first, double second) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GaussianMixture(
                        List.of("x"), weights, new double[][] {{-1}, {2}}, new double[][][] {{{first}}, {{second}}}))
                .withMessage(message);
    }
}

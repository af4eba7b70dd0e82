package io.github.elbo4j.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.device.Key;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is predicted by the posterior of a mixture. */
class MixtureDensityTest {
    private static MixturePosterior posterior(Covariances covariances) {
        boolean full = covariances == Covariances.FULL;
        return MixturePosterior.of(
                List.of("a", "b"),
                covariances,
                new double[] {6, 3},
                new double[][] {{0, 1}, {4, -2}},
                new double[] {5, 2.5},
                new double[] {7, 9},
                new double[][][] {
                    {{8, full ? 2.5 : 0}, {full ? 2.5 : 0, 4}}, {{3, full ? -1.5 : 0}, {full ? -1.5 : 0, 6}}
                });
    }

    /**
     * The mean over draws of the parameters of the density that they give. Of 200,000 draws; a fifth standard error is passed with
     * probability 6e-7 a point, and there are five.
     */
    @ParameterizedTest
    @EnumSource(Covariances.class)
    void thePredictiveDensityIsTheMeanOverThePosterior(Covariances covariances) {
        MixturePosterior posterior = posterior(covariances);
        MixtureDensity predictive = posterior.predictive();
        int draws = 200_000;
        double[][] z = posterior.draws(new Key(11), draws);
        for (double[] x : new double[][] {{0, 1}, {4, -2}, {2, 0}, {-3, 3}, {5, -4}}) {
            double sum = 0;
            double squares = 0;
            for (double[] each : z) {
                double p = density(covariances, each, x);
                sum += p;
                squares += p * p;
            }
            double mean = sum / draws;
            double error = Math.sqrt((squares / draws - mean * mean) / draws);
            assertThat(Math.exp(predictive.logDensity(x))).isCloseTo(mean, within(5 * error));
            assertThat(error).isLessThan(0.02 * mean);
        }
    }

    /** Written out for two components of two columns: weights, means, then variance, (covariance,) variance of each. */
    private static double density(Covariances covariances, double[] z, double[] x) {
        double sum = 0;
        boolean full = covariances == Covariances.FULL;
        for (int k = 0; k < 2; k++) {
            int at = 6 + k * (full ? 3 : 2);
            double a = z[at];
            double c = full ? z[at + 1] : 0;
            double b = z[at + (full ? 2 : 1)];
            double u = x[0] - z[2 + 2 * k];
            double v = x[1] - z[3 + 2 * k];
            double determinant = a * b - c * c;
            double squares = (b * u * u - 2 * c * u * v + a * v * v) / determinant;
            sum += z[k] * Math.exp(-0.5 * squares) / (2 * Math.PI * Math.sqrt(determinant));
        }
        return sum;
    }

    @Test
    void oneComponentOfOneColumnIsStudentsT() {
        MixturePosterior one = MixturePosterior.of(
                List.of("a"),
                Covariances.FULL,
                new double[] {3},
                new double[][] {{1}},
                new double[] {4},
                new double[] {5},
                new double[][][] {{{10}}});
        // five degrees of freedom, the squared scale 10·(4 + 1)/(4·5)
        assertThat(one.predictive().logDensity(2.5)).isCloseTo(LOG_T, within(1e-12));
        assertThat(one.predictive().responsibilities(2.5)).containsExactly(1);
    }

    /** At 1.5 from the location: log Γ(3) − log Γ(5/2) − log(5π)/2 − log(5/2)/2 − 3·log(1 + 1.5²/(5/2·5)). */
    private static final double LOG_T = Math.log(2)
            - Math.log(0.75 * Math.sqrt(Math.PI))
            - 0.5 * Math.log(5 * Math.PI)
            - 0.5 * Math.log(2.5)
            - 3 * Math.log1p(2.25 / 12.5);

    /**
     * The share of rows in a rectangle beside the midpoint rule over the density there, and of rows of each component beside its
     * weight. Of 40,000 rows; a fifth standard error is passed with probability 6e-7.
     */
    @ParameterizedTest
    @EnumSource(Covariances.class)
    void rowsAreDrawnFromTheDensity(Covariances covariances) {
        MixtureDensity density = posterior(covariances).predictive();
        int rows = 40_000;
        int first = 0;
        int inside = 0;
        for (MixtureDensity.Draw draw : density.sample(new Key(3), rows)) {
            first += draw.component() == 0 ? 1 : 0;
            double[] x = draw.x();
            inside += x[0] > -1 && x[0] < 3 && x[1] > 0 && x[1] < 2 ? 1 : 0;
        }
        int cells = 200;
        double mass = 0;
        for (int i = 0; i < cells; i++) {
            for (int j = 0; j < cells; j++) {
                double[] x = {-1 + 4 * (i + 0.5) / cells, 2 * (j + 0.5) / cells};
                mass += Math.exp(density.logDensity(x)) * 8 / cells / cells;
            }
        }
        assertThat((double) inside / rows).isCloseTo(mass, within(5 * Math.sqrt(mass * (1 - mass) / rows)));
        assertThat((double) first / rows).isCloseTo(2 / 3.0, within(5 * Math.sqrt(2 / 9.0 / rows)));
    }

    @Test
    void numbersThatMakeNoPosteriorAreRefused() {
        double[][] location = {{0}};
        double[][][] scale = {{{1}}};
        for (double[] bad : new double[][] {{0, 1, 1}, {1, 0, 1}, {1, 1, 0}, {Double.NaN, 1, 1}, {1, 1, Double.NaN}}) {
            assertThatThrownBy(() -> MixturePosterior.of(
                            List.of("a"),
                            Covariances.FULL,
                            new double[] {bad[0]},
                            location,
                            new double[] {bad[1]},
                            new double[] {bad[2]},
                            scale))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("component 1 has the concentration");
        }
        assertThatThrownBy(() -> posterior(Covariances.FULL).predictive().logDensity(1))
                .hasMessageContaining("x has 1 elements, but must have 2: [a, b]");
    }

    @Test
    void aSumOfExponentialsIsByTheLargest() {
        assertThat(MixtureDensity.logSum(new double[] {-1000, -1000})).isEqualTo(-1000 + Math.log(2));
        assertThat(MixtureDensity.logSum(new double[] {1000, Double.NEGATIVE_INFINITY}))
                .isEqualTo(1000);
        double none = Double.NEGATIVE_INFINITY;
        assertThat(MixtureDensity.logSum(new double[] {none, none})).isEqualTo(none);
        assertThat(MixtureDensity.logSum(new double[] {0, Double.NaN})).isNaN();
    }
}

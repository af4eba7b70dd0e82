package io.github.elbo4j.conjugate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.device.Key;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NoisePrecisionTest {
    private static final NoisePrecision[] CASES = {
        new NoisePrecision(0.4, 2), new NoisePrecision(1, 1), new NoisePrecision(7, 0.1), new NoisePrecision(5e4, 3e9)
    };

    /** By sums over a grid: mass, mean, variance, and the share below a quantile. */
    @Test
    void theDensityOfLogSdHasTheStatedMoments() {
        for (NoisePrecision noise : CASES) {
            double mean = noise.logSdMean();
            double sd = noise.logSdStandardDeviation();
            double[] sums = new double[4];
            double quantile = noise.logSdQuantile(0.3);
            double h = sd / 2000;
            for (double v = mean - 12 * sd; v < mean + 60 * sd; v += h) {
                double mass = h * Math.exp(noise.logSdLogDensity(v));
                sums[0] += mass;
                sums[1] += mass * v;
                sums[2] += mass * (v - mean) * (v - mean);
                sums[3] += v < quantile ? mass : 0;
            }
            assertThat(sums[0]).as(noise.toString()).isCloseTo(1, within(1e-6));
            assertThat((sums[1] - mean) / sd).isCloseTo(0, within(1e-4 + 1e-6 * Math.abs(mean / sd)));
            assertThat(Math.sqrt(sums[2]) / sd).isCloseTo(1, within(1e-4));
            assertThat(sums[3]).isCloseTo(0.3, within(1e-3));
        }
    }

    /** Means and standard deviations of 20,000 draws, within 5 standard errors; and their quantiles. */
    @Test
    void drawsHaveThisDistribution() {
        int count = 20_000;
        for (NoisePrecision noise : CASES) {
            double[] draws = noise.logSdDraws(new Key(3), count);
            double mean = Arrays.stream(draws).average().orElseThrow();
            double sd = noise.logSdStandardDeviation();
            assertThat((mean - noise.logSdMean()) / sd).as(noise.toString()).isCloseTo(0, within(5 / Math.sqrt(count)));
            for (double p : new double[] {0.05, 0.5, 0.95}) {
                double quantile = noise.logSdQuantile(p);
                double share = Arrays.stream(draws).filter(d -> d < quantile).count() / (double) count;
                assertThat(share).isCloseTo(p, within(5 * Math.sqrt(p * (1 - p) / count)));
            }
            assertThat(noise.logSdDraws(new Key(3), 100)).isEqualTo(Arrays.copyOf(draws, 100));
        }
    }

    @Test
    void itIsFoundFromTheMomentsOfLogSd() {
        for (double sd : new double[] {0.001, 0.1, 1, 5, 40}) {
            NoisePrecision noise = NoisePrecision.ofLogSd(-0.7, sd);
            assertThat(noise.logSdMean()).isCloseTo(-0.7, within(1e-9 * Math.max(1, sd)));
            assertThat(noise.logSdStandardDeviation()).isCloseTo(sd, within(1e-9 * sd));
        }
    }

    /** KL by a sum over a grid of log s. */
    @Test
    void klIsTheMeanOfTheLogRatio() {
        NoisePrecision p = new NoisePrecision(3, 2);
        NoisePrecision q = new NoisePrecision(5, 4.5);
        double kl = 0;
        for (double v = -6; v < 8; v += 1e-4) {
            kl += 1e-4 * Math.exp(q.logSdLogDensity(v)) * (q.logSdLogDensity(v) - p.logSdLogDensity(v));
        }
        assertThat(q.kl(p)).isCloseTo(kl, within(1e-9));
    }

    @Test
    void whatIsNoGammaDistributionIsRefused() {
        assertThatThrownBy(() -> new NoisePrecision(0, 1)).hasMessage("shape is 0.0, but must be positive and finite");
        assertThatThrownBy(() -> new NoisePrecision(1, Double.NaN))
                .hasMessage("rate is NaN, but must be positive and finite");
        assertThatThrownBy(() -> new NoisePrecision(1, 1).logSdQuantile(1))
                .hasMessage("p is 1.0, but must be above 0 and below 1");
        assertThatThrownBy(() -> NoisePrecision.ofLogSd(0, 0)).hasMessageContaining("sd is 0.0");
    }
}

package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.conjugate.ExactRegression;
import io.github.elbo4j.conjugate.NoisePrecision;
import io.github.elbo4j.conjugate.NormalRegression;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.PriorPredictive;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Simulation-based calibration (Talts et al. 2018): of parameters from the prior and data from these, the rank of the parameter
 * among draws of the posterior is uniform. Ranks among 99 draws fall into ten bins; chi-squared with nine degrees of
 * freedom is above 33.7 once in 10,000 times, and a test looks at two parameters. Seeds are fixed.
 */
class CalibrationTest {
    private static final Device DEVICE = TestDevices.scalar();
    private static final int DRAWS = 99;
    private static final int BINS = 10;
    private static final double LIMIT = 33.7;

    private static int rank(double value, double[][] draws, int i) {
        int rank = 0;
        for (double[] draw : draws) {
            rank += draw[i] < value ? 1 : 0;
        }
        return rank;
    }

    private static double chiSquared(int[] counts) {
        double all = 0;
        for (int count : counts) {
            all += count;
        }
        double expected = all / BINS;
        double sum = 0;
        for (int count : counts) {
            sum += (count - expected) * (count - expected) / expected;
        }
        return sum;
    }

    /** A line with a known noise: the posterior is normal, so a full-rank fit is it. */
    @Test
    void stochasticFitsOfALine() {
        double[] x = {-1, -0.5, 0, 0.3, 1.2, 2};
        double[] unknown = new double[x.length];
        PriorPredictive prior = line(x, unknown).priorPredictive(3, 150);
        int[][] counts = new int[2][BINS];
        for (int s = 0; s < 150; s++) {
            try (LogJoint joint =
                    line(x, prior.observed().values().iterator().next()[s]).logJoint(DEVICE)) {
                FitResult fit =
                        Sgvi.builder().seed(s).evaluationDraws(64).build().fit(DEVICE, joint);
                double[][] draws = fit.posterior().draws(new Key(1000 + s), DRAWS);
                for (int i = 0; i < 2; i++) {
                    counts[i][rank(prior.coordinates()[s][i], draws, i) * BINS / (DRAWS + 1)]++;
                }
            }
        }
        assertThat(chiSquared(counts[0])).isLessThan(LIMIT);
        assertThat(chiSquared(counts[1])).isLessThan(LIMIT);
    }

    private static Model line(double[] x, double[] y) {
        return Model.define(m -> {
            Expr a = m.parameter("a", Normal.of(1, 2));
            Expr b = m.parameter("b", Normal.of(-1, 0.5));
            m.observe(y, Normal.of(Expr.data("x", x).times(b).plus(a), 0.7));
        });
    }

    /** A mean and a noise that are both unknown, in closed form: Student t and the log of a gamma. */
    @Test
    void exactPosteriorsOfAMeanAndANoise() {
        NoisePrecision noise = new NoisePrecision(3, 2);
        int[][] counts = new int[2][BINS];
        for (int s = 0; s < 1000; s++) {
            SplittableRandom random = new SplittableRandom(s);
            double precision = 0; // Gamma(3, 2): a sum of three exponentials
            for (int i = 0; i < 3; i++) {
                precision -= Math.log(1 - random.nextDouble()) / 2;
            }
            double sd = 1 / Math.sqrt(precision);
            double mean = 0.5 + sd / Math.sqrt(4) * random.nextGaussian();
            double[] y = new double[5];
            for (int n = 0; n < y.length; n++) {
                y[n] = mean + sd * random.nextGaussian();
            }
            FitResult fit = new ExactRegression().fit(DEVICE, NormalRegression.normal(y, 0.5, 4, noise));
            double[][] draws = fit.posterior().draws(new Key(s), DRAWS);
            counts[0][rank(mean, draws, 0) * BINS / (DRAWS + 1)]++;
            counts[1][rank(Math.log(sd), draws, 1) * BINS / (DRAWS + 1)]++;
        }
        assertThat(chiSquared(counts[0])).isLessThan(LIMIT);
        assertThat(chiSquared(counts[1])).isLessThan(LIMIT);
    }
}

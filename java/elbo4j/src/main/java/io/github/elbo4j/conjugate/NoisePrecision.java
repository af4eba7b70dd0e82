package io.github.elbo4j.conjugate;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.Special;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.GaussianPosterior;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A gamma distribution of a precision {@code tau = 1/s²}, {@code p(tau) ∝ tau^(shape − 1)·exp(−rate·tau)}: what is conjugate to
 * the noise of a normal model. Reports speak of log s, whose distribution is known in closed form too.
 *
 * @param shape positive; {@code 2·shape} counts as so many observations
 * @param rate positive; {@code rate/shape} is about the variance s²
 */
public record NoisePrecision(double shape, double rate) implements Serializable {
    /** How often a draw may be refused; a refusal is rarer than one in twenty. */
    private static final int ATTEMPTS = 64;

    public NoisePrecision {
        positive("shape", shape);
        positive("rate", rate);
    }

    private static void positive(String name, double value) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be positive and finite");
        }
    }

    /**
     * That under which log s has this mean and this standard deviation: {@code digamma(shape) − log rate = −2·mean} and {@code
     * trigamma(shape) = 4·sd²}.
     *
     * @param sd positive
     */
    public static NoisePrecision ofLogSd(double mean, double sd) {
        positive("sd", sd);
        double target = 4 * sd * sd;
        double log = StrictMath.log(target > 1 ? 1 / Math.sqrt(target) : 1 / target + 0.5);
        for (int i = 0; i < 100; i++) { // by Newton's method in the logarithms, in which trigamma is nearly straight
            double a = StrictMath.exp(log);
            double here = StrictMath.log(Special.trigamma(a) / target);
            double step = 1e-4;
            double slope = (StrictMath.log(Special.trigamma(a * StrictMath.exp(step)) / target) - here) / step;
            log -= here / slope;
            if (Math.abs(here) < 1e-14) {
                break;
            }
        }
        double shape = StrictMath.exp(log);
        return new NoisePrecision(shape, StrictMath.exp(Special.digamma(shape) + 2 * mean));
    }

    /** E[tau]. */
    public double mean() {
        return shape / rate;
    }

    /** E[log tau]. */
    double meanLog() {
        return Special.digamma(shape) - StrictMath.log(rate);
    }

    /** E[log s]. */
    public double logSdMean() {
        return -0.5 * meanLog();
    }

    /** The standard deviation of log s. */
    public double logSdStandardDeviation() {
        return 0.5 * Math.sqrt(Special.trigamma(shape));
    }

    /**
     * The value below which log s lies with probability p.
     *
     * @param p above 0 and below 1
     */
    public double logSdQuantile(double p) {
        if (!(p > 0 && p < 1)) {
            throw new IllegalArgumentException("p is " + p + ", but must be above 0 and below 1");
        }
        // s is small where tau is large; 1 − p is exact where p is not tiny, and no report asks for that
        return -0.5 * (IncompleteGamma.logQuantile(shape, 1 - p) - StrictMath.log(rate));
    }

    /** The log-density of log s. */
    public double logSdLogDensity(double logSd) {
        double logTau = -2 * logSd;
        return StrictMath.log(2) + logNormalizer() + shape * logTau - rate * StrictMath.exp(logTau);
    }

    private double logNormalizer() {
        return shape * StrictMath.log(rate) - Special.logGamma(shape);
    }

    /** KL(this ‖ other). */
    double kl(NoisePrecision other) {
        return (shape - other.shape) * Special.digamma(shape)
                - Special.logGamma(shape)
                + Special.logGamma(other.shape)
                + other.shape * (StrictMath.log(rate) - StrictMath.log(other.rate))
                + shape * (other.rate - rate) / rate;
    }

    /** The same noise in units of which one was {@code exp(log)} before: s is that many times as large. */
    NoisePrecision scaled(double log) {
        return new NoisePrecision(shape, rate * StrictMath.exp(2 * log));
    }

    /**
     * Draws of log s by Marsaglia and Tsang (2000): {@code tau·rate = (a − 1/3)·(1 + c·epsilon)³} where a second normal allows
     * it; for a shape below 1, that of a + 1 times {@code u^(1/a)}. A refused draw takes the normals of the next key.
     */
    double[] logSdDraws(Key key, int count) {
        boolean small = shape < 1;
        double d = (small ? shape + 1 : shape) - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        double[] logSd = new double[count];
        boolean[] done = new boolean[count];
        int left = count;
        for (int attempt = 0; attempt < ATTEMPTS && left > 0; attempt++) {
            double[][] epsilon = normals(key.fork("gamma " + attempt), count, 3);
            for (int s = 0; s < count; s++) {
                double logV = 3 * StrictMath.log(Math.max(0, 1 + c * epsilon[s][0]));
                double accept = 0.5 * epsilon[s][0] * epsilon[s][0] + d - d * StrictMath.exp(logV) + d * logV;
                if (!done[s] && Special.logNormalCdf(epsilon[s][1]) < accept) {
                    double logTau = StrictMath.log(d) + logV - StrictMath.log(rate);
                    logTau += small ? Special.logNormalCdf(epsilon[s][2]) / shape : 0;
                    logSd[s] = -0.5 * logTau;
                    done[s] = true;
                    left--;
                }
            }
        }
        return logSd;
    }

    /** Standard normals, [count][width]: the draws of independent ones. */
    static double[][] normals(Key key, int count, int width) {
        double[] zeros = new double[width];
        double[] ones = new double[width];
        Arrays.fill(ones, 1);
        List<String> names = Collections.nCopies(width, "epsilon");
        return new GaussianPosterior(names, Gaussian.independent(zeros, ones)).draws(key, count);
    }
}

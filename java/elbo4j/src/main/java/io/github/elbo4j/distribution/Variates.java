package io.github.elbo4j.distribution;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Random numbers of standard distributions in float64: functions of the words of a generator, the same on every Java. */
final class Variates {
    /** From here on a Poisson's or a binomial's counts are those of the normal that they approach, to 1e-7 of an sd. */
    private static final double MANY = 1e14;

    private final RandomGenerator words;

    Variates(RandomGenerator words) {
        this.words = words;
    }

    /** In the open interval (0, 1): 53 bits of a word. */
    double uniform() {
        return ((words.nextLong() >>> 11) + 0.5) * 0x1p-53;
    }

    /** A standard normal (Box and Muller 1958). */
    double normal() {
        double radius = Math.sqrt(-2 * StrictMath.log(uniform()));
        return radius * StrictMath.cos(2 * Math.PI * uniform());
    }

    /** Of mean 1. */
    double exponential() {
        return -StrictMath.log(uniform());
    }

    /**
     * The logarithm of a gamma variate of scale 1: Marsaglia and Tsang (2000); below shape 1, of shape + 1 times a power of a
     * uniform, which does not underflow on this scale.
     */
    double logGamma(double shape) {
        if (!(shape > 0) || shape == Double.POSITIVE_INFINITY) {
            return Double.NaN;
        }
        if (shape < 1) {
            return logGamma(shape + 1) + StrictMath.log(uniform()) / shape;
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = normal();
            double cube = 1 + c * x;
            double v = cube * cube * cube;
            if (v > 0 && StrictMath.log(uniform()) < 0.5 * x * x + d - d * v + d * StrictMath.log(v)) {
                return StrictMath.log(d * v);
            }
        }
    }

    double gamma(double shape) {
        return StrictMath.exp(logGamma(shape));
    }

    double beta(double a, double b) {
        return 1 / (1 + StrictMath.exp(logGamma(b) - logGamma(a)));
    }

    /** Of n degrees of freedom. */
    double chiSquare(double n) {
        return 2 * gamma(0.5 * n);
    }

    /** An index, with probabilities proportional to exp of these. */
    int category(double... logWeights) {
        double greatest = Arrays.stream(logWeights).max().orElseThrow();
        double sum = 0;
        for (double w : logWeights) {
            sum += StrictMath.exp(w - greatest);
        }
        double left = sum * uniform();
        int k = 0;
        for (; k < logWeights.length - 1; k++) {
            left -= StrictMath.exp(logWeights[k] - greatest);
            if (left < 0) {
                break;
            }
        }
        return k;
    }

    /** Successes among n; large n are halved by the middle order statistic (Devroye 1986, X.4.3). */
    double binomial(double n, double p) {
        if (!(n >= 0 && p >= 0 && p <= 1)) {
            return Double.NaN;
        }
        if (n > MANY) {
            return Math.min(n, Math.max(0, Math.rint(n * p + Math.sqrt(n * p * (1 - p)) * normal())));
        }
        double left = n;
        double chance = p;
        double count = 0;
        while (left > 16) {
            double middle = Math.floor((left + 1) / 2);
            double at = beta(middle, left + 1 - middle);
            if (at <= chance) {
                count += middle;
                left -= middle;
                chance = (chance - at) / (1 - at);
            } else {
                left = middle - 1;
                chance /= at;
            }
        }
        for (; left > 0; left--) {
            count += uniform() < chance ? 1 : 0;
        }
        return count;
    }

    /** Of this mean; large means are cut by the time of an arrival (Ahrens and Dieter 1974). */
    double poisson(double mean) {
        if (!(mean >= 0) || mean == Double.POSITIVE_INFINITY) {
            return Double.NaN;
        }
        if (mean > MANY) {
            return Math.rint(mean + Math.sqrt(mean) * normal());
        }
        double left = mean;
        double count = 0;
        while (left > 16) {
            double arrivals = Math.floor(0.875 * left);
            double time = gamma(arrivals);
            if (time > left) {
                return count + binomial(arrivals - 1, left / time);
            }
            count += arrivals;
            left -= time;
        }
        double product = uniform();
        double none = StrictMath.exp(-left);
        for (; product > none; product *= uniform()) {
            count++;
        }
        return count;
    }
}

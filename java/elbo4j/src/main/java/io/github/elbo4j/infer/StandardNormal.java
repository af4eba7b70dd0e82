package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.HostNormal;

/** The standard normal on the host in float64, with {@code StrictMath} only: the same bits on every Java. */
final class StandardNormal {
    /**
     * The 95 % quantile, rounded correctly: where intervals of reports end. The polynomials differ from it by an ulp or
     * two.
     */
    private static final double Z95 = 1.6448536269514722;

    private StandardNormal() {}

    /**
     * {@code epsilon[d] = epsilon(seed, step 0, b 0, s, d)}: the words of {@link Key}, made normals by the devices' formula, but
     * in float64. A word w0 is the radius √(−2·log u), u = (w0 + 1/2)·2^-32, and a word w1 the angle and the sign of both.
     */
    static void fill(Key key, int s, double[] epsilon) {
        int[] counter = {0, s, 0, 0};
        int[] words = new int[4];
        double radius = 0;
        for (int d = 0; d < epsilon.length; d++) {
            if (d % 4 == 0) {
                counter[0] = d / 4;
                HostNormal.words(key.seed(), counter, words);
            }
            if (d % 2 == 0) {
                radius = HostNormal.radius(words[d & 2]);
            }
            epsilon[d] = HostNormal.normal(radius, words[(d & 2) + 1], d % 2 == 1);
        }
    }

    /** Phi^-1(p) to about 16 digits (Wichura 1988, algorithm AS 241, PPND16). */
    static double quantile(double p) {
        if (!(p > 0 && p < 1)) {
            throw new IllegalArgumentException("p is " + p + ", but must be above 0 and below 1");
        }
        if (p == 0.95 || p == 0.05) {
            return p > 0.5 ? Z95 : -Z95;
        }
        double q = p - 0.5;
        if (Math.abs(q) <= 0.425) {
            double r = 0.180625 - q * q;
            return q * ratio(CENTRE_OVER, CENTRE_UNDER, r);
        }
        double r = Math.sqrt(-StrictMath.log(q < 0 ? p : 1 - p));
        double x = r <= 5 ? ratio(TAIL_OVER, TAIL_UNDER, r - 1.6) : ratio(FAR_OVER, FAR_UNDER, r - 5);
        return q < 0 ? -x : x;
    }

    private static double ratio(double[] over, double[] under, double r) {
        return polynomial(over, r) / polynomial(under, r);
    }

    private static double polynomial(double[] coefficients, double r) {
        double sum = 0;
        for (int i = coefficients.length - 1; i >= 0; i--) {
            sum = sum * r + coefficients[i];
        }
        return sum;
    }

    private static final double[] CENTRE_OVER = {
        3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
        4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3
    };
    private static final double[] CENTRE_UNDER = {
        1,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3
    };
    private static final double[] TAIL_OVER = {
        1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
        1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4
    };
    private static final double[] TAIL_UNDER = {
        1,
        2.05319162663775882187,
        1.67638483018380384940,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9
    };
    private static final double[] FAR_OVER = {
        6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7
    };
    private static final double[] FAR_UNDER = {
        1,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15
    };
}

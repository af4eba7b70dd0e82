package io.github.elbo4j.scalar;

import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.Erfcx;
import org.apache.commons.numbers.gamma.LogGamma;

/** Special functions of float64, for float32 arguments, good to some 1e-13 relative to the value, zeros included. */
public final class SpecialFunctions {
    /** ψ = 0 here: the nearest float64, and the rest. */
    private static final double ZERO = 1.4616321449683622;

    private static final double ZERO_REST = 9.549995429965697e-17;

    /** ψ's derivatives at its zero, the n-th divided by n!; from n = 1. */
    private static final double[] AT_ZERO = {
        0.9676722454476212,
        -0.4427631689835921,
        0.258499760955651,
        -0.16394270544240652,
        0.10782405069126237,
        -0.07219956125645471,
        0.04880428816414311
    };

    private SpecialFunctions() {}

    /** NaN below 0. */
    public static double logGamma(double x) {
        return x == 0 ? Double.POSITIVE_INFINITY : x < 0 ? Double.NaN : LogGamma.value(x);
    }

    /** NaN below 0. By its Taylor series next to the zero; else by recurrence up to 16 and the asymptotic series. */
    public static double digamma(double x) {
        if (x < 0 || Double.isInfinite(x)) {
            return x < 0 ? Double.NaN : x;
        }
        if (Math.abs(x - ZERO) < 0.01) {
            double h = x - ZERO - ZERO_REST;
            double sum = 0;
            for (int n = AT_ZERO.length - 1; n >= 0; n--) {
                sum = (sum + AT_ZERO[n]) * h;
            }
            return sum;
        }
        double sum = 0;
        double y = x;
        for (; y < 16; y++) {
            sum -= 1 / y;
        }
        double u = 1 / (y * y);
        double series = u * (1 / 12.0 - u * (1 / 120.0 - u * (1 / 252.0 - u * (1 / 240.0 - u / 132))));
        return sum + (StrictMath.log(y) - 0.5 / y - series);
    }

    /** NaN below 0. By recurrence up to 16 and the asymptotic series. */
    public static double trigamma(double x) {
        if (x < 0 || Double.isInfinite(x)) {
            return x < 0 ? Double.NaN : 0;
        }
        double sum = 0;
        double y = x;
        for (; y < 16; y++) {
            sum += 1 / (y * y);
        }
        double u = 1 / (y * y);
        double series = u * (1 / 6.0 - u * (1 / 30.0 - u * (1 / 42.0 - u * (1 / 30.0 - u * 5 / 66))));
        return sum + (1 + 0.5 / y + series) / y;
    }

    /** The log of the standard normal CDF; +0 where it is beyond float64. */
    public static double logNormalCdf(double x) {
        if (x > 0) {
            return StrictMath.log1p(-Erfc.value(x / Math.sqrt(2)) / 2) + 0.0;
        }
        return StrictMath.log(Erfcx.value(-x / Math.sqrt(2)) / 2) - x * x / 2;
    }

    /** φ(x)/Φ(x). */
    public static double inverseMills(double x) {
        if (x > 0) {
            double density = StrictMath.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
            return density / (1 - Erfc.value(x / Math.sqrt(2)) / 2);
        }
        return Math.sqrt(2 / Math.PI) / Erfcx.value(-x / Math.sqrt(2));
    }
}

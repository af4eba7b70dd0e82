package io.github.elbo4j.conjugate;

import io.github.elbo4j.device.internal.Special;

/**
 * The gamma distribution function, {@code P(a, x) = 1/Γ(a) · ∫_0^x t^(a−1)·e^−t dt}, its complement Q and its inverse, in float64.
 * Both are found relative to their own size, some 1e-13, 1e-12 where a is a million: the power series below a + 1 (DLMF 8.11.4), the
 * continued fraction above (8.9.2), with the factor before them as Loader (2000) has it, where large terms do not cancel.
 */
final class IncompleteGamma {
    private static final double HALF_LOG_TWO_PI = 0.5 * StrictMath.log(2 * Math.PI);
    private static final double EPSILON = 0x1p-54;
    /** From here on Stirling's series needs five terms. */
    private static final double LARGE = 16;

    private IncompleteGamma() {}

    /** log P(a, x), a &gt; 0, from log x, since x may be too small for a number. */
    static double logLower(double a, double logX) {
        double x = StrictMath.exp(logX);
        return x < a + 1 ? logFactor(a, logX) + StrictMath.log(series(a, x)) : log1mExp(logUpper(a, logX));
    }

    /** log Q(a, x), a &gt; 0. */
    static double logUpper(double a, double logX) {
        double x = StrictMath.exp(logX);
        return x < a + 1 ? log1mExp(logLower(a, logX)) : logFactor(a, logX) + StrictMath.log(a * fraction(a, x));
    }

    /** log(1 − e^y), y ≤ 0. */
    private static double log1mExp(double y) {
        return y > -0.7 ? StrictMath.log(-StrictMath.expm1(y)) : StrictMath.log1p(-StrictMath.exp(y));
    }

    /** {@code Σ x^n / ((a + 1)…(a + n))}. */
    private static double series(double a, double x) {
        double term = 1;
        double sum = 1;
        for (double n = 1; term > EPSILON * sum; n++) {
            term *= x / (a + n);
            sum += term;
        }
        return sum;
    }

    /** {@code 1/(x+1−a− 1(1−a)/(x+3−a− 2(2−a)/(x+5−a− …)))}, by Lentz's method. */
    private static double fraction(double a, double x) {
        double b = x + 1 - a;
        double c = 1 / Double.MIN_NORMAL;
        double d = 1 / b;
        double value = d;
        double change = 0;
        for (double n = 1; Math.abs(change - 1) > EPSILON; n++) {
            double over = -n * (n - a);
            b += 2;
            d = 1 / apart(over * d + b);
            c = apart(b + over / c);
            change = c * d;
            value *= change;
            if (n > 1e6) {
                break; // as near as rounding allows
            }
        }
        return value;
    }

    private static double apart(double x) {
        return Math.abs(x) < Double.MIN_NORMAL ? Double.MIN_NORMAL : x;
    }

    /** {@code log(x^a·e^−x / Γ(a + 1)) = −a·(u − log(1 + u)) − log(2πa)/2 − (the rest of Stirling's series)}, u = x/a − 1. */
    private static double logFactor(double a, double logX) {
        double u = (StrictMath.exp(logX) - a) / a;
        double apart = Math.abs(u) > 0.1 ? u - (logX - StrictMath.log(a)) : minusLog1p(u);
        return -a * apart - HALF_LOG_TWO_PI - 0.5 * StrictMath.log(a) - stirling(a);
    }

    /** {@code u − log(1 + u)} near 0, where the two nearly cancel. */
    private static double minusLog1p(double u) {
        double power = u * u;
        double sum = 0;
        for (int n = 2; n < 20; n++) { // Σ (−u)^n / n
            sum += power / n;
            power *= -u;
        }
        return sum;
    }

    /** {@code log Γ(a + 1) − (a + 1/2)·log a + a − log(2π)/2}. */
    private static double stirling(double a) {
        if (a < LARGE) {
            return Special.logGamma(a + 1) - (a + 0.5) * StrictMath.log(a) + a - HALF_LOG_TWO_PI;
        }
        double w = 1 / (a * a);
        return (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w * (1.0 / 1188))))) / a;
    }

    /**
     * log x with P(a, x) = p, by Newton's method on the logarithms of P or Q, whichever is smaller, inside a bracket.
     *
     * @param p above 0 and below 1
     */
    static double logQuantile(double a, double p) {
        boolean lower = p <= 0.5;
        double target = lower ? StrictMath.log(p) : StrictMath.log1p(-p);
        double y = start(a, lower ? target : StrictMath.log(0.5));
        double low = Double.NEGATIVE_INFINITY;
        double high = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 200; i++) {
            double log = lower ? logLower(a, y) : logUpper(a, y);
            boolean tooLarge = lower == (log > target);
            if (log == target) {
                return y;
            }
            low = tooLarge ? low : y;
            high = tooLarge ? y : high;
            // d log P / d log x = x^a·e^−x / Γ(a) / P
            double slope = StrictMath.exp(logFactor(a, y) + StrictMath.log(a) - log);
            double next = y - (log - target) / (lower ? slope : -slope);
            if (!(next > low && next < high)) {
                next = Double.isInfinite(low) ? high - 1 : Double.isInfinite(high) ? low + 1 : (low + high) / 2;
            }
            if (Math.abs(next - y) <= 4e-16 * Math.max(1, Math.abs(y))) {
                return next;
            }
            y = next;
        }
        return y;
    }

    /** Wilson and Hilferty's 1 − 1/(9a) cubed near the median; for small a the power at which P begins. */
    private static double start(double a, double logP) {
        return a > 1 ? StrictMath.log(a) + 3 * StrictMath.log1p(-1 / (9 * a)) : (logP + Special.logGamma(a + 1)) / a;
    }
}

package io.github.elbo4j.mixture;

import io.github.elbo4j.device.internal.Special;
import java.util.function.DoubleUnaryOperator;

/** Distribution functions that a mixture's posterior takes, and their inverses, in float64. */
final class Tails {
    private static final double TINY = 1e-300;
    private static final int MOST_TERMS = 1_000_000;
    private static final double LAST = 1e-16;

    private Tails() {}

    /** P(X ≤ x) of a gamma variate of scale 1 (DLMF 8.11.4 and 8.9.2). */
    static double gamma(double shape, double x) {
        if (x <= 0) {
            return 0;
        }
        double front = StrictMath.exp(shape * StrictMath.log(x) - x - Special.logGamma(shape));
        if (x < shape + 1) {
            double term = 1 / shape;
            double sum = term;
            for (int n = 1; n < MOST_TERMS && term > LAST * sum; n++) {
                term *= x / (shape + n);
                sum += term;
            }
            return front * sum;
        }
        double b = x + 1 - shape;
        double c = 1 / TINY;
        double d = 1 / b;
        double fraction = d;
        for (int n = 1; n < MOST_TERMS; n++) {
            double a = -n * (n - shape);
            b += 2;
            d = 1 / nonZero(a * d + b);
            c = nonZero(b + a / c);
            fraction *= d * c;
            if (Math.abs(d * c - 1) < LAST) {
                break;
            }
        }
        return 1 - front * fraction;
    }

    /** P(X ≤ x) of a beta variate (DLMF 8.17.22). */
    static double beta(double a, double b, double x) {
        if (!(x > 0 && x < 1)) {
            return x <= 0 ? 0 : 1;
        }
        double front = StrictMath.exp(Special.logGamma(a + b)
                - Special.logGamma(a)
                - Special.logGamma(b)
                + a * StrictMath.log(x)
                + b * StrictMath.log1p(-x));
        return x < (a + 1) / (a + b + 2)
                ? front * betaFraction(a, b, x) / a
                : 1 - front * betaFraction(b, a, 1 - x) / b;
    }

    private static double betaFraction(double a, double b, double x) {
        double c = 1;
        double d = 1 / nonZero(1 - (a + b) * x / (a + 1));
        double fraction = d;
        for (int m = 1; m < MOST_TERMS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / nonZero(1 + even * d);
            c = nonZero(1 + even / c);
            fraction *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / nonZero(1 + odd * d);
            c = nonZero(1 + odd / c);
            fraction *= d * c;
            if (Math.abs(d * c - 1) < LAST) {
                break;
            }
        }
        return fraction;
    }

    private static double nonZero(double x) {
        return Math.abs(x) < TINY ? TINY : x;
    }

    /** The x of a gamma variate of scale 1 with P(X ≤ x) = p. */
    static double gammaQuantile(double shape, double p) {
        return StrictMath.exp(root(t -> gamma(shape, StrictMath.exp(t)), p, 700));
    }

    /** The x of a beta variate with P(X ≤ x) = p. */
    static double betaQuantile(double a, double b, double p) {
        return logistic(root(t -> beta(a, b, logistic(t)), p, 700));
    }

    private static double logistic(double t) {
        return 1 / (1 + StrictMath.exp(-t));
    }

    /** The x of Student's t with P(X ≤ x) = p. */
    static double studentQuantile(double degrees, double p) {
        if (p == 0.5) {
            return 0;
        }
        double tail = Math.min(p, 1 - p); // P(X ≥ |x|) = I(degrees/2, 1/2)/2 at degrees/(degrees + x²)
        double u = root(
                t -> 1 - 0.5 * beta(0.5 * degrees, 0.5, degrees / (degrees + StrictMath.exp(2 * t))), 1 - tail, 350);
        return p < 0.5 ? -StrictMath.exp(u) : StrictMath.exp(u);
    }

    /** Where an increasing function between −end and end is p, by halving. */
    private static double root(DoubleUnaryOperator increasing, double p, double end) {
        double low = -end;
        double high = end;
        for (int i = 0; i < 100 && high - low > 1e-15 * Math.max(1, Math.abs(low)); i++) {
            double middle = 0.5 * (low + high);
            if (increasing.applyAsDouble(middle) < p) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return 0.5 * (low + high);
    }
}

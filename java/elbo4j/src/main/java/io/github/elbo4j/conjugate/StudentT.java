package io.github.elbo4j.conjugate;

import io.github.elbo4j.device.internal.Special;

/** Student's t distribution in float64: its upper tail by the continued fraction of the incomplete beta function (DLMF 8.17.22). */
final class StudentT {
    private static final double EPSILON = 0x1p-54;
    /** From here on the ratio of two gamma functions is a short series. */
    private static final double LARGE = 30;

    private StudentT() {}

    /** P(T &gt; t) for nu degrees of freedom, t ≥ 0. */
    static double upper(double nu, double t) {
        double x = nu / (nu + t * t);
        double a = nu / 2;
        // The factor x^a·(1 − x)^½ / B(a, ½); log x from t, since x may be near 1.
        double logX = -StrictMath.log1p(t * t / nu);
        double factor = StrictMath.exp(a * logX + logGammaRatio(a) - 0.5 * StrictMath.log(Math.PI))
                * Math.sqrt(t * t / (nu + t * t));
        if (x < (a + 1) / (a + 2.5)) {
            return 0.5 * factor * fraction(a, 0.5, x) / a;
        }
        return 0.5 - 0.5 * factor * fraction(0.5, a, t * t / (nu + t * t)) / 0.5;
    }

    /** log Γ(a + ½) − log Γ(a): for large a the asymptotic series (DLMF 5.11.13), whose terms do not cancel. */
    static double logGammaRatio(double a) {
        if (a < LARGE) {
            return Special.logGamma(a + 0.5) - Special.logGamma(a);
        }
        double w = 1 / (a * a);
        double series = (-1.0 / 8 + w * (1.0 / 192 + w * (-1.0 / 640 + w * (17.0 / 14336 - w * (31.0 / 18432))))) / a;
        return 0.5 * StrictMath.log(a) + series;
    }

    /**
     * The log-density of beta ~ N(0, 1/alpha), alpha ~ Gamma(shape, rate): {@code √(rate/shape)·t(2·shape)}.
     */
    static double logDensity(NoisePrecision alpha, double beta) {
        double a = alpha.shape();
        return logGammaRatio(a)
                - 0.5 * StrictMath.log(2 * Math.PI * alpha.rate())
                - (a + 0.5) * StrictMath.log1p(beta * beta / (2 * alpha.rate()));
    }

    /** Lentz's method. */
    private static double fraction(double a, double b, double x) {
        double c = 1;
        double d = 1 / apart(1 - (a + b) * x / (a + 1));
        double value = d;
        for (double m = 1; m < 1e6; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / apart(1 + even * d);
            c = apart(1 + even / c);
            value *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / apart(1 + odd * d);
            c = apart(1 + odd / c);
            double change = d * c;
            value *= change;
            if (Math.abs(change - 1) <= EPSILON) {
                break;
            }
        }
        return value;
    }

    private static double apart(double x) {
        return Math.abs(x) < Double.MIN_NORMAL ? Double.MIN_NORMAL : x;
    }

    /**
     * The value below which T lies with probability p.
     *
     * @param p above 0 and below 1
     */
    static double quantile(double nu, double p) {
        if (p == 0.5) {
            return 0;
        }
        double tail = Math.min(p, 1 - p);
        double low = 0;
        double high = 1;
        while (upper(nu, high) > tail) {
            low = high;
            high *= 2;
        }
        double logDensity = logGammaRatio(nu / 2) - 0.5 * StrictMath.log(Math.PI * nu);
        double t = (low + high) / 2;
        for (int i = 0; i < 200; i++) {
            double excess = upper(nu, t) - tail;
            low = excess > 0 ? t : low;
            high = excess > 0 ? high : t;
            double density = StrictMath.exp(logDensity - (nu + 1) / 2 * StrictMath.log1p(t * t / nu));
            double next = t + excess / density;
            if (!(next > low && next < high)) {
                next = (low + high) / 2;
            }
            boolean done = Math.abs(next - t) <= 4e-16 * t;
            t = next;
            if (done) {
                break;
            }
        }
        return p < 0.5 ? -t : t;
    }
}

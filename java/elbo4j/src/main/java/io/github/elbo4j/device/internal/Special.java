package io.github.elbo4j.device.internal;

/** Functions of float64 on the host, to some 1e-14 relative, or absolute near their zeros. */
public final class Special {
    private static final double HALF_LOG_2PI = 0.5 * StrictMath.log(2 * Math.PI);
    /** From here on the asymptotic series below are exact to float64. */
    private static final double LARGE = 16;

    private Special() {}

    /**
     * log Γ(x), x &gt; 0: Stirling's series after recurrence (DLMF 5.11.1). Close to its zeros 1 and 2 the error is
     * absolute, some 1e-14.
     */
    public static double logGamma(double x) {
        if (!(x > 0)) {
            return x == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        double product = 1;
        double y = x;
        for (; y < LARGE; y++) {
            product *= y;
        }
        double w = 1 / (y * y);
        double series = (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w * (1.0 / 1188))))) / y;
        return (y - 0.5) * StrictMath.log(y) - y + HALF_LOG_2PI + series - StrictMath.log(product);
    }

    /** ψ(x), x &gt; 0 (DLMF 5.11.2). */
    public static double digamma(double x) {
        if (!(x > 0)) {
            return x == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
        }
        double sum = 0;
        double y = x;
        for (; y < LARGE; y++) {
            sum += 1 / y;
        }
        double w = 1 / (y * y);
        double series = w * (1.0 / 12 - w * (1.0 / 120 - w * (1.0 / 252 - w * (1.0 / 240 - w * (1.0 / 132)))));
        return StrictMath.log(y) - 0.5 / y - series - sum;
    }

    /** ψ′(x), x &gt; 0. */
    public static double trigamma(double x) {
        if (!(x > 0)) {
            return x == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        double sum = 0;
        double y = x;
        for (; y < LARGE; y++) {
            sum += 1 / (y * y);
        }
        double w = 1 / (y * y);
        double series = (1.0 / 6 - w * (1.0 / 30 - w * (1.0 / 42 - w * (1.0 / 30 - w * (5.0 / 66))))) * w;
        return sum + (1 + 0.5 / y + series) / y;
    }

    /** erf x: its power series near 0 (DLMF 7.6.2), else from the tail. */
    public static double erf(double x) {
        double a = Math.abs(x);
        if (Double.isNaN(x)) {
            return x;
        }
        if (a < 2) {
            double w = 2 * a * a;
            double term = 1;
            double sum = 1;
            for (int n = 1; term > 1e-17 * sum; n++) {
                term *= w / (2 * n + 1);
                sum += term;
            }
            return 2 / StrictMath.sqrt(Math.PI) * x * StrictMath.exp(-a * a) * sum;
        }
        double tail = a > 30 ? 0 : 2 * StrictMath.exp(logUpperTail(a * StrictMath.sqrt(2)));
        return Math.copySign(1 - tail, x);
    }

    /** {@code log Σ exp(x_k)}, by the largest, so that nothing overflows; negative infinity where all terms are. */
    public static double logSum(double[] x) {
        double most = Double.NEGATIVE_INFINITY;
        for (double each : x) {
            most = Math.max(most, each);
        }
        if (most == Double.NEGATIVE_INFINITY) {
            return most;
        }
        double sum = 0;
        for (double each : x) {
            sum += StrictMath.exp(each - most);
        }
        return most + StrictMath.log(sum);
    }

    /** log Φ(x). */
    public static double logNormalCdf(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        if (x < -2) {
            return logUpperTail(-x);
        }
        if (x > 2) {
            return StrictMath.log1p(-StrictMath.exp(logUpperTail(x)));
        }
        return StrictMath.log(0.5 * (1 + erf(x / StrictMath.sqrt(2))));
    }

    /** φ(x)/Φ(x). */
    public static double inverseMills(double x) {
        return x < -1e8 ? -x : StrictMath.exp(-0.5 * x * x - HALF_LOG_2PI - logNormalCdf(x));
    }

    /** log(1 − Φ(x)), x &gt;= 2: Laplace's continued fraction (DLMF 7.9.3). */
    private static double logUpperTail(double x) {
        if (x > 1e150) {
            return Double.NEGATIVE_INFINITY;
        }
        double fraction = x;
        for (int k = 120; k > 0; k--) {
            fraction = x + k / fraction;
        }
        return -0.5 * x * x - HALF_LOG_2PI - StrictMath.log(fraction);
    }
}

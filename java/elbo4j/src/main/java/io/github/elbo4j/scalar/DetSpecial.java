package io.github.elbo4j.scalar;

import static io.github.elbo4j.scalar.DetMathConstants.*;
import static io.github.elbo4j.scalar.DetSpecialConstants.*;

/**
 * Special functions of float32 that models need: of the gamma family, and of the normal distribution. The rules are those of
 * {@link DetMath}; {@code SpecialSimd} and {@code kernels/special.cuh} follow operation for operation.
 *
 * <p>Largest error against float64, in ulp of the float32 nearest to the true value, also next to the zeros of lnΓ and ψ. It
 * was found over all arguments between 2^-12 and 64 for the gamma functions, 2^-12 and 16 in size for those of the normal
 * distribution, 2^-8 and 4 for erf, and every 1021st of the rest:
 *
 * <pre>
 *  logGamma     2.45    digamma      2.35    trigamma     2.15
 *  logNormalCdf 2.40    inverseMills 2.47    erf          1.12
 * </pre>
 */
public final class DetSpecial {
    private static final float INF = Float.POSITIVE_INFINITY;

    private DetSpecial() {}

    /**
     * ln Γ(x), x &gt;= 0. logGamma(±0) = inf, logGamma(x &lt; 0) = NaN, logGamma(inf) = inf; infinite from x = 4.0850034e36 on.
     *
     * <p>Between 2/3 and 11/4 the zeros 1 and 2 are factors; below, lnΓ(x) = lnΓ(x + 1) - ln x; above, Stirling's series.
     */
    public static float logGamma(float x) {
        boolean small = x < GAMMA_SMALL;
        boolean large = x >= GAMMA_LARGE;
        float y = small ? x + 1f : x;
        float t = (y - GAMMA_MIDDLE) / (y + GAMMA_MIDDLE);
        float p = Math.fma(G9, t, G8);
        p = Math.fma(p, t, G7);
        p = Math.fma(p, t, G6);
        p = Math.fma(p, t, G5);
        p = Math.fma(p, t, G4);
        p = Math.fma(p, t, G3);
        p = Math.fma(p, t, G2);
        p = Math.fma(p, t, G1);
        p = Math.fma(p, t, G0);
        // z² - z = (x - 1)·(x - 2), rounded once, and +0 at both zeros.
        float z = small ? x : x - 1f;
        float middle = Math.fma(z, z, -z) * p;
        float w = 1f / x;
        float u = w * w;
        float s = Math.fma(GL4, u, GL2);
        s = Math.fma(s, u, GL0);
        s = Math.fma(s, w, HALF_LOG_2PI_LESS_HALF);
        float outside = logTimes(x, large ? 1f : 0f, large ? x - 0.5f : -1f, large ? s : middle);
        float r = small || large ? outside : middle;
        float edge = x == 0f ? INF : x < 0f ? Float.NaN : x;
        return x > 0f && x < INF ? r : edge;
    }

    /**
     * The derivative ψ of ln Γ, x &gt;= 0. digamma(0) = -inf, digamma(-0) = inf, digamma(x &lt; 0) = NaN, digamma(inf) = inf.
     *
     * <p>Between 2/3 and 11/4 the zero 1.4616321 is a factor; below, ψ(x) = ψ(x + 1) - 1/x; above, the asymptotic series.
     */
    public static float digamma(float x) {
        boolean small = x < GAMMA_SMALL;
        boolean large = x >= GAMMA_LARGE;
        float y = small ? x + 1f : x;
        float t = (y - GAMMA_MIDDLE) / (y + GAMMA_MIDDLE);
        float p = Math.fma(D10, t, D9);
        p = Math.fma(p, t, D8);
        p = Math.fma(p, t, D7);
        p = Math.fma(p, t, D6);
        p = Math.fma(p, t, D5);
        p = Math.fma(p, t, D4);
        p = Math.fma(p, t, D3);
        p = Math.fma(p, t, D2);
        p = Math.fma(p, t, D1);
        p = Math.fma(p, t, D0);
        float zero = small ? DIGAMMA_ZERO_HIGH - 1f : DIGAMMA_ZERO_HIGH;
        float middle = (x - zero - DIGAMMA_ZERO_LOW) * p;
        float w = 1f / x;
        float u = w * w;
        float s = Math.fma(DL4, u, DL2);
        s = Math.fma(s, u, DL0);
        s = Math.fma(s, -w, -0.5f) * w;
        float r = large ? logTimes(x, 0f, 1f, s) : small ? middle - w : middle;
        return x < 0f ? Float.NaN : x < INF ? r : x;
    }

    /**
     * The derivative ψ' of ψ, x &gt;= 0. trigamma(±0) = inf, trigamma(x &lt; 0) = NaN, trigamma(inf) = 0; infinite for
     * x &lt; 5.42e-20.
     *
     * <p>Below 2, ψ'(x) = 1/x² + ψ'(x + 1); above, the asymptotic series.
     */
    public static float trigamma(float x) {
        boolean large = x >= TRIGAMMA_LARGE;
        float t = (x - 0.75f) / (x + 2.75f);
        float p = Math.fma(P9, t, P8);
        p = Math.fma(p, t, P7);
        p = Math.fma(p, t, P6);
        p = Math.fma(p, t, P5);
        p = Math.fma(p, t, P4);
        p = Math.fma(p, t, P3);
        p = Math.fma(p, t, P2);
        p = Math.fma(p, t, P1);
        p = Math.fma(p, t, P0);
        float w = 1f / x;
        float u = w * w;
        float s = Math.fma(PL8, u, PL6);
        s = Math.fma(s, u, PL4);
        s = Math.fma(s, u, PL2);
        s = Math.fma(s, u, PL0);
        s = Math.fma(s, w, 0.5f);
        float r = Math.fma(w, large ? w * s : w, large ? w : p);
        return x < 0f ? Float.NaN : r;
    }

    /**
     * scale·(ln x - offset) + rest for 0 &lt; x &lt; inf outside [2/3, 4/3); offset 0 or 1, and then x &gt;= 8/3.
     *
     * <p>ln x as in {@link DetMath#log}, but as a sum of two floats: e·ln 2 has a part that is exact, to which f is added, and
     * what that sum loses is kept.
     */
    private static float logTimes(float x, float offset, float scale, float rest) {
        boolean tiny = x < Float.MIN_NORMAL;
        int bits = Float.floatToRawIntBits(tiny ? x * 0x1p23f : x);
        int k = (bits - TWO_THIRDS_BITS) & 0xff800000;
        float f = Float.intBitsToFloat(bits - k) - 1f;
        float e = (float) (tiny ? k - (23 << 23) : k) * 0x1p-23f;
        float c = Math.fma(e, LN2_HIGH, -offset);
        float high = c + f;
        float low = f - (high - c) + Math.fma(f * f, DetMath.logRest(f), e * LN2_LOW);
        return Math.fma(scale, high, Math.fma(scale, low, rest));
    }

    /**
     * The logarithm of the standard normal CDF. To the left it is -x²/2 - ln(-x) - ln(2π)/2 and more, -inf below -2.6e19; to the
     * right -Q(x), the tail, down to the subnormals, and 0 from x = 14.2 on.
     *
     * <p>With a = |x|: to the left -a²/2 and a part that is all but a logarithm, to the right ln(1 - Q(a)).
     */
    public static float logNormalCdf(float x) {
        float a = Math.abs(x);
        a = a > TAIL_FAR ? TAIL_FAR : a;
        float w = 1f / (a + TAIL_MIDDLE);
        float t = Math.fma(2f * a, w, -1f);
        float p = Math.fma(NL9, t, NL8);
        p = Math.fma(p, t, NL7);
        p = Math.fma(p, t, NL6);
        p = Math.fma(p, t, NL5);
        p = Math.fma(p, t, NL4);
        p = Math.fma(p, t, NL3);
        p = Math.fma(p, t, NL2);
        p = Math.fma(p, t, NL1);
        p = Math.fma(p, t, NL0);
        float minusTail = minusTail(a, w, hazard(t), gaussian(a));
        float log = DetMath.log1pInside(x > 0f ? minusTail : TAIL_MIDDLE_INVERSE * a);
        return x > 0f ? log : Math.fma(-0.5f * x, x, p - log);
    }

    /**
     * φ(x)/Φ(x), the derivative of {@link #logNormalCdf}: density over CDF of the standard normal. -x far to the left, φ(x) far
     * to the right, down to the subnormals, 0 from x = 14.4 on.
     *
     * <p>With a = |x|: to the left φ(a)/Q(a), to the right φ(a)/(1 - Q(a)).
     */
    public static float inverseMills(float x) {
        float far = Math.abs(x);
        float a = far > TAIL_FAR ? TAIL_FAR : far;
        float w = 1f / (a + TAIL_MIDDLE);
        float t = Math.fma(2f * a, w, -1f);
        float n = hazard(t);
        float g = gaussian(a);
        float cdf = 1f + minusTail(a, w, n, g);
        // As in minusTail: the quotient, what it lacks, and only then the factor e^(-a²/2), which is 1 + g but for a
        // power of 2.
        float r = DENSITY_HIGH / cdf;
        float lack = (Math.fma(-r, cdf, DENSITY_HIGH) + DENSITY_LOW) * (r * ROOT_2PI);
        r = timesPower(r + Math.fma(r, g, Math.fma(lack, g, lack)), a);
        return x > 0f ? r : Math.fma(n, w, far);
    }

    /** (φ(a)/Q(a) - a)·(a + m), a &gt;= 0, of t = (a - m)/(a + m), m = {@link DetSpecialConstants#TAIL_MIDDLE}. */
    private static float hazard(float t) {
        float n = Math.fma(N10, t, N9);
        n = Math.fma(n, t, N8);
        n = Math.fma(n, t, N7);
        n = Math.fma(n, t, N6);
        n = Math.fma(n, t, N5);
        n = Math.fma(n, t, N4);
        n = Math.fma(n, t, N3);
        n = Math.fma(n, t, N2);
        n = Math.fma(n, t, N1);
        return Math.fma(n, t, N0);
    }

    /**
     * -Q(a), 0 &lt;= a &lt;= 8192, of w = 1/(a + m), n = {@link #hazard} and g = {@link #gaussian}.
     *
     * <p>1/√(2π) over the hazard a + n·w, then what that lacks by rounding, and only then the factor e^(-a²/2), which is 1 + g
     * but for a power of 2. Where Q is not small it is 1/2 and an odd polynomial instead, so that 1 - Q is accurate.
     */
    private static float minusTail(float a, float w, float n, float g) {
        float high = Math.fma(n, w, a);
        float low = Math.fma(n, w, a - high);
        float r = 1f / high;
        float q = -DENSITY_HIGH * r;
        float lack = (Math.fma(-q, low, Math.fma(-q, high, -DENSITY_HIGH)) - DENSITY_LOW) * r;
        q = timesPower(q + Math.fma(q, g, Math.fma(lack, g, lack)), a);
        float u = a * a;
        float p = Math.fma(B10, u, B8);
        p = Math.fma(p, u, B6);
        p = Math.fma(p, u, B4);
        p = Math.fma(p, u, B2);
        float slope = Math.fma(p, u, B0);
        p = Math.fma(p, u, B0 - slope);
        return a < TAIL_NEAR ? Math.fma(a, p, Math.fma(a, slope, -0.5f)) : q;
    }

    /**
     * e^(-a²/2)·2^-n - 1, 0 &lt;= a &lt;= 8192.
     *
     * <p>-a²/2 = n·ln 2 + r as in {@link DetMath#expm1}, of the exact square: what its rounding loses joins the rest r.
     */
    private static float gaussian(float a) {
        float h = -0.5f * a;
        float s = h * a;
        float lost = Math.fma(h, a, -s);
        s = s < GAUSSIAN_LOW ? GAUSSIAN_LOW : s;
        float n = Math.fma(s, LOG2_E, EXP_ROUNDER) - EXP_ROUNDER;
        float r = Math.fma(n, -LN2_HIGH, s) + Math.fma(n, -LN2_LOW, lost);
        return Math.fma(r * r, DetMath.expRest(r), r);
    }

    /** y·2^n, n of {@link #gaussian}, rounded once. */
    private static float timesPower(float y, float a) {
        float s = -0.5f * a * a;
        s = s < GAUSSIAN_LOW ? GAUSSIAN_LOW : s;
        int bits = Float.floatToRawIntBits(Math.fma(s, LOG2_E, EXP_ROUNDER));
        int half = bits >> 1;
        return y * Float.intBitsToFloat(half << 23) * Float.intBitsToFloat((bits - half) << 23);
    }

    /**
     * The error function 2/√π·∫ e^(-s²) ds from 0 to x; erf(±0) = ±0, erf(±inf) = ±1.
     *
     * <p>1 - (1 - erf(a)), whose logarithm is a polynomial; near 0 an odd polynomial.
     */
    public static float erf(float x) {
        float a = Math.abs(x);
        float w = a * a;
        float p = Math.fma(F10, w, F8);
        p = Math.fma(p, w, F6);
        p = Math.fma(p, w, F4);
        p = Math.fma(p, w, F2);
        p = Math.fma(p, w, F0);
        float small = Math.fma(a, p, a);
        float b = a > ERF_LARGE ? ERF_LARGE : a;
        float h = Math.fma(H6, b, H5);
        h = Math.fma(h, b, H4);
        h = Math.fma(h, b, H3);
        h = Math.fma(h, b, H2);
        h = Math.fma(h, b, H1);
        h = Math.fma(h, b, H0);
        float large = 1f - DetMath.exp(h);
        return DetMath.withSign(a < ERF_SMALL ? small : large, Float.floatToRawIntBits(x));
    }
}

package io.github.elbo4j.scalar;

import static io.github.elbo4j.scalar.DetMathConstants.*;

/**
 * Elementary functions of float32 whose results are the same bits on every device: this class is the definition,
 * {@code VectorMath} and {@code kernels/math.cuh} follow it operation for operation.
 *
 * <p>Used are only {@code + - * /}, fma, sqrt (each rounded to nearest), integer operations, exact conversions, comparisons
 * and selections: no table, no call of a library. A division is exact to half an ulp on every device, but as slow as ten products:
 * it stands in {@link DetSpecial} alone. {@code Math.fma} is the only fusion. Functions are straight
 * lines, because lanes of a vector and threads of a warp must all take the same path. Subnormal arguments and results are
 * kept. A NaN is answered by a NaN (its payload is not part of the contract).
 *
 * <p>Largest error, found over all 2^32 arguments against float64 (for expm1 over those between 2^-8 and 16 in size and every
 * 1021st of the rest), in ulp of the float32 nearest to the true value:
 *
 * <pre>
 *  log        0.95     log1p      1.55     exp        0.90     softplus   2.00     sigmoid    2.00
 *  tanh       1.95     reciprocal 0.90     sinPi      2.35     cosPi      2.35     radius     2.80
 *  expm1      1.50     sqrt       0.50
 * </pre>
 */
public final class DetMath {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final int EXPONENT = 0xff800000;

    private DetMath() {}

    /**
     * ln x. log(±0) = -inf, log(x &lt; 0) = NaN, log(inf) = inf.
     *
     * <p>x = m·2^e with m in [2/3, 4/3), so that f = m - 1 is exact and e = 0 around 1; ln x = e·ln 2 + ln(1 + f).
     */
    public static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        int bits = Float.floatToRawIntBits(tiny ? x * 0x1p23f : x);
        // e·2^23: the exponent is left standing in its place, here and below.
        int k = (bits - TWO_THIRDS_BITS) & EXPONENT;
        float f = Float.intBitsToFloat(bits - k) - 1f;
        float r = logSum(tiny ? k - (23 << 23) : k, f);
        float edge = x == 0f ? -INF : x < 0f ? Float.NaN : x;
        return x > 0f && x < INF ? r : edge;
    }

    /**
     * ln(1 + x), accurate for small x too. log1p(±0) = ±0, log1p(-1) = -inf, log1p(x &lt; -1) = NaN, log1p(inf) = inf.
     *
     * <p>The exponent e is that of the rounded 1 + x; f = (1 + x)·2^-e - 1 is then formed from x itself.
     */
    public static float log1p(float x) {
        float edge = x == -1f ? -INF : x < -1f ? Float.NaN : x;
        return x > -1f && x < INF && x != 0f ? log1pInside(x) : edge;
    }

    /** ln(1 + x) for -1 &lt; x &lt; inf; NaN for NaN. */
    static float log1pInside(float x) {
        int k = (Float.floatToRawIntBits(1f + x) - TWO_THIRDS_BITS) & EXPONENT;
        // 2^-e by way of 4·2^-e: e reaches 128, where 2^-e has no exponent field.
        float scale = 0.25f * Float.intBitsToFloat(0x40800000 - k);
        // (1 + x)·2^-e - 1 from x itself: the digits that 1 + x lost are still here.
        float f = Math.fma(x, scale, scale - 1f);
        return logSum(k, f);
    }

    /** e·ln 2 + ln(1 + f), |f| &lt;= 1/3, where k = e·2^23. */
    private static float logSum(int k, float f) {
        return Math.fma((float) k, LN2_PER_EXPONENT_BIT, Math.fma(f * f, logRest(f), f));
    }

    /** (ln(1 + f) - f)/f², |f| &lt;= 1/3. */
    static float logRest(float f) {
        float p = Math.fma(L10, f, L9);
        p = Math.fma(p, f, L8);
        p = Math.fma(p, f, L7);
        p = Math.fma(p, f, L6);
        p = Math.fma(p, f, L5);
        p = Math.fma(p, f, L4);
        p = Math.fma(p, f, L3);
        return Math.fma(p, f, L2);
    }

    /**
     * e^x. Infinite from x = 88.72284 on, subnormal below -87.33655, 0 below -103.97208.
     *
     * <p>x = n·ln 2 + r with |r| &lt;= ln(2)/2; e^x = 2^n·e^r.
     */
    public static float exp(float x) {
        float a = x > EXP_HIGH ? EXP_HIGH : x;
        a = a < EXP_LOW ? EXP_LOW : a;
        float t = Math.fma(a, LOG2_E, EXP_ROUNDER);
        float n = t - EXP_ROUNDER;
        float r = Math.fma(n, -LN2_HIGH, a);
        r = Math.fma(n, -LN2_LOW, r);
        float p = Math.fma(Math.fma(expRest(r), r, 1f), r, 1f);
        // 2^n in two factors, so that only the last product rounds, and overflows or turns subnormal as it should.
        int bits = Float.floatToRawIntBits(t);
        int half = bits >> 1;
        return p * Float.intBitsToFloat(half << 23) * Float.intBitsToFloat((bits - half) << 23);
    }

    /** (e^r - 1 - r)/r², |r| &lt;= ln(2)/2. */
    static float expRest(float r) {
        float p = Math.fma(E6, r, E5);
        p = Math.fma(p, r, E4);
        p = Math.fma(p, r, E3);
        return Math.fma(p, r, E2);
    }

    /**
     * e^x - 1, accurate for small x too. expm1(±0) = ±0, -1 below -17.33, infinite from x = 88.72284 on.
     *
     * <p>x = n·ln 2 + r as in {@link #exp}: 2^n·(e^r - 1) + (2^n - 1). Where x is its own result to half an ulp it is taken as it is.
     */
    public static float expm1(float x) {
        float a = x > EXP_HIGH ? EXP_HIGH : x;
        a = a < EXPM1_LOW ? EXPM1_LOW : a;
        float t = Math.fma(a, LOG2_E, EXP_ROUNDER);
        float n = t - EXP_ROUNDER;
        float r = Math.fma(n, -LN2_HIGH, a);
        r = Math.fma(n, -LN2_LOW, r);
        float p = Math.fma(r * r, expRest(r), r);
        // 2^(n - 1), doubled at the end: 2^128 has no exponent field. The bits hold 254 + n, the field is n - 1 + 127.
        float half = Float.intBitsToFloat((Float.floatToRawIntBits(t) - 128) << 23);
        float y = 2f * Math.fma(half, p, half - 0.5f);
        return Math.abs(x) < EXPM1_SMALL ? x : y;
    }

    /** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|): neither overflow nor cancellation; e^x itself far to the left. */
    public static float softplus(float x) {
        return softplus(x, exp(-Math.abs(x)));
    }

    /** softplus(x), where e = exp(-|x|). */
    static float softplus(float x, float e) {
        return (x > 0f ? x : 0f) + log1pInside(e);
    }

    /**
     * 1/(1 + e^-x), with full relative accuracy in the left tail (down to the subnormals, where it is e^x).
     *
     * <p>With e = e^-|x| &lt;= 1: 1/(1 + e) to the right of 0, e/(1 + e) to the left.
     */
    public static float sigmoid(float x) {
        return sigmoid(x, exp(-Math.abs(x)));
    }

    /** sigmoid(x), where e = exp(-|x|). */
    static float sigmoid(float x, float e) {
        float y = reciprocalOnePlus(e);
        return x < 0f ? e * y : y;
    }

    /**
     * tanh x; tanh(±0) = ±0, tanh(±inf) = ±1.
     *
     * <p>With e = e^-2|x|: 1 - 2e/(1 + e), which cancels near 0; there an odd polynomial takes over.
     */
    public static float tanh(float x) {
        float a = Math.abs(x);
        float e = exp(-2f * a);
        float large = Math.fma(-2f * e, reciprocalOnePlus(e), 1f);
        float w = a * a;
        float p = Math.fma(T9, w, T7);
        p = Math.fma(p, w, T5);
        p = Math.fma(p, w, T3);
        float small = Math.fma(a, w * p, a);
        return withSign(a < TANH_SMALL ? small : large, Float.floatToRawIntBits(x));
    }

    /**
     * 1/x without a division. reciprocal(±0) = ±inf, reciprocal(±inf) = ±0; infinite for |x| &lt;= 2^-128.
     *
     * <p>1/(m·2^e) = 2^-e·(1/m) with m in [1, 2). Not always the float32 that {@code 1f / x} gives: 0.90 ulp, not 0.5.
     */
    public static float reciprocal(float x) {
        float a = Math.abs(x);
        boolean tiny = a < Float.MIN_NORMAL;
        int bits = Float.floatToRawIntBits(tiny ? a * 0x1p24f : a);
        int fraction = bits & ~EXPONENT;
        float y = reciprocalOnePlus(Float.intBitsToFloat(fraction | 0x3f800000) - 1f);
        // 2·127 - e, as in exp: 254 - (field - 127), and 24 more where a was scaled up.
        int n = (tiny ? 2 * 127 + 127 + 24 : 2 * 127 + 127) - (bits >> 23);
        int half = n >> 1;
        y = y * Float.intBitsToFloat(half << 23) * Float.intBitsToFloat((n - half) << 23);
        y = a < INF ? y : a == INF ? 0f : a;
        return withSign(y, Float.floatToRawIntBits(x));
    }

    /** 1/(1 + e), 0 &lt;= e &lt;= 1: y·(1 + r + r²), with r = 1 - (1 + e)·y &lt;= 0.0018. */
    private static float reciprocalOnePlus(float e) {
        float y = Math.fma(R3, e, R2);
        y = Math.fma(y, e, R1);
        y = Math.fma(y, e, R0);
        // 1 - (1 + e)·y without the rounding of 1 + e.
        float r = Math.fma(-e, y, 1f - y);
        return Math.fma(y, Math.fma(r, r, r), y);
    }

    /** sin(πx), x in half-turns; reduced exactly for every finite x. sinPi(±n) = ±0 for whole n; sinPi(±inf) = NaN. */
    public static float sinPi(float x) {
        float y = reduceHalfTurns(Math.abs(x));
        float w = Math.abs(y);
        float z = sinHalfTurn(w > 0.5f ? 1f - w : w);
        // + 0 turns -0 into +0: sinPi(n) carries the sign of n, whatever n's parity.
        return withSign(withSign(z, Float.floatToRawIntBits(y)) + 0f, Float.floatToRawIntBits(x));
    }

    /**
     * cos(πx), x in half-turns; reduced exactly for every finite x. cosPi(n + 1/2) = +0; cosPi(±inf) = NaN.
     *
     * <p>cos(πy) = sin(π(1/2 - |y|)), which keeps the relative accuracy around the zeros.
     */
    public static float cosPi(float x) {
        return sinHalfTurn(0.5f - Math.abs(reduceHalfTurns(Math.abs(x))));
    }

    /** a - 2k in [-1, 1], exactly; NaN for infinite a. */
    private static float reduceHalfTurns(float a) {
        // From 2^24 on every float is an even integer; infinity times zero is NaN.
        float b = a < 0x1p24f ? a : a * 0f;
        float k = Math.fma(b, 0.5f, 0x1p23f) - 0x1p23f;
        return Math.fma(-2f, k, b);
    }

    /**
     * sin(πa) for |a| &lt;= 1/2 only: an odd polynomial. Absolute and relative error 1.4e-7 at most, so exact in sign and
     * accurate near 0. Outside the domain the result means nothing.
     */
    public static float sinHalfTurn(float a) {
        float w = a * a;
        float p = Math.fma(S9, w, S7);
        p = Math.fma(p, w, S5);
        p = Math.fma(p, w, S3);
        p = Math.fma(p, w, S1);
        return a * p;
    }

    /**
     * cos(πa) for |a| &lt;= 1/2 only: an even polynomial, one operation shorter than {@link #cosPi}. Absolute error 1.4e-7 at most;
     * at a = ±1/2 it gives 6e-8 instead of 0, so it is for products such as radius·cos, not for a relative error.
     */
    public static float cosHalfTurn(float a) {
        float w = a * a;
        float p = Math.fma(C8, w, C6);
        p = Math.fma(p, w, C4);
        p = Math.fma(p, w, C2);
        return Math.fma(p, w, 1f);
    }

    /**
     * The angle of a Box-Muller pair: a = (w + 1/2)·2^-31 in [-1/2, 1/2] half-turns, w the lower 31 bits of {@code word} as a
     * signed number.
     *
     * <p>With radius r the pair is ±r·cos(πa), ±r·sin(πa); the top bit of {@code word}, unused here, is the sign of both and so
     * supplies the other half of the circle. Angles stand in the middle of their cells, so that none is 0.
     */
    public static float angle(int word) {
        return Math.fma((float) (word << 1), 0x1p-32f, 0x1p-32f);
    }

    /**
     * The radius of a Box-Muller pair: sqrt(-2 ln u), u = (word + 1/2)·2^-32, word unsigned. Never NaN, infinite or 0: it lies
     * between 1.5258788e-5 and 6.7637057.
     *
     * <p>All 32 bits count at both ends. The lower half of the words is u = t, the upper half u = 1 - t, where t in (0, 1/2] is
     * formed from the word or its complement, so that float32 is finest where u is near 0 or near 1.
     * With g = 1 - m, t = m·2^e, m in [1/2, 1), or g = t, e = 0 for the upper half:
     * -2 ln u = -2e·ln 2 - 2 ln(1 - g). Both terms are positive, so nothing cancels.
     *
     * <p>Largest deviation from the formula in float64 over all 2^32 words:
     *
     * <pre>
     *                radius       absolute   relative
     *  near zero     below 0.1    1.3e-8     1.8e-7
     *  body          0.1 to 3     2.9e-7     2.1e-7
     *  tail          3 and above  4.0e-7     1.0e-7
     * </pre>
     */
    public static float radius(int word) {
        int upper = word >> 31;
        float t = Math.fma((float) (word ^ upper), 0x1p-32f, 0x1p-33f);
        int bits = Float.floatToRawIntBits(t);
        // e·2^23, cleared in the upper half, which leaves m = t there.
        int k = (bits - 0x3f000000) & EXPONENT & ~upper;
        float m = Float.intBitsToFloat(bits - k);
        // upper: 0 + m, lower: 1 + (-m). Bits, because the branch would go either way every second time.
        float g = Float.intBitsToFloat(~upper & 0x3f800000) + withSign(m, ~upper);
        float q = Math.fma(Q7, g, Q6);
        q = Math.fma(q, g, Q5);
        q = Math.fma(q, g, Q4);
        q = Math.fma(q, g, Q3);
        q = Math.fma(q, g, Q2);
        q = Math.fma(q, g, Q1);
        q = Math.fma(q, g, Q0);
        return (float) Math.sqrt(Math.fma((float) k, -2f * LN2_PER_EXPONENT_BIT, g * q));
    }

    /**
     * The quantile of the standard normal, {@code Phi^-1(u)}, u = (word + 1/2)·2^-32, word unsigned. Never NaN, infinite or 0: its size lies
     * between 2.9e-10 and 6.34, and complements have the same normals but for the sign.
     *
     * <p>With x = 2u − 1 and w = −ln(1 − x²) it is x times a function that is smooth in w near the centre and in √w in the tails (the form is that of
     * Giles 2012); each part has a polynomial of degree 9. p, the smaller of u and 1 − u, and |x| are formed from the word or its
     * complement, so that float32 is finest where each of them is near 0; 1 − x² is 4p(1 − p).
     *
     * <p>Largest error against float64, in ulp, over all words within 2^20 of an end or of the middle and every 37th of the others: 3.55 below 3, 3.05
     * in the tails.
     */
    public static float normalQuantile(int word) {
        int upper = word >> 31;
        int below = word ^ upper;
        float p = Math.fma((float) below, 0x1p-32f, 0x1p-33f);
        float x = Math.fma((float) (0x7fffffff - below), 0x1p-31f, 0x1p-32f);
        float four = 4f * p;
        float square = Math.fma(-four, p, four);
        int bits = Float.floatToRawIntBits(square);
        int k = (bits - TWO_THIRDS_BITS) & EXPONENT;
        float w = -logSum(k, Float.intBitsToFloat(bits - k) - 1f);
        boolean tail = w > QUANTILE_SPLIT;
        float v = tail ? (float) Math.sqrt(w) - QUANTILE_TAIL : w - QUANTILE_CENTRE;
        float q = Math.fma(tail ? U9 : I9, v, tail ? U8 : I8);
        q = Math.fma(q, v, tail ? U7 : I7);
        q = Math.fma(q, v, tail ? U6 : I6);
        q = Math.fma(q, v, tail ? U5 : I5);
        q = Math.fma(q, v, tail ? U4 : I4);
        q = Math.fma(q, v, tail ? U3 : I3);
        q = Math.fma(q, v, tail ? U2 : I2);
        q = Math.fma(q, v, tail ? U1 : I1);
        q = Math.fma(q, v, tail ? U0 : I0);
        return withSign(x * q, ~word);
    }

    /** √x, as IEEE 754 rounds it. sqrt(-0) = -0, sqrt(x &lt; 0) = NaN. */
    public static float sqrt(float x) {
        return (float) Math.sqrt(x);
    }

    /** Flips the sign of {@code magnitude} where the top bit of {@code signBits} is set. */
    static float withSign(float magnitude, int signBits) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(magnitude) ^ (signBits & 0x80000000));
    }
}

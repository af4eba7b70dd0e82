package io.github.elbo4j.scalar;

/**
 * The numbers behind {@link DetMath}: one list for the scalar, the SIMD and the CUDA form of each function.
 *
 * <p>Polynomials are minimax fits (linear programming on a Chebyshev grid; the coefficients are rounded to float32 one by
 * one, lowest first, and the others fitted again). {@code test/known/detmath_coefficients.py} derives them. The digit in a
 * name is the power that the coefficient belongs to; errors are relative to the function, in units of 2^-24.
 */
public final class DetMathConstants {
    private DetMathConstants() {}

    /** ln 2; rounded it is only 0.035 units off, so one fma adds e·ln 2. */
    public static final float LN2 = 0x1.62e43p-1f;

    /** ln 2 · 2^-23, for an exponent that still stands in its place in the bits of a float. */
    public static final float LN2_PER_EXPONENT_BIT = LN2 * 0x1p-23f;

    // ln(1 + f) = f + f²·(L2 + L3·f + …), |f| <= 1/3; error 0.08
    public static final float L2 = -0.5f;
    public static final float L3 = 0x1.555506p-2f;
    public static final float L4 = -0x1.fffefcp-3f;
    public static final float L5 = 0x1.99d044p-3f;
    public static final float L6 = -0x1.559c46p-3f;
    public static final float L7 = 0x1.1ed66p-3f;
    public static final float L8 = -0x1.f332a4p-4f;
    public static final float L9 = 0x1.1e67a2p-3f;
    public static final float L10 = -0x1.07c97p-3f;

    /** Bits of float32(2/3): mantissas are taken from [2/3, 4/3), so that ln near 1 needs no exponent. */
    public static final int TWO_THIRDS_BITS = 0x3f2aaaab;

    // e^r = 1 + r + E2·r² + …, |r| <= ln(2)/2; error 0.06
    public static final float E2 = 0x1.fffffcp-2f;
    public static final float E3 = 0x1.555492p-3f;
    public static final float E4 = 0x1.5558aap-5f;
    public static final float E5 = 0x1.12396ep-7f;
    public static final float E6 = 0x1.6a524ep-10f;
    public static final float LOG2_E = 0x1.715476p0f;

    /** ln 2 in two parts; n·HIGH is exact for |n| &lt; 2^9. */
    public static final float LN2_HIGH = 0x1.62e4p-1f;

    public static final float LN2_LOW = 0x1.7f7d1cp-20f;

    /**
     * Adding 1.5·2^23 rounds to an integer n that then stands in the low bits; 254 more make those bits 2·127 + n, ready to
     * be split into two exponent fields.
     */
    public static final float EXP_ROUNDER = 12582912f + 254f;

    /** Beyond these e^x is infinite, or below half the least denormal; clamping keeps the exponent fields valid. */
    public static final float EXP_HIGH = 89f;

    public static final float EXP_LOW = -104f;

    /** Below it e^x - 1 is -1. */
    public static final float EXPM1_LOW = -18f;

    /** Below it e^x - 1 is x to a quarter of an ulp. */
    public static final float EXPM1_SMALL = 0x1p-25f;

    // 1/(1 + e), 0 <= e <= 1; error 0.0018, a seed that one cubic step brings to 5e-9
    public static final float R0 = 0x1.ff1cd8p-1f;
    public static final float R1 = -0x1.e2b7bap-1f;
    public static final float R2 = 0x1.54bdf8p-1f;
    public static final float R3 = -0x1.c652aap-3f;

    // tanh a = a + a·a²·(T3 + T5·a² + …), a < 1/2; error 0.26
    public static final float TANH_SMALL = 0.5f;
    public static final float T3 = -0x1.5554d6p-2f;
    public static final float T5 = 0x1.10e9fp-3f;
    public static final float T7 = -0x1.b28af4p-5f;
    public static final float T9 = 0x1.1a74dap-6f;

    // sin(πa) = a·(S1 + S3·a² + …), |a| <= 1/2; error 0.09 but for the rounding of π, 0.47
    public static final float S1 = 0x1.921fb6p1f;
    public static final float S3 = -0x1.4abbd8p2f;
    public static final float S5 = 0x1.466b28p1f;
    public static final float S7 = -0x1.328054p-1f;
    public static final float S9 = 0x1.407fa6p-4f;

    // cos(πa) = 1 + C2·a² + …, |a| <= 1/2; absolute error 0.91
    public static final float C2 = -0x1.3bd3bp2f;
    public static final float C4 = 0x1.03bd9ap2f;
    public static final float C6 = -0x1.55020cp0f;
    public static final float C8 = 0x1.c2939ap-3f;

    // -2·ln(1 - g) = g·(Q0 + Q1·g + …), 0 <= g <= 1/2; error 2.5, halved by the square root
    public static final float Q0 = 0x1.fffffcp0f;
    public static final float Q1 = 0x1.000482p0f;
    public static final float Q2 = 0x1.53e01p-1f;
    public static final float Q3 = 0x1.165386p-1f;
    public static final float Q4 = 0x1.496aeep-4f;
    public static final float Q5 = 0x1.8f3194p0f;
    public static final float Q6 = -0x1.12e818p1f;
    public static final float Q7 = 0x1.2e4abp1f;

    // z/x, z the normal quantile of (1 + x)/2, with w = -ln(1 - x²): I0 + I1·(w - 2.75) + …, w <= 5.75; error 0.59
    public static final float QUANTILE_SPLIT = 5.75f;
    public static final float QUANTILE_CENTRE = 2.75f;
    public static final float I0 = 0x1.1ae528p1f;
    public static final float I1 = 0x1.61d3fcp-2f;
    public static final float I2 = -0x1.d2c46p-8f;
    public static final float I3 = -0x1.8111bp-10f;
    public static final float I4 = 0x1.366fc8p-12f;
    public static final float I5 = -0x1.bed8ap-17f;
    public static final float I6 = -0x1.fb353cp-19f;
    public static final float I7 = 0x1.6184d6p-21f;
    public static final float I8 = 0x1.911f9cp-27f;
    public static final float I9 = -0x1.41cc82p-27f;

    // beyond: U0 + U1·(√w - 3.5) + …, w <= 31·ln 2; error 0.70
    public static final float QUANTILE_TAIL = 3.5f;
    public static final float U0 = 0x1.2de4cap2f;
    public static final float U1 = 0x1.6cb4e4p0f;
    public static final float U2 = 0x1.2ff36ap-8f;
    public static final float U3 = -0x1.7f8a1cp-9f;
    public static final float U4 = 0x1.8d0e58p-10f;
    public static final float U5 = -0x1.e67fd4p-11f;
    public static final float U6 = 0x1.6870fep-11f;
    public static final float U7 = -0x1.880e44p-12f;
    public static final float U8 = 0x1.42519cp-15f;
    public static final float U9 = 0x1.24ab26p-15f;
}

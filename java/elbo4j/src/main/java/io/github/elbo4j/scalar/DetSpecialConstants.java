package io.github.elbo4j.scalar;

/**
 * The numbers behind {@link DetSpecial}, found as those of {@link DetMathConstants} and listed in the same way: the digit in
 * a name is the power that the coefficient belongs to, errors are relative to the function, in units of 2^-24.
 */
public final class DetSpecialConstants {
    private DetSpecialConstants() {}

    /** Below it, the gamma functions of x are taken from those of x + 1; where a mantissa of 1 begins in the logarithm. */
    public static final float GAMMA_SMALL = 0x1.555556p-1f;

    /** From here on the gamma functions are taken from their asymptotic series. */
    public static final float GAMMA_LARGE = 2.75f;

    /**
     * The middle of [2/3, 11/4], by ratios: t = (x - m)/(x + m) puts the poles of the gamma functions far from the fit. Of the
     * floats there, m is one for which G0 and D0, which are all but function values at m, hardly round.
     */
    public static final float GAMMA_MIDDLE = 0x1.5e4d9ap0f;

    // lnΓ(x) = (x - 1)·(x - 2)·(G0 + G1·t + …), 2/3 <= x <= 11/4; error 0.09
    public static final float G0 = 0x1.01cbd6p-1f;
    public static final float G1 = -0x1.cc7d16p-2f;
    public static final float G2 = 0x1.082a68p-3f;
    public static final float G3 = -0x1.3cd82ap-3f;
    public static final float G4 = 0x1.6002cp-4f;
    public static final float G5 = -0x1.8617aep-4f;
    public static final float G6 = 0x1.00c2f4p-4f;
    public static final float G7 = -0x1.107106p-4f;
    public static final float G8 = 0x1.0b9d36p-4f;
    public static final float G9 = -0x1.271f2ep-4f;

    // lnΓ(x) = (x - 1/2)·(ln x - 1) + HALF_LOG_2PI_LESS_HALF + w·(GL0 + GL2·w² + …), w = 1/x, x >= 11/4; error 0.04
    public static final float HALF_LOG_2PI_LESS_HALF = 0x1.acfe3ap-2f;
    public static final float GL0 = 0x1.555508p-4f;
    public static final float GL2 = -0x1.6aa5fcp-9f;
    public static final float GL4 = 0x1.5a0c6ep-11f;

    /** The zero of digamma in two parts. */
    public static final float DIGAMMA_ZERO_HIGH = 0x1.762d86p0f;

    public static final float DIGAMMA_ZERO_LOW = 0x1.ab5f2p-27f;

    // ψ(x) = (x - zero)·(D0 + D1·t + …), 2/3 <= x <= 11/4; error 0.18
    public static final float D0 = 0x1.02e822p0f;
    public static final float D1 = -0x1.5b3ee6p0f;
    public static final float D2 = 0x1.f0be32p-1f;
    public static final float D3 = -0x1.08f2eep0f;
    public static final float D4 = 0x1.f70f5p-1f;
    public static final float D5 = -0x1.03cd98p0f;
    public static final float D6 = 0x1.fd9b28p-1f;
    public static final float D7 = -0x1.e93adcp-1f;
    public static final float D8 = 0x1.dbc5c8p-1f;
    public static final float D9 = -0x1.688d2p0f;
    public static final float D10 = 0x1.75a99ap0f;

    // ψ(x) = ln x - w/2 - w²·(DL0 + DL2·w² + …), w = 1/x, x >= 11/4; error 0.09
    public static final float DL0 = 0x1.5553c4p-4f;
    public static final float DL2 = -0x1.0efa7cp-7f;
    public static final float DL4 = 0x1.993a0cp-9f;

    /** From here on ψ' is taken from its asymptotic series. */
    public static final float TRIGAMMA_LARGE = 2f;

    // ψ'(x + 1) = P0 + P1·t + …, t = (x - 3/4)/(x + 11/4), 0 <= x <= 2; error 0.08, relative to ψ'(x)
    public static final float P0 = 0x1.87385cp-1f;
    public static final float P1 = -0x1.f774ap0f;
    public static final float P2 = 0x1.77bf36p1f;
    public static final float P3 = -0x1.03c5p2f;
    public static final float P4 = 0x1.51d692p2f;
    public static final float P5 = -0x1.a2536ep2f;
    public static final float P6 = 0x1.f47f4cp2f;
    public static final float P7 = -0x1.30e66cp3f;
    public static final float P8 = 0x1.757d7p3f;
    public static final float P9 = -0x1.269d7ap3f;

    // ψ'(x) = w + w²·(1/2 + w·(PL0 + PL2·w² + …)), w = 1/x, x >= 2; error 0.06
    public static final float PL0 = 0x1.5554f2p-3f;
    public static final float PL2 = -0x1.10af6ap-5f;
    public static final float PL4 = 0x1.75e434p-6f;
    public static final float PL6 = -0x1.7d37a8p-6f;
    public static final float PL8 = 0x1.1317dcp-6f;

    /** Beyond it ln Q(a) is -a²/2 to half an ulp but for what changes slowly. */
    public static final float TAIL_FAR = 8192f;

    /** The middle of [0, inf), by ratios, for t = (a - m)/(a + m). */
    public static final float TAIL_MIDDLE = 3f;

    public static final float TAIL_MIDDLE_INVERSE = 1f / 3f;

    // φ(a)/Q(a) = a + (N0 + N1·t + …)/(a + m), a >= 0; error 0.13
    public static final float N0 = 0x1.b2d6ecp0f;
    public static final float N1 = -0x1.aede5ap-1f;
    public static final float N2 = 0x1.190f76p-6f;
    public static final float N3 = 0x1.7c5cd4p-3f;
    public static final float N4 = -0x1.9e01d2p-6f;
    public static final float N5 = -0x1.bfb15ap-5f;
    public static final float N6 = 0x1.bee84p-8f;
    public static final float N7 = 0x1.22db1cp-6f;
    public static final float N8 = 0x1.56dd5ap-11f;
    public static final float N9 = -0x1.15a944p-8f;
    public static final float N10 = -0x1.470ddap-10f;

    // ln Q(a) = -a²/2 + NL0 + NL1·t + … - ln(1 + a/m), a >= 0; error 0.14
    public static final float NL0 = -0x1.6a21dap0f;
    public static final float NL1 = -0x1.65adeap-1f;
    public static final float NL2 = 0x1.24be9p-4f;
    public static final float NL3 = 0x1.578d0ep-5f;
    public static final float NL4 = -0x1.e950dep-7f;
    public static final float NL5 = -0x1.c4f0b8p-8f;
    public static final float NL6 = 0x1.9d47c8p-9f;
    public static final float NL7 = 0x1.b760bep-10f;
    public static final float NL8 = -0x1.ce5856p-12f;
    public static final float NL9 = -0x1.317668p-12f;

    /** Below it the tail is taken from 1/2. */
    public static final float TAIL_NEAR = 1f;

    // Q(a) = 1/2 - a·(B0 + B2·a² + …), a < 1; error 0.05
    public static final float B0 = 0x1.988454p-2f;
    public static final float B2 = -0x1.105862p-4f;
    public static final float B4 = 0x1.46d558p-7f;
    public static final float B6 = -0x1.376eaep-10f;
    public static final float B8 = 0x1.e26d28p-14f;
    public static final float B10 = -0x1.12241ap-17f;

    /** 1/√(2π) in two parts. */
    public static final float DENSITY_HIGH = 0x1.988454p-2f;

    public static final float DENSITY_LOW = -0x1.857936p-27f;

    /** √(2π). */
    public static final float ROOT_2PI = 0x1.40d932p1f;

    /** Where e^(-a²/2) is surely 0, whatever a² lost when it was rounded: that may be 1 at {@link #TAIL_FAR}. */
    public static final float GAUSSIAN_LOW = -110f;

    // erf(a) = a + a·(F0 + F2·a² + …), a < 0.875; error 0.24
    public static final float ERF_SMALL = 0.875f;
    public static final float F0 = 0x1.06eba6p-3f;
    public static final float F2 = -0x1.8127p-2f;
    public static final float F4 = 0x1.ce1fccp-4f;
    public static final float F6 = -0x1.b6e388p-6f;
    public static final float F8 = 0x1.497578p-8f;
    public static final float F10 = -0x1.43f6dep-11f;

    // ln(1 - erf(a)) = H0 + H1·a + …, 0.875 <= a <= 4; error 0.03, relative to erf; beyond 4, erf is 1
    public static final float ERF_LARGE = 4f;
    public static final float H0 = -0x1.1825fp-13f;
    public static final float H1 = -0x1.20c06cp0f;
    public static final float H2 = -0x1.46026ap-1f;
    public static final float H3 = -0x1.ab536cp-4f;
    public static final float H4 = 0x1.6f5572p-6f;
    public static final float H5 = -0x1.95507cp-9f;
    public static final float H6 = 0x1.a5851cp-13f;
}

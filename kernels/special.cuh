// Special functions of float32 with the same bits on every device.                  twin: DetSpecial, DetSpecialConstants
//
// The rules are those of math.cuh; divisions are IEEE's. What a function promises, and its largest error, stands at the twin.
#pragma once
#include "math.cuh"

// scale·(ln x − offset) + rest, ln x as a sum of two floats.
static __device__ __forceinline__ float logTimes(float x, float offset, float scale, float rest) {
#ifdef ELBO4J_FAST
    return __fmaf_rn(scale, detLog(x) - offset, rest);
#else
    const bool tiny = x < LEAST_NORMAL;
    const unsigned int bits = floatToBits(tiny ? x * 0x1p23f : x);
    const unsigned int k = (bits - TWO_THIRDS_BITS) & EXPONENT;
    const float f = bitsToFloat(bits - k) - 1.0f;
    const float e = __int2float_rn((int) (tiny ? k - (23u << 23) : k)) * 0x1p-23f;
    const float c = __fmaf_rn(e, 0x1.62e4p-1f, -offset);
    const float high = c + f;
    const float low = f - (high - c) + __fmaf_rn(f * f, logRest(f), e * 0x1.7f7d1cp-20f);
    return __fmaf_rn(scale, high, __fmaf_rn(scale, low, rest));
#endif
}

// ln Γ(x), x >= 0.
static __device__ __forceinline__ float detLogGamma(float x) {
    const bool small = x < 0x1.555556p-1f;
    const bool large = x >= 2.75f;
    const float y = small ? x + 1.0f : x;
    const float t = (y - 0x1.5e4d9ap0f) / (y + 0x1.5e4d9ap0f);
    float p = __fmaf_rn(-0x1.271f2ep-4f, t, 0x1.0b9d36p-4f);
    p = __fmaf_rn(p, t, -0x1.107106p-4f);
    p = __fmaf_rn(p, t, 0x1.00c2f4p-4f);
    p = __fmaf_rn(p, t, -0x1.8617aep-4f);
    p = __fmaf_rn(p, t, 0x1.6002cp-4f);
    p = __fmaf_rn(p, t, -0x1.3cd82ap-3f);
    p = __fmaf_rn(p, t, 0x1.082a68p-3f);
    p = __fmaf_rn(p, t, -0x1.cc7d16p-2f);
    p = __fmaf_rn(p, t, 0x1.01cbd6p-1f);
    const float z = small ? x : x - 1.0f;
    const float middle = __fmaf_rn(z, z, -z) * p; // z² − z = (x − 1)·(x − 2), rounded once, and +0 at both zeros
    const float w = 1.0f / x;
    const float u = w * w;
    float s = __fmaf_rn(0x1.5a0c6ep-11f, u, -0x1.6aa5fcp-9f);
    s = __fmaf_rn(s, u, 0x1.555508p-4f);
    s = __fmaf_rn(s, w, 0x1.acfe3ap-2f);
    const float outside = logTimes(x, large ? 1.0f : 0.0f, large ? x - 0.5f : -1.0f, large ? s : middle);
    const float r = small || large ? outside : middle;
    const float edge = x == 0.0f ? infinity() : x < 0.0f ? notANumber() : x;
    return x > 0.0f && x < infinity() ? r : edge;
}

// The derivative of ln Γ, x >= 0.
static __device__ __forceinline__ float detDigamma(float x) {
    const bool small = x < 0x1.555556p-1f;
    const bool large = x >= 2.75f;
    const float y = small ? x + 1.0f : x;
    const float t = (y - 0x1.5e4d9ap0f) / (y + 0x1.5e4d9ap0f);
    float p = __fmaf_rn(0x1.75a99ap0f, t, -0x1.688d2p0f);
    p = __fmaf_rn(p, t, 0x1.dbc5c8p-1f);
    p = __fmaf_rn(p, t, -0x1.e93adcp-1f);
    p = __fmaf_rn(p, t, 0x1.fd9b28p-1f);
    p = __fmaf_rn(p, t, -0x1.03cd98p0f);
    p = __fmaf_rn(p, t, 0x1.f70f5p-1f);
    p = __fmaf_rn(p, t, -0x1.08f2eep0f);
    p = __fmaf_rn(p, t, 0x1.f0be32p-1f);
    p = __fmaf_rn(p, t, -0x1.5b3ee6p0f);
    p = __fmaf_rn(p, t, 0x1.02e822p0f);
    const float zero = small ? 0x1.762d86p0f - 1.0f : 0x1.762d86p0f; // and 0x1.ab5f2p-27 more
    const float middle = (x - zero - 0x1.ab5f2p-27f) * p;
    const float w = 1.0f / x;
    const float u = w * w;
    float s = __fmaf_rn(0x1.993a0cp-9f, u, -0x1.0efa7cp-7f);
    s = __fmaf_rn(s, u, 0x1.5553c4p-4f);
    s = __fmaf_rn(s, -w, -0.5f) * w;
    const float r = large ? logTimes(x, 0.0f, 1.0f, s) : small ? middle - w : middle;
    return x < 0.0f ? notANumber() : x < infinity() ? r : x;
}

// The derivative of digamma, x >= 0.
static __device__ __forceinline__ float detTrigamma(float x) {
    const bool large = x >= 2.0f;
    const float t = (x - 0.75f) / (x + 2.75f);
    float p = __fmaf_rn(-0x1.269d7ap3f, t, 0x1.757d7p3f);
    p = __fmaf_rn(p, t, -0x1.30e66cp3f);
    p = __fmaf_rn(p, t, 0x1.f47f4cp2f);
    p = __fmaf_rn(p, t, -0x1.a2536ep2f);
    p = __fmaf_rn(p, t, 0x1.51d692p2f);
    p = __fmaf_rn(p, t, -0x1.03c5p2f);
    p = __fmaf_rn(p, t, 0x1.77bf36p1f);
    p = __fmaf_rn(p, t, -0x1.f774ap0f);
    p = __fmaf_rn(p, t, 0x1.87385cp-1f);
    const float w = 1.0f / x;
    const float u = w * w;
    float s = __fmaf_rn(0x1.1317dcp-6f, u, -0x1.7d37a8p-6f);
    s = __fmaf_rn(s, u, 0x1.75e434p-6f);
    s = __fmaf_rn(s, u, -0x1.10af6ap-5f);
    s = __fmaf_rn(s, u, 0x1.5554f2p-3f);
    s = __fmaf_rn(s, w, 0.5f);
    const float r = __fmaf_rn(w, large ? w * s : w, large ? w : p);
    return x < 0.0f ? notANumber() : r;
}

// What the functions of the normal distribution have in common: a = |x| <= 8192, w = 1/(a + 3), n = (φ(a)/Q(a) − a)·(a + 3),
// t = (a − 3)/(a + 3), and e^(-a²/2) = (1 + g)·2^k, with 2·127 + k in the low bits of `power`.
struct NormalTail {
    float a, w, t, n, g;
    unsigned int power;
};

static __device__ __forceinline__ NormalTail normalTail(float x) {
    NormalTail of;
    of.a = fabsf(x);
    of.a = of.a > 8192.0f ? 8192.0f : of.a;
    of.w = 1.0f / (of.a + 3.0f);
    of.t = __fmaf_rn(2.0f * of.a, of.w, -1.0f);
    float n = __fmaf_rn(-0x1.470ddap-10f, of.t, -0x1.15a944p-8f);
    n = __fmaf_rn(n, of.t, 0x1.56dd5ap-11f);
    n = __fmaf_rn(n, of.t, 0x1.22db1cp-6f);
    n = __fmaf_rn(n, of.t, 0x1.bee84p-8f);
    n = __fmaf_rn(n, of.t, -0x1.bfb15ap-5f);
    n = __fmaf_rn(n, of.t, -0x1.9e01d2p-6f);
    n = __fmaf_rn(n, of.t, 0x1.7c5cd4p-3f);
    n = __fmaf_rn(n, of.t, 0x1.190f76p-6f);
    n = __fmaf_rn(n, of.t, -0x1.aede5ap-1f);
    of.n = __fmaf_rn(n, of.t, 0x1.b2d6ecp0f);
    const float h = -0.5f * of.a;
    float s = h * of.a;
    const float lost = __fmaf_rn(h, of.a, -s);
    s = s < -110.0f ? -110.0f : s;
    const float rounder = 12582912.0f + 254.0f;
    const float rounded = __fmaf_rn(s, 0x1.715476p0f, rounder);
    const float k = rounded - rounder;
    const float r = __fmaf_rn(k, -0x1.62e4p-1f, s) + __fmaf_rn(k, -0x1.7f7d1cp-20f, lost);
    of.g = __fmaf_rn(r * r, expRest(r), r);
    of.power = floatToBits(rounded);
    return of;
}

// y·2^k, rounded once.
static __device__ __forceinline__ float timesPower(float y, const NormalTail& of) {
    const unsigned int half = of.power >> 1;
    return y * bitsToFloat(half << 23) * bitsToFloat((of.power - half) << 23);
}

// −Q(a): near 0 from 1/2; else 1/√(2π) over the hazard a + n·w, what that lacks, and then e^(-a²/2).
static __device__ __forceinline__ float minusTail(const NormalTail& of) {
    const float high = __fmaf_rn(of.n, of.w, of.a);
    const float low = __fmaf_rn(of.n, of.w, of.a - high);
    const float r = 1.0f / high;
    float q = -0x1.988454p-2f * r;
    const float lack = (__fmaf_rn(-q, low, __fmaf_rn(-q, high, -0x1.988454p-2f)) - -0x1.857936p-27f) * r;
    q = timesPower(q + __fmaf_rn(q, of.g, __fmaf_rn(lack, of.g, lack)), of);
    const float u = of.a * of.a;
    float p = __fmaf_rn(-0x1.12241ap-17f, u, 0x1.e26d28p-14f);
    p = __fmaf_rn(p, u, -0x1.376eaep-10f);
    p = __fmaf_rn(p, u, 0x1.46d558p-7f);
    p = __fmaf_rn(p, u, -0x1.105862p-4f);
    const float slope = __fmaf_rn(p, u, 0x1.988454p-2f);
    p = __fmaf_rn(p, u, 0x1.988454p-2f - slope);
    return of.a < 1.0f ? __fmaf_rn(of.a, p, __fmaf_rn(of.a, slope, -0.5f)) : q;
}

// ln Φ(x), Φ the standard normal CDF.
static __device__ __forceinline__ float detLogNormalCdf(float x) {
    const NormalTail of = normalTail(x);
    float p = __fmaf_rn(-0x1.317668p-12f, of.t, -0x1.ce5856p-12f);
    p = __fmaf_rn(p, of.t, 0x1.b760bep-10f);
    p = __fmaf_rn(p, of.t, 0x1.9d47c8p-9f);
    p = __fmaf_rn(p, of.t, -0x1.c4f0b8p-8f);
    p = __fmaf_rn(p, of.t, -0x1.e950dep-7f);
    p = __fmaf_rn(p, of.t, 0x1.578d0ep-5f);
    p = __fmaf_rn(p, of.t, 0x1.24be9p-4f);
    p = __fmaf_rn(p, of.t, -0x1.65adeap-1f);
    p = __fmaf_rn(p, of.t, -0x1.6a21dap0f);
    const float log = log1pInside(x > 0.0f ? minusTail(of) : (1.0f / 3.0f) * of.a);
    return x > 0.0f ? log : __fmaf_rn(-0.5f * x, x, p - log);
}

// φ(x)/Φ(x).
static __device__ __forceinline__ float detInverseMills(float x) {
    const NormalTail of = normalTail(x);
    const float cdf = 1.0f + minusTail(of);
    float r = 0x1.988454p-2f / cdf;
    const float lack = (__fmaf_rn(-r, cdf, 0x1.988454p-2f) + -0x1.857936p-27f) * (r * 0x1.40d932p1f);
    r = timesPower(r + __fmaf_rn(r, of.g, __fmaf_rn(lack, of.g, lack)), of);
    return x > 0.0f ? r : __fmaf_rn(of.n, of.w, fabsf(x));
}

// The error function.
static __device__ __forceinline__ float detErf(float x) {
    const float a = fabsf(x);
    const float w = a * a;
    float p = __fmaf_rn(-0x1.43f6dep-11f, w, 0x1.497578p-8f);
    p = __fmaf_rn(p, w, -0x1.b6e388p-6f);
    p = __fmaf_rn(p, w, 0x1.ce1fccp-4f);
    p = __fmaf_rn(p, w, -0x1.8127p-2f);
    p = __fmaf_rn(p, w, 0x1.06eba6p-3f);
    const float small = __fmaf_rn(a, p, a);
    const float b = a > 4.0f ? 4.0f : a;
    float h = __fmaf_rn(0x1.a5851cp-13f, b, -0x1.95507cp-9f);
    h = __fmaf_rn(h, b, 0x1.6f5572p-6f);
    h = __fmaf_rn(h, b, -0x1.ab536cp-4f);
    h = __fmaf_rn(h, b, -0x1.46026ap-1f);
    h = __fmaf_rn(h, b, -0x1.20c06cp0f);
    h = __fmaf_rn(h, b, -0x1.1825fp-13f);
    const float large = 1.0f - detExp(h);
    return withSign(a < 0.875f ? small : large, floatToBits(x));
}

// body(f) with the function that MathCuda numbers so.
template <class Body>
static __device__ __forceinline__ void withFunction(int function, Body body) {
    switch (function) {
        case 0: body([](float x) { return detExp(x); }); break;
        case 1: body([](float x) { return detLog(x); }); break;
        case 2: body([](float x) { return detLog1p(x); }); break;
        case 3: body([](float x) { return detSoftplus(x); }); break;
        case 4: body([](float x) { return detSigmoid(x); }); break;
        case 5: body([](float x) { return detTanh(x); }); break;
        case 6: body([](float x) { return detSinPi(x); }); break;
        case 7: body([](float x) { return detCosPi(x); }); break;
        case 8: body([](float x) { return __fsqrt_rn(x); }); break;
        case 9: body([](float x) { return detExpm1(x); }); break;
        case 10: body([](float x) { return detLogGamma(x); }); break;
        case 11: body([](float x) { return detDigamma(x); }); break;
        case 12: body([](float x) { return detTrigamma(x); }); break;
        case 13: body([](float x) { return detLogNormalCdf(x); }); break;
        case 14: body([](float x) { return detInverseMills(x); }); break;
        default: body([](float x) { return detErf(x); }); break;
    }
}

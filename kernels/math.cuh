// Elementary functions of float32 with the same bits on every device.                     twin: DetMath, DetMathConstants
//
// Only + − ×, fma, sqrt (each rounded to nearest), integer operations, exact conversions, comparisons and selections; every
// fusion is written. What a function promises, and its largest error, stands at the twin.
//
// With ELBO4J_FAST, exp, log, 1/x and the parts of Box-Muller come from the hardware's approximations instead: fewer
// instructions, other bits. Nothing else in the kernels differs.
#pragma once

static __device__ __forceinline__ float bitsToFloat(unsigned int bits) { return __uint_as_float(bits); }
static __device__ __forceinline__ unsigned int floatToBits(float x) { return __float_as_uint(x); }

// Flips the sign of magnitude where the top bit of signBits is set.
static __device__ __forceinline__ float withSign(float magnitude, unsigned int signBits) {
    return bitsToFloat(floatToBits(magnitude) ^ (signBits & 0x80000000u));
}

static constexpr float LN2 = 0x1.62e43p-1f;
static constexpr float LN2_PER_EXPONENT_BIT = LN2 * 0x1p-23f; // for an exponent that still stands in a float's bits
static constexpr unsigned int TWO_THIRDS_BITS = 0x3f2aaaabu;
static constexpr unsigned int EXPONENT = 0xff800000u;
static constexpr float LEAST_NORMAL = 0x1p-126f;
static constexpr double HALF_LOG_2PI = 0.9189385332046727; // log(2π)/2

static __device__ __forceinline__ float infinity() { return bitsToFloat(0x7f800000u); }
static __device__ __forceinline__ float notANumber() { return bitsToFloat(0x7fc00000u); }

// (ln(1 + f) − f)/f², |f| <= 1/3.
static __device__ __forceinline__ float logRest(float f) {
    float p = __fmaf_rn(-0x1.07c97p-3f, f, 0x1.1e67a2p-3f);
    p = __fmaf_rn(p, f, -0x1.f332a4p-4f);
    p = __fmaf_rn(p, f, 0x1.1ed66p-3f);
    p = __fmaf_rn(p, f, -0x1.559c46p-3f);
    p = __fmaf_rn(p, f, 0x1.99d044p-3f);
    p = __fmaf_rn(p, f, -0x1.fffefcp-3f);
    p = __fmaf_rn(p, f, 0x1.555506p-2f);
    return __fmaf_rn(p, f, -0.5f);
}

// e·ln 2 + ln(1 + f), |f| <= 1/3, where k = e·2^23.
static __device__ __forceinline__ float logSum(unsigned int k, float f) {
    return __fmaf_rn(__int2float_rn((int) k), LN2_PER_EXPONENT_BIT, __fmaf_rn(f * f, logRest(f), f));
}

// ln x: x = m·2^e with m in [2/3, 4/3).
static __device__ __forceinline__ float detLog(float x) {
#ifdef ELBO4J_FAST
    return __logf(x);
#else
    const bool tiny = x < LEAST_NORMAL;
    const unsigned int bits = floatToBits(tiny ? x * 0x1p23f : x);
    const unsigned int k = (bits - TWO_THIRDS_BITS) & EXPONENT;
    const float f = bitsToFloat(bits - k) - 1.0f;
    const float r = logSum(tiny ? k - (23u << 23) : k, f);
    const float edge = x == 0.0f ? -infinity() : x < 0.0f ? notANumber() : x;
    return x > 0.0f && x < infinity() ? r : edge;
#endif
}

// ln(1 + x) for −1 < x < inf; NaN for NaN.
static __device__ __forceinline__ float log1pInside(float x) {
    const unsigned int k = (floatToBits(1.0f + x) - TWO_THIRDS_BITS) & EXPONENT;
    const float scale = 0.25f * bitsToFloat(0x40800000u - k);
    const float f = __fmaf_rn(x, scale, scale - 1.0f); // (1 + x)·2^-e − 1, from x itself
    return logSum(k, f);
}

// ln(1 + x), accurate for small x too.
static __device__ __forceinline__ float detLog1p(float x) {
    const float edge = x == -1.0f ? -infinity() : x < -1.0f ? notANumber() : x;
    return x > -1.0f && x < infinity() && x != 0.0f ? log1pInside(x) : edge;
}

// (e^r − 1 − r)/r², |r| <= ln(2)/2.
static __device__ __forceinline__ float expRest(float r) {
    float p = __fmaf_rn(0x1.6a524ep-10f, r, 0x1.12396ep-7f);
    p = __fmaf_rn(p, r, 0x1.5558aap-5f);
    p = __fmaf_rn(p, r, 0x1.555492p-3f);
    return __fmaf_rn(p, r, 0x1.fffffcp-2f);
}

// e^x: x = n·ln 2 + r with |r| <= ln(2)/2.
static __device__ __forceinline__ float detExp(float x) {
#ifdef ELBO4J_FAST
    return __expf(x);
#else
    const float rounder = 12582912.0f + 254.0f; // leaves 2·127 + n in the low bits
    float a = x > 89.0f ? 89.0f : x;
    a = a < -104.0f ? -104.0f : a;
    const float t = __fmaf_rn(a, 0x1.715476p0f, rounder);
    const float n = t - rounder;
    float r = __fmaf_rn(n, -0x1.62e4p-1f, a);
    r = __fmaf_rn(n, -0x1.7f7d1cp-20f, r);
    float p = __fmaf_rn(expRest(r), r, 1.0f);
    p = __fmaf_rn(p, r, 1.0f);
    // 2^n in two factors, so that only the last product rounds, and overflows or turns subnormal as it should.
    const unsigned int bits = floatToBits(t);
    const unsigned int half = bits >> 1;
    return p * bitsToFloat(half << 23) * bitsToFloat((bits - half) << 23);
#endif
}

// e^x − 1: 2^n·(e^r − 1) + (2^n − 1), halved on the way; x itself where it is tiny.
static __device__ __forceinline__ float detExpm1(float x) {
    const float rounder = 12582912.0f + 254.0f;
    float a = x > 89.0f ? 89.0f : x;
    a = a < -18.0f ? -18.0f : a;
    const float t = __fmaf_rn(a, 0x1.715476p0f, rounder);
    const float n = t - rounder;
    float r = __fmaf_rn(n, -0x1.62e4p-1f, a);
    r = __fmaf_rn(n, -0x1.7f7d1cp-20f, r);
    const float p = __fmaf_rn(r * r, expRest(r), r);
    const float half = bitsToFloat((floatToBits(t) - 128u) << 23);
    const float y = 2.0f * __fmaf_rn(half, p, half - 0.5f);
    return fabsf(x) < 0x1p-25f ? x : y;
}

// 1/(1 + e), 0 <= e <= 1: y·(1 + r + r²), with r = 1 − (1 + e)·y <= 0.0018.
static __device__ __forceinline__ float reciprocalOnePlus(float e) {
    float y = __fmaf_rn(-0x1.c652aap-3f, e, 0x1.54bdf8p-1f);
    y = __fmaf_rn(y, e, -0x1.e2b7bap-1f);
    y = __fmaf_rn(y, e, 0x1.ff1cd8p-1f);
    const float r = __fmaf_rn(-e, y, 1.0f - y);
    return __fmaf_rn(y, __fmaf_rn(r, r, r), y);
}

// 1/x without a division: 1/(m·2^e) = 2^-e·(1/m) with m in [1, 2).
static __device__ __forceinline__ float detReciprocal(float x) {
#ifdef ELBO4J_FAST
    return __fdividef(1.0f, x);
#else
    const float a = fabsf(x);
    const bool tiny = a < LEAST_NORMAL;
    const unsigned int bits = floatToBits(tiny ? a * 0x1p24f : a);
    const unsigned int fraction = bits & ~EXPONENT;
    float y = reciprocalOnePlus(bitsToFloat(fraction | 0x3f800000u) - 1.0f);
    const unsigned int n = (tiny ? 2u * 127u + 127u + 24u : 2u * 127u + 127u) - (bits >> 23);
    const unsigned int half = n >> 1;
    y = y * bitsToFloat(half << 23) * bitsToFloat((n - half) << 23);
    y = a < infinity() ? y : a == infinity() ? 0.0f : a;
    return withSign(y, floatToBits(x));
#endif
}

// The same for 2^-126 <= x <= 2^125, in half of the instructions; anything for other x.
static __device__ __forceinline__ float plainReciprocal(float x) {
#ifdef ELBO4J_FAST
    return detReciprocal(x);
#else
    const unsigned int bits = floatToBits(x);
    const unsigned int fraction = (bits & ~EXPONENT) | 0x3f800000u;
    const float y = reciprocalOnePlus(bitsToFloat(fraction) - 1.0f);
    return bitsToFloat(floatToBits(y) + (fraction - bits)); // a normal number: only the exponent changes
#endif
}

// ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|).
static __device__ __forceinline__ float detSoftplus(float x) {
    return (x > 0.0f ? x : 0.0f) + log1pInside(detExp(-fabsf(x)));
}

// 1/(1 + e^-x): with e = e^-|x|, 1/(1 + e) to the right of 0, e/(1 + e) to the left.
static __device__ __forceinline__ float detSigmoid(float x) {
    const float e = detExp(-fabsf(x));
    const float y = reciprocalOnePlus(e);
    return x < 0.0f ? e * y : y;
}

// tanh x: with e = e^-2|x|, 1 − 2e/(1 + e); near 0 an odd polynomial.
static __device__ __forceinline__ float detTanh(float x) {
    const float a = fabsf(x);
    const float e = detExp(-2.0f * a);
    const float large = __fmaf_rn(-2.0f * e, reciprocalOnePlus(e), 1.0f);
    const float w = a * a;
    float p = __fmaf_rn(0x1.1a74dap-6f, w, -0x1.b28af4p-5f);
    p = __fmaf_rn(p, w, 0x1.10e9fp-3f);
    p = __fmaf_rn(p, w, -0x1.5554d6p-2f);
    const float small = __fmaf_rn(a, w * p, a);
    return withSign(a < 0.5f ? small : large, floatToBits(x));
}

// sin(πa) for |a| <= 1/2.
static __device__ __forceinline__ float sinHalfTurn(float a) {
    const float w = a * a;
    float p = __fmaf_rn(0x1.407fa6p-4f, w, -0x1.328054p-1f);
    p = __fmaf_rn(p, w, 0x1.466b28p1f);
    p = __fmaf_rn(p, w, -0x1.4abbd8p2f);
    p = __fmaf_rn(p, w, 0x1.921fb6p1f);
    return a * p;
}

// cos(πa) for |a| <= 1/2, to an absolute error.
static __device__ __forceinline__ float cosHalfTurn(float a) {
    const float w = a * a;
    float p = __fmaf_rn(0x1.c2939ap-3f, w, -0x1.55020cp0f);
    p = __fmaf_rn(p, w, 0x1.03bd9ap2f);
    p = __fmaf_rn(p, w, -0x1.3bd3bp2f);
    return __fmaf_rn(p, w, 1.0f);
}

// a − 2k in [−1, 1], exactly; NaN for infinite a.
static __device__ __forceinline__ float reduceHalfTurns(float a) {
    const float b = a < 0x1p24f ? a : a * 0.0f; // from 2^24 on every float is an even integer
    const float k = __fmaf_rn(b, 0.5f, 0x1p23f) - 0x1p23f;
    return __fmaf_rn(-2.0f, k, b);
}

// sin(πx), x in half-turns.
static __device__ __forceinline__ float detSinPi(float x) {
    const float y = reduceHalfTurns(fabsf(x));
    const float w = fabsf(y);
    const float z = sinHalfTurn(w > 0.5f ? 1.0f - w : w);
    return withSign(withSign(z, floatToBits(y)) + 0.0f, floatToBits(x)); // + 0 turns −0 into +0
}

// cos(πx) = sin(π(1/2 − |y|)), x in half-turns.
static __device__ __forceinline__ float detCosPi(float x) {
    return sinHalfTurn(0.5f - fabsf(reduceHalfTurns(fabsf(x))));
}

// Box-Muller's radius sqrt(−2 ln u), u = (word + 1/2)·2^-32.
static __device__ __forceinline__ float normalRadius(unsigned int word) {
#ifdef ELBO4J_FAST
    const float squared = -2.0f * __logf(__fmaf_rn(__uint2float_rn(word), 0x1p-32f, 0x1p-33f));
    return __fsqrt_rn(squared > 0.0f ? squared : 0.0f); // next to u = 1 the approximation may pass 0
#else
    const unsigned int upper = (unsigned int) ((int) word >> 31);
    const float t = __fmaf_rn(__int2float_rn((int) (word ^ upper)), 0x1p-32f, 0x1p-33f);
    const unsigned int bits = floatToBits(t);
    const unsigned int k = (bits - 0x3f000000u) & EXPONENT & ~upper;
    const float m = bitsToFloat(bits - k);
    const float g = bitsToFloat(~upper & 0x3f800000u) + withSign(m, ~upper);
    float q = __fmaf_rn(0x1.2e4abp1f, g, -0x1.12e818p1f);
    q = __fmaf_rn(q, g, 0x1.8f3194p0f);
    q = __fmaf_rn(q, g, 0x1.496aeep-4f);
    q = __fmaf_rn(q, g, 0x1.165386p-1f);
    q = __fmaf_rn(q, g, 0x1.53e01p-1f);
    q = __fmaf_rn(q, g, 0x1.000482p0f);
    q = __fmaf_rn(q, g, 0x1.fffffcp0f);
    return __fsqrt_rn(__fmaf_rn(__int2float_rn((int) k), -2.0f * LN2_PER_EXPONENT_BIT, g * q));
#endif
}

// Box-Muller's angle a in [−1/2, 1/2] half-turns, from the lower 31 bits of a word; its top bit is the pair's sign.
static __device__ __forceinline__ float normalAngle(unsigned int word) {
    return __fmaf_rn(__int2float_rn((int) (word << 1)), 0x1p-32f, 0x1p-32f);
}

// The quantile of the standard normal at u = (word + 1/2)·2^-32: x = 2u − 1 times a function of w = −ln(1 − x²), or of √w in the tails.
// ELBO4J_FAST changes nothing here: the points stay those of every device.
static __device__ __forceinline__ float normalQuantile(unsigned int word) {
    const unsigned int below = word ^ (unsigned int) ((int) word >> 31);
    const float p = __fmaf_rn(__int2float_rn((int) below), 0x1p-32f, 0x1p-33f);
    const float x = __fmaf_rn(__int2float_rn((int) (0x7fffffffu - below)), 0x1p-31f, 0x1p-32f);
    const float four = 4.0f * p;
    const unsigned int bits = floatToBits(__fmaf_rn(-four, p, four));
    const unsigned int k = (bits - TWO_THIRDS_BITS) & EXPONENT;
    const float w = -logSum(k, bitsToFloat(bits - k) - 1.0f);
    const bool tail = w > 5.75f;
    const float v = tail ? __fsqrt_rn(w) - 3.5f : w - 2.75f;
    float q = __fmaf_rn(tail ? 0x1.24ab26p-15f : -0x1.41cc82p-27f, v, tail ? 0x1.42519cp-15f : 0x1.911f9cp-27f);
    q = __fmaf_rn(q, v, tail ? -0x1.880e44p-12f : 0x1.6184d6p-21f);
    q = __fmaf_rn(q, v, tail ? 0x1.6870fep-11f : -0x1.fb353cp-19f);
    q = __fmaf_rn(q, v, tail ? -0x1.e67fd4p-11f : -0x1.bed8ap-17f);
    q = __fmaf_rn(q, v, tail ? 0x1.8d0e58p-10f : 0x1.366fc8p-12f);
    q = __fmaf_rn(q, v, tail ? -0x1.7f8a1cp-9f : -0x1.8111bp-10f);
    q = __fmaf_rn(q, v, tail ? 0x1.2ff36ap-8f : -0x1.d2c46p-8f);
    q = __fmaf_rn(q, v, tail ? 0x1.6cb4e4p0f : 0x1.61d3fcp-2f);
    q = __fmaf_rn(q, v, tail ? 0x1.2de4cap2f : 0x1.1ae528p1f);
    return withSign(x * q, ~word);
}

// The two normals of two words: ±radius·(cos, sin)(π·angle).
static __device__ __forceinline__ float2 boxMuller(unsigned int radiusWord, unsigned int angleWord) {
    const float radius = withSign(normalRadius(radiusWord), angleWord);
    const float angle = normalAngle(angleWord);
#ifdef ELBO4J_FAST
    const float radians = angle * 0x1.921fb6p1f;
    return make_float2(radius * __cosf(radians), radius * __sinf(radians));
#else
    return make_float2(radius * cosHalfTurn(angle), radius * sinHalfTurn(angle));
#endif
}

// ---- arrays, four neighbours at a time ----

// body(i) for every fourth i < n.
template <class F>
static __device__ __forceinline__ void forQuads(long long n, F body) {
    const long long stride = 4ll * gridDim.x * blockDim.x;
    for (long long i = 4ll * ((long long) blockIdx.x * blockDim.x + threadIdx.x); i < n; i += stride) {
        body(i);
    }
}

// x[i … i+3] of n, in one load where all are there, else 0 beyond the end; i is a multiple of 4.
static __device__ __forceinline__ float4 loadQuad(const float* x, long long i, long long n) {
    if (i + 4 <= n) {
        return *(const float4*) (x + i);
    }
    return make_float4(x[i], i + 1 < n ? x[i + 1] : 0.0f, i + 2 < n ? x[i + 2] : 0.0f, 0.0f);
}

static __device__ __forceinline__ void storeQuad(float* x, long long i, long long n, float4 value) {
    if (i + 4 <= n) {
        *(float4*) (x + i) = value;
        return;
    }
    x[i] = value.x;
    if (i + 1 < n) {
        x[i + 1] = value.y;
    }
    if (i + 2 < n) {
        x[i + 2] = value.z;
    }
}

// Four neighbouring coordinates of a row; zeros beyond its end.
static __device__ __forceinline__ float4 load4(const float* from, int count, int dimensions) {
    if ((dimensions & 3) == 0) {
        return *(const float4*) from;
    }
    return make_float4(
            from[0], count > 1 ? from[1] : 0.0f, count > 2 ? from[2] : 0.0f, count > 3 ? from[3] : 0.0f);
}

// Writes the first `count` of four neighbouring coordinates of a row; in one store where rows are whole vectors.
static __device__ __forceinline__ void store4(float* to, float4 value, int count, int dimensions) {
    if ((dimensions & 3) == 0) {
        *(float4*) to = value; // then every row, and every fourth coordinate, stands at a multiple of 16 bytes
        return;
    }
    to[0] = value.x;
    if (count > 1) {
        to[1] = value.y;
    }
    if (count > 2) {
        to[2] = value.z;
    }
    if (count > 3) {
        to[3] = value.w;
    }
}

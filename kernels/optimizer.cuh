// Adam's step of one parameter.                                                               twin: OptimizerKernel
#pragma once
#include "math.cuh"

struct AdamStep {
    float rate;         // rate/(1 − beta1^t)
    float gain1, gain2; // 1 − beta1, 1 − beta2
    float correction;   // 1/(1 − beta2^t)
    float guard;
};

// m = fma(gain1, g − m, m); v = fma(gain2, g² − v, v); x = fma(rate·m, 1/(√(v·correction) + guard), x)
static __device__ __forceinline__ void adam(const AdamStep& p, float g, float& m, float& v, float& x) {
    m = __fmaf_rn(p.gain1, g - m, m);
    v = __fmaf_rn(p.gain2, __fmaf_rn(g, g, -v), v);
    const float root = __fsqrt_rn(v * p.correction) + p.guard;
    x = __fmaf_rn(p.rate * m, detReciprocal(root), x);
}

// In units of a scale: Adam's step of x/unit.
static __device__ __forceinline__ void adam(const AdamStep& p, float unit, float g, float& m, float& v, float& x) {
    AdamStep scaled = p;
    scaled.rate = p.rate * unit;
    adam(scaled, g * unit, m, v, x);
}

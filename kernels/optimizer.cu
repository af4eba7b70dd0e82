// Ascent steps; SGD is axpy of math.cu.                                                       twin: OptimizerKernel
#include "math.cuh"

// ---- m = fma(gain1, g − m, m); v = fma(gain2, g² − v, v); parameter = fma(rate·m, 1/(√(v·correction) + guard), parameter) ----

struct OptimizerAdam {
    const float* gradient; // [n]
    float* m;              // [n]
    float* v;              // [n]
    float* parameter;      // [n]
    long long n;
    float rate;            // rate/(1 − beta1^t)
    float gain1, gain2;    // 1 − beta1, 1 − beta2
    float correction;      // 1/(1 − beta2^t)
    float guard;
};

static __device__ __forceinline__ void adam(const OptimizerAdam& p, float g, float& m, float& v, float& x) {
    m = __fmaf_rn(p.gain1, g - m, m);
    v = __fmaf_rn(p.gain2, __fmaf_rn(g, g, -v), v);
    const float root = __fsqrt_rn(v * p.correction) + p.guard;
    x = __fmaf_rn(p.rate * m, detReciprocal(root), x);
}

extern "C" __global__ void __launch_bounds__(256) optimizer_adam(const OptimizerAdam p) {
    forQuads(p.n, [&](long long i) {
        const float4 g = loadQuad(p.gradient, i, p.n);
        float4 m = loadQuad(p.m, i, p.n);
        float4 v = loadQuad(p.v, i, p.n);
        float4 x = loadQuad(p.parameter, i, p.n);
        adam(p, g.x, m.x, v.x, x.x);
        adam(p, g.y, m.y, v.y, x.y);
        adam(p, g.z, m.z, v.z, x.z);
        adam(p, g.w, m.w, v.w, x.w);
        storeQuad(p.m, i, p.n, m);
        storeQuad(p.v, i, p.n, v);
        storeQuad(p.parameter, i, p.n, x);
    });
}

// Ascent steps; SGD is axpy of math.cu.                                                       twin: OptimizerKernel
#include "index.cuh"
#include "math.cuh"
#include "optimizer.cuh"

// ---- g = gradient·scale; m = fma(gain1, g − m, m); v = fma(gain2, g² − v, v);
//      parameter = fma(rate·scale·m, 1/(√(v·correction) + guard), parameter) ----

struct OptimizerAdam {
    const float* gradient; // [n]
    const float* scale;    // null, or [n]
    float* m;              // [n]
    float* v;              // [n]
    float* parameter;      // [n]
    long long n;
    Scalar rate;           // rate/(1 − beta1^t)
    Scalar correction;     // 1/(1 − beta2^t)
    float gain1, gain2;    // 1 − beta1, 1 − beta2
    float guard;
};

extern "C" __global__ void __launch_bounds__(256) optimizer_adam(const OptimizerAdam p) {
    const AdamStep step = {(float) value(p.rate), p.gain1, p.gain2, (float) value(p.correction), p.guard};
    forQuads(p.n, [&](long long i) {
        const float4 g = loadQuad(p.gradient, i, p.n);
        float4 m = loadQuad(p.m, i, p.n);
        float4 v = loadQuad(p.v, i, p.n);
        float4 x = loadQuad(p.parameter, i, p.n);
        const float4 unit = p.scale ? loadQuad(p.scale, i, p.n) : make_float4(1, 1, 1, 1);
        adam(step, unit.x, g.x, m.x, v.x, x.x);
        adam(step, unit.y, g.y, m.y, v.y, x.y);
        adam(step, unit.z, g.z, m.z, v.z, x.z);
        adam(step, unit.w, g.w, m.w, v.w, x.w);
        storeQuad(p.m, i, p.n, m);
        storeQuad(p.v, i, p.n, v);
        storeQuad(p.parameter, i, p.n, x);
    });
}

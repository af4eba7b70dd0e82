// The pathwise gradient of the mean-field family.                                                   twin: ReparamKernel
#include "math.cuh"
#include "normal.cuh"
#include "runs.cuh"

// ---- Σ g, and Σ g·(sigma·epsilon) from D on; for the path derivative with g + epsilon·exp(−omega) in place of g ----

struct ReparamMeanField {
    Normals normals;
    const float* omega;    // [B][D]
    const float* gradient; // g, [B][S][D]
    double* runs;          // [B][allRuns][2D]
    int allRuns;
    int path;
};

struct ReparamTerms {
    const ReparamMeanField& p;
    float4 sigma, inverse;

    __device__ __forceinline__ void begin(int b, int d, int count) {
        const float4 o = load4(p.omega + (long long) b * p.normals.dimensions + d, count, p.normals.dimensions);
        sigma = make_float4(detExp(o.x), detExp(o.y), detExp(o.z), detExp(o.w));
        inverse = make_float4(detExp(-o.x), detExp(-o.y), detExp(-o.z), detExp(-o.w));
    }

    __device__ __forceinline__ void draw(long long row, int d, int count, float4 e, float4 (&out)[2]) const {
        float4 g = load4(p.gradient + row * p.normals.dimensions + d, count, p.normals.dimensions);
        if (p.path) {
            g = make_float4(
                    __fmaf_rn(e.x, inverse.x, g.x),
                    __fmaf_rn(e.y, inverse.y, g.y),
                    __fmaf_rn(e.z, inverse.z, g.z),
                    __fmaf_rn(e.w, inverse.w, g.w));
        }
        out[0] = g;
        out[1] = make_float4(
                g.x * (sigma.x * e.x), g.y * (sigma.y * e.y), g.z * (sigma.z * e.z), g.w * (sigma.w * e.w));
    }
};

extern "C" __global__ void __launch_bounds__(256, 3) reparam_meanfield(const ReparamMeanField p) {
    sumRuns<2>(p.normals, p.runs, p.allRuns, ReparamTerms{p});
}

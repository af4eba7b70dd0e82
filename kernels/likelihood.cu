// Log-likelihoods of N observations under R draws; eta becomes the residual.                 twin: LikelihoodKernel
#include "math.cuh"
#include "sum.cuh"

// ---- logP[r] += scale·Σ_n (y·eta − softplus(eta)); eta = scale·(y − sigmoid(eta)) ----

struct LikelihoodClasses {
    const float* y; // [N], each 0 or 1, or a whole number in [0, K); null: a mixture
    float* eta;     // [R][K][N], read and replaced
    double* logP;   // [R], added to
    float* tiles;   // [R][tiles of N], or null for short rows
    int rows, classes, observations; // one class: Bernoulli has one predictor for two
    float scale;
};

static __device__ __forceinline__ void endClasses(const LikelihoodClasses& p, long long r, double sum) {
    p.logP[r] = p.logP[r] + p.scale * sum;
}

extern "C" __global__ void __launch_bounds__(256) likelihood_bernoulli(const LikelihoodClasses p) {
    forTiles(
            p.rows,
            p.observations,
            p.tiles,
            [&](long long r, long long n) { return make_float2(p.eta[r * p.observations + n], __ldg(p.y + n)); },
            [&](long long r, long long n, float2 of) {
                const float x = of.x;
                const float y = of.y;
                p.eta[r * p.observations + n] = p.scale * (y - detSigmoid(x));
                return __fmaf_rn(y, x, -detSoftplus(x));
            },
            [&](long long r, double sum) { endClasses(p, r, sum); });
}

// ---- with L[n] = log Σ_k exp(eta[r,k,n]): logP[r] += scale·Σ_n (eta[r,y[n],n] − L[n]), of a mixture Σ_n L[n];
//      eta = scale·((1 if k = y[n], else 0) − exp(eta − L)), of a mixture scale·exp(eta − L) ----

extern "C" __global__ void __launch_bounds__(256, 4) likelihood_categorical(const LikelihoodClasses p) {
    const float none = __int_as_float(0xff800000);
    forTiles(
            p.rows,
            p.observations,
            p.tiles,
            [&](long long r, long long n) {
                float* eta = p.eta + r * p.classes * p.observations + n;
                float greatest = none;
                int which = -1;
                for (int k = 0; k < p.classes; k++) {
                    const float x = eta[(long long) k * p.observations];
                    if (x > greatest) {
                        greatest = x;
                        which = k;
                    }
                }
                // What is taken off eta before exp; 0 where all are −inf. The greatest's own exp is 1.
                const float shift = greatest > none ? greatest : 0.0f;
                const float y = p.y == nullptr ? 0.0f : __ldg(p.y + n);
                float value = greatest;
                if (p.y != nullptr) {
                    const int k = (int) y;
                    value = ((float) k == y && k >= 0 && k < p.classes ? eta[(long long) k * p.observations] : __int_as_float(0x7fc00000))
                            - shift;
                }
                float rest = 0.0f;
#pragma unroll 1 // four of detExp would take all registers
                for (int k = 0; k < p.classes; k++) {
                    float* x = eta + (long long) k * p.observations;
                    const float e = detExp(*x - shift);
                    *x = e;
                    rest += k == which ? 0.0f : e;
                }
                const float inverse = detReciprocal(1.0f + rest);
                for (int k = 0; k < p.classes; k++) {
                    float* x = eta + (long long) k * p.observations;
                    const float share = *x * inverse;
                    *x = p.scale * (p.y == nullptr ? share : ((float) k == y ? 1.0f : 0.0f) - share);
                }
                rest = detLog1p(rest);
                return p.y == nullptr ? value + rest : value - rest;
            },
            [&](long long r, double sum) { endClasses(p, r, sum); });
}

// What both add in the end, where rows have several tiles.
extern "C" __global__ void __launch_bounds__(256) likelihood_classes_end(const LikelihoodClasses p) {
    forTiledRows(p.rows, p.observations, p.tiles, [&](long long r, double sum) { endClasses(p, r, sum); });
}

// ---- with tau = logNoise[r], e = (y − eta)·exp(−tau): logP[r] += scale·(−Σ_n e²/2 − N·tau − N·log(2π)/2);
//      eta = scale·e·exp(−tau); gradLogNoise[r] += scale·(Σ_n e² − N) ----

struct LikelihoodGaussian {
    const float* y;        // [N]
    float* eta;            // [R][N], read and replaced
    double* logP;          // [R], added to
    const float* logNoise; // R × 1
    float* gradLogNoise;   // R × 1, added to; or null
    float* tiles;          // [R][tiles of N], or null for short rows
    long long noiseStride, gradStride;
    int rows, observations;
    float scale;
};

static __device__ __forceinline__ void endGaussian(const LikelihoodGaussian& p, long long r, double squares) {
    const float tau = p.logNoise[r * p.noiseStride];
    const double constant = p.observations * (tau + HALF_LOG_2PI);
    p.logP[r] = p.logP[r] + p.scale * (-0.5 * squares - constant);
    if (p.gradLogNoise != nullptr) {
        float* slope = p.gradLogNoise + r * p.gradStride;
        *slope = (float) (*slope + p.scale * (squares - p.observations));
    }
}

extern "C" __global__ void __launch_bounds__(256, 4) likelihood_gaussian(const LikelihoodGaussian p) {
    forTiles(
            p.rows,
            p.observations,
            p.tiles,
            [&](long long r, long long n) { return make_float2(p.eta[r * p.observations + n], __ldg(p.y + n)); },
            [&](long long r, long long n, float2 of) {
                const float inverse = detExp(-__ldg(p.logNoise + r * p.noiseStride));
                const float e = (of.y - of.x) * inverse;
                p.eta[r * p.observations + n] = p.scale * (e * inverse);
                return e * e;
            },
            [&](long long r, double squares) { endGaussian(p, r, squares); });
}

extern "C" __global__ void __launch_bounds__(256) likelihood_gaussian_end(const LikelihoodGaussian p) {
    forTiledRows(p.rows, p.observations, p.tiles, [&](long long r, double squares) { endGaussian(p, r, squares); });
}

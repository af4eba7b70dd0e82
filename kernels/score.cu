// The score-function gradient of the mean-field family, and the weights of both; f = logP − logQ.     twin: ScoreKernel
#include "index.cuh"
#include "math.cuh"
#include "normal.cuh"
#include "runs.cuh"
#include "sum.cuh"

// ---- subtracted[b] = mean of f over the draws, or the running mean, which then moves by rate ----

struct ScoreBaseline {
    const double* logP; // [B][S]
    const double* logQ; // [B][S]
    double* running;    // [B], or null
    double* subtracted; // [B]
    Scalar rate;        // of running
    int problems, draws;
};

extern "C" __global__ void __launch_bounds__(256) score_baseline(const ScoreBaseline p) {
    forRows(
            p.problems,
            p.draws,
            [&](long long b, long long s) { return p.logP[b * p.draws + s] - p.logQ[b * p.draws + s]; },
            [&](long long b, double sum) {
                const double mean = sum / p.draws;
                if (p.running == nullptr) {
                    p.subtracted[b] = mean;
                    return;
                }
                const double before = p.running[b];
                p.subtracted[b] = before;
                p.running[b] = before + value(p.rate) * (mean - before);
            });
}

// ---- weights = (f − subtracted)·factor ----

struct ScoreWeights {
    const double* logP;       // [B][S]
    const double* logQ;       // [B][S]
    const double* subtracted; // [B], or null for zeros
    float* weights;           // [B][S]
    double factor;
    int problems, draws;
};

extern "C" __global__ void __launch_bounds__(256) score_weights(const ScoreWeights p) {
    const long long n = (long long) p.problems * p.draws;
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < n; at += stride) {
        const double subtracted = p.subtracted == nullptr ? 0.0 : p.subtracted[quotient(at, p.draws)];
        const double f = p.logP[at] - p.logQ[at];
        p.weights[at] = (float) ((f - subtracted) * p.factor);
    }
}

// ---- Σ w·(epsilon·exp(−omega)), and Σ w·(epsilon² − 1) from D on ----

struct ScoreMeanField {
    Normals normals;
    const float* omega;   // [B][D]
    const float* weights; // [B][S]
    const float* sums;    // means over all draws of (w·epsilon², epsilon², w·h², h²), [B][4D]; score_controlled only
    double* runs;         // [B][allRuns][2D]
    int allRuns;
    int allDraws;         // that sums are means of
};

struct ScoreTerms {
    const ScoreMeanField& p;
    float4 inverse;

    __device__ __forceinline__ void begin(int b, int d, int count) {
        const float4 o = load4(p.omega + (long long) b * p.normals.dimensions + d, count, p.normals.dimensions);
        inverse = make_float4(detExp(-o.x), detExp(-o.y), detExp(-o.z), detExp(-o.w));
    }

    __device__ __forceinline__ void draw(long long row, int, int, float4 e, float4 (&out)[2]) const {
        const float w = p.weights[row];
        out[0] = make_float4(
                w * (e.x * inverse.x), w * (e.y * inverse.y), w * (e.z * inverse.z), w * (e.w * inverse.w));
        out[1] = make_float4(
                w * __fmaf_rn(e.x, e.x, -1.0f),
                w * __fmaf_rn(e.y, e.y, -1.0f),
                w * __fmaf_rn(e.z, e.z, -1.0f),
                w * __fmaf_rn(e.w, e.w, -1.0f));
    }
};

extern "C" __global__ void __launch_bounds__(256, 3) score_meanfield(const ScoreMeanField p) {
    sumRuns<2>(p.normals, p.runs, p.allRuns, ScoreTerms{p});
}

// ---- the same, each weight less the control variate estimated from the other draws ----

struct ControlledTerms {
    const ScoreMeanField& p;
    float inverse[4], weighted[2][4], norm[2][4];

    __device__ __forceinline__ void begin(int b, int d, int count) {
        const int dims = p.normals.dimensions;
        const float draws = __int2float_rn(p.allDraws);
        const float* omega = p.omega + (long long) b * dims + d;
        const float* sums = p.sums + (long long) b * 4 * dims + d;
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const bool there = i < count;
            inverse[i] = there ? detExp(-omega[i]) : 0.0f;
#pragma unroll
            for (int part = 0; part < 2; part++) {
                weighted[part][i] = there ? draws * sums[2 * part * (long long) dims + i] : 0.0f;
                norm[part][i] = there ? draws * sums[(2 * part + 1) * (long long) dims + i] : 0.0f;
            }
        }
    }

    __device__ __forceinline__ void draw(long long row, int, int, float4 epsilon, float4 (&out)[2]) const {
        const float w = p.weights[row];
        const float e[4] = {epsilon.x, epsilon.y, epsilon.z, epsilon.w};
        float mu[4], omega[4];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const float h = __fmaf_rn(e[i], e[i], -1.0f);
            const float a = controlVariate(w, e[i] * e[i], weighted[0][i], norm[0][i]);
            mu[i] = (w - a) * (e[i] * inverse[i]);
            omega[i] = (w - controlVariate(w, h * h, weighted[1][i], norm[1][i])) * h;
        }
        out[0] = make_float4(mu[0], mu[1], mu[2], mu[3]);
        out[1] = make_float4(omega[0], omega[1], omega[2], omega[3]);
    }
};

extern "C" __global__ void __launch_bounds__(256) score_controlled(const ScoreMeanField p) {
    sumRuns<2>(p.normals, p.runs, p.allRuns, ControlledTerms{p});
}

// ---- Σ of w·epsilon², epsilon², w·h² and h² with h = epsilon² − 1, D apart ----

struct ScoreSquares {
    Normals normals;
    const float* weights; // [B][S]
    double* runs;         // [B][allRuns][4D]
    int allRuns;
    int unused;
};

struct SquareTerms {
    const ScoreSquares& p;

    __device__ __forceinline__ void begin(int, int, int) {}

    __device__ __forceinline__ void draw(long long row, int, int, float4 e, float4 (&out)[4]) const {
        const float w = p.weights[row];
        const float4 square = make_float4(e.x * e.x, e.y * e.y, e.z * e.z, e.w * e.w);
        const float4 h = make_float4(
                __fmaf_rn(e.x, e.x, -1.0f),
                __fmaf_rn(e.y, e.y, -1.0f),
                __fmaf_rn(e.z, e.z, -1.0f),
                __fmaf_rn(e.w, e.w, -1.0f));
        out[0] = make_float4(w * square.x, w * square.y, w * square.z, w * square.w);
        out[1] = square;
        out[3] = make_float4(h.x * h.x, h.y * h.y, h.z * h.z, h.w * h.w);
        out[2] = make_float4(w * out[3].x, w * out[3].y, w * out[3].z, w * out[3].w);
    }
};

extern "C" __global__ void __launch_bounds__(256) score_squares(const ScoreSquares p) {
    sumRuns<4>(p.normals, p.runs, p.allRuns, SquareTerms{p});
}

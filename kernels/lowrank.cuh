// What follows from y and eta of a draw: the projections, and log q with its slope.                 twin: LowRankKernel
#pragma once
#include "math.cuh"
#include "sum.cuh"

static constexpr int MOST_RANK = 64;

struct LowRankDensity {
    const float* omega;        // [B][D]
    const float* factor;       // [B][R][D]
    const double* capacitance; // [B][R·R + 1]
    const float* y;            // [B][S][D + R], eta behind y
    double* projected;         // [B][S][R]
    float* coefficients;       // a, [B][S][R]
    float* latent;             // [B][S][R], or null
    double* logQ;              // [B][S], or null; between the last two: what no sum over the coordinates has
    float* slope;              // [B][S][D], or null
    int problems, draws, dimensions, rank;
    float sign;
};

static constexpr int RANKS = 16; // rows of the factor that a warp takes together, whose y/sigma it makes once for them
static constexpr int SHARED_DRAWS = 4; // of a problem that a warp takes together, where there are so many: it reads the factor once

// body(problem, first row, how many rows, part) for parts of up to DRAWS draws of a problem, shared out to the warps of the grid.
template <int DRAWS, class Body>
static __device__ __forceinline__ void forDraws(int problems, int draws, int parts, Body body) {
    const int perProblem = ceilDiv(draws, DRAWS);
    const long long all = (long long) problems * perProblem * parts;
    for (long long at = warpOfGrid(); at < all; at += warpsOfGrid()) {
        const long long group = quotient(at, parts);
        const long long b = quotient(group, perProblem);
        const int s = (int) (group - b * perProblem) * DRAWS;
        body(b, b * draws + s, min(DRAWS, draws - s), (int) (at - group * parts));
    }
}

// Rows of one tile.
template <int DRAWS>
static __device__ __forceinline__ void projectDraws(const LowRankDensity& p) {
    const int rank = p.rank;
    const int dims = p.dimensions;
    const int width = dims + rank;
    forDraws<DRAWS>(p.problems, p.draws, ceilDiv(rank, RANKS), [&](long long b, long long row, int draws, int part) {
        const int first = part * RANKS;
        const int ranks = min(RANKS, rank - first);
        const float* factor = p.factor + (b * rank + first) * dims;
        const float* y = p.y + row * width;
        float sum[DRAWS][RANKS] = {};
        for (int d = laneOfWarp(); d < dims; d += WARP) {
            const float inverse = detExp(-__ldg(p.omega + b * dims + d));
            float scaled[DRAWS];
#pragma unroll
            for (int k = 0; k < DRAWS; k++) {
                scaled[k] = (k < draws ? y[(long long) k * width + d] : 0.0f) * inverse;
            }
#pragma unroll
            for (int r = 0; r < RANKS; r++) {
                const float f = r < ranks ? __ldg(factor + (long long) r * dims + d) : 0.0f;
#pragma unroll
                for (int k = 0; k < DRAWS; k++) {
                    sum[k][r] += f * scaled[k];
                }
            }
        }
#pragma unroll
        for (int k = 0; k < DRAWS; k++) {
#pragma unroll
            for (int r = 0; r < RANKS; r++) {
                if (r < ranks && k < draws) { // the same for all lanes
                    const double total = foldLanes(sum[k][r]);
                    if (laneOfWarp() == 0) {
                        p.projected[(row + k) * rank + first + r] =
                                total - (double) y[(long long) k * width + dims + first + r];
                    }
                }
            }
        }
    });
}

// The term of a coordinate, of which `chain` is a·F; its slope is written.
static __device__ __forceinline__ float densityTerm(
        const LowRankDensity& p, long long row, long long d, float logSigma, float inverse, float chain) {
    const float v = __fmaf_rn(-inverse, chain, p.y[row * (p.dimensions + p.rank) + d]);
    if (p.slope != nullptr) {
        p.slope[row * p.dimensions + d] = p.sign * (v * inverse);
    }
    return __fmaf_rn(-0.5f * v, v, -logSigma);
}

// Rows of one tile; own has room for the coefficients of the warp's draws. end(row, sum of its terms).
template <class End>
static __device__ __forceinline__ void densityOfDraws(const LowRankDensity& p, float4* own, End end) {
    const int lane = laneOfWarp();
    const int rank = p.rank;
    const int dims = p.dimensions;
    forDraws<SHARED_DRAWS>(p.problems, p.draws, 1, [&](long long b, long long row, int draws, int) {
        __syncwarp();
        for (int r = lane; r < rank; r += WARP) {
            const float* const a = p.coefficients + row * rank + r;
            own[r] = make_float4(
                    a[0], draws > 1 ? a[rank] : 0.0f, draws > 2 ? a[2 * rank] : 0.0f, draws > 3 ? a[3 * rank] : 0.0f);
        }
        __syncwarp();
        float sum[SHARED_DRAWS] = {};
        for (int d = lane; d < dims; d += WARP) {
            const float logSigma = __ldg(p.omega + b * dims + d);
            const float inverse = detExp(-logSigma);
            const float* f = p.factor + b * rank * dims + d;
            float chain[SHARED_DRAWS] = {};
#pragma unroll 4
            for (int r = 0; r < rank; r++) {
                const float factor = __ldg(f + (long long) r * dims);
                const float4 a = own[r];
                chain[0] = __fmaf_rn(factor, a.x, chain[0]);
                chain[1] = __fmaf_rn(factor, a.y, chain[1]);
                chain[2] = __fmaf_rn(factor, a.z, chain[2]);
                chain[3] = __fmaf_rn(factor, a.w, chain[3]);
            }
#pragma unroll
            for (int k = 0; k < SHARED_DRAWS; k++) {
                if (k < draws) {
                    sum[k] += densityTerm(p, row + k, d, logSigma, inverse, chain[k]);
                }
            }
        }
#pragma unroll
        for (int k = 0; k < SHARED_DRAWS; k++) {
            const double total = foldLanes(sum[k]);
            if (k < draws && lane == 0) {
                end(row + k, total);
            }
        }
    });
}

// Moments of a problem's draws, by one warp, in float64.                                            twin: ElboKernel
#pragma once
#include "math.cuh"
#include "sum.cuh"

static __device__ __forceinline__ double squaredDeviation(double x, double mean) {
    const double deviation = x - mean;
    return deviation * deviation;
}

// Of all lanes.
static __device__ __forceinline__ double broadcast(double sum) { return __shfl_sync(ALL_LANES, sum, 0); }

// out = (mean, variance with the divisor S − 1, √(variance/S)), from Σ (f − mean)².
static __device__ __forceinline__ void endMoments(int draws, double mean, double squares, double* out) {
    const double variance = draws > 1 ? squares / (draws - 1) : (double) notANumber();
    out[0] = mean;
    out[1] = variance;
    out[2] = __dsqrt_rn(variance / draws);
}

// The same of f(s), s < draws <= 1024. A second pass: mean(f²) − mean(f)² cancels when |mean| is much larger than the deviation.
template <class F>
static __device__ __forceinline__ void moments(int draws, F f, double* out) {
    const double mean = broadcast(tileSum(draws, f)) / draws;
    const double squares = tileSum(draws, [&](int s) { return squaredDeviation(f(s), mean); });
    if (laneOfWarp() == 0) {
        endMoments(draws, mean, squares, out);
    }
}

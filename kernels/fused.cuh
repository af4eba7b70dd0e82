// What the kernels of a mean-field fit to diagonal Gaussian targets share, which store nothing of a draw.    twin: FusedKernel
//
// z = fma(sigma, epsilon, mu); h = (z − mu)·exp(−omega) under q and (z − targetMu)·exp(−targetOmega) under the target, whose
// slope is g = −h·exp(−targetOmega).
//
// A block of fused_elbo has SLOTS slots for four neighbouring coordinates each, and takes 256/SLOTS draws at a time. A thread
// makes the terms of one slot and draw; then threads add columns of them over the draws, in order, and rows of them over the
// coordinates: warps do, or the threads that made a row where it is short. What is more than a block's slots of one problem's
// run stands beside it: other runs, other problems.
#pragma once

#include "math.cuh"
#include "normal.cuh"
#include "runs.cuh"
#include "sum.cuh"

static constexpr int THREADS = 256;

// Where a slot's first coordinate is; count = 0: nowhere.
struct Place {
    int b, run, d, count;
};

// A block's share: `together` runs of problems, neighbours in (b, run), and one tile of the coordinates of each, or the part
// of it that goes to `lanes` neighbouring lanes of its sum.
struct Share {
    long long first; // of these runs
    int quads, runs; // slots of a run; runs of a problem
    int together;
    int tile, part;
    int lanes;

    template <int SLOTS>
    static __device__ __forceinline__ Share of(const Normals& n, int parts) {
        Share share;
        const int tiles = max(1, ceilDiv(n.dimensions, TILE)) * parts; // parts, if any, are those of one tile
        share.lanes = WARP / parts;
        share.quads = max(1, ceilDiv(min(n.dimensions, TILE), parts == 1 ? 4 : WARP) * (parts == 1 ? 1 : share.lanes / 4));
        share.runs = ceilDiv(n.draws, RUN);
        const int most = SLOTS / share.quads;
        const long long group = quotient(blockIdx.x, tiles);
        share.first = group * most;
        const int of = (int) (blockIdx.x - group * tiles);
        share.tile = parts == 1 ? of : 0;
        share.part = parts == 1 ? 0 : of;
        const long long left = (long long) n.problems * share.runs - share.first;
        share.together = left < most ? (int) left : most;
        return share;
    }

    // In the tile, of coordinate c of a run's slots.
    __device__ __forceinline__ int coordinate(int c) const {
        return c / lanes * WARP + part * lanes + c % lanes;
    }

    __device__ __forceinline__ Place place(const Normals& n, int slot) const {
        const int of = slot / quads;
        const long long run = first + of;
        Place place;
        place.b = (int) quotient(run, runs);
        place.run = (int) (run - (long long) place.b * runs);
        place.d = tile * TILE + coordinate((slot - of * quads) * 4);
        place.count = of < together ? max(0, min(4, n.dimensions - place.d)) : 0;
        return place;
    }
};

enum Term { SLOPE_MU, SLOPE_OMEGA, LOG_P, LOG_Q, TERMS };

// What the terms of four coordinates are made of.
struct Coordinates {
    float4 mu, omega, sigma, inverse;           // inverse = exp(−omega)
    float4 targetMu, targetOmega, targetInverse;
};

// Of one coordinate: g (with path, g + e·inverse), its product with sigma·e, the terms of log p and log q.
static __device__ __forceinline__ float4 termsOf(
        bool path, float e, float mu, float omega, float sigma, float inverse, float targetMu, float targetOmega,
        float targetInverse) {
    const float z = __fmaf_rn(sigma, e, mu);
    const float q = (z - mu) * inverse;
    const float p = (z - targetMu) * targetInverse;
    const float g = -(p * targetInverse);
    const float slope = path ? __fmaf_rn(e, inverse, g) : g;
    return make_float4(
            slope, slope * (sigma * e), __fmaf_rn(-0.5f * p, p, -targetOmega), __fmaf_rn(-0.5f * q, q, -omega));
}

// Of four coordinates.
static __device__ __forceinline__ void termsOf(
        const Coordinates& x, float4 e, bool path, float4& slopeMu, float4& slopeOmega, float4& logP, float4& logQ) {
    const float4 a = termsOf(
            path, e.x, x.mu.x, x.omega.x, x.sigma.x, x.inverse.x, x.targetMu.x, x.targetOmega.x, x.targetInverse.x);
    const float4 b = termsOf(
            path, e.y, x.mu.y, x.omega.y, x.sigma.y, x.inverse.y, x.targetMu.y, x.targetOmega.y, x.targetInverse.y);
    const float4 c = termsOf(
            path, e.z, x.mu.z, x.omega.z, x.sigma.z, x.inverse.z, x.targetMu.z, x.targetOmega.z, x.targetInverse.z);
    const float4 d = termsOf(
            path, e.w, x.mu.w, x.omega.w, x.sigma.w, x.inverse.w, x.targetMu.w, x.targetOmega.w, x.targetInverse.w);
    slopeMu = make_float4(a.x, b.x, c.x, d.x);
    slopeOmega = make_float4(a.y, b.y, c.y, d.y);
    logP = make_float4(a.z, b.z, c.z, d.z);
    logQ = make_float4(a.w, b.w, c.w, d.w);
}

// A block's terms, of each its draws' rows of 4·SLOTS coordinates: thread t made number t.
typedef float4 Terms[TERMS][THREADS];

static __device__ __forceinline__ void makeTerms(Terms& terms, const Coordinates& x, float4 e, bool path) {
    const int t = (int) threadIdx.x;
    termsOf(x, e, path, terms[SLOPE_MU][t], terms[SLOPE_OMEGA][t], terms[LOG_P][t], terms[LOG_Q][t]);
}

// Adding these zeros to a sum that began at +0 changes nothing.
static __device__ __forceinline__ void makeNoTerms(Terms& terms) {
#pragma unroll
    for (int term = 0; term < TERMS; term++) {
        terms[term][threadIdx.x] = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    }
}

// Coordinate c of the slots in the first draw's row; the next draw's is 4·SLOTS further on.
static __device__ __forceinline__ const float* columnOf(const Terms& terms, int term, int c) {
    return (const float*) terms[term] + c;
}

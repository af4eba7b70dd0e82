// Standard normals by address.                                                                    twin: NormalKernel
#pragma once
#include "index.cuh"
#include "math.cuh"
#include "philox.cuh"

// Where the epsilon of a block of draws comes from.
struct Normals {
    const float* given;        // [B][S][D] normals of another source, or null: made here from their address
    Index step;
    unsigned int key0, key1;   // low and high word of the seed
    int problems, draws, dimensions;               // B, S, D
    int firstProblem, firstDraw, firstDimension;   // the address of the block's first element
};

// The step, which a thread reads once.
static __device__ __forceinline__ unsigned int stepOf(const Normals& n) { return (unsigned int) value(n.step); }

// The four normals of a counter.
static __device__ __forceinline__ float4 normalsOfCounter(
        unsigned int k0, unsigned int k1, unsigned int c0, unsigned int c1, unsigned int c2, unsigned int c3) {
    const uint4 w = philox(k0, k1, c0, c1, c2, c3);
    const float2 low = boxMuller(w.x, w.y);
    const float2 high = boxMuller(w.z, w.w);
    return make_float4(low.x, low.y, high.x, high.y);
}

// The four values of coordinates d … d+3 of draw (b, s), d a multiple of 4: those of one counter, or parts of two where the
// block does not begin at a whole counter. of(counter, draw, problem) makes a counter's.
template <class Four, class Of>
static __device__ __forceinline__ Four fourOf(const Normals& n, int b, int s, int d, Of of) {
    const unsigned int first = (unsigned int) n.firstDimension + (unsigned int) d;
    const unsigned int draw = (unsigned int) (n.firstDraw + s);
    const unsigned int problem = (unsigned int) (n.firstProblem + b);
    const Four v = of(first >> 2, draw, problem);
    const unsigned int lane = first & 3u; // the same for every thread
    if (lane == 0) {
        return v;
    }
    const Four w = of((first >> 2) + 1u, draw, problem);
    return lane == 1   ? Four{v.y, v.z, v.w, w.x}
            : lane == 2 ? Four{v.z, v.w, w.x, w.y}
                        : Four{v.w, w.x, w.y, w.z};
}

// The words of the coordinates d … d+3, d a multiple of 4; step is stepOf(n), as below.
static __device__ __forceinline__ uint4 words4(const Normals& n, unsigned int step, int b, int s, int d) {
    return fourOf<uint4>(n, b, s, d, [&](unsigned int counter, unsigned int draw, unsigned int problem) {
        return philox(n.key0, n.key1, counter, draw, problem, step);
    });
}

// epsilon[b,s,d … d+3], d a multiple of 4 of the block's own coordinates; values beyond D are undefined.
static __device__ __forceinline__ float4 epsilon4(const Normals& n, unsigned int step, int b, int s, int d) {
    if (n.given != nullptr) {
        const float* row = n.given + ((long long) b * n.draws + s) * n.dimensions;
        const int left = n.dimensions - d;
        return make_float4(
                left > 0 ? row[d] : 0.0f,
                left > 1 ? row[d + 1] : 0.0f,
                left > 2 ? row[d + 2] : 0.0f,
                left > 3 ? row[d + 3] : 0.0f);
    }
    return fourOf<float4>(n, b, s, d, [&](unsigned int counter, unsigned int draw, unsigned int problem) {
        return normalsOfCounter(n.key0, n.key1, counter, draw, problem, step);
    });
}

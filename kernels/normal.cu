// Random words, uniforms and normals by address.                                                  twin: NormalKernel
#include "math.cuh"
#include "normal.cuh"
#include "sum.cuh"

// make(b, s, d) for every fourth coordinate d of a block of draws. A thread walks from quad to quad in steps of the whole
// grid, its place counted in digits (b, s, quad), because a division costs as much as half a Philox.
template <class Make>
static __device__ __forceinline__ void forQuadsOfDraws(const Normals& n, Make make) {
    const unsigned int quads = ((unsigned int) n.dimensions + 3u) / 4u;
    const unsigned int draws = (unsigned int) n.draws;
    const long long all = (long long) n.problems * n.draws * quads;
    const long long step = (long long) gridDim.x * blockDim.x;
    long long item = (long long) blockIdx.x * blockDim.x + threadIdx.x;
    if (item >= all) {
        return;
    }
    const long long row = quotient(item, (int) quads);
    const long long stepRow = quotient(step, (int) quads);
    const unsigned int stepQuad = (unsigned int) (step - stepRow * quads);
    const unsigned int stepProblem = (unsigned int) quotient(stepRow, n.draws);
    const unsigned int stepDraw = (unsigned int) (stepRow - (long long) stepProblem * draws);
    unsigned int quad = (unsigned int) (item - row * quads);
    unsigned int b = (unsigned int) quotient(row, n.draws);
    unsigned int s = (unsigned int) (row - (long long) b * draws);
    for (; item < all; item += step) {
        make((int) b, (int) s, (int) (quad * 4u));
        quad += stepQuad;
        s += stepDraw;
        b += stepProblem;
        if (quad >= quads) {
            quad -= quads;
            s++;
        }
        if (s >= draws) {
            s -= draws;
            b++;
        }
    }
}

static __device__ __forceinline__ long long place(const Normals& n, int b, int s, int d) {
    return ((long long) b * n.draws + s) * n.dimensions + d;
}

// ---- words[b,s,d] = word d mod 4 of Philox(d/4, s, b, step) ----

struct NormalWords {
    Normals normals;
    float* words; // [B][S][D] of 32 bits
};

extern "C" __global__ void __launch_bounds__(256) normal_words(const NormalWords p) {
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    forQuadsOfDraws(n, [&](int b, int s, int d) {
        const uint4 w = words4(n, step, b, s, d);
        const float4 bits = make_float4(bitsToFloat(w.x), bitsToFloat(w.y), bitsToFloat(w.z), bitsToFloat(w.w));
        store4(p.words + place(n, b, s, d), bits, n.dimensions - d, n.dimensions);
    });
}

// ---- u[b,s,d] = ((word >>> 9) + 1/2)·2^-23 ----

struct NormalUniform {
    Normals normals;
    float* u; // [B][S][D]
};

static __device__ __forceinline__ float uniformOf(unsigned int word) {
    return (__int2float_rn((int) (word >> 9)) + 0.5f) * 0x1p-23f; // 24 bits: exact
}

extern "C" __global__ void __launch_bounds__(256) normal_uniform(const NormalUniform p) {
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    forQuadsOfDraws(n, [&](int b, int s, int d) {
        const uint4 w = words4(n, step, b, s, d);
        const float4 u = make_float4(uniformOf(w.x), uniformOf(w.y), uniformOf(w.z), uniformOf(w.w));
        store4(p.u + place(n, b, s, d), u, n.dimensions - d, n.dimensions);
    });
}

// ---- epsilon[b,s,d] ----

struct NormalNormal {
    Normals normals;
    float* epsilon; // [B][S][D]
};

extern "C" __global__ void __launch_bounds__(256) normal_normal(const NormalNormal p) {
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    forQuadsOfDraws(n, [&](int b, int s, int d) {
        store4(p.epsilon + place(n, b, s, d), epsilon4(n, step, b, s, d), n.dimensions - d, n.dimensions);
    });
}

// ---- epsilon[b,s,d] = ±epsilon(s / 2): draws in pairs, the second of each the negative of the first ----

extern "C" __global__ void __launch_bounds__(256) normal_antithetic(const NormalNormal p) {
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    forQuadsOfDraws(n, [&](int b, int s, int d) {
        Normals pair = n;
        pair.firstDraw = (int) ((unsigned int) (n.firstDraw + s) >> 1) - s; // its own draw is added to it
        float4 e = epsilon4(pair, step, b, s, d);
        if (((n.firstDraw + s) & 1) != 0) {
            e = make_float4(-e.x, -e.y, -e.z, -e.w);
        }
        store4(p.epsilon + place(n, b, s, d), e, n.dimensions - d, n.dimensions);
    });
}

// ---- epsilon[i,s,d] of problem b = addresses[first + i] ----

struct NormalOfProblems {
    Normals normals;     // whose first problem is 0
    const int* addresses; // at least [first + B]
    Index first;
    float* epsilon;      // [B][S][D]
};

extern "C" __global__ void __launch_bounds__(256) normal_of_problems(const NormalOfProblems p) {
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    const int* addresses = p.addresses + value(p.first);
    forQuadsOfDraws(n, [&](int b, int s, int d) {
        store4(p.epsilon + place(n, b, s, d), epsilon4(n, step, addresses[b], s, d), n.dimensions - d, n.dimensions);
    });
}

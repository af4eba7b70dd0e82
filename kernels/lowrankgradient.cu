// Both gradients of the low-rank family: sums over the draws of a run, 2 + R for each coordinate.  twin: LowRankGradientKernel
//
// Column 0 is mu's, 1 omega's, 2 + r that of factor r. h is what is summed: u, u·(sigma·epsilon), u·eta_r with u = g (+ s) for
// the pathwise gradient; the score s, (sigma·s)² − centre, s·latent_r − centre, weighted, for the other.
#include "math.cuh"
#include "normal.cuh"
#include "runs.cuh"

struct LowRankGradient {
    Normals normals;      // D + R of them a draw
    const float* omega;   // [B][D]
    const float* vectors; // g or s, [B][S][D]
    const float* other;   // reparam: s, [B][S][D], or null; else latent, [B][S][R]
    const float* centre;  // [B][(2 + R)·D]; reparam: null
    const float* weights; // [B][S]; reparam: null
    const float* sums;    // controlled: means of Σ w·h² and Σ h², each laid out as the gradient, [B][2·(2 + R)·D]
    double* runs;         // [B][allRuns][(2 + R)·D]; squares: twice that
    int rank, allRuns;
    int allDraws;         // that sums are means of
};

enum LowRankKind { PATHWISE, WEIGHTED, CONTROL, SQUARED };

static constexpr int WARPS = 4;
static constexpr int EACH = 4;                   // coordinates of a thread, 32 apart
static constexpr int COORDINATES = EACH * WARP;  // of a block
static constexpr int SLOTS = 4;                  // columns of a warp, WARPS apart
static constexpr int COLUMNS = SLOTS * WARPS;    // of a block
static constexpr int DRAWS = 16;                 // that stand in shared memory at a time

// What a draw has for a block.
template <LowRankKind KIND>
struct LowRankDraws {
    alignas(16) float u[DRAWS][COORDINATES];
    alignas(16) float epsilon[KIND == PATHWISE ? DRAWS : 1][COORDINATES];
    alignas(16) float factor[DRAWS][COLUMNS]; // eta or latent, those of a warp's columns side by side
    float weight[DRAWS];
};

// The sums of a thread: 4 coordinates in each of its warp's columns.
template <LowRankKind KIND>
struct LowRankSums {
    float sigma[EACH];
    float sum[SLOTS][EACH] = {};
    float second[SLOTS][EACH] = {}; // SQUARED
    float centre[SLOTS][EACH] = {};
    float weighted[SLOTS][EACH] = {}, norm[SLOTS][EACH] = {}; // CONTROL
    bool plain = true;

    template <bool PLAIN>
    __device__ __forceinline__ void add(int slot, int c, float w, float h) {
        if (KIND == PATHWISE) {
            sum[slot][c] += h;
        } else if (KIND == WEIGHTED) {
            sum[slot][c] += w * h;
        } else if (KIND == CONTROL) {
            sum[slot][c] += (w - controlVariate<PLAIN>(w, h * h, weighted[slot][c], norm[slot][c])) * h;
        } else {
            sum[slot][c] += w * (h * h);
            second[slot][c] += h * h;
        }
    }

    template <bool PLAIN>
    __device__ __forceinline__ void addDraws(const LowRankDraws<KIND>& of, int count, int first, int slots) {
        const int lane = laneOfWarp();
        const int warp = (int) threadIdx.x / WARP;
        for (int s = 0; s < count; s++) {
            const float w = KIND == PATHWISE ? 0.0f : of.weight[s];
            float u[EACH];
#pragma unroll
            for (int c = 0; c < EACH; c++) {
                u[c] = of.u[s][lane + c * WARP];
            }
            const float4 four = *(const float4*) &of.factor[s][warp * SLOTS];
            const float factor[SLOTS] = {four.x, four.y, four.z, four.w};
#pragma unroll
            for (int slot = 0; slot < SLOTS; slot++) {
                if (slot >= slots) {
                    break;
                }
#pragma unroll
                for (int c = 0; c < EACH; c++) {
                    float h = u[c];
                    if (slot == 0 && first == 1) {
                        const float v = u[c] * sigma[c];
                        h = KIND == PATHWISE ? u[c] * (sigma[c] * of.epsilon[s][lane + c * WARP])
                                             : __fmaf_rn(v, v, -centre[slot][c]);
                    } else if (slot > 0 || first > 1) {
                        h = KIND == PATHWISE ? u[c] * factor[slot] : __fmaf_rn(u[c], factor[slot], -centre[slot][c]);
                    }
                    add<PLAIN>(slot, c, w, h);
                }
            }
        }
    }
};

// A block is ((b, run), 16 columns, 128 coordinates): a warp has every fourth of the columns.
template <LowRankKind KIND>
static __device__ __forceinline__ void lowRankGradient(const LowRankGradient& p) {
    __shared__ LowRankDraws<KIND> of;
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    const int rank = p.rank;
    const int columns = 2 + rank;
    const int dims = n.dimensions - rank;
    const int tiles = ceilDiv(dims, COORDINATES);
    const int groups = ceilDiv(columns, COLUMNS);
    const int runsHere = ceilDiv(n.draws, RUN);
    const long long outer = quotient(blockIdx.x, tiles);
    const int start = (int) (blockIdx.x - outer * tiles) * COORDINATES;
    const long long item = quotient(outer, groups);
    const int firstColumn = (int) (outer - item * groups) * COLUMNS;
    const int b = (int) quotient(item, runsHere);
    const int run = (int) (item - (long long) b * runsHere);
    const int begin = run * RUN;
    const int count = min(RUN, n.draws - begin);
    const long long firstRow = (long long) b * n.draws + begin;
    const int thread = (int) threadIdx.x;
    const int lane = laneOfWarp();
    const int own = firstColumn + thread / WARP; // the warp's first column
    const int slots = max(0, min(SLOTS, ceilDiv(columns - own, WARPS)));
    const long long width = (long long) columns * dims;
    const float allDraws = __int2float_rn(p.allDraws);
    LowRankSums<KIND> sums;
#pragma unroll
    for (int c = 0; c < EACH; c++) {
        const int d = start + lane + c * WARP;
        const bool there = d < dims;
        sums.sigma[c] = there && own == 1 ? detExp(p.omega[(long long) b * dims + d]) : 0.0f;
#pragma unroll
        for (int slot = 0; slot < SLOTS; slot++) {
            if (KIND != PATHWISE && there && slot < slots) {
                const long long place = (own + slot * WARPS) * (long long) dims + d;
                sums.centre[slot][c] = p.centre[b * width + place];
                if (KIND == CONTROL) {
                    sums.weighted[slot][c] = allDraws * p.sums[2 * b * width + place];
                    sums.norm[slot][c] = allDraws * p.sums[(2 * b + 1) * width + place];
                    sums.plain = sums.plain && isPlain(sums.norm[slot][c]);
                }
            }
        }
    }
    // Where column r + 2 of this block's stands.
    const auto putFactor = [&](int s, int r, float value) {
        const int column = r + 2 - firstColumn;
        if (column >= 0 && column < COLUMNS) {
            of.factor[s][column % WARPS * SLOTS + column / WARPS] = value;
        }
    };
    for (int from = 0; from < count; from += DRAWS) {
        const int here = min(DRAWS, count - from);
        const long long row = firstRow + from;
#pragma unroll 4
        for (int s = thread / WARP; s < here; s += WARPS) {
            float value[EACH];
#pragma unroll
            for (int c = 0; c < EACH; c++) {
                const int d = start + lane + c * WARP;
                const long long at = (row + s) * dims + d;
                value[c] = d < dims ? p.vectors[at] : 0.0f;
                if (KIND == PATHWISE && p.other != nullptr && d < dims) {
                    value[c] = value[c] + p.other[at];
                }
            }
#pragma unroll
            for (int c = 0; c < EACH; c++) {
                of.u[s][lane + c * WARP] = value[c];
            }
        }
        if (KIND == PATHWISE) {
            if (firstColumn == 0) {
                for (int s = thread / WARP; s < here; s += WARPS) {
                    if (start + 4 * lane < dims) {
                        *(float4*) &of.epsilon[s][4 * lane] = epsilon4(n, step, b, begin + from + s, start + 4 * lane);
                    }
                }
            }
            const int firstQuad = max(0, firstColumn - 2) / 4;
            const int quads = ceilDiv(min(rank, firstColumn + COLUMNS - 2), 4) - firstQuad;
            for (int at = thread; at < here * quads; at += WARPS * WARP) {
                const int s = at / quads;
                const int r = (firstQuad + at % quads) * 4;
                const float4 eta = epsilon4(n, step, b, begin + from + s, dims + r);
                putFactor(s, r, eta.x);
                putFactor(s, r + 1, eta.y);
                putFactor(s, r + 2, eta.z);
                putFactor(s, r + 3, eta.w);
            }
        } else {
            for (int at = thread; at < here * COLUMNS; at += WARPS * WARP) {
                const int s = at / COLUMNS;
                const int r = firstColumn + at % COLUMNS - 2;
                if (r >= 0 && r < rank) {
                    putFactor(s, r, p.other[(row + s) * rank + r]);
                }
            }
            if (thread < here) {
                of.weight[thread] = p.weights[row + thread];
            }
        }
        __syncthreads();
        if (KIND != CONTROL || sums.plain) {
            sums.template addDraws<true>(of, here, own, slots);
        } else {
            sums.template addDraws<false>(of, here, own, slots);
        }
        __syncthreads(); // the next draws take the same place
    }
    const long long parts = KIND == SQUARED ? 2 : 1;
    const long long to = ((long long) b * p.allRuns + n.firstDraw / RUN + run) * parts * width;
#pragma unroll
    for (int slot = 0; slot < SLOTS; slot++) {
#pragma unroll
        for (int c = 0; c < EACH; c++) {
            const int d = start + lane + c * WARP;
            if (slot < slots && d < dims) {
                const long long place = to + (own + slot * WARPS) * (long long) dims + d;
                p.runs[place] = (double) sums.sum[slot][c];
                if (KIND == SQUARED) {
                    p.runs[place + width] = (double) sums.second[slot][c];
                }
            }
        }
    }
}

// ---- Σ h of the pathwise gradient; with s added to g for the path derivative ----

extern "C" __global__ void __launch_bounds__(128) lowrankgradient_reparam(const LowRankGradient p) {
    lowRankGradient<PATHWISE>(p);
}

// ---- Σ w·h ----

extern "C" __global__ void __launch_bounds__(128) lowrankgradient_score(const LowRankGradient p) {
    lowRankGradient<WEIGHTED>(p);
}

// ---- the same, each weight less the control variate estimated from the other draws ----

extern "C" __global__ void __launch_bounds__(128, 3) lowrankgradient_controlled(const LowRankGradient p) {
    lowRankGradient<CONTROL>(p);
}

// ---- Σ w·h², then Σ h², each laid out as the gradient ----

extern "C" __global__ void __launch_bounds__(128) lowrankgradient_squares(const LowRankGradient p) {
    lowRankGradient<SQUARED>(p);
}

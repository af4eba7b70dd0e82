// Both gradients of the full-rank family: sums over the draws of a run of u_i and u_i·epsilon_j, with u = w·v for the
// score and u = g (+ v) for the pathwise one.                                              twin: FullRankGradientKernel
//
// h below is the score: v_i for mu, v_i·epsilon_j for L_ij, v_i·epsilon_i·L_ii − 1 for log L_ii.
#include "math.cuh"
#include "normal.cuh"
#include "runs.cuh"

struct FullRankGradient {
    Normals normals;
    const float* factor;  // [B][D][D]
    const float* vectors; // g or v, [B][S][D]
    const float* other;   // reparam: v, [B][S][D], or null; else w, [B][S]
    const float* sums;    // controlled: means of Σ w·h² and Σ h², each laid out as the gradient, [B][2(D + D²)]
    double* runs;         // mu's sums, then the factor's rows, [B][allRuns][D + D²]; squares: twice that
    int allRuns;
    int allDraws;         // that sums are means of
};

enum Kind { REPARAM, SCORE, CONTROLLED, SQUARES };

static constexpr int GRADIENT_THREADS = 256;

// What the terms of one element of the gradient are added to.
template <Kind KIND>
struct Sum {
    float first = 0.0f;
    float second = 0.0f;         // SQUARES
    float weighted = 0.0f, norm = 0.0f; // CONTROLLED: Σ w·h² and Σ h² over all draws

    __device__ __forceinline__ void begin(const FullRankGradient& p, long long at, long long width) {
        if (KIND == CONTROLLED) {
            const float draws = __int2float_rn(p.allDraws);
            weighted = draws * p.sums[at];
            norm = draws * p.sums[at + width];
        }
    }

    // u is w·v for SCORE, and h is u or u·epsilon there.
    template <bool PLAIN = false>
    __device__ __forceinline__ void add(float w, float h) {
        if (KIND == REPARAM || KIND == SCORE) {
            first += h;
        } else if (KIND == CONTROLLED) {
            first += (w - controlVariate<PLAIN>(w, h * h, weighted, norm)) * h;
        } else {
            first += w * (h * h);
            second += h * h;
        }
    }

    __device__ __forceinline__ void end(double* runs, long long at, long long width) const {
        runs[at] = (double) first;
        if (KIND == SQUARES) {
            runs[at + width] = (double) second;
        }
    }
};

// Adds the draws of a run to a thread's sums.
template <bool PLAIN, Kind KIND, int TILE, int EACH>
static __device__ __forceinline__ void addDraws(
        Sum<KIND> (&sums)[EACH][EACH], const float (*v)[TILE], const float (*e)[TILE], const float* weight, int i, int j, int count) {
#pragma unroll 2
    for (int s = 0; s < count; s++) {
        const float w = KIND == REPARAM ? 0.0f : weight[s];
        float x[EACH], y[EACH];
#pragma unroll
        for (int r = 0; r < EACH; r++) {
            x[r] = KIND == SCORE ? w * v[s][i + r] : v[s][i + r];
            y[r] = e[s][j + r];
        }
#pragma unroll
        for (int r = 0; r < EACH; r++) {
#pragma unroll
            for (int c = 0; c < EACH; c++) {
                sums[r][c].template add<PLAIN>(w, x[r] * y[c]);
            }
        }
    }
}

// A block is ((b, run), tile of rows, tile of columns) of the factor; one on the diagonal makes mu's sums, too.
template <Kind KIND, int TILE, int EACH>
static __device__ __forceinline__ void gradient(const FullRankGradient& p) {
    alignas(16) __shared__ float v[RUN][TILE];
    alignas(16) __shared__ float e[RUN][TILE];
    __shared__ float weight[RUN];
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    const int dims = n.dimensions;
    const int tiles = ceilDiv(dims, TILE);
    const int runsHere = ceilDiv(n.draws, RUN);
    const long long outer = quotient(blockIdx.x, tiles);
    const int column = (int) (blockIdx.x - outer * tiles) * TILE;
    const long long group = quotient(outer, tiles);
    const int row = (int) (outer - group * tiles) * TILE;
    const int b = (int) quotient(group, runsHere);
    const int run = (int) (group - (long long) b * runsHere);
    const int begin = run * RUN;
    const int count = min(RUN, n.draws - begin);
    const long long firstRow = (long long) b * n.draws + begin;
    const int thread = (int) threadIdx.x;
    const long long width = dims + (long long) dims * dims;
    const long long parts = KIND == SQUARES ? 2 : 1;
    const long long to = ((long long) b * p.allRuns + n.firstDraw / RUN + run) * parts * width;
    const long long mean = (long long) b * 2 * width;
    if (column > row) { // above the diagonal
        for (int at = thread; at < TILE * TILE; at += GRADIENT_THREADS) {
            const int i = row + at / TILE;
            const int j = column + at % TILE;
            if (i < dims && j < dims) {
                Sum<KIND>().end(p.runs, to + dims + (long long) i * dims + j, width);
            }
        }
        return;
    }
    for (int at = thread; at < count * TILE; at += GRADIENT_THREADS) {
        const int s = at / TILE;
        const int i = row + at % TILE;
        const long long from = (firstRow + s) * dims + i;
        float value = i < dims ? p.vectors[from] : 0.0f;
        if (KIND == REPARAM && p.other != nullptr && i < dims) {
            value = value + p.other[from];
        }
        v[s][at % TILE] = value;
    }
    for (int at = thread; at < count * (TILE / 4); at += GRADIENT_THREADS) {
        const int s = at / (TILE / 4);
        const int quad = at % (TILE / 4) * 4;
        if (column + quad < dims) {
            *(float4*) &e[s][quad] = epsilon4(n, step, b, begin + s, column + quad);
        }
    }
    if (KIND != REPARAM && thread < count) {
        weight[thread] = p.other[firstRow + thread];
    }
    __syncthreads();
    constexpr int SIDE = TILE / EACH;
    constexpr int BELOW = SIDE * (SIDE + 1) / 2;
    int i = thread / SIDE * EACH; // in the tile, as j
    int j = thread % SIDE * EACH;
    if (row == column) { // threads without elements below the diagonal stand behind the others: whole warps have nothing to add
        const int pair = thread < BELOW ? thread : thread - BELOW;
        const int down = rowOfPair(pair);
        const int across = pair - down * (down + 1) / 2;
        i = (thread < BELOW ? down : across) * EACH;
        j = (thread < BELOW ? across : down + 1) * EACH;
    }
    const int draws = column + j < row + i + EACH ? count : 0; // that are added
    Sum<KIND> sums[EACH][EACH];
#pragma unroll
    for (int r = 0; r < EACH; r++) {
#pragma unroll
        for (int c = 0; c < EACH; c++) {
            if (row + i + r < dims && column + j + c < row + i + r) {
                sums[r][c].begin(p, mean + dims + (long long) (row + i + r) * dims + column + j + c, width);
            }
        }
    }
    bool plain = true;
#pragma unroll
    for (int r = 0; r < EACH; r++) {
#pragma unroll
        for (int c = 0; c < EACH; c++) {
            const bool own = row + i + r < dims && column + j + c < row + i + r;
            plain = plain && (!own || isPlain(sums[r][c].norm));
        }
    }
    if (KIND != CONTROLLED || plain) {
        addDraws<true>(sums, v, e, weight, i, j, draws);
    } else {
        addDraws<false>(sums, v, e, weight, i, j, draws);
    }
#pragma unroll
    for (int r = 0; r < EACH; r++) {
#pragma unroll
        for (int c = 0; c < EACH; c++) {
            const int ii = row + i + r;
            const int jj = column + j + c;
            if (ii < dims && jj < dims && ii != jj) {
                const Sum<KIND> sum = jj < ii ? sums[r][c] : Sum<KIND>();
                sum.end(p.runs, to + dims + (long long) ii * dims + jj, width);
            }
        }
    }
    const int own = row + thread;
    if (row != column || thread >= TILE || own >= dims) {
        return;
    }
    // On the diagonal: mu_own and log L_own,own.
    const long long place = dims + (long long) own * dims + own;
    const float diagonal = detExp(p.factor[((long long) b * dims + own) * dims + own]);
    Sum<KIND> mu, log;
    mu.begin(p, mean + own, width);
    log.begin(p, mean + place, width);
    for (int s = 0; s < count; s++) {
        const float w = KIND == REPARAM ? 0.0f : weight[s];
        const float vi = v[s][thread];
        const float along = (vi * e[s][thread]) * diagonal;
        mu.add(w, KIND == SCORE ? w * vi : vi);
        log.add(w, KIND == REPARAM ? along : KIND == SCORE ? w * (along - 1.0f) : along - 1.0f);
    }
    mu.end(p.runs, to + own, width);
    log.end(p.runs, to + place, width);
}

// ---- Σ g_i; Σ g_i·epsilon_j, j < i, times L_ii for j = i; with v added to g for the path derivative ----

extern "C" __global__ void __launch_bounds__(256) fullrankgradient_reparam(const FullRankGradient p) {
    gradient<REPARAM, 64, 4>(p);
}

// Each in tiles of 32, too, for gradients that would make too few tiles of 64.
extern "C" __global__ void __launch_bounds__(256) fullrankgradient_reparam32(const FullRankGradient p) {
    gradient<REPARAM, 32, 2>(p);
}

// ---- Σ w·h ----

extern "C" __global__ void __launch_bounds__(256) fullrankgradient_score(const FullRankGradient p) {
    gradient<SCORE, 64, 4>(p);
}

extern "C" __global__ void __launch_bounds__(256) fullrankgradient_score32(const FullRankGradient p) {
    gradient<SCORE, 32, 2>(p);
}

// ---- the same, each weight less the control variate estimated from the other draws ----

extern "C" __global__ void __launch_bounds__(256, 2) fullrankgradient_controlled(const FullRankGradient p) {
    gradient<CONTROLLED, 64, 4>(p);
}

extern "C" __global__ void __launch_bounds__(256) fullrankgradient_controlled32(const FullRankGradient p) {
    gradient<CONTROLLED, 32, 2>(p);
}

// ---- Σ w·h², then Σ h², each laid out as the gradient ----

extern "C" __global__ void __launch_bounds__(256) fullrankgradient_squares(const FullRankGradient p) {
    gradient<SQUARES, 64, 4>(p);
}

extern "C" __global__ void __launch_bounds__(256) fullrankgradient_squares32(const FullRankGradient p) {
    gradient<SQUARES, 32, 2>(p);
}

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

static constexpr int MOST_FACTORS = 64;

// A block is ((b, run), 32 coordinates): a thread has one of them in every eighth column.
template <LowRankKind KIND>
static __device__ __forceinline__ void lowRankGradient(const LowRankGradient& p) {
    alignas(16) __shared__ float u[RUN][WARP];
    alignas(16) __shared__ float epsilon[KIND == PATHWISE ? RUN : 1][WARP];
    alignas(16) __shared__ float eta[RUN][MOST_FACTORS]; // or latent
    __shared__ float weight[RUN];
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    const int rank = p.rank;
    const int columns = 2 + rank;
    const int dims = n.dimensions - rank;
    const int tiles = ceilDiv(dims, WARP);
    const int runsHere = ceilDiv(n.draws, RUN);
    const long long group = quotient(blockIdx.x, tiles);
    const int first = (int) (blockIdx.x - group * tiles) * WARP;
    const int b = (int) quotient(group, runsHere);
    const int run = (int) (group - (long long) b * runsHere);
    const int begin = run * RUN;
    const int count = min(RUN, n.draws - begin);
    const long long firstRow = (long long) b * n.draws + begin;
    const int thread = (int) threadIdx.x;
    for (int at = thread; at < count * WARP; at += 256) {
        const int s = at / WARP;
        const int d = first + at % WARP;
        const long long from = (firstRow + s) * dims + d;
        float value = d < dims ? p.vectors[from] : 0.0f;
        if (KIND == PATHWISE && p.other != nullptr && d < dims) {
            value = value + p.other[from];
        }
        u[s][at % WARP] = value;
    }
    if (KIND == PATHWISE) {
        for (int at = thread; at < count * (WARP / 4); at += 256) {
            const int s = at / (WARP / 4);
            const int quad = at % (WARP / 4) * 4;
            if (first + quad < dims) {
                *(float4*) &epsilon[s][quad] = epsilon4(n, step, b, begin + s, first + quad);
            }
        }
        const int etaQuads = ceilDiv(rank, 4);
        for (int at = thread; at < count * etaQuads; at += 256) {
            const int s = at / etaQuads;
            const int r = at % etaQuads * 4;
            *(float4*) &eta[s][r] = epsilon4(n, step, b, begin + s, dims + r);
        }
    } else {
        for (int at = thread; at < count * rank; at += 256) {
            eta[at / rank][at % rank] = p.other[firstRow * rank + at];
        }
        if (thread < count) {
            weight[thread] = p.weights[firstRow + thread];
        }
    }
    __syncthreads();
    const int lane = laneOfWarp();
    const int d = first + lane;
    if (d >= dims) {
        return;
    }
    const float sigma = detExp(p.omega[(long long) b * dims + d]);
    const long long width = (long long) columns * dims;
    const long long parts = KIND == SQUARED ? 2 : 1;
    const long long to = ((long long) b * p.allRuns + n.firstDraw / RUN + run) * parts * width;
    for (int column = thread / WARP; column < columns; column += 256 / WARP) {
        const long long place = (long long) column * dims + d;
        const float centre = KIND == PATHWISE ? 0.0f : p.centre[b * width + place];
        const float draws = __int2float_rn(p.allDraws);
        const float weighted = KIND == CONTROL ? draws * p.sums[2 * b * width + place] : 0.0f;
        const float norm = KIND == CONTROL ? draws * p.sums[(2 * b + 1) * width + place] : 0.0f;
        float sum = 0.0f;
        float second = 0.0f; // SQUARED
        for (int s = 0; s < count; s++) {
            const float value = u[s][lane];
            float h = value;
            if (column == 1) {
                const float v = value * sigma;
                h = KIND == PATHWISE ? value * (sigma * epsilon[s][lane]) : __fmaf_rn(v, v, -centre);
            } else if (column > 1) {
                const float factor = eta[s][column - 2];
                h = KIND == PATHWISE ? value * factor : __fmaf_rn(value, factor, -centre);
            }
            if (KIND == PATHWISE) {
                sum += h;
            } else if (KIND == WEIGHTED) {
                sum += weight[s] * h;
            } else if (KIND == CONTROL) {
                sum += (weight[s] - controlVariate(weight[s], h * h, weighted, norm)) * h;
            } else {
                sum += weight[s] * (h * h);
                second += h * h;
            }
        }
        p.runs[to + place] = (double) sum;
        if (KIND == SQUARED) {
            p.runs[to + width + place] = (double) second;
        }
    }
}

// ---- Σ h of the pathwise gradient; with s added to g for the path derivative ----

extern "C" __global__ void __launch_bounds__(256) lowrankgradient_reparam(const LowRankGradient p) {
    lowRankGradient<PATHWISE>(p);
}

// ---- Σ w·h ----

extern "C" __global__ void __launch_bounds__(256) lowrankgradient_score(const LowRankGradient p) {
    lowRankGradient<WEIGHTED>(p);
}

// ---- the same, each weight less the control variate estimated from the other draws ----

extern "C" __global__ void __launch_bounds__(256) lowrankgradient_controlled(const LowRankGradient p) {
    lowRankGradient<CONTROL>(p);
}

// ---- Σ w·h², then Σ h², each laid out as the gradient ----

extern "C" __global__ void __launch_bounds__(256) lowrankgradient_squares(const LowRankGradient p) {
    lowRankGradient<SQUARED>(p);
}

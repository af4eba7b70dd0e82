// Steps of a mean-field fit to diagonal Gaussian targets in one pass: nothing of a draw is stored.    twin: FusedKernel
//
// z = fma(sigma, epsilon, mu); h = (z − mu)·exp(−omega) under q and (z − targetMu)·exp(−targetOmega) under the target, whose
// slope is g = −h·exp(−targetOmega).
//
// A block has SLOTS slots for four neighbouring coordinates each, and takes 256/SLOTS draws at a time. A thread makes the
// terms of one slot and draw; then threads add columns of them over the draws, in order, and warps sum rows of them over the
// coordinates. What is more than a block's slots of one problem's run stands beside it: other runs, other problems.
#include "elbo.cuh"
#include "math.cuh"
#include "normal.cuh"
#include "optimizer.cuh"
#include "runs.cuh"
#include "sum.cuh"

static constexpr int THREADS = 256;

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

// A block's terms, of each its draws' rows of 4·SLOTS coordinates: thread t made number t.
typedef float4 Terms[TERMS][THREADS];

static __device__ __forceinline__ void makeTerms(Terms& terms, const Coordinates& x, float4 e, bool path) {
    const float4 a = termsOf(
            path, e.x, x.mu.x, x.omega.x, x.sigma.x, x.inverse.x, x.targetMu.x, x.targetOmega.x, x.targetInverse.x);
    const float4 b = termsOf(
            path, e.y, x.mu.y, x.omega.y, x.sigma.y, x.inverse.y, x.targetMu.y, x.targetOmega.y, x.targetInverse.y);
    const float4 c = termsOf(
            path, e.z, x.mu.z, x.omega.z, x.sigma.z, x.inverse.z, x.targetMu.z, x.targetOmega.z, x.targetInverse.z);
    const float4 d = termsOf(
            path, e.w, x.mu.w, x.omega.w, x.sigma.w, x.inverse.w, x.targetMu.w, x.targetOmega.w, x.targetInverse.w);
    terms[SLOPE_MU][threadIdx.x] = make_float4(a.x, b.x, c.x, d.x);
    terms[SLOPE_OMEGA][threadIdx.x] = make_float4(a.y, b.y, c.y, d.y);
    terms[LOG_P][threadIdx.x] = make_float4(a.z, b.z, c.z, d.z);
    terms[LOG_Q][threadIdx.x] = make_float4(a.w, b.w, c.w, d.w);
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

// ---- logP[b,s] and logQ[b,s], and the run sums of the pathwise gradient ----

struct FusedElbo {
    Normals normals;
    const float* mu;          // [B][D]
    const float* omega;       // [B][D]
    const float* targetMu;    // [B][D] or [D]
    const float* targetOmega; // [B][D] or [D]
    double* logP;             // [B][S]
    double* logQ;             // [B][S]
    double* runs;             // [B][allRuns][2D], or null
    float* tiles;             // [2][B][S][tiles of D]: those of log p, then of log q; null if a row is one tile
    long long target;         // the distance between problems in targetMu and targetOmega: D or 0
    int allRuns;
    int path;
};

// Where a slot's first coordinate is; count = 0: nowhere.
struct Place {
    int b, run, d, count;
};

// A block's share: `together` runs of problems, neighbours in (b, run), and one tile of the coordinates of each.
struct Share {
    long long first; // of these runs
    int quads, runs; // slots of a run; runs of a problem
    int together;
    int tile;

    template <int SLOTS>
    static __device__ __forceinline__ Share of(const Normals& n) {
        Share share;
        const int tiles = max(1, ceilDiv(n.dimensions, TILE));
        share.quads = max(1, ceilDiv(min(n.dimensions, TILE), 4));
        share.runs = ceilDiv(n.draws, RUN);
        const int most = SLOTS / share.quads;
        const long long group = quotient(blockIdx.x, tiles);
        share.first = group * most;
        share.tile = (int) (blockIdx.x - group * tiles);
        const long long left = (long long) n.problems * share.runs - share.first;
        share.together = left < most ? (int) left : most;
        return share;
    }

    __device__ __forceinline__ Place place(const Normals& n, int slot) const {
        const int of = slot / quads;
        const long long run = first + of;
        Place place;
        place.b = (int) quotient(run, runs);
        place.run = (int) (run - (long long) place.b * runs);
        place.d = tile * TILE + (slot - of * quads) * 4;
        place.count = of < together ? max(0, min(4, n.dimensions - place.d)) : 0;
        return place;
    }
};

template <int SLOTS>
static __device__ __forceinline__ void elbo(const FusedElbo& p) {
    constexpr int DRAWS = THREADS / SLOTS;
    static_assert(RUN % DRAWS == 0, "draws taken together are of one run");
    constexpr int COLUMNS = 2 * 4 * SLOTS;
    constexpr int OWN = (COLUMNS + THREADS - 1) / THREADS; // columns of a thread
    __shared__ Terms terms;
    __shared__ __align__(16) float rows[4][4 * SLOTS]; // sigma, inverse, targetOmega, targetInverse: made once
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    const int thread = (int) threadIdx.x & (THREADS - 1); // tells the compiler that it is less
    const int dims = n.dimensions;
    const Share share = Share::of<SLOTS>(n);
    const Place place = share.place(n, thread % SLOTS);
    const long long at = (long long) place.b * dims + place.d;

    for (int c = thread; c < 4 * SLOTS; c += THREADS) {
        const Place own = share.place(n, c / 4);
        const bool there = c % 4 < own.count;
        const float omega = there ? p.omega[(long long) own.b * dims + own.d + c % 4] : 0.0f;
        const float targetOmega = there ? p.targetOmega[own.b * p.target + own.d + c % 4] : 0.0f;
        rows[0][c] = detExp(omega);
        rows[1][c] = detExp(-omega);
        rows[2][c] = targetOmega;
        rows[3][c] = detExp(-targetOmega);
    }
    Coordinates x;
    if (place.count > 0) {
        x.mu = load4(p.mu + at, place.count, dims);
        x.omega = load4(p.omega + at, place.count, dims);
        x.targetMu = load4(p.targetMu + place.b * p.target + place.d, place.count, dims);
    }
    __syncthreads();

    const int begin = place.run * RUN;
    const int draws = place.count > 0 ? min(RUN, n.draws - begin) : 0;
    const int tiles = ceilDiv(dims, TILE);
    const int length = min(TILE, dims - share.tile * TILE);
    const double constant = dims * HALF_LOG_2PI;
    float sums[OWN];
#pragma unroll
    for (int k = 0; k < OWN; k++) {
        sums[k] = 0.0f;
    }
    for (int first = 0; first < min(RUN, n.draws); first += DRAWS) {
        const int s = first + thread / SLOTS;
        if (s < draws) {
            const float4 e = epsilon4(n, step, place.b, begin + s, place.d);
            x.sigma = ((const float4*) rows[0])[thread % SLOTS];
            x.inverse = ((const float4*) rows[1])[thread % SLOTS];
            x.targetOmega = ((const float4*) rows[2])[thread % SLOTS];
            x.targetInverse = ((const float4*) rows[3])[thread % SLOTS];
            makeTerms(terms, x, e, p.path != 0);
        } else {
            makeNoTerms(terms);
        }
        __syncthreads();
        if (p.runs != nullptr && (COLUMNS >= THREADS || thread < COLUMNS)) {
#pragma unroll
            for (int k = 0; k < OWN; k++) {
                const int c = k * THREADS + thread;
                const float* column = columnOf(terms, c / (4 * SLOTS), c % (4 * SLOTS));
#pragma unroll
                for (int i = 0; i < DRAWS; i++) {
                    sums[k] += column[i * 4 * SLOTS];
                }
            }
        }
        // Row (i, run, LOG_P or LOG_Q).
        shareRows(
                thread / WARP,
                THREADS / WARP,
                DRAWS * share.together * 2,
                length,
                [&](long long row, long long c) {
                    const int pair = (int) row >> 1;
                    const int i = pair / share.together;
                    const int start = i * 4 * SLOTS + (pair - i * share.together) * share.quads * 4;
                    return columnOf(terms, LOG_P + ((int) row & 1), start)[c];
                },
                [&](long long row, double sum) {
                    const int pair = (int) row >> 1;
                    const int i = pair / share.together;
                    const long long run = share.first + (pair - i * share.together);
                    const long long b = quotient(run, share.runs);
                    const int draw = (int) (run - b * share.runs) * RUN + first + i;
                    const bool isQ = (row & 1) != 0;
                    if (draw >= n.draws) {
                        return;
                    }
                    const long long to = b * n.draws + draw;
                    if (p.tiles == nullptr) {
                        (isQ ? p.logQ : p.logP)[to] = sum - constant;
                    } else {
                        const long long rows = (long long) n.problems * n.draws;
                        p.tiles[((isQ ? rows : 0) + to) * tiles + share.tile] = (float) sum;
                    }
                });
        __syncthreads(); // the next draws' terms take the same place
    }
    if (p.runs != nullptr && (COLUMNS >= THREADS || thread < COLUMNS)) {
#pragma unroll
        for (int k = 0; k < OWN; k++) {
            const int part = (k * THREADS + thread) / (4 * SLOTS);
            const int c = (k * THREADS + thread) % (4 * SLOTS);
            const Place own = share.place(n, c / 4);
            if (c % 4 < own.count) {
                const long long run = (long long) own.b * p.allRuns + n.firstDraw / RUN + own.run;
                p.runs[(2 * run + part) * dims + own.d + c % 4] = (double) sums[k];
            }
        }
    }
}

// Few dimensions and many draws, to many dimensions or few draws.
extern "C" __global__ void __launch_bounds__(256, 3) fused_elbo16(const FusedElbo p) { elbo<16>(p); }
extern "C" __global__ void __launch_bounds__(256, 3) fused_elbo64(const FusedElbo p) { elbo<64>(p); }
extern "C" __global__ void __launch_bounds__(256, 3) fused_elbo256(const FusedElbo p) { elbo<256>(p); }

// Ends rows of more than one tile.
struct FusedEnd {
    const float* tiles; // [2][rows][tiles of D]
    double* logP;       // [rows]
    double* logQ;       // [rows]
    long long rows;
    int dimensions;
};

extern "C" __global__ void __launch_bounds__(256) fused_elbo_end(const FusedEnd p) {
    const double constant = p.dimensions * HALF_LOG_2PI;
    forTiledRows(2 * p.rows, p.dimensions, p.tiles, [&](long long row, double sum) {
        const double density = sum - constant;
        if (row < p.rows) {
            p.logP[row] = density;
        } else {
            p.logQ[row - p.rows] = density;
        }
    });
}

// ---- steps of Adam up the ELBO of small problems ----

static constexpr int MAX_STEPS = 256; // of a launch
static constexpr int DRAWS_OF_ALL = 2048; // of a block's problems; one has at most 256, and 4·SMALL dimensions
static constexpr int SMALL = 16;      // slots of a block

struct FusedAdam {
    Normals normals;
    const float* targetMu;    // [B][D] or [D]
    const float* targetOmega; // [B][D] or [D]
    float* m;                 // [B][2D]
    float* v;                 // [B][2D]
    float* parameter;         // [B][2D]: mu, then omega
    double* moments;          // [steps][B][3] from the first wanted record on, or null
    int target;               // the distance between problems in targetMu and targetOmega: D or 0
    int steps;
    int path;
    float gain1, gain2;       // 1 − beta1, 1 − beta2
    float guard;
    float rates[MAX_STEPS];       // rate/(1 − beta1^t) of each step
    float corrections[MAX_STEPS]; // 1/(1 − beta2^t) of each step
};

// Those of a slot, from rows of so many slots.
static __device__ __forceinline__ Coordinates coordinatesOf(const float4* rows, int slots, int slot) {
    return {rows[slot],
            rows[slots + slot],
            rows[2 * slots + slot],
            rows[3 * slots + slot],
            rows[4 * slots + slot],
            rows[5 * slots + slot],
            rows[6 * slots + slot]};
}

// A block takes all steps of a few problems. Of its first 128 threads each owns a parameter and its moments.
extern "C" __global__ void __launch_bounds__(256, 3) fused_adam(const FusedAdam p) {
    constexpr int DRAWS = THREADS / SMALL;
    constexpr int WIDTH = 4 * SMALL;
    __shared__ Terms terms;
    __shared__ __align__(16) float own[7][WIDTH];        // the rows of Coordinates
    __shared__ double f[DRAWS_OF_ALL];     // log p − log q of the problems' draws, one problem after the other
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    const int thread = (int) threadIdx.x;
    const int dims = n.dimensions;
    const int quads = max(1, ceilDiv(dims, 4));
    const int most = min(SMALL / quads, DRAWS_OF_ALL / n.draws);
    const int firstProblem = (int) blockIdx.x * most;
    const int together = min(most, n.problems - firstProblem);
    const double constant = dims * HALF_LOG_2PI;

    // As maker of terms.
    const int slot = thread % SMALL;
    const int b = firstProblem + slot / quads;
    const int d = slot % quads * 4;
    const bool maker = slot / quads < together && d < dims;

    // As owner of a parameter.
    const int part = thread / WIDTH; // 0 mu, 1 omega, else none
    const int column = thread % WIDTH;
    const int problem = column / 4 / quads;
    const int coordinate = column / 4 % quads * 4 + column % 4;
    const bool owner = part < 2 && problem < together && coordinate < dims;
    const long long place = (2LL * (firstProblem + problem) + part) * dims + coordinate;
    float m = owner ? p.m[place] : 0.0f;
    float v = owner ? p.v[place] : 0.0f;
    float parameter = owner ? p.parameter[place] : 0.0f;
    if (part == 0) {
        const long long target = (long long) (firstProblem + problem) * p.target + coordinate;
        const float targetOmega = owner ? p.targetOmega[target] : 0.0f;
        own[4][column] = owner ? p.targetMu[target] : 0.0f;
        own[5][column] = targetOmega;
        own[6][column] = detExp(-targetOmega);
    }

    for (int k = 0; k < p.steps; k++) {
        if (part < 2) {
            own[part][column] = parameter;
        }
        if (part == 1) {
            own[2][column] = detExp(parameter);
            own[3][column] = detExp(-parameter);
        }
        __syncthreads();
        double even = 0.0; // the sums of runs 0 and 2
        double odd = 0.0;
        float sum = 0.0f;
        for (int first = 0; first < n.draws; first += DRAWS) {
            const int s = first + thread / SMALL;
            if (maker && s < n.draws) {
                const float4 e = epsilon4(n, step + (unsigned int) k, b, s, d);
                makeTerms(terms, coordinatesOf((const float4*) own, SMALL, slot), e, p.path != 0);
            } else {
                makeNoTerms(terms);
            }
            __syncthreads();
            if (part < 2) {
#pragma unroll
                for (int i = 0; i < DRAWS; i++) {
                    sum += columnOf(terms, part, column)[i * WIDTH];
                }
                if ((first + DRAWS) % RUN == 0 || first + DRAWS >= n.draws) {
                    (first / RUN % 2 == 0 ? even : odd) += (double) sum;
                    sum = 0.0f;
                }
            }
            // Row (i, problem): log p goes to f, then log q is taken from it, by the same lane.
            for (int term = LOG_P; term <= LOG_Q; term++) {
                shareRows(
                        thread / WARP,
                        THREADS / WARP,
                        DRAWS * together,
                        dims,
                        [&](long long row, long long c) {
                            const int i = (int) row / together;
                            return columnOf(terms, term, i * WIDTH + ((int) row - i * together) * quads * 4)[c];
                        },
                        [&](long long row, double total) {
                            const int i = (int) row / together;
                            const int s = first + i;
                            if (s >= n.draws) {
                                return;
                            }
                            double& to = f[((int) row - i * together) * n.draws + s];
                            const double density = total - constant;
                            to = term == LOG_P ? density : to - density;
                        });
            }
            __syncthreads();
        }
        if (owner) {
            const float mean = (float) ((even + odd) / n.draws);
            const float gradient = p.path != 0 ? mean : mean + (part == 0 ? 0.0f : 1.0f);
            adam({p.rates[k], p.gain1, p.gain2, p.corrections[k], p.guard}, gradient, m, v, parameter);
        }
        if (p.moments != nullptr) {
            for (int i = thread / WARP; i < together; i += THREADS / WARP) {
                double* record = p.moments + 3 * ((long long) k * n.problems + firstProblem + i);
                moments(n.draws, [&](int s) { return f[i * n.draws + s]; }, record);
            }
        }
    }
    if (owner) {
        p.m[place] = m;
        p.v[place] = v;
        p.parameter[place] = parameter;
    }
}

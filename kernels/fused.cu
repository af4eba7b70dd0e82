// Steps of a mean-field fit to diagonal Gaussian targets in one pass: nothing of a draw is stored.    twin: FusedKernel
#include "elbo.cuh"
#include "fused.cuh"
#include "optimizer.cuh"
#include "runs.cuh"
#include "sum.cuh"

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
    float* lanes;             // or, of one tile in several parts, [2][B][S][32]: what the lanes of its sum have; else null
    long long target;         // the distance between problems in targetMu and targetOmega: D or 0
    int allRuns;
    int path;
    int parts;                // blocks that share the coordinates of a tile: 1, 4 or 8
    int unused;
};

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

// IN_PARTS: perhaps.
template <int SLOTS, bool IN_PARTS>
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
    const Share share = Share::of<SLOTS>(n, IN_PARTS ? p.parts : 1);
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
        // Row (i, run, LOG_P or LOG_Q): where its terms begin, and the draw that it belongs to; −1: none.
        const auto begins = [&](long long row) {
            const int pair = (int) row >> 1;
            const int i = pair / share.together;
            const int start = i * 4 * SLOTS + (pair - i * share.together) * share.quads * 4;
            return columnOf(terms, LOG_P + ((int) row & 1), start);
        };
        const auto drawOf = [&](long long row) -> long long {
            const int pair = (int) row >> 1;
            const int i = pair / share.together;
            const long long run = share.first + (pair - i * share.together);
            const long long b = quotient(run, share.runs);
            const int draw = (int) (run - b * share.runs) * RUN + first + i;
            return draw < n.draws ? b * n.draws + draw : -1;
        };
        const long long allRows = (long long) n.problems * n.draws;
        const int rowsHere = DRAWS * share.together * 2;
        if (IN_PARTS && p.lanes != nullptr) {
            const int lane = thread % share.lanes;
            for (int row = thread / share.lanes; row < rowsHere; row += THREADS / share.lanes) {
                const float* own = begins(row);
                float sum = 0.0f;
                for (int c = lane; share.coordinate(c) < length; c += share.lanes) {
                    sum += own[c];
                }
                const long long to = drawOf(row);
                if (to >= 0) {
                    p.lanes[((row & 1) * allRows + to) * WARP + share.part * share.lanes + lane] = sum;
                }
            }
        } else {
            shareRows(
                    thread / WARP,
                    THREADS / WARP,
                    rowsHere,
                    length,
                    [&](long long row, long long c) { return begins(row)[c]; },
                    [&](long long row, double sum) {
                        const bool isQ = (row & 1) != 0;
                        const long long to = drawOf(row);
                        if (to < 0) {
                            return;
                        }
                        if (p.tiles == nullptr) {
                            (isQ ? p.logQ : p.logP)[to] = sum - constant;
                        } else {
                            p.tiles[((isQ ? allRows : 0) + to) * tiles + share.tile] = (float) sum;
                        }
                    });
        }
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
extern "C" __global__ void __launch_bounds__(256, 3) fused_elbo16(const FusedElbo p) { elbo<16, true>(p); }
extern "C" __global__ void __launch_bounds__(256, 3) fused_elbo32(const FusedElbo p) { elbo<32, true>(p); }
extern "C" __global__ void __launch_bounds__(256, 3) fused_elbo64(const FusedElbo p) { elbo<64, true>(p); }
extern "C" __global__ void __launch_bounds__(256, 3) fused_elbo256(const FusedElbo p) { elbo<256, false>(p); }

// Ends rows of more than one tile, or of lanes.
struct FusedEnd {
    const float* tiles; // [2][rows][tiles of D], or [2][rows][32]
    double* logP;       // [rows]
    double* logQ;       // [rows]
    long long rows;
    int dimensions;
};

static __device__ __forceinline__ void endRow(const FusedEnd& p, long long row, double sum) {
    const double density = sum - p.dimensions * HALF_LOG_2PI;
    if (row < p.rows) {
        p.logP[row] = density;
    } else {
        p.logQ[row - p.rows] = density;
    }
}

extern "C" __global__ void __launch_bounds__(256) fused_elbo_end(const FusedEnd p) {
    forTiledRows(2 * p.rows, p.dimensions, p.tiles, [&](long long row, double sum) { endRow(p, row, sum); });
}

extern "C" __global__ void __launch_bounds__(256) fused_elbo_fold(const FusedEnd p) {
    forShortRows(
            2 * p.rows,
            WARP,
            [&](long long row, long long lane) { return p.tiles[row * WARP + lane]; },
            [&](long long row, double sum) { endRow(p, row, sum); });
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

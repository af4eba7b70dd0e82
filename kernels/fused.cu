// Steps of a mean-field fit to diagonal Gaussian targets in one pass: nothing of a draw is stored.    twin: FusedKernel
#include "elbo.cuh"
#include "fused.cuh"
#include "optimizer.cuh"
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
        rows[0][c] = there ? detExp(omega) : 0.0f; // terms that are not there are ±0
        rows[1][c] = there ? detExp(-omega) : 0.0f;
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
        } else if (SLOTS < WARP || (SLOTS == WARP && dims <= QUAD_ROWS)) {
            // The threads that made a row's first two quads end it, one log p and one log q.
            const int quad = place.d / 4;
            for (int of = quad; of < 2; of += share.quads) {
                if (s < draws) {
                    const float sum = quadsSum(share.quads, &terms[LOG_P + of][thread - quad]);
                    (of == 0 ? p.logP : p.logQ)[(long long) place.b * n.draws + begin + s] = sum - constant;
                }
            }
        } else if (SLOTS == WARP) {
            // A warp made one row, at most 32 quads: eight of its lanes end log p, eight log q.
            const int of = laneOfWarp() / 8;
            float4 sum = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
            for (int quad = laneOfWarp() % 8; of < 2 && quad < share.quads; quad += 8) {
                const float4 x = terms[LOG_P + of][thread - laneOfWarp() + quad];
                sum = make_float4(sum.x + x.x, sum.y + x.y, sum.z + x.z, sum.w + x.w);
            }
            sum = make_float4(foldLanes(sum.x, 8), foldLanes(sum.y, 8), foldLanes(sum.z, 8), foldLanes(sum.w, 8));
            if (laneOfWarp() % 8 == 0 && of < 2 && s < draws) {
                const float total = (sum.x + sum.z) + (sum.y + sum.w);
                (of == 0 ? p.logP : p.logQ)[(long long) place.b * n.draws + begin + s] = total - constant;
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
//
// A block takes all steps of 16 groups of four coordinates, a warp those of four, which no other warp needs: a diagonal q and
// target leave coordinates to themselves but for the moments of log p − log q. Eight lanes have a group: each makes the terms
// of every eighth draw, and then owns one of its eight parameters, mu's four and omega's four.

static constexpr int MAX_STEPS = 256;     // of a launch
static constexpr int GROUPS = 16;         // of a block
static constexpr int WARP_GROUPS = 4;
static constexpr int GROUP_LANES = WARP / WARP_GROUPS;
static constexpr int STEP_THREADS = GROUPS * GROUP_LANES;
static constexpr int DRAWS = 16;          // that a warp makes the terms of before it adds them
static constexpr int DRAWS_OF_ALL = 2048; // of a block's problems where their moments are wanted; one has at most 256

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

// What a block's coordinates are at a step; the rows that mu's owners write are even, omega's odd.
enum Row { MU, OMEGA, INVERSE, SIGMA, TARGET_MU, TARGET_OMEGA, TARGET_INVERSE, ROWS };

// MOMENTS: wanted; then a block takes whole problems.
template <bool MOMENTS>
static __device__ __forceinline__ void adamSteps(const FusedAdam& p) {
    constexpr int WARPS = STEP_THREADS / WARP;
    constexpr int PART = 4 * WARP_GROUPS * (DRAWS + 1); // one draw more: the two parts stand in different banks
    __shared__ __align__(16) float slopes[WARPS][2 * PART]; // [draw][coordinate] of mu, then of omega
    __shared__ __align__(16) float rows[ROWS][4 * GROUPS];
    __shared__ float4 densities[2][MOMENTS ? DRAWS : 1][GROUPS + 1]; // the terms of log p and log q
    __shared__ double f[MOMENTS ? DRAWS_OF_ALL : 1]; // log p − log q of the problems' draws, one problem after the other
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    const int thread = (int) threadIdx.x;
    const int warp = thread / WARP;
    const int dims = n.dimensions;
    const int quads = max(1, ceilDiv(dims, 4));
    const int most = min(GROUPS / quads, DRAWS_OF_ALL / n.draws); // problems of a block, if it takes whole ones
    const int groups = MOMENTS ? most * quads : GROUPS;
    const int group = warp * WARP_GROUPS + thread % WARP_GROUPS;
    const long long item = (long long) blockIdx.x * groups + group;
    const int b = (int) quotient(item, quads);
    const int d = (int) (item - (long long) b * quads) * 4;
    const bool there = group < groups && b < n.problems && d < dims;
    const int number = laneOfWarp() / WARP_GROUPS; // of the group's lanes

    // As owner of a parameter.
    const int part = number / 4; // 0 mu, 1 omega
    const int column = 4 * group + number % 4;
    const int coordinate = d + number % 4;
    const bool owner = there && coordinate < dims;
    const bool counts = owner || !MOMENTS; // without sums over coordinates those that are not there do no harm
    const long long place = (2LL * b + part) * dims + coordinate;
    __shared__ long long places[STEP_THREADS]; // used at the end only: in registers they would be in the steps' way
    places[thread] = place;
    float m = owner ? p.m[place] : 0.0f;
    float v = owner ? p.v[place] : 0.0f;
    float parameter = owner ? p.parameter[place] : 0.0f;
    const float target = owner ? (part == 0 ? p.targetMu : p.targetOmega)[(long long) b * p.target + coordinate] : 0.0f;
    rows[TARGET_MU + part][column] = target;
    if (part == 1) {
        rows[TARGET_INVERSE][column] = detExp(-target);
    }

    // Of the block where it shares sums over coordinates, else of the warp: nothing of one warp is another's.
    const auto meet = [] {
        if (MOMENTS) {
            __syncthreads();
        } else {
            __syncwarp();
        }
    };
    for (int k = 0; k < p.steps; k++) {
        // What mu's owner has from omega's, 16 lanes further on: exp(−omega).
        const float omega = __shfl_xor_sync(ALL_LANES, parameter, WARP / 2);
        rows[MU + part][column] = parameter;
        const float exponential = detExp(part == 0 ? -omega : parameter);
        rows[INVERSE + part][column] = counts ? exponential : 0.0f; // the terms of the others are ±0
        double even = 0.0; // the sums of runs 0 and 2
        double odd = 0.0;
        float sum = 0.0f;
        for (int first = 0; first < n.draws; first += DRAWS) {
            meet(); // rows are written, the terms before these are added
#pragma unroll
            for (int i = number; i < DRAWS; i += GROUP_LANES) {
                float4 slopeMu = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
                float4 slopeOmega = slopeMu;
                float4 logP = slopeMu;
                float4 logQ = slopeMu;
                if (there && first + i < n.draws) {
                    const float4 e = epsilon4(n, step + (unsigned int) k, b, first + i, d);
                    const auto row = [&](Row which) { return ((const float4*) rows[which])[group]; };
                    const Coordinates x = {row(MU), row(OMEGA), row(SIGMA), row(INVERSE),
                            row(TARGET_MU), row(TARGET_OMEGA), row(TARGET_INVERSE)};
                    termsOf(x, e, p.path != 0, slopeMu, slopeOmega, logP, logQ);
                }
                float4* const to = (float4*) slopes[warp] + i * WARP_GROUPS + thread % WARP_GROUPS;
                to[0] = slopeMu;
                to[PART / 4] = slopeOmega;
                if (MOMENTS) {
                    densities[0][i][group] = logP;
                    densities[1][i][group] = logQ;
                }
            }
            meet(); // the terms are made
            const float* own = slopes[warp] + part * PART + column % (4 * WARP_GROUPS);
#pragma unroll
            for (int i = 0; i < DRAWS; i++) {
                sum += own[i * 4 * WARP_GROUPS];
            }
            if ((first + DRAWS) % RUN == 0 || first + DRAWS >= n.draws) {
                (first / RUN % 2 == 0 ? even : odd) += (double) sum;
                sum = 0.0f;
            }
            if (MOMENTS) {
                for (int row = thread; row < most * DRAWS; row += STEP_THREADS) {
                    const int i = row % DRAWS;
                    const int s = first + i;
                    const float4* terms = &densities[0][i][row / DRAWS * quads];
                    if (s < n.draws) {
                        const double constant = dims * HALF_LOG_2PI;
                        const double logP = (double) quadsSum(quads, terms) - constant;
                        const double logQ = (double) quadsSum(quads, terms + DRAWS * (GROUPS + 1)) - constant;
                        f[row / DRAWS * n.draws + s] = logP - logQ;
                    }
                }
            }
        }
        if (counts) {
            const float mean = (float) ((even + odd) / n.draws);
            const float gradient = p.path != 0 ? mean : mean + (float) part; // omega's has the entropy's
            adam({p.rates[k], p.gain1, p.gain2, p.corrections[k], p.guard}, gradient, m, v, parameter);
        }
        if (MOMENTS) {
            __syncthreads(); // f is written
            const int firstProblem = (int) blockIdx.x * most;
            for (int i = warp; i < min(most, n.problems - firstProblem); i += WARPS) {
                double* record = p.moments + 3 * ((long long) k * n.problems + firstProblem + i);
                moments(n.draws, [&](int s) { return f[i * n.draws + s]; }, record);
            }
        }
    }
    if (owner) {
        const long long to = places[thread];
        p.m[to] = m;
        p.v[to] = v;
        p.parameter[to] = parameter;
    }
}

extern "C" __global__ void __launch_bounds__(128, 10) fused_adam(const FusedAdam p) { adamSteps<false>(p); }
extern "C" __global__ void __launch_bounds__(128, 6) fused_adam_moments(const FusedAdam p) { adamSteps<true>(p); }

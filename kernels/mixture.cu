// Mixtures of Gaussians seen from their data: responsibilities, and the sums over rows that a step of EM or of coordinate
// ascent takes. The names are those of MixtureOps.                                                twin: MixtureKernel
#include "mixture.cuh"

static constexpr int LANES = 32;

// d_i of a row: x points to the row in x[0].
static __device__ __forceinline__ float difference(
        const float* x, const float* mean, int rows, int dims, int i) {
    return (x[(long long) i * rows] - mean[i]) - mean[dims + i];
}

// ---- responsibilities ----

// Σ_i (Σ_j≤i w_ij·d_j)²: four rows of the triangle at a time, which share each d_j.
static __device__ __forceinline__ float squares(const float* x, const float* mean, const float* w, int rows, int dims) {
    float q = 0.0f;
    for (int first = 0; first < dims; first += 4) {
        float y[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        const int last = min(first + 4, dims);
        for (int j = 0; j < last; j++) {
            const float d = difference(x, mean, rows, dims, j);
#pragma unroll
            for (int m = 0; m < 4; m++) {
                const int i = first + m;
                if (i < dims && j <= i) {
                    y[m] = __fmaf_rn(w[(long long) i * (i + 1) / 2 + j], d, y[m]);
                }
            }
        }
#pragma unroll
        for (int m = 0; m < 4; m++) {
            if (first + m < dims) {
                q = __fmaf_rn(y[m], y[m], q);
            }
        }
    }
    return q;
}

static __device__ __forceinline__ float diagonalSquares(
        const float* x, const float* mean, const float* w, int rows, int dims) {
    float q = 0.0f;
    for (int i = 0; i < dims; i++) {
        const float y = w[i] * difference(x, mean, rows, dims, i);
        q = __fmaf_rn(y, y, q);
    }
    return q;
}

// A thread takes a row of a run. One block at least a multiprocessor is asked for: without that, sm_75 and sm_80 spill.
extern "C" __global__ void __launch_bounds__(256, 1) mixture_responsibilities(const MixtureRows p) {
    const long long all = (long long) p.runs * p.rows;
    const long long factor = p.full ? (long long) p.dims * (p.dims + 1) / 2 : p.dims;
    for (long long at = threadOfGrid(); at < all; at += threadsOfGrid()) {
        const long long run = quotient(at, p.rows);
        const long long n = at - run * p.rows;
        const float* x = p.x + n;
        float* r = p.r + run * p.components * p.rows + n;
        const double* offsets = p.offsets + run * p.components;
        double most = -(double) infinity();
        for (int k = 0; k < p.components; k++) {
            const long long c = run * p.components + k;
            const float* mean = p.means + 2 * c * p.dims;
            const float* w = p.factors + c * factor;
            const float q = p.full ? squares(x, mean, w, p.rows, p.dims) : diagonalSquares(x, mean, w, p.rows, p.dims);
            const double l = offsets[k] - 0.5 * (double) q;
            r[(long long) k * p.rows] = q;
            most = l > most ? l : most;
        }
        divideBySum(p, run, n, most);
    }
}

extern "C" __global__ void __launch_bounds__(128, 4) mixture_responsibilities_few(const MixtureRows p) {
    __shared__ FewComponent staged[STAGED];
    if (p.full) {
        fewResponsibilities<true>(p, staged);
    } else {
        fewResponsibilities<false>(p, staged);
    }
}

struct MixtureDensity {
    const double* most; // [R][N]
    const float* rest;  // [R][N]
    double* tiles;     // [tiles of N][R][2]
    int rows, runs;
};

// A warp takes a tile of a run.
extern "C" __global__ void __launch_bounds__(256) mixture_density(const MixtureDensity p) {
    const long long all = tilesOf(p.rows) * p.runs;
    for (long long at = warpOfGrid(); at < all; at += warpsOfGrid()) {
        const long long tile = quotient(at, p.runs);
        const long long first = (at - tile * p.runs) * p.rows + tile * TILE;
        const int n = (int) min((long long) TILE, p.rows - tile * TILE);
        const double density =
                tileSum(n, [&](int i) { return p.most[first + i] + (double) p.rest[first + i]; });
        const double rest = tileSum(n, [&](int i) { return (double) p.rest[first + i]; });
        if (laneOfWarp() == 0) {
            p.tiles[2 * at] = density;
            p.tiles[2 * at + 1] = rest;
        }
    }
}

// ---- statistics ----

struct MixtureTiles {
    const float* x;     // [D][N]
    const float* means; // [R·K][2][D]
    const float* r;     // [R·K][N]
    double* tiles;      // [count][R·K][width]: of tiles firstTile … firstTile + count − 1
    int rows, dims, components, width;
    int firstTile, count;
    int full;
    int unused;
};

static constexpr int SIDE = 8; // of the square of sums Σ r·d_i·d_j that a warp makes at a time
static constexpr int FIRST = SIDE * (SIDE + 1) / 2; // among a warp's sums: those of r·d_i, after the triangle's
static constexpr int ZEROTH = FIRST + SIDE;

// The square below the diagonal, with i from `fromI` and j from `fromJ` on; or what of it is on the diagonal and below, and
// Σ r·d_i and Σ r; or of the square the diagonal, and those.
enum class Sums { SQUARE, TRIANGLE, DIAGONAL };

// Puts sum number e of a warp where it belongs, if it is one of D dimensions.
template <Sums SUMS>
static __device__ __forceinline__ void writeStatistic(
        const MixtureTiles& p, int e, float sum, int fromI, int fromJ, double* out) {
    int m = e / SIDE;
    int l = e % SIDE;
    bool second = true; // is a sum of r·d_i·d_j
    if constexpr (SUMS == Sums::TRIANGLE) {
        m = 0;
        while (m < SIDE && (m + 1) * (m + 2) / 2 <= e) {
            m++;
        }
        l = e - m * (m + 1) / 2;
        second = e < FIRST;
    } else if constexpr (SUMS == Sums::DIAGONAL) {
        m = e;
        l = e;
        second = e < SIDE;
    }
    if (second && fromI + m < p.dims) {
        const long long i = fromI + m;
        out[1 + p.dims + (p.full ? i * (i + 1) / 2 + fromJ + l : i)] = (double) sum;
    }
    if (SUMS != Sums::SQUARE && e >= FIRST && e < ZEROTH && fromI + e - FIRST < p.dims) {
        out[1 + fromI + e - FIRST] = (double) sum;
    }
    if (SUMS != Sums::SQUARE && e == ZEROTH && fromI == 0) {
        out[0] = (double) sum;
    }
}

// Of a component and n <= 1024 rows; of coordinates from `fromI` on there are COUNT or fewer, and for those beyond D the last
// is taken.
template <Sums SUMS, int COUNT>
static __device__ __forceinline__ void statistics(
        const MixtureTiles& p, const float* x, const float* r, int n, const float* mean, int fromI, int fromJ, double* out) {
    int offsets[COUNT];
    float high[2][SIDE], low[2][SIDE];
#pragma unroll
    for (int m = 0; m < COUNT; m++) {
        const int i = min(fromI + m, p.dims - 1);
        offsets[m] = (i - fromI) * p.rows;
        high[0][m] = mean[i];
        low[0][m] = mean[p.dims + i];
    }
    if constexpr (SUMS == Sums::SQUARE) {
#pragma unroll
        for (int l = 0; l < SIDE; l++) {
            high[1][l] = mean[fromJ + l];
            low[1][l] = mean[p.dims + fromJ + l];
        }
    }
    float sums[2][WARP];
#pragma unroll
    for (int e = 0; e < 2 * WARP; e++) {
        sums[e / WARP][e % WARP] = 0.0f;
    }
    const auto add = [&](int e, float a, float b) {
        sums[e / WARP][e % WARP] = __fmaf_rn(a, b, sums[e / WARP][e % WARP]);
    };
    const float* xI = x + (long long) fromI * p.rows + laneOfWarp();
    const float* xJ = x + (long long) fromJ * p.rows + laneOfWarp();
    r += laneOfWarp();
    for (int k = laneOfWarp(); k < n; k += WARP, xI += WARP, xJ += WARP, r += WARP) {
        float di[COUNT];
        float dj[SIDE];
        const float weight = *r;
#pragma unroll
        for (int m = 0; m < COUNT; m++) {
            di[m] = (xI[offsets[m]] - high[0][m]) - low[0][m];
        }
        if constexpr (SUMS == Sums::SQUARE) {
#pragma unroll
            for (int l = 0; l < SIDE; l++) {
                dj[l] = (xJ[l * p.rows] - high[1][l]) - low[1][l];
            }
        } else {
            add(ZEROTH, weight, 1.0f);
        }
#pragma unroll
        for (int m = 0; m < COUNT; m++) {
            const float weighted = weight * di[m];
            if constexpr (SUMS == Sums::SQUARE) {
#pragma unroll
                for (int l = 0; l < SIDE; l++) {
                    add(m * SIDE + l, weighted, dj[l]);
                }
            } else {
                add(FIRST + m, weight, di[m]);
#pragma unroll
                for (int l = SUMS == Sums::TRIANGLE ? 0 : m; l <= m; l++) {
                    add(SUMS == Sums::TRIANGLE ? m * (m + 1) / 2 + l : m, weighted, di[l]);
                }
            }
        }
    }
#pragma unroll
    for (int part = 0; part < 2; part++) {
        const float sum = foldTogether(sums[part]);
        writeStatistic<SUMS>(p, part * WARP + laneOfWarp(), sum, fromI, fromJ, out);
    }
}

// A warp takes a square of a component in a tile.
extern "C" __global__ void __launch_bounds__(128) mixture_statistics(const MixtureTiles p) {
    const int sides = ceilDiv(p.dims, SIDE);
    const int parts = p.full ? sides * (sides + 1) / 2 : sides;
    const long long all = (long long) p.count * p.components * parts;
    for (long long at = warpOfGrid(); at < all; at += warpsOfGrid()) {
        const long long rest = quotient(at, parts);
        const int part = (int) (at - rest * parts);
        int i = p.full ? 0 : part;
        while (p.full && (i + 1) * (i + 2) / 2 <= part) {
            i++;
        }
        const int j = p.full ? part - i * (i + 1) / 2 : i;
        const long long tile = quotient(rest, p.components);
        const long long c = rest - tile * p.components;
        const long long row = (p.firstTile + tile) * TILE;
        const int n = (int) min((long long) TILE, p.rows - row);
        const float* x = p.x + row;
        const float* r = p.r + c * p.rows + row;
        const float* mean = p.means + 2 * c * p.dims;
        double* out = p.tiles + rest * p.width;
        const bool half = p.dims - i * SIDE <= SIDE / 2;
        if (i != j) {
            statistics<Sums::SQUARE, SIDE>(p, x, r, n, mean, i * SIDE, j * SIDE, out);
        } else if (p.full && half) {
            statistics<Sums::TRIANGLE, SIDE / 2>(p, x, r, n, mean, i * SIDE, j * SIDE, out);
        } else if (p.full) {
            statistics<Sums::TRIANGLE, SIDE>(p, x, r, n, mean, i * SIDE, j * SIDE, out);
        } else if (half) {
            statistics<Sums::DIAGONAL, SIDE / 2>(p, x, r, n, mean, i * SIDE, j * SIDE, out);
        } else {
            statistics<Sums::DIAGONAL, SIDE>(p, x, r, n, mean, i * SIDE, j * SIDE, out);
        }
    }
}

// ---- the lanes of tiles ----

struct MixtureLanes {
    const double* tiles; // [count][columns]
    double* sums;        // [32][columns]
    long long columns;
    int count;
    int accumulate;
};

// A thread takes a lane of a column. The first tile has the number 0, modulo 32.
extern "C" __global__ void __launch_bounds__(256) mixture_lanes(const MixtureLanes p) {
    for (long long at = threadOfGrid(); at < LANES * p.columns; at += threadsOfGrid()) {
        const long long lane = at / p.columns;
        const long long column = at - lane * p.columns;
        double sum = p.accumulate ? p.sums[at] : 0.0;
        for (long long tile = lane; tile < p.count; tile += LANES) {
            sum += p.tiles[tile * p.columns + column];
        }
        p.sums[at] = sum;
    }
}

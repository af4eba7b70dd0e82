// Mixtures of Gaussians seen from their data: responsibilities, and the sums over rows that a step of EM or of coordinate
// ascent takes. The names are those of MixtureOps.                                                twin: MixtureKernel
#include "math.cuh"
#include "sum.cuh"

static constexpr int LANES = 32;

static __device__ __forceinline__ long long threadOfGrid() { return (long long) blockIdx.x * blockDim.x + threadIdx.x; }

static __device__ __forceinline__ long long threadsOfGrid() { return (long long) gridDim.x * blockDim.x; }

// d_i of a row: x points to the row in x[0].
static __device__ __forceinline__ float difference(
        const float* x, const float* mean, int rows, int dims, int i) {
    return (x[(long long) i * rows] - mean[i]) - mean[dims + i];
}

// ---- responsibilities ----

struct MixtureRows {
    const float* x;       // [D][N]
    const float* means;   // [R·K][2][D]
    const float* factors; // [R·K][D(D + 1)/2] or [R·K][D]
    const double* offsets; // [R·K]
    float* r;              // [R·K][N]
    double* most;          // [R][N]: m
    float* rest;           // [R][N]: log s
    int rows, dims, runs, components;
    int full;
    int unused;
};

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
        float sum = 0.0f;
        for (int k = 0; k < p.components; k++) {
            const double l = offsets[k] - 0.5 * (double) r[(long long) k * p.rows];
            const float e = detExp((float) (l - most));
            r[(long long) k * p.rows] = e;
            sum += e;
        }
        for (int k = 0; k < p.components; k++) {
            r[(long long) k * p.rows] = __fdiv_rn(r[(long long) k * p.rows], sum);
        }
        p.most[at] = most;
        p.rest[at] = detLog(sum);
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

static constexpr int TOGETHER = 8; // sums of a warp that share r·d_i

// A warp takes some neighbouring j's of an i, of a component in a tile; those that begin with j = 0 (or i = j) have r·d_i,
// too, and the first of all r.
extern "C" __global__ void __launch_bounds__(256) mixture_statistics(const MixtureTiles p) {
    const int groups = p.full ? ceilDiv(p.dims, TOGETHER) : 1;
    const int parts = p.dims * groups;
    const long long all = (long long) p.count * p.components * parts;
    for (long long at = warpOfGrid(); at < all; at += warpsOfGrid()) {
        const long long rest = quotient(at, parts);
        const int part = (int) (at - rest * parts);
        const int i = part / groups;
        const int from = p.full ? part % groups * TOGETHER : i;
        if (from > i) {
            continue;
        }
        const long long tile = quotient(rest, p.components);
        const long long c = rest - tile * p.components;
        const long long row = (p.firstTile + tile) * TILE;
        const int n = (int) min((long long) TILE, p.rows - row);
        const int last = min(from + TOGETHER, i + 1);
        const float* mean = p.means + 2 * c * p.dims;
        float sums[TOGETHER];
#pragma unroll
        for (int m = 0; m < TOGETHER; m++) {
            sums[m] = 0.0f;
        }
        float first = 0.0f, zeroth = 0.0f;
        for (int k = laneOfWarp(); k < n; k += WARP) {
            const float* x = p.x + row + k;
            const float r = p.r[c * p.rows + row + k];
            const float d = difference(x, mean, p.rows, p.dims, i);
            const float weighted = r * d;
            zeroth = __fmaf_rn(r, 1.0f, zeroth);
            first = __fmaf_rn(r, d, first);
#pragma unroll
            for (int m = 0; m < TOGETHER; m++) {
                if (from + m < last) {
                    sums[m] = __fmaf_rn(weighted, difference(x, mean, p.rows, p.dims, from + m), sums[m]);
                }
            }
        }
        double* out = p.tiles + rest * p.width;
        const bool writes = laneOfWarp() == 0;
        zeroth = foldLanes(zeroth);
        first = foldLanes(first);
        if (writes && i == 0) {
            out[0] = (double) zeroth;
        }
        if (writes && (from == 0 || !p.full)) {
            out[1 + i] = (double) first;
        }
        double* squares = out + 1 + p.dims + (p.full ? (long long) i * (i + 1) / 2 : 0);
#pragma unroll
        for (int m = 0; m < TOGETHER; m++) {
            const float sum = foldLanes(sums[m]);
            if (writes && from + m < last) {
                squares[from + m] = (double) sum;
            }
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

// Sums along a row in the one order that `Ops` documents.                                  twin: SumKernel, RowSum
//
// Tiles of 1024: lane l of 32 starts at +0 and adds x[l], x[l+32], …; the lanes fold 16, 8, 4, 2, 1. Tile sums are summed
// in float64 by the same pattern, level upon level. A warp takes a tile; lanes that nothing was added to hold +0, and
// adding +0 changes no sum that began at +0.
#pragma once

static constexpr int TILE = 1024;
static constexpr int WARP = 32;
static constexpr unsigned int ALL_LANES = 0xffffffffu;

// a / b for a, b >= 0: in 32 bits where that does, which is several times cheaper.
static __device__ __forceinline__ long long quotient(long long a, int b) {
    return (a >> 32) == 0 ? (long long) ((unsigned int) a / (unsigned int) b) : a / b;
}

static __device__ __forceinline__ int laneOfWarp() { return (int) (threadIdx.x & 31u); }

// Folds the first `width` lanes (a power of two) of a warp, or of each of its groups of `width`; the first lane has the sum.
template <class T>
static __device__ __forceinline__ T foldLanes(T sum, int width = WARP) {
    for (int half = width >> 1; half > 0; half >>= 1) {
        sum += __shfl_down_sync(ALL_LANES, sum, half, width);
    }
    return sum;
}

// Σ x(i), i < n <= 1024, by one warp; its first lane has the sum. Or, where n <= width < 32, by each group of `width` lanes
// (a power of two) for a row of its own.
template <class F>
static __device__ __forceinline__ float tileSum(int n, F x, int width = WARP) {
    float sum = 0.0f;
    for (int i = laneOfWarp() & (width - 1); i < n; i += WARP) {
        sum += x(i);
    }
    return foldLanes(sum, width);
}

// Σ x(i), i < n, by the whole block of whole warps; every thread has the sum. Contains barriers: all threads call it.
template <class F>
static __device__ double rowSum(long long n, F x) {
    __shared__ float tileSums[TILE];
    __shared__ double result;
    const int lane = laneOfWarp();
    const int warp = (int) (threadIdx.x >> 5);
    const int warps = (int) (blockDim.x >> 5);
    const long long tiles = (n + TILE - 1) / TILE;
    double level2 = 0.0; // of the first warp's lanes, as the levels above
    double level3 = 0.0;
    for (long long first = 0; first < tiles; first += TILE) {
        const int count = (int) (tiles - first < TILE ? tiles - first : TILE);
        for (int tile = warp; tile < count; tile += warps) {
            const long long begin = (first + tile) * TILE;
            const int length = (int) (n - begin < TILE ? n - begin : TILE);
            const float sum = tileSum(length, [&](int i) { return x(begin + i); });
            if (lane == 0) {
                tileSums[tile] = sum;
            }
        }
        __syncthreads();
        if (warp == 0) {
            double sum = 0.0;
            for (int tile = lane; tile < count; tile += WARP) {
                sum += (double) tileSums[tile];
            }
            sum = __shfl_sync(ALL_LANES, foldLanes(sum), 0);
            const long long chunk = first / TILE;
            level2 += lane == (int) (chunk & 31) ? sum : 0.0;
            if ((chunk & 1023) == 1023 || first + TILE >= tiles) {
                sum = __shfl_sync(ALL_LANES, foldLanes(level2), 0);
                level3 += lane == (int) ((chunk >> 10) & 31) ? sum : 0.0;
                level2 = 0.0;
            }
        }
        __syncthreads();
    }
    if (warp == 0) {
        level3 = foldLanes(level3);
        if (lane == 0) {
            result = level3;
        }
    }
    __syncthreads();
    const double sum = result;
    __syncthreads(); // the next call writes it again
    return sum;
}

// For every row, end(row, Σ_i x(row, i)), i < n, called by one thread; x is called once for every element. How many threads
// take a row depends on n only: some lanes of a warp, a warp, or a block. Launch.rows gives the grid.
template <class X, class End>
static __device__ void forRows(long long rows, long long n, X x, End end) {
    if (n > TILE) {
        for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
            const double sum = rowSum(n, [&](long long i) { return x(row, i); });
            if (threadIdx.x == 0) {
                end(row, sum);
            }
        }
        return;
    }
    int width = WARP;
    while (width > 1 && (width >> 1) >= n) {
        width >>= 1;
    }
    const int rowsPerWarp = WARP / width;
    const int group = laneOfWarp() / width;
    const int warpsPerBlock = (int) (blockDim.x >> 5);
    const long long warp = (long long) blockIdx.x * warpsPerBlock + (threadIdx.x >> 5);
    const long long stride = (long long) gridDim.x * warpsPerBlock * rowsPerWarp;
    for (long long first = warp * rowsPerWarp; first < rows; first += stride) {
        const long long row = first + group;
        const int length = row < rows ? (int) n : 0;
        const float sum = tileSum(length, [&](int i) { return x(row, (long long) i); }, width);
        if (row < rows && (laneOfWarp() & (width - 1)) == 0) {
            end(row, (double) sum);
        }
    }
}

// Sums along a row in the one order that `Operation` documents.                                  twin: SumKernel, RowSum
//
// Tiles of 1024: lane l of 32 starts at +0 and adds x[l], x[l+32], …; the lanes fold 16, 8, 4, 2, 1. Tile sums are summed
// in float64 by the same pattern, level upon level. A warp takes a tile; lanes that nothing was added to hold +0, and
// adding +0 changes no sum that began at +0. Elements that are float64 themselves are summed in float64 from the first level on.
#pragma once

static constexpr int TILE = 1024;
static constexpr int WARP = 32;
static constexpr unsigned int ALL_LANES = 0xffffffffu;

// a / b for a, b >= 0: in 32 bits where that does, which is several times cheaper.
static __device__ __forceinline__ long long quotient(long long a, int b) {
    return (a >> 32) == 0 ? (long long) ((unsigned int) a / (unsigned int) b) : a / b;
}

// ⌈n / by⌉, also where n + by is no int.
static __device__ __forceinline__ int ceilDiv(int n, int by) {
    return (int) (((unsigned int) n + (unsigned int) by - 1u) / (unsigned int) by);
}

// The row of an element that is number `pair` of a lower triangle, row by row: the root is exact where a row begins.
static __device__ __forceinline__ int rowOfPair(int pair) {
    return (int) (0.5f * (__fsqrt_rn(__int2float_rn(8 * pair + 1)) - 1.0f));
}

static __device__ __forceinline__ int laneOfWarp() { return (int) (threadIdx.x & 31u); }

static __device__ __forceinline__ long long warpOfGrid() {
    return (long long) blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
}

static __device__ __forceinline__ long long warpsOfGrid() { return (long long) gridDim.x * (blockDim.x >> 5); }

static __device__ __forceinline__ long long threadOfGrid() { return (long long) blockIdx.x * blockDim.x + threadIdx.x; }

static __device__ __forceinline__ long long threadsOfGrid() { return (long long) gridDim.x * blockDim.x; }

// Folds the first `width` lanes (a power of two) of a warp, or of each of its groups of `width`; the first lane has the sum.
template <class T>
static __device__ __forceinline__ T foldLanes(T sum, int width = WARP) {
    for (int half = width >> 1; half > 0; half >>= 1) {
        sum += __shfl_down_sync(ALL_LANES, sum, half, width);
    }
    return sum;
}

// Folds 32 sums of a warp, of whose lanes each thread has one; thread l has the sum of x[l]. A shuffle serves two of them, whose
// additions are those of foldLanes.
template <int HALF = WARP / 2>
static __device__ __forceinline__ float foldTogether(float (&x)[WARP]) {
    const bool upper = (laneOfWarp() & HALF) != 0;
#pragma unroll
    for (int l = 0; l < HALF; l++) {
        const float other = __shfl_xor_sync(ALL_LANES, upper ? x[l] : x[l + HALF], HALF);
        x[l] = (upper ? x[l + HALF] : x[l]) + other;
    }
    if constexpr (HALF > 1) {
        return foldTogether<HALF / 2>(x);
    }
    return x[0];
}

// Folds the lanes of a sum that one thread has, of which the first 2·HALF hold anything but +0; x[0] is it.
template <int HALF, int LANES, class Join>
static __device__ __forceinline__ void foldHalves(float (&x)[LANES], Join join) {
#pragma unroll
    for (int l = 0; l < HALF; l++) {
        x[l] = join(x[l], x[l + HALF]);
    }
    if constexpr (HALF > 1) {
        foldHalves<HALF / 2>(x, join);
    }
}

// Σ x(i), i < n <= 1024, by one warp; its first lane has the sum. Or, where n <= width < 32, by each group of `width` lanes
// (a power of two) for a row of its own.
template <class F>
static __device__ __forceinline__ auto tileSum(int n, F x, int width = WARP) -> decltype(x(0)) {
    decltype(x(0)) sum = 0;
    for (int i = laneOfWarp() & (width - 1); i < n; i += WARP) {
        sum += x(i);
    }
    return foldLanes(sum, width);
}

// The same for a whole warp where x(i, fetch(i)) writes, too: what AHEAD of its elements need is read before it writes the first.
template <class Fetch, class F>
static __device__ __forceinline__ auto tileSumAhead(int n, Fetch fetch, F x) -> decltype(x(0, fetch(0))) {
    constexpr int AHEAD = 8;
    decltype(x(0, fetch(0))) sum = 0;
    for (int i = laneOfWarp(); i < n; i += AHEAD * WARP) {
        decltype(fetch(0)) fetched[AHEAD];
#pragma unroll
        for (int u = 0; u < AHEAD; u++) {
            if (i + u * WARP < n) {
                fetched[u] = fetch(i + u * WARP);
            }
        }
#pragma unroll
        for (int u = 0; u < AHEAD; u++) {
            if (i + u * WARP < n) {
                sum += x(i + u * WARP, fetched[u]);
            }
        }
    }
    return foldLanes(sum);
}

// The levels above a tile, in float64, kept by the lanes of one warp; all its lanes call together.
struct Levels {
    double second = 0.0, third = 0.0;
    long long count = 0; // how often 1024 tiles were added

    // Adds the next 1024 tiles, the last time perhaps fewer; of = this lane's sum of every 32nd of them.
    __device__ __forceinline__ void add(double of) {
        const double sum = __shfl_sync(ALL_LANES, foldLanes(of), 0);
        second += laneOfWarp() == (int) (count & 31) ? sum : 0.0;
        count++;
        if ((count & 1023) == 0) {
            lift();
        }
    }

    // The sum; the first lane has it.
    __device__ __forceinline__ double total() {
        if ((count & 1023) != 0) {
            lift();
        }
        return foldLanes(third);
    }

    __device__ __forceinline__ void lift() {
        const double sum = __shfl_sync(ALL_LANES, foldLanes(second), 0);
        third += laneOfWarp() == (int) (((count - 1) >> 10) & 31) ? sum : 0.0;
        second = 0.0;
    }
};

static __device__ __forceinline__ long long tilesOf(long long n) { return (n + TILE - 1) / TILE; }

// Σ x(i), i < n, by the whole block of whole warps; its first thread has the sum. Contains barriers: all threads call it.
template <class F>
static __device__ double rowSum(long long n, F x) {
    __shared__ decltype(x(0)) tileSums[TILE];
    const int lane = laneOfWarp();
    const int warp = (int) (threadIdx.x >> 5);
    const int warps = (int) (blockDim.x >> 5);
    const long long tiles = tilesOf(n);
    Levels levels; // the first warp's
    for (long long first = 0; first < tiles; first += TILE) {
        const int count = (int) (tiles - first < TILE ? tiles - first : TILE);
        for (int tile = warp; tile < count; tile += warps) {
            const long long begin = (first + tile) * TILE;
            const int length = (int) (n - begin < TILE ? n - begin : TILE);
            const auto sum = tileSum(length, [&](int i) { return x(begin + i); });
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
            levels.add(sum);
        }
        __syncthreads(); // the next tiles, of this row or another, take the same place
    }
    return warp == 0 ? levels.total() : 0.0;
}

// ---- rows shared out to a grid; Launch gives its size ----

// For every row of n <= 1024, end(row, Σ_i x(row, i)) by one thread; x is called once for every element. The rows are shared
// out to `warps` warps, of which this is number `warp`; one takes a row, or as many as fit beside each other in its lanes.
template <class X, class End>
static __device__ __forceinline__ void shareRows(long long warp, long long warps, long long rows, int n, X x, End end) {
    int width = WARP;
    while (width > 1 && (width >> 1) >= n) {
        width >>= 1;
    }
    const int rowsPerWarp = WARP / width;
    const int group = laneOfWarp() / width;
    for (long long first = warp * rowsPerWarp; first < rows; first += warps * rowsPerWarp) {
        const long long row = first + group;
        const int length = row < rows ? n : 0;
        const auto sum = tileSum(length, [&](int i) { return x(row, (long long) i); }, width);
        if (row < rows && (laneOfWarp() & (width - 1)) == 0) {
            end(row, (double) sum);
        }
    }
}

// The same with all warps of the grid.
template <class X, class End>
static __device__ __forceinline__ void forShortRows(long long rows, int n, X x, End end) {
    shareRows(warpOfGrid(), warpsOfGrid(), rows, n, x, end);
}

// The same for rows of any length, where there are rows enough for all blocks: a block takes a row longer than a tile.
template <class X, class End>
static __device__ __forceinline__ void forRows(long long rows, long long n, X x, End end) {
    if (n <= TILE) {
        forShortRows(rows, (int) n, x, end);
        return;
    }
    for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
        const double sum = rowSum(n, [&](long long i) { return x(row, i); });
        if (threadIdx.x == 0) {
            end(row, sum);
        }
    }
}

// The same for rows of neighbours in memory, of which short ones are read four at a time: x4(row, d, count) makes the terms of
// coordinates d … d+3, of which `count` are there. Four lanes of the sum belong to one thread, which adds and folds them itself.
static constexpr int QUAD_ROWS = 64; // of longer rows a warp has enough to read

template <class X4, class End>
static __device__ __forceinline__ void forQuadRows(long long rows, int n, X4 x4, End end) {
    int threads = WARP / 4; // of a row
    while (threads > 1 && 2 * threads >= n) {
        threads >>= 1;
    }
    const int own = laneOfWarp() & (threads - 1);
    const int rowsPerWarp = WARP / threads;
    for (long long first = warpOfGrid() * rowsPerWarp; first < rows; first += warpsOfGrid() * rowsPerWarp) {
        const long long row = first + laneOfWarp() / threads;
        float sum[4] = {};
        for (int d = 4 * own; row < rows && d < n; d += WARP) {
            const int count = min(4, n - d);
            const float4 terms = x4(row, d, count);
            sum[0] += terms.x;
            sum[1] += count > 1 ? terms.y : 0.0f;
            sum[2] += count > 2 ? terms.z : 0.0f;
            sum[3] += count > 3 ? terms.w : 0.0f;
        }
#pragma unroll
        for (int lane = 0; lane < 4; lane++) {
            sum[lane] = foldLanes(sum[lane], threads);
        }
        if (row < rows && own == 0) {
            end(row, (double) ((sum[0] + sum[2]) + (sum[1] + sum[3])));
        }
    }
}

template <class X, class X4, class End>
static __device__ __forceinline__ void forRows(long long rows, int n, X x, X4 x4, End end) {
    if (n <= QUAD_ROWS) {
        forQuadRows(rows, n, x4, end);
    } else {
        forRows(rows, n, x, end);
    }
}

// The sum of a row of at most 64 terms, by one thread: of quads LEVEL apart from quads[first] on, of which there are `count`
// in the row; a quad holds four lanes of the sum. Terms beyond the row's end are 0.
template <int LEVEL>
static __device__ __forceinline__ float4 foldQuads(int count, const float4* quads, int first) {
    float4 sum;
    float4 other;
    bool more;
    if constexpr (LEVEL == WARP / 4) {
        const float4 x = quads[first];
        sum = make_float4(0.0f + x.x, 0.0f + x.y, 0.0f + x.z, 0.0f + x.w);
        more = first + LEVEL < count;
        other = more ? quads[first + LEVEL] : x;
    } else {
        sum = foldQuads<2 * LEVEL>(count, quads, first);
        more = first + LEVEL < count;
        other = more ? foldQuads<2 * LEVEL>(count, quads, first + LEVEL) : sum;
    }
    return more ? make_float4(sum.x + other.x, sum.y + other.y, sum.z + other.z, sum.w + other.w) : sum;
}

static __device__ __forceinline__ float quadsSum(int count, const float4* quads) {
    const float4 sum = foldQuads<1>(count, quads, 0);
    return (sum.x + sum.z) + (sum.y + sum.w);
}

// tiles[rows][tilesOf(n)] = sum(row, first element, how many): a warp takes a tile.
template <class Sum>
static __device__ __forceinline__ void forTilesOfRows(long long rows, long long n, float* tiles, Sum sumOf) {
    const int perRow = (int) tilesOf(n);
    for (long long at = warpOfGrid(); at < rows * perRow; at += warpsOfGrid()) {
        const long long row = quotient(at, perRow);
        const long long begin = (at - row * perRow) * TILE;
        const float sum = sumOf(row, begin, (int) (n - begin < TILE ? n - begin : TILE));
        if (laneOfWarp() == 0) {
            tiles[at] = sum;
        }
    }
}

// The same as forRows where one long row has to keep the whole grid busy, in two launches: this one leaves the sums of tiles,
// a second kernel ends the rows with forTiledRows. Short rows end in the first.
template <class X, class End>
static __device__ __forceinline__ void forTiles(long long rows, long long n, float* tiles, X x, End end) {
    if (n <= TILE) {
        forShortRows(rows, (int) n, x, end);
        return;
    }
    forTilesOfRows(rows, n, tiles, [&](long long row, long long begin, int length) {
        return tileSum(length, [&](int i) { return x(row, begin + i); });
    });
}

// The same with terms x(row, i, fetch(row, i)), of which x may write: see tileSumAhead.
template <class Fetch, class X, class End>
static __device__ __forceinline__ void forTiles(long long rows, long long n, float* tiles, Fetch fetch, X x, End end) {
    if (n <= TILE) {
        forShortRows(rows, (int) n, [&](long long row, long long i) { return x(row, i, fetch(row, i)); }, end);
        return;
    }
    forTilesOfRows(rows, n, tiles, [&](long long row, long long begin, int length) {
        return tileSumAhead(
                length,
                [&](int i) { return fetch(row, begin + i); },
                [&](int i, decltype(fetch(0, 0)) fetched) { return x(row, begin + i, fetched); });
    });
}

// end(row, Σ) of rows whose tile sums forTiles left; a warp takes a row, and reads AHEAD sums of each lane before it adds them.
template <class T, class End>
static __device__ __forceinline__ void forTiledRows(long long rows, long long n, const T* tiles, End end) {
    constexpr int AHEAD = 16;
    const int perRow = (int) tilesOf(n);
    for (long long row = warpOfGrid(); row < rows; row += warpsOfGrid()) {
        const T* own = tiles + row * perRow;
        const auto read = [&](int tile) { return tile < perRow ? own[tile] : (T) 0; };
        T ahead[AHEAD];
#pragma unroll
        for (int u = 0; u < AHEAD; u++) {
            ahead[u] = read(laneOfWarp() + u * WARP);
        }
        Levels levels;
        for (int first = 0; first < perRow; first += TILE) {
            double sum = 0.0;
            for (int begin = first; begin < min(first + TILE, perRow); begin += AHEAD * WARP) {
#pragma unroll
                for (int u = 0; u < AHEAD; u++) {
                    sum += (double) ahead[u];
                    ahead[u] = read(begin + laneOfWarp() + (AHEAD + u) * WARP);
                }
            }
            levels.add(sum);
        }
        const double sum = levels.total();
        if (laneOfWarp() == 0) {
            end(row, sum);
        }
    }
}

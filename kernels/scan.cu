// Sums by an index, draws beside each other: within tiles of 1024 rows in their order, float32; tile sums in float64 in the
// pattern of a row.                                                                                   twin: ScanKernel
#include "index.cuh"
#include "sum.cuh"

static __device__ __forceinline__ long long threadOfGrid() { return (long long) blockIdx.x * blockDim.x + threadIdx.x; }

static __device__ __forceinline__ long long threadsOfGrid() { return (long long) gridDim.x * blockDim.x; }

// ---- y[j,s] = Σ x[n,s] over the rows n of segment j ----

struct ScanSegments {
    const int* order;   // from firstOrder on: the rows, by segment, increasing
    const int* offsets; // from firstOffset on: where each segment begins in them, and the last ends
    const float* x;     // [rows][S]
    float* y;           // [segments][S]
    float* tiles;       // [segments][S][tiles of rows], or null: y is written
    Faults* faults;
    Index firstOrder, firstOffset;
    int rows, segments, draws;
    int unused;
};

// The places of a segment's rows: none, if its offsets are wrong.
struct Places {
    int from, to;

    __device__ __forceinline__ Places(const ScanSegments& p, long long segment) {
        const long long at = value(p.firstOffset) + segment;
        from = p.offsets[at];
        to = p.offsets[at + 1];
        const bool begins = from >= 0 && from <= p.rows;
        if (!begins) {
            fault(p.faults, SEGMENT_OFFSETS, at, from, 0, p.rows + 1LL);
        } else if (to < from || to > p.rows) {
            fault(p.faults, SEGMENT_OFFSETS, at + 1, to, from, p.rows + 1LL);
        }
        to = begins && to <= p.rows ? to : from;
    }
};

// The first place in [from, to) whose row is no less than `row`; `to`, if there is none.
static __device__ __forceinline__ int firstPlace(const int* order, int from, int to, long long row) {
    while (from < to) {
        const int middle = from + (to - from) / 2;
        if (order[middle] < row) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

// A thread adds the rows that a segment has in a tile. One tile: that is all.
extern "C" __global__ void __launch_bounds__(256) scan_segment_tiles(const ScanSegments p) {
    const int perSum = (int) max(1LL, tilesOf(p.rows));
    const int* order = p.order + value(p.firstOrder);
    const long long all = (long long) p.segments * perSum * p.draws;
    for (long long at = threadOfGrid(); at < all; at += threadsOfGrid()) {
        const long long rest = quotient(at, p.draws);
        const int s = (int) (at - rest * p.draws);
        const long long tile = quotient(rest, p.segments);
        const long long segment = rest - tile * p.segments;
        const Places places(p, segment);
        const int from = tile == 0 ? places.from : firstPlace(order, places.from, places.to, tile * TILE);
        const int to = tile == perSum - 1 ? places.to : firstPlace(order, places.from, places.to, (tile + 1) * TILE);
        float sum = 0.0f;
#pragma unroll 4
        for (int place = from; place < to; place++) {
            const int row = order[place];
            sum += row >= 0 && row < p.rows ? p.x[(long long) row * p.draws + s] : 0.0f;
        }
        if (p.tiles == nullptr) {
            p.y[segment * p.draws + s] = sum;
        } else {
            p.tiles[(segment * p.draws + s) * perSum + tile] = sum;
        }
        if (s == 0 && tile == 0) { // a search does not see all rows
#pragma unroll 1
            for (int place = places.from; place < places.to; place++) {
                const int row = order[place];
                if (row < 0 || row >= p.rows) {
                    fault(p.faults, SEGMENT_ORDER, value(p.firstOrder) + place, row, 0, p.rows);
                }
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) scan_segment_end(const ScanSegments p) {
    forTiledRows((long long) p.segments * p.draws, p.rows, p.tiles, [&](long long at, double sum) {
        p.y[at] = (float) sum;
    });
}

// The levels above tiles that come by their numbers, increasing, for one thread: its columns of `second` and `third`.
static constexpr int SEGMENT_THREADS = 64;
static constexpr int SEGMENT_AHEAD = 8; // rows that are read together: each waits for its number first

struct TileSums {
    double (*second)[SEGMENT_THREADS]; // the lanes of tiles
    double (*third)[SEGMENT_THREADS];  // the lanes of 1024 tiles
    double fourth;                     // 1024 · 1024 tiles; of ints there are two at most
    int group;                         // the 1024 tiles that `second` holds a part of

    __device__ __forceinline__ void clear(double (*lanes)[SEGMENT_THREADS]) {
        for (int l = 0; l < WARP; l++) {
            lanes[l][threadIdx.x] = 0.0;
        }
    }

    __device__ __forceinline__ void reset() {
        clear(second);
        clear(third);
        fourth = 0.0;
        group = 0;
    }

    __device__ __forceinline__ double fold(double (*lanes)[SEGMENT_THREADS]) {
        for (int half = WARP / 2; half > 0; half >>= 1) {
            for (int l = 0; l < half; l++) {
                lanes[l][threadIdx.x] += lanes[l + half][threadIdx.x];
            }
        }
        return lanes[0][threadIdx.x];
    }

    // `second` goes up; the next tile is of another group.
    __device__ __forceinline__ void lift(int next) {
        third[group & 31][threadIdx.x] += fold(second);
        clear(second);
        if (next >> 10 != group >> 10) {
            fourth += fold(third);
            clear(third);
        }
        group = next;
    }

    __device__ __forceinline__ void add(int tile, float sum) {
        if (tile >> 10 != group) {
            lift(tile >> 10);
        }
        second[tile & 31][threadIdx.x] += (double) sum;
    }

    __device__ __forceinline__ double total() {
        third[group & 31][threadIdx.x] += fold(second);
        return fourth + fold(third);
    }
};

// A thread takes a segment: for so many that most tiles have few rows of each.
extern "C" __global__ void __launch_bounds__(64) scan_segments(const ScanSegments p) {
    __shared__ double second[WARP][SEGMENT_THREADS];
    __shared__ double third[WARP][SEGMENT_THREADS];
    const int* order = p.order + value(p.firstOrder);
    const long long all = (long long) p.segments * p.draws;
    TileSums sums{second, third, 0.0, 0};
    for (long long at = threadOfGrid(); at < all; at += threadsOfGrid()) {
        const long long segment = quotient(at, p.draws);
        const int s = (int) (at - segment * p.draws);
        const Places places(p, segment);
        float sum = 0.0f;
        int tile = -1;
        bool several = false;
        for (int first = places.from; first < places.to; first += SEGMENT_AHEAD) {
            int rows[SEGMENT_AHEAD];
            float x[SEGMENT_AHEAD];
#pragma unroll
            for (int u = 0; u < SEGMENT_AHEAD; u++) {
                rows[u] = order[min(first + u, places.to - 1)];
            }
#pragma unroll
            for (int u = 0; u < SEGMENT_AHEAD; u++) {
                const bool there = rows[u] >= 0 && rows[u] < p.rows;
                x[u] = there ? p.x[(long long) rows[u] * p.draws + s] : 0.0f;
            }
#pragma unroll
            for (int u = 0; u < SEGMENT_AHEAD; u++) {
                if (first + u >= places.to) {
                    break;
                }
                if (rows[u] < 0 || rows[u] >= p.rows) {
                    fault(p.faults, SEGMENT_ORDER, value(p.firstOrder) + first + u, rows[u], 0, p.rows);
                    continue;
                }
                if (rows[u] / TILE != tile) {
                    if (tile >= 0) {
                        if (!several) {
                            sums.reset();
                            several = true;
                        }
                        sums.add(tile, sum);
                        sum = 0.0f;
                    }
                    tile = rows[u] / TILE;
                }
                sum += x[u];
            }
        }
        if (several) {
            sums.add(tile, sum);
        }
        p.y[at] = several ? (float) sums.total() : sum;
    }
}

// ---- y[o,i,s] = Σ x[o,i',s] over i' <= i, or i' >= i ----

struct ScanCumulative {
    const float* x; // [outer][inner][S]
    float* y;       // [outer][inner][S]; may be x
    float* tiles;   // [outer][S][tiles of inner], or null where there is one
    double* before; // [outer][S][tiles of inner]: the sums of the tiles before each
    int outer, inner, draws;
    int reverse;
};

// A thread's part: a tile of one draw of one sequence. Neighbouring threads have neighbouring draws.
struct Part {
    long long slot;   // in tiles and before
    long long first;  // of x and y
    long long stride;
    int count;

    __device__ __forceinline__ Part(const ScanCumulative& p, long long at) {
        const int perSum = (int) tilesOf(p.inner);
        const long long rest = quotient(at, p.draws);
        const int s = (int) (at - rest * p.draws);
        const long long sequence = quotient(rest, perSum);
        const int tile = (int) (rest - sequence * perSum);
        const int i = tile * TILE;
        slot = (sequence * p.draws + s) * perSum + tile;
        first = (sequence * p.inner + (p.reverse ? p.inner - 1 - i : i)) * p.draws + s;
        stride = p.reverse ? -(long long) p.draws : (long long) p.draws;
        count = min(TILE, p.inner - i);
    }
};

extern "C" __global__ void __launch_bounds__(256) scan_tiles(const ScanCumulative p) {
    const long long all = p.outer * tilesOf(p.inner) * p.draws;
    for (long long at = threadOfGrid(); at < all; at += threadsOfGrid()) {
        const Part part(p, at);
        float sum = 0.0f;
#pragma unroll 4
        for (int i = 0; i < part.count; i++) {
            sum += p.x[part.first + i * part.stride];
        }
        p.tiles[part.slot] = sum;
    }
}

// A warp takes a draw of a sequence: for each tile the sum of those before it, as if those were all.
extern "C" __global__ void __launch_bounds__(256) scan_before(const ScanCumulative p) {
    const int perSum = (int) tilesOf(p.inner);
    for (long long sum = warpOfGrid(); sum < (long long) p.outer * p.draws; sum += warpsOfGrid()) {
        const float* tiles = p.tiles + sum * perSum;
        double* before = p.before + sum * perSum;
        Levels levels;
        double lane = 0.0;
        for (int tile = 0; tile < perSum; tile++) {
            if (tile > 0 && tile % TILE == 0) {
                levels.add(lane);
                lane = 0.0;
            }
            Levels soFar = levels;
            if (tile % TILE > 0) {
                soFar.add(lane);
            }
            const double total = soFar.total();
            if (laneOfWarp() == 0) {
                before[tile] = total;
            }
            lane += laneOfWarp() == tile % WARP ? (double) tiles[tile] : 0.0;
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) scan_cumulate(const ScanCumulative p) {
    const long long all = p.outer * tilesOf(p.inner) * p.draws;
    for (long long at = threadOfGrid(); at < all; at += threadsOfGrid()) {
        const Part part(p, at);
        const bool later = p.tiles != nullptr && part.slot % tilesOf(p.inner) > 0;
        const double before = later ? p.before[part.slot] : 0.0;
        const float* x = p.x + part.first;
        float* y = p.y + part.first;
        float sum = 0.0f;
        for (int i = 0; i < part.count; i += 4) { // four reads at a time, which y's being x would not allow
            float next[4];
#pragma unroll
            for (int q = 0; q < 4; q++) {
                next[q] = i + q < part.count ? x[(i + q) * part.stride] : 0.0f;
            }
#pragma unroll
            for (int q = 0; q < 4; q++) {
                sum += next[q];
                if (i + q < part.count) {
                    y[(i + q) * part.stride] = later ? (float) (before + (double) sum) : sum;
                }
            }
        }
    }
}

// Sums by an index, draws beside each other: within tiles of 1024 rows in their order, float32; tile sums in float64 in the
// pattern of a row.                                                                                   twin: ScanKernel
#include "index.cuh"
#include "sum.cuh"

static constexpr int AHEAD = 16; // rows that a thread reads together

// ---- y[j,s] = Σ x[n,s] over the rows n of segment j ----

struct ScanSegments {
    const int* order;   // from firstOrder on: the rows, by segment, increasing
    const int* offsets; // from firstOffset on: where each segment begins in them, and the last ends
    const float* x;     // [rows][S]
    float* y;           // [segments][S]
    float* tiles;       // [segments][S][tiles of rows], or null: y is written
    double* groups;     // [32][threads of scan_segments], where there are more than 1024 tiles
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
        to = begins && to >= from && to <= p.rows ? to : from;
    }
};

// Tells of rows that are not there. All threads of the grid share the places of all segments.
static __device__ __forceinline__ void checkOrder(const ScanSegments& p, const int* order) {
    const int* offsets = p.offsets + value(p.firstOffset);
    const int to = min(offsets[p.segments], p.rows);
#pragma unroll 4
    for (long long place = max(offsets[0], 0) + threadOfGrid(); place < to; place += threadsOfGrid()) {
        const int row = order[place];
        if (row < 0 || row >= p.rows) {
            fault(p.faults, SEGMENT_ORDER, value(p.firstOrder) + place, row, 0, p.rows);
        }
    }
}

// take(row, x[row,s]) for the rows at places from … to − 1, in their order, and at the end some times more the last row and
// +0. They are read AHEAD places before they are taken, and their numbers as much before those. Of a faulty number, some row.
template <class Take>
static __device__ __forceinline__ void forRowsAt(
        const ScanSegments& p, const int* order, int from, int to, int s, Take take) {
    if (from >= to) { // in no order, the first place of a tile may be behind its last
        return;
    }
    const float* x = p.x + s;
    const int last = order[to - 1];
    const auto numberAt = [&](int u, int left) { return u < left ? order[u] : last; };
    const auto existing = [&](int row) { return min((unsigned int) row, (unsigned int) p.rows - 1u); };
    const unsigned int stride = (unsigned int) p.draws;
    const auto termOf = [&](unsigned int row, int u, int left) {
        const float term = x[(unsigned long long) row * stride];
        return u < left ? term : 0.0f;
    };
    order += from;
    int left = to - from;
    unsigned int rows[AHEAD];
    float terms[AHEAD];
    int next[AHEAD];
#pragma unroll
    for (int u = 0; u < AHEAD; u++) {
        rows[u] = existing(numberAt(u, left));
        next[u] = numberAt(u + AHEAD, left);
    }
#pragma unroll
    for (int u = 0; u < AHEAD; u++) {
        terms[u] = termOf(rows[u], u, left);
    }
    for (; left > 0; left -= AHEAD) {
        order += AHEAD;
#pragma unroll
        for (int u = 0; u < AHEAD; u++) {
            take(rows[u], terms[u]);
            rows[u] = existing(next[u]);
            terms[u] = termOf(rows[u], u + AHEAD, left);
            next[u] = numberAt(u + AHEAD, left - AHEAD);
        }
    }
}

// Σ x[row,s] over the rows at places from … to − 1, which are of one tile.
static __device__ __forceinline__ float sumInTile(const ScanSegments& p, const int* order, int from, int to, int s) {
    float sum = 0.0f;
    forRowsAt(p, order, from, to, s, [&](unsigned int, float x) { sum += x; });
    return sum;
}

// The first of n places, from `place` on, whose rows are no less than `row`.
struct Search {
    int place;
    const long long row;

    // One step of ⌈log2(n + 1)⌉: `half` of the places that are left are before the one, or not.
    __device__ __forceinline__ void step(const int* order, int half) {
        place += order[place + half - 1] < row ? half : 0;
    }
};

// A thread adds the rows that a segment has in a tile. One tile: that is all.
extern "C" __global__ void __launch_bounds__(256) scan_segment_tiles(const ScanSegments p) {
    const int perSum = (int) max(1LL, tilesOf(p.rows));
    const int* order = p.order + value(p.firstOrder);
    checkOrder(p, order);
    const long long all = (long long) p.segments * perSum * p.draws;
    for (long long at = threadOfGrid(); at < all; at += threadsOfGrid()) {
        const long long rest = quotient(at, p.draws);
        const int s = (int) (at - rest * p.draws);
        const long long tile = quotient(rest, p.segments);
        const long long segment = rest - tile * p.segments;
        const Places places(p, segment);
        if (p.tiles == nullptr) {
            p.y[segment * p.draws + s] = sumInTile(p, order, places.from, places.to, s);
            continue;
        }
        Search from{places.from, tile * TILE};
        Search to{places.from, (tile + 1) * TILE};
        for (int n = places.to - places.from; n > 0; n /= 2) { // both at once: each step waits for memory
            const int half = n - n / 2;
            from.step(order, half);
            to.step(order, half);
        }
        p.tiles[(segment * p.draws + s) * perSum + tile] = sumInTile(p, order, from.place, to.place, s);
    }
}

extern "C" __global__ void __launch_bounds__(256) scan_segment_end(const ScanSegments p) {
    forTiledRows((long long) p.segments * p.draws, p.rows, p.tiles, [&](long long at, double sum) {
        p.y[at] = (float) sum;
    });
}

static constexpr int SEGMENT_THREADS = 64;

// Lanes of a level above tiles, of the threads of a block or of the grid beside each other; one thread's column of them.
struct SegmentLanes {
    double* lanes; // [32][stride]
    long long stride;

    __device__ __forceinline__ double& operator[](int lane) const { return lanes[lane * stride]; }

    __device__ __forceinline__ void clear() const {
#pragma unroll 8
        for (int l = 0; l < WARP; l++) {
            (*this)[l] = 0.0;
        }
    }

    // Their sum; they are destroyed.
    __device__ __forceinline__ double fold() const {
        for (int half = WARP / 2; half > 0; half >>= 1) {
#pragma unroll 1
            for (int l = 0; l < half; l++) {
                (*this)[l] += (*this)[l + half];
            }
        }
        return (*this)[0];
    }
};

// A thread takes a segment: for so many that most tiles have few rows of each.
extern "C" __global__ void __launch_bounds__(64, 8) scan_segments(const ScanSegments p) {
    __shared__ double shared[WARP][SEGMENT_THREADS];
    const SegmentLanes second{&shared[0][threadIdx.x], SEGMENT_THREADS}; // of the tiles of a group of 1024
    const SegmentLanes third{p.groups + threadOfGrid(), threadsOfGrid()}; // of groups, where there are several
    const int* order = p.order + value(p.firstOrder);
    checkOrder(p, order);
    const int groups = ceilDiv(p.rows, TILE * TILE);
    const long long all = (long long) p.segments * p.draws;
    for (long long at = threadOfGrid(); at < all; at += threadsOfGrid()) {
        const long long segment = quotient(at, p.draws);
        const int s = (int) (at - segment * p.draws);
        const Places places(p, segment);
        if (places.from == places.to || order[places.from] / TILE == order[places.to - 1] / TILE) {
            p.y[at] = sumInTile(p, order, places.from, places.to, s);
            continue;
        }
        double total = 0.0;
        double fourth = 0.0; // of 1024 groups: of ints there are two at most
        int from = places.from;
        for (int group = 0; group < groups; group++) {
            Search end{from, (group + 1LL) * TILE * TILE};
            for (int n = group < groups - 1 ? places.to - from : 0; n > 0; n /= 2) {
                end.step(order, n - n / 2);
            }
            const int to = group < groups - 1 ? end.place : places.to;
            second.clear();
            unsigned int tile = 0;
            float sum = 0.0f;
            forRowsAt(p, order, from, to, s, [&](unsigned int row, float x) {
                if (row / TILE != tile) {
                    second[(int) (tile % WARP)] += (double) sum;
                    tile = row / TILE;
                    sum = 0.0f;
                }
                sum += x;
            });
            second[(int) (tile % WARP)] += (double) sum;
            total = second.fold();
            from = to;
            if (groups > 1) {
                if (group % TILE == 0) {
                    fourth += group == 0 ? 0.0 : third.fold();
                    third.clear();
                }
                third[group % WARP] += total;
            }
        }
        p.y[at] = (float) (groups > 1 ? fourth + third.fold() : total);
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

// take(x, true) for the rows of a part, in their order, and at the end some times more take(+0, false). They are read AHEAD
// rows before they are taken; what is taken may be written.
template <class Take>
static __device__ __forceinline__ void forRowsOf(const Part& part, const float* x, Take take) {
    const float* ahead = x + part.first;
    const auto read = [&](bool there) {
        const float term = there ? *ahead : 0.0f;
        ahead += part.stride;
        return term;
    };
    float terms[AHEAD];
#pragma unroll
    for (int u = 0; u < AHEAD; u++) {
        terms[u] = read(u < part.count);
    }
    for (int left = part.count; left > 0; left -= AHEAD) {
#pragma unroll
        for (int u = 0; u < AHEAD; u++) {
            take(terms[u], u < left);
            terms[u] = read(u + AHEAD < left);
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) scan_tiles(const ScanCumulative p) {
    const long long all = p.outer * tilesOf(p.inner) * p.draws;
    for (long long at = threadOfGrid(); at < all; at += threadsOfGrid()) {
        const Part part(p, at);
        float sum = 0.0f;
        forRowsOf(part, p.x, [&](float x, bool) { sum += x; });
        p.tiles[part.slot] = sum;
    }
}

// For each tile the sum of those before it, as if those were all. A warp takes 32 neighbouring tiles of every 1024, of a draw
// of a sequence: its lanes add as those of the sum do.
extern "C" __global__ void __launch_bounds__(256, 2) scan_before(const ScanCumulative p) {
    const int perSum = (int) tilesOf(p.inner);
    const int parts = min(WARP, ceilDiv(perSum, WARP));
    const long long all = (long long) p.outer * p.draws * parts;
    for (long long at = warpOfGrid(); at < all; at += warpsOfGrid()) {
        const long long sum = quotient(at, parts);
        const int part = (int) (at - sum * parts) * WARP;
        const float* tiles = p.tiles + sum * perSum;
        double* before = p.before + sum * perSum;
        Levels levels;
        for (int first = 0; first + part < perSum; first += TILE) {
            const int own = first + part + laneOfWarp();
            double lane = 0.0;
#pragma unroll 8
            for (int tile = first + laneOfWarp(); tile < own; tile += WARP) {
                lane += (double) tiles[tile];
            }
            double with = lane + (own < perSum ? (double) tiles[own] : 0.0);
            double total = 0.0;
#pragma unroll 4
            for (int l = 0; l < min(WARP, perSum - first - part); l++) {
                const double of = laneOfWarp() < l ? with : lane;
                double sumOfBefore;
                if (first == 0) { // no levels above
                    sumOfBefore = foldLanes(of);
                } else {
                    Levels soFar = levels;
                    soFar.add(of);
                    sumOfBefore = soFar.total();
                }
                sumOfBefore = __shfl_sync(ALL_LANES, sumOfBefore, 0);
                total = laneOfWarp() == l ? sumOfBefore : total;
            }
            if (own < perSum) {
                before[own] = total;
            }
            if (perSum - first > TILE) {
#pragma unroll 8
                for (int tile = own + WARP; tile < first + TILE; tile += WARP) {
                    with += (double) tiles[tile];
                }
                levels.add(with);
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) scan_cumulate(const ScanCumulative p) {
    const long long all = p.outer * tilesOf(p.inner) * p.draws;
    for (long long at = threadOfGrid(); at < all; at += threadsOfGrid()) {
        const Part part(p, at);
        const bool later = p.tiles != nullptr && part.slot % tilesOf(p.inner) > 0;
        const double before = later ? p.before[part.slot] : 0.0;
        float* y = p.y + part.first;
        float sum = 0.0f;
        forRowsOf(part, p.x, [&](float x, bool there) {
            sum += x;
            if (there) {
                *y = later ? (float) (before + (double) sum) : sum;
            }
            y += part.stride;
        });
    }
}

// X = L⁻¹·X in place, for the rows of one panel of a triangle: down, or up where the triangle is an upper one.  twin: TriangleKernel
//
// A block solves 32 columns. What earlier panels contribute is in X already; what later panels contribute to an upper triangle
// is added here, since the own panel's chain comes first.
#pragma once
#include "gemm.cuh"
#include "math.cuh"
#include "sum.cuh"

// What a block solves: its panel of L, its columns of X.
struct Solved {
    const float* l;
    float* x;
    long long lRow, lColumn, xRow, xColumn; // strides
    int problem, column, rows, columns; // column: the first
    bool logDiagonal;

    __device__ __forceinline__ Solved(const GemmSolve& p, int most)
            : lRow(p.l.rowStride), lColumn(p.l.columnStride), xRow(p.x.rowStride), xColumn(p.x.columnStride),
              logDiagonal(p.logDiagonal) {
        const int groups = ceilDiv(p.columns, WARP);
        problem = (int) quotient(blockIdx.x, groups);
        column = (int) (blockIdx.x - (long long) problem * groups) * WARP;
        rows = min(most, p.rows - p.first);
        columns = min(WARP, p.columns - column);
        l = p.l.at + problem * p.l.problemStride + p.first * (lRow + lColumn);
        x = p.x.at + problem * p.x.problemStride + p.first * xRow + column * xColumn;
    }

    __device__ __forceinline__ float inverse(int row) const {
        const float diagonal = l[row * (lRow + lColumn)];
        return logDiagonal ? detExp(-diagonal) : detReciprocal(diagonal);
    }
};

// ---- down: a warp has 32 rows ----

// Every chain goes along while the unknowns before it are found: 32 of them by the warp that has their rows, a column a lane,
// and then all warps below add what these contribute, 8 × 4 chains a thread. The next warp does so first, and is 32 further on
// when the others are done.
static constexpr int SOLVE_PITCH = WARP + 4; // a row of a tile: quads of neighbours stay aligned, and banks apart
static constexpr int SOLVE_DEPTH = 16;       // k's whose factors a warp keeps at a time
using SolveTile = float[SOLVE_PITCH];

// The columns that are there of 32 rows: the lanes go along what is nearer in memory, in steps along the other.
struct Columns {
    float* at;
    long long step;
    int place, placeStep, count; // place: in the tile

    __device__ __forceinline__ Columns(const Solved& s, int first) {
        const bool alongRows = s.xRow < s.xColumn;
        const int lane = laneOfWarp();
        const int rows = min(WARP, s.rows - first);
        at = s.x + first * s.xRow + lane * (alongRows ? s.xRow : s.xColumn);
        step = alongRows ? s.xColumn : s.xRow;
        place = alongRows ? lane * SOLVE_PITCH : lane;
        placeStep = alongRows ? 1 : SOLVE_PITCH;
        count = lane < (alongRows ? rows : s.columns) ? (alongRows ? s.columns : rows) : 0;
    }
};

static __device__ __forceinline__ void readColumns(const Solved& s, int first, SolveTile* tile) {
    constexpr int TOGETHER = 8; // on their way
    Columns c(s, first);
    float* to = (float*) tile + c.place;
#pragma unroll 1
    for (int q = 0; q < c.count; q += TOGETHER) {
        float held[TOGETHER];
#pragma unroll
        for (int u = 0; u < TOGETHER; u++) {
            held[u] = q + u < c.count ? *c.at : 0.0f;
            c.at += c.step;
        }
#pragma unroll
        for (int u = 0; u < TOGETHER; u++) {
            *to = held[u];
            to += c.placeStep;
        }
    }
}

static __device__ __forceinline__ void writeColumns(const Solved& s, int first, const SolveTile* tile) {
    Columns c(s, first);
    const float* from = (const float*) tile + c.place;
#pragma unroll 1
    for (int q = 0; q < c.count; q++) {
        *c.at = *from;
        c.at += c.step;
        from += c.placeStep;
    }
}

// factor[k][row] = −L of 32 rows and SOLVE_DEPTH k's, as far as row > k; nothing above the diagonal is read. Neighbouring lanes
// go along what is nearer in memory.
static __device__ __forceinline__ void readFactor(const Solved& s, int firstRow, int firstK, SolveTile* factor) {
    const int lane = laneOfWarp();
    const bool alongRows = s.lRow < s.lColumn;
    const int k = alongRows ? 0 : lane % SOLVE_DEPTH;
    const int r = alongRows ? lane : lane / SOLVE_DEPTH;
    const int rStep = alongRows ? 0 : WARP / SOLVE_DEPTH; // to a lane's next element; or one k
    const long long step = alongRows ? s.lColumn : WARP / SOLVE_DEPTH * s.lRow;
    const int placeStep = alongRows ? SOLVE_PITCH : rStep;
    const float* from = s.l + (firstRow + r) * s.lRow + (firstK + k) * s.lColumn;
    float* to = &factor[k][r];
    int below = firstRow + r - (firstK + k); // row − k
    int left = s.rows - (firstRow + r);
    const int belowStep = rStep - (alongRows ? 1 : 0);
#pragma unroll 1
    for (int at = 0; at < SOLVE_DEPTH; at += 8) {
        float held[8];
#pragma unroll
        for (int q = 0; q < 8; q++) {
            held[q] = below > 0 && left > 0 ? *from : 0.0f;
            from += step;
            below += belowStep;
            left -= rStep;
        }
#pragma unroll
        for (int q = 0; q < 8; q++) {
            *to = -held[q];
            to += placeStep;
        }
    }
}

// What the warp needs that solves.
struct Solving {
    alignas(16) float factor[WARP][SOLVE_PITCH];
    alignas(16) float chains[WARP][SOLVE_PITCH]; // what unknowns before contribute
    float inverse[WARP];
};

// The 32 unknowns of rows first …, in place of the values in x, a lane a column.
static __device__ __forceinline__ void solveRows(const Solved& s, int first, Solving& of, SolveTile* x) {
    constexpr int GROUP = 8; // rows whose chains go along side by side
    const int lane = laneOfWarp();
    of.inverse[lane] = first + lane < s.rows ? s.inverse(first + lane) : 0.0f;
#pragma unroll 1
    for (int k = 0; k < WARP; k += SOLVE_DEPTH) {
        readFactor(s, first, first + k, of.factor + k);
    }
    __syncwarp();
#pragma unroll 1
    for (int low = 0; low < WARP; low += GROUP) {
        float chain[GROUP];
#pragma unroll
        for (int r = 0; r < GROUP; r++) {
            chain[r] = of.chains[low + r][lane];
        }
        const auto add = [&](int k, int from, float known) {
            const float4 a = *(const float4*) &of.factor[k][low];
            const float4 b = *(const float4*) &of.factor[k][low + 4];
            const float f[GROUP] = {a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w};
#pragma unroll
            for (int r = from; r < GROUP; r++) {
                chain[r] = __fmaf_rn(f[r], known, chain[r]);
            }
        };
#pragma unroll 8
        for (int k = 0; k < low; k++) {
            add(k, 0, x[k][lane]);
        }
#pragma unroll
        for (int r = 0; r < GROUP; r++) {
            const float solved = (x[low + r][lane] + chain[r]) * of.inverse[low + r];
            x[low + r][lane] = solved;
            add(low + r, r + 1, solved);
        }
    }
    __syncwarp();
}

template <int ROWS>
static __device__ __forceinline__ void solveDown(const GemmSolve& p) {
    constexpr int WARPS = ROWS / WARP;
    constexpr int TILES = WARPS < 3 ? WARPS : 3; // solved, being solved, and values that come next
    alignas(16) __shared__ float factor[WARPS][SOLVE_DEPTH][SOLVE_PITCH];
    alignas(16) __shared__ float x[TILES][WARP][SOLVE_PITCH];
    __shared__ Solving solving;
    const Solved s(p, ROWS);
    const int lane = laneOfWarp();
    const int warps = ceilDiv(s.rows, WARP);
    // A warp has the more to do the lower its rows are. Every fourth belongs to the same quarter of a multiprocessor.
    int warp = (int) threadIdx.x / WARP;
    warp = warp < 4 ? warp : warps + 3 - warp;
    if constexpr (WARPS == 1) {
        readColumns(s, 0, x[0]);
        for (int r = 0; r < WARP; r++) {
            solving.chains[r][lane] = r == 0 ? -0.0f : 0.0f;
        }
        solveRows(s, 0, solving, x[0]);
        writeColumns(s, 0, x[0]);
        return;
    }
    const int row = lane / 8 * 8; // of the thread's chains
    const int column = lane % 8 * 4;
    float chain[8][4];
#pragma unroll
    for (int r = 0; r < 8; r++) {
#pragma unroll
        for (int c = 0; c < 4; c++) {
            chain[r][c] = warp + row + r == 0 ? -0.0f : 0.0f; // nothing is to be added to the first row: −0 is that
        }
    }
    // Rows are counted from `done` where they can be: what is made of the warp's number is kept in registers all the while.
    for (int done = -2; done < warps; done++) { // the unknowns of warp `done` are the last that all may read
        if (warp == done) {
            writeColumns(s, done * WARP, x[done % TILES]);
        }
        if (warp > done) {
#pragma unroll 1
            for (int from = done < 0 ? WARP : 0; from < WARP; from += SOLVE_DEPTH) {
                __syncwarp();
                readFactor(s, warp * WARP, done * WARP + from, factor[warp]);
                __syncwarp();
                const SolveTile* const known = x[done % TILES] + from;
#pragma unroll 1
                for (int k = 0; k < SOLVE_DEPTH; k++) {
                    const float4 low = *(const float4*) &factor[warp][k][row];
                    const float4 high = *(const float4*) &factor[warp][k][row + 4];
                    const float4 four = *(const float4*) &known[k][column];
                    const float f[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
                    const float y[4] = {four.x, four.y, four.z, four.w};
#pragma unroll
                    for (int r = 0; r < 8; r++) {
#pragma unroll
                        for (int c = 0; c < 4; c++) {
                            chain[r][c] = __fmaf_rn(f[r], y[c], chain[r][c]);
                        }
                    }
                }
            }
            if (warp == done + 1) {
#pragma unroll
                for (int r = 0; r < 8; r++) {
                    *(float4*) &solving.chains[row + r][column] = make_float4(chain[r][0], chain[r][1], chain[r][2], chain[r][3]);
                }
                __syncwarp();
                solveRows(s, (done + 1) * WARP, solving, x[(done + 1) % TILES]);
#pragma unroll
                for (int r = 0; r < 8; r++) {
#pragma unroll
                    for (int c = 0; c < 4; c++) {
                        chain[r][c] = 0.0f; // read no more, which spares registers before
                    }
                }
            } else if (warp == done + 2) {
                readColumns(s, (done + 2) * WARP, x[(done + 2) % TILES]);
            }
        }
        __syncthreads();
    }
}

// ---- up: one warp solves, another reads the factors of the rows that come next ----

// Every chain begins with the unknown that was found last, so that a column's are one long chain: a lane takes a column, and what
// a step needs but that unknown is read before.
static constexpr int UP_CHUNK = 16; // unknowns that were found last and stand in registers, and a step of those further off
static constexpr int UP_GROUP = 4;  // rows whose factors come together

// chain + Σ f[k]·x[k] for k = from … end − 1, one fma after the other; both are multiples of UP_CHUNK. The next operands are on
// their way meanwhile.
static __device__ __forceinline__ float chainOf(const float* f, const float* x, int from, int end, float chain) {
    constexpr int QUADS_OF_STEP = UP_CHUNK / 4;
    if (from >= end) {
        return chain;
    }
    float4 left[QUADS_OF_STEP], right[QUADS_OF_STEP];
    const auto read = [&](int k) {
#pragma unroll
        for (int q = 0; q < QUADS_OF_STEP; q++) {
            left[q] = *(const float4*) (f + k + 4 * q);
            right[q] = *(const float4*) (x + k + 4 * q);
        }
    };
    read(from);
#pragma unroll 2
    for (int k = from; k < end; k += UP_CHUNK) {
        float4 a[QUADS_OF_STEP], b[QUADS_OF_STEP];
#pragma unroll
        for (int q = 0; q < QUADS_OF_STEP; q++) {
            a[q] = left[q];
            b[q] = right[q];
        }
        read(min(k + UP_CHUNK, end - UP_CHUNK)); // at the end the same again
#pragma unroll
        for (int q = 0; q < QUADS_OF_STEP; q++) {
            chain = __fmaf_rn(a[q].x, b[q].x, chain);
            chain = __fmaf_rn(a[q].y, b[q].y, chain);
            chain = __fmaf_rn(a[q].z, b[q].z, chain);
            chain = __fmaf_rn(a[q].w, b[q].w, chain);
        }
    }
    return chain;
}

template <int ROWS>
static __device__ __forceinline__ void solveUp(const GemmSolve& p) {
    constexpr int PITCH = ROWS + 4; // of columns: their quads stay aligned, and banks apart
    alignas(16) __shared__ float x[WARP][PITCH];
    alignas(16) __shared__ float factor[2][UP_GROUP][ROWS + 8]; // −L right of the diagonal, −0 beyond the last row
    __shared__ float inverse[2][UP_GROUP];
    const Solved s(p, ROWS);
    const int lane = laneOfWarp();
    const bool reads = threadIdx.x >= WARP;
    const int end = ceilDiv(s.rows, UP_CHUNK) * UP_CHUNK;
    const auto readGroup = [&](int low, int buffer) {
        const bool alongRows = s.lRow < s.lColumn;
        const auto rowOf = [&](int q) { return alongRows ? lane % UP_GROUP : q % UP_GROUP; };
        const auto kOf = [&](int q) {
            return alongRows ? lane / UP_GROUP + q * (WARP / UP_GROUP) : lane + q / UP_GROUP * WARP;
        };
#pragma unroll 1
        for (int from = low / (2 * WARP) * (2 * WARP); from < end; from += 2 * WARP) {
            constexpr int HELD = 2 * UP_GROUP;
            float held[HELD];
#pragma unroll
            for (int q = 0; q < HELD; q++) {
                const int i = low + rowOf(q);
                const int k = from + kOf(q);
                held[q] = i < k && k < s.rows ? s.l[i * s.lRow + k * s.lColumn] : 0.0f;
            }
#pragma unroll
            for (int q = 0; q < HELD; q++) {
                if (from + kOf(q) < ROWS) {
                    factor[buffer][rowOf(q)][from + kOf(q)] = -held[q];
                }
            }
        }
        if (lane < UP_GROUP) {
            inverse[buffer][lane] = low + lane < s.rows ? s.inverse(low + lane) : 0.0f;
        }
    };
    const bool alongRows = s.xRow < s.xColumn;
    const int warp = (int) threadIdx.x / WARP;
    for (int at = warp; at < (alongRows ? WARP : end); at += 2) {
#pragma unroll 4
        for (int own = lane; own < (alongRows ? end : WARP); own += WARP) {
            const int i = alongRows ? own : at;
            const int c = alongRows ? at : own;
            x[c][i] = i < s.rows && c < s.columns ? s.x[i * s.xRow + c * s.xColumn] : 0.0f;
        }
    }
    if (reads) {
        readGroup(end - UP_GROUP, 1);
    }
    __syncthreads();
    const long long plane = (long long) p.problems * s.rows * p.columns;
    const float* const later = p.later + (long long) s.problem * s.rows * p.columns + s.column + lane;
    float found[UP_CHUNK] = {}; // +0 beyond the last row, and its product with −0 changes no chain
    for (int base = end - UP_CHUNK; base >= 0; base -= UP_CHUNK) {
#pragma unroll
        for (int group = UP_CHUNK / UP_GROUP - 1; group >= 0; group--) {
            const int low = base + group * UP_GROUP;
            const int buffer = group & 1;
            if (reads) {
                if (low > 0) {
                    readGroup(low - UP_GROUP, buffer ^ 1);
                }
            } else {
                float4* const own = (float4*) &x[lane][low];
                const float4 four = *own;
                const float value[UP_GROUP] = {four.x, four.y, four.z, four.w};
#pragma unroll
                for (int r = UP_GROUP - 1; r >= 0; r--) {
                    const int at = group * UP_GROUP + r;
                    const int i = base + at;
                    const float* const f = factor[buffer][r];
                    float chain = i + 1 < s.rows ? 0.0f : -0.0f; // the last row has none: −0 added changes nothing
#pragma unroll
                    for (int k = at + 1; k < UP_CHUNK; k++) {
                        chain = __fmaf_rn(f[base + k], found[k], chain);
                    }
                    chain = chainOf(f, x[lane], base + UP_CHUNK, end, chain);
                    float sum = value[r] + chain;
                    if (lane < s.columns && i < s.rows) {
#pragma unroll 1
                        for (int panel = 0; panel < p.laterPanels; panel++) {
                            sum += later[panel * plane + (long long) i * p.columns];
                        }
                    }
                    found[at] = i < s.rows ? sum * inverse[buffer][r] : 0.0f;
                }
                const float* const last = found + group * UP_GROUP;
                *own = make_float4(last[0], last[1], last[2], last[3]);
            }
            __syncthreads();
        }
    }
    for (int at = warp; at < (alongRows ? s.columns : s.rows); at += 2) {
#pragma unroll 4
        for (int own = lane; own < (alongRows ? s.rows : s.columns); own += WARP) {
            const int i = alongRows ? own : at;
            const int c = alongRows ? at : own;
            s.x[i * s.xRow + c * s.xColumn] = x[c][i];
        }
    }
}

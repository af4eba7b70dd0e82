// Tiles of a matrix product: a block makes TILE × TILE outputs of A·B.                                    twin: GemmKernel
//
// An output is one chain of fma over increasing k from +0 for every panel of k's; what becomes of a panel's chain is
// the caller's. 256 threads own EACH × EACH outputs each and read A and B from shared memory, DEPTH k's at a time, while the
// next ones are on their way from global memory. Large tiles have more fma for what they read; small ones give more blocks
// where there are few outputs, and then take more k's at a time: each step waits for global memory once.
#pragma once

static constexpr int TRIANGLE_PANEL = 256; // k's of a chain of a triangle's
static constexpr int STEP = 16;            // the usual DEPTH; any divides every panel and, of a triangle, its TILE
static constexpr int TILE_THREADS = 256;

// The rows of a tile, as its columns, that thread t of TILE/EACH has: groups of at most four neighbours, so that the
// threads of a warp read shared memory side by side.
template <int TILE, int EACH>
static __device__ __forceinline__ constexpr int lineOf(int t, int r) {
    constexpr int GROUP = EACH < 4 ? EACH : 4;
    return r / GROUP * (TILE * GROUP / EACH) + t * GROUP + r % GROUP;
}

// A matrix of every problem of a batch: element (i, j) is at[i·rowStride + j·columnStride].
struct View {
    float* at;
    long long rowStride, columnStride, problemStride;
};

// A panel of a triangle to be solved with.
struct GemmSolve {
    View l, x;          // M × M, M × N
    const float* later; // [laterPanels][B][rows of the panel][N]
    int problems, rows, columns;  // B, M, N
    int first;          // the panel's first row, a multiple of TRIANGLE_PANEL
    int laterPanels;
    int upper;          // what the kernel's name says, but for gemm_solve_beside
    int logDiagonal;    // whether L's diagonal is stored as its logarithm
    int unused;
};

enum Triangle { WHOLE = 0, LOWER = 1, UPPER = 2 }; // A is read where k <= i, or k >= i

// An operand of the product that stands in memory: `lines` rows of A or columns of B, sign·at[line·lineStride + k·kStride].
template <int TILE, int DEPTH = STEP>
struct Strided {
    static constexpr int COUNT = TILE * DEPTH / TILE_THREADS; // elements of a thread
    const float* own; // the thread's first element at k = 0
    long long kStride, stride;
    int lines, line, k;
    float sign;
    bool alongK; // neighbouring threads read neighbouring k's, where those are nearer than neighbouring lines
    float held[COUNT];

    __device__ __forceinline__ Strided(const float* at, long long lineStride, long long kStride, int lines, float sign)
            : kStride(kStride), lines(lines), sign(sign), alongK(kStride <= lineStride) {
        const int t = (int) threadIdx.x;
        line = alongK ? t / DEPTH : t % TILE;
        k = alongK ? t % DEPTH : t / TILE;
        own = at + line * lineStride + k * kStride;
        stride = alongK ? TILE_THREADS / DEPTH * lineStride : TILE_THREADS / TILE * kStride;
    }

    __device__ __forceinline__ void fetch(int from, int end) {
        const float* at = own + from * kStride;
        const bool there = alongK ? from + k < end : line < lines;
        const int left = alongK ? lines - line : end - from - k;
        const int apart = TILE_THREADS / (alongK ? DEPTH : TILE);
#pragma unroll
        for (int q = 0; q < COUNT; q++) {
            held[q] = there && q * apart < left ? *at : 0.0f;
            at += stride;
        }
    }

    template <int PITCH>
    __device__ __forceinline__ void put(float (*tile)[PITCH]) const {
#pragma unroll
        for (int q = 0; q < COUNT; q++) {
            const int l = alongK ? line + q * (TILE_THREADS / DEPTH) : line;
            const int kk = alongK ? k : k + q * (TILE_THREADS / TILE);
            tile[kk][l] = sign * held[q]; // here, not in fetch: nothing waits for what is on its way
        }
    }
};

// chain[r][c] = fma(a[r], b[c], chain[r][c]) for one k, in the rows whose triangle has k: down and across are the thread's.
template <int TILE, int EACH>
static __device__ __forceinline__ void multiplyStep(
        const float* a, const float* b, float (&chain)[EACH][EACH], int triangle, int row, int down, int across, int k) {
    float x[EACH], y[EACH];
#pragma unroll
    for (int r = 0; r < EACH; r++) {
        x[r] = a[lineOf<TILE, EACH>(down, r)];
        y[r] = b[lineOf<TILE, EACH>(across, r)];
    }
#pragma unroll
    for (int r = 0; r < EACH; r++) {
        const int i = row + lineOf<TILE, EACH>(down, r);
        const bool in = triangle == WHOLE || (triangle == LOWER ? k <= i : k >= i);
#pragma unroll
        for (int c = 0; c < EACH; c++) {
            const float next = __fmaf_rn(x[r], y[c], chain[r][c]);
            chain[r][c] = in ? next : chain[r][c]; // not a product with zero: that changes infinities and the sign of zero
        }
    }
}

// The tile whose first row is `row`, over the k's from `first` (a multiple of DEPTH) to `last`; end(chain) at the end of
// every panel of `panel` k's, a power of two. Where there is one panel only, its end takes no registers before it comes: not
// MANY. Contains barriers.
template <int TILE, int EACH, int DEPTH = STEP, bool MANY = true, class A, class B, class End>
static __device__ __forceinline__ void multiplyTile(
        A& a, B& b, int row, int first, int last, int panel, int triangle, End end) {
    constexpr int PITCH = TILE + (EACH < 4 ? EACH : 4); // fewer conflicts of banks; the reads stay aligned
    alignas(16) __shared__ float tileA[2][DEPTH][PITCH];
    alignas(16) __shared__ float tileB[2][DEPTH][PITCH];
    const int down = (int) threadIdx.x / (TILE / EACH);
    const int across = (int) threadIdx.x % (TILE / EACH);
    float chain[EACH][EACH] = {};
    int buffer = 0;
    a.fetch(first, last);
    b.fetch(first, last);
    for (int k = first; k < last; k += DEPTH) {
        a.put(tileA[buffer]);
        b.put(tileB[buffer]);
        __syncthreads(); // of two buffers: a thread that is a step ahead writes the one that is read no more
        if (k + DEPTH < last) {
            a.fetch(k + DEPTH, last);
            b.fetch(k + DEPTH, last);
        }
        const bool whole = triangle == WHOLE || (triangle == LOWER ? k + DEPTH - 1 <= row : k >= row + TILE - 1);
        if (whole && k + DEPTH <= last) {
#pragma unroll 16
            for (int kk = 0; kk < DEPTH; kk++) {
                multiplyStep<TILE, EACH>(tileA[buffer][kk], tileB[buffer][kk], chain, WHOLE, row, down, across, k);
            }
        } else {
            for (int kk = 0; kk < min(DEPTH, last - k); kk++) {
                multiplyStep<TILE, EACH>(
                        tileA[buffer][kk], tileB[buffer][kk], chain, triangle, row, down, across, k + kk);
            }
        }
        buffer ^= 1;
        if (MANY && (((k + DEPTH) & (panel - 1)) == 0 || k + DEPTH >= last)) {
            end(chain);
#pragma unroll
            for (int r = 0; r < EACH; r++) {
#pragma unroll
                for (int c = 0; c < EACH; c++) {
                    chain[r][c] = 0.0f;
                }
            }
        }
    }
    if (!MANY) {
        end(chain);
    }
}

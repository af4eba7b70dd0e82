// Tiles of a matrix product: a block makes TILE × TILE outputs of A·B.                                    twin: GemmKernel
//
// An output is one chain of fma over increasing k from +0 for every panel of k's; what becomes of a panel's chain is
// the caller's. 256 threads own EACH × EACH neighbouring outputs each and read A and B from shared memory, STEP k's at a
// time, while the next ones are on their way from global memory.
#pragma once

static constexpr int TRIANGLE_PANEL = 256; // k's of a chain of a triangle's
static constexpr int STEP = 16;            // divides every panel and every TILE
static constexpr int TILE_THREADS = 256;

// A matrix of every problem of a batch: element (i, j) is at[i·rowStride + j·columnStride].
struct View {
    float* at;
    long long rowStride, columnStride, problemStride;
};

enum Triangle { WHOLE = 0, LOWER = 1, UPPER = 2 }; // A is read where k <= i, or k >= i

// An operand of the product that stands in memory: `lines` rows of A or columns of B, sign·at[line·lineStride + k·kStride].
template <int TILE>
struct Strided {
    static constexpr int COUNT = TILE * STEP / TILE_THREADS; // elements of a thread
    const float* own; // the thread's first element at k = 0
    long long kStride, stride;
    int lines, line, k;
    float sign;
    bool alongK; // neighbouring threads read neighbouring k's, where those are nearer than neighbouring lines
    float held[COUNT];

    __device__ __forceinline__ Strided(const float* at, long long lineStride, long long kStride, int lines, float sign)
            : kStride(kStride), lines(lines), sign(sign), alongK(kStride <= lineStride) {
        const int t = (int) threadIdx.x;
        line = alongK ? t / STEP : t % TILE;
        k = alongK ? t % STEP : t / TILE;
        own = at + line * lineStride + k * kStride;
        stride = alongK ? TILE_THREADS / STEP * lineStride : TILE_THREADS / TILE * kStride;
    }

    __device__ __forceinline__ void fetch(int from, int end) {
#pragma unroll
        for (int q = 0; q < COUNT; q++) {
            const int l = alongK ? line + q * (TILE_THREADS / STEP) : line;
            const int kk = from + (alongK ? k : k + q * (TILE_THREADS / TILE));
            held[q] = l < lines && kk < end ? sign * own[from * kStride + q * stride] : 0.0f;
        }
    }

    __device__ __forceinline__ void put(float (*tile)[TILE + 4]) const {
#pragma unroll
        for (int q = 0; q < COUNT; q++) {
            const int l = alongK ? line + q * (TILE_THREADS / STEP) : line;
            const int kk = alongK ? k : k + q * (TILE_THREADS / TILE);
            tile[kk][l] = held[q];
        }
    }
};

// chain[r][c] = fma(a[r], b[c], chain[r][c]) for one k, in the rows i + r whose triangle has k.
template <int TILE, int EACH>
static __device__ __forceinline__ void multiplyStep(
        const float* a, const float* b, float (&chain)[EACH][EACH], int triangle, int i, int k) {
    float x[EACH], y[EACH];
#pragma unroll
    for (int r = 0; r < EACH; r++) {
        x[r] = a[r];
        y[r] = b[r];
    }
#pragma unroll
    for (int r = 0; r < EACH; r++) {
        const bool in = triangle == WHOLE || (triangle == LOWER ? k <= i + r : k >= i + r);
#pragma unroll
        for (int c = 0; c < EACH; c++) {
            const float next = __fmaf_rn(x[r], y[c], chain[r][c]);
            chain[r][c] = in ? next : chain[r][c]; // not a product with zero: that changes infinities and the sign of zero
        }
    }
}

// The tile whose first row is `row`, over the k's from `first` (a multiple of STEP) to `last`; end(chain) at the end of
// every panel of `panel` k's, a power of two. Contains barriers.
template <int TILE, int EACH, class A, class B, class End>
static __device__ __forceinline__ void multiplyTile(
        A& a, B& b, int row, int first, int last, int panel, int triangle, End end) {
    alignas(16) __shared__ float tileA[2][STEP][TILE + 4];
    alignas(16) __shared__ float tileB[2][STEP][TILE + 4];
    const int i = (int) threadIdx.x / (TILE / EACH) * EACH;
    const int j = (int) threadIdx.x % (TILE / EACH) * EACH;
    float chain[EACH][EACH] = {};
    int buffer = 0;
    a.fetch(first, last);
    b.fetch(first, last);
    for (int k = first; k < last; k += STEP) {
        a.put(tileA[buffer]);
        b.put(tileB[buffer]);
        __syncthreads(); // of two buffers: a thread that is a step ahead writes the one that is read no more
        if (k + STEP < last) {
            a.fetch(k + STEP, last);
            b.fetch(k + STEP, last);
        }
        const bool whole = triangle == WHOLE || (triangle == LOWER ? k + STEP - 1 <= row : k >= row + TILE - 1);
        if (whole && k + STEP <= last) {
#pragma unroll
            for (int kk = 0; kk < STEP; kk++) {
                multiplyStep<TILE, EACH>(&tileA[buffer][kk][i], &tileB[buffer][kk][j], chain, WHOLE, 0, 0);
            }
        } else {
            for (int kk = 0; kk < min(STEP, last - k); kk++) {
                multiplyStep<TILE, EACH>(&tileA[buffer][kk][i], &tileB[buffer][kk][j], chain, triangle, row + i, k + kk);
            }
        }
        buffer ^= 1;
        if (((k + STEP) & (panel - 1)) == 0 || k + STEP >= last) {
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
}

// Dense linear algebra over strided views, for every problem of a batch.    twin: GemmKernel, BatchedGemmKernel, TriangleKernel
#include "gemm.cuh"
#include "math.cuh"
#include "sum.cuh"
#include "triangle.cuh"

// ---- C = A·B, or C += A·B; C is M × N, A is M × K, B is K × N ----

struct GemmMultiply {
    View a, b, c;
    float* sums;    // null, or [panels][B][M][N]: the panels' chains are left there; else they are added to C in order
    int problems, rows, columns, inner;  // B, M, N, K
    int panels;     // with sums: how many; one for each block
    int accumulate;
    int triangle;   // of A: see Triangle
    float sign;     // of A: 1 or −1
    int panel;      // k's of a panel
    int unused;
};

// MANY panels, perhaps of a triangle, or one of all of A. An output's panels are added to it one after the other as their chains end, by the one thread that has it.
template <int TILE, int EACH, int DEPTH, bool MANY>
static __device__ __forceinline__ void multiply(const GemmMultiply& p) {
    const int triangle = MANY ? p.triangle : WHOLE;
    // A block is ((b, panel), tile of columns, tile of rows).
    const int down = ceilDiv(p.rows, TILE);
    const int across = ceilDiv(p.columns, TILE);
    long long rest = quotient(blockIdx.x, down);
    const int row = (int) (blockIdx.x - rest * down) * TILE;
    const long long outer = quotient(rest, across);
    const int column = (int) (rest - outer * across) * TILE;
    const int panels = p.sums == nullptr ? 1 : p.panels;
    const int b = (int) quotient(outer, panels);
    const int slot = (int) (outer - (long long) b * panels);
    int first = 0;
    int last = p.inner;
    if (p.sums != nullptr) {
        first = slot * p.panel;
        last = first + min(p.panel, last - first);
    } else if (triangle == LOWER) {
        last = min(last, row + TILE);
    } else if (triangle == UPPER) {
        first = row;
    }
    const int i = (int) threadIdx.x / (TILE / EACH);
    const int j = (int) threadIdx.x % (TILE / EACH);
    float* const c = p.c.at + b * p.c.problemStride + row * p.c.rowStride + column * p.c.columnStride;
    float* const sums = p.sums + (((long long) slot * p.problems + b) * p.rows + row) * p.columns + column;
    bool old = p.accumulate;
    const auto end = [&](const float(&chain)[EACH][EACH]) {
#pragma unroll
        for (int r = 0; r < EACH; r++) {
#pragma unroll
            for (int q = 0; q < EACH; q++) {
                const int m = lineOf<TILE, EACH>(i, r);
                const int n = lineOf<TILE, EACH>(j, q);
                if (row + m >= p.rows || column + n >= p.columns) {
                    continue;
                }
                if (p.sums != nullptr) {
                    sums[(long long) m * p.columns + n] = chain[r][q];
                } else {
                    float* to = c + m * p.c.rowStride + n * p.c.columnStride;
                    *to = (old ? *to : 0.0f) + chain[r][q];
                }
            }
        }
        old = true;
    };
    if (first >= last) { // no k's
        end({});
        return;
    }
    Strided<TILE, DEPTH> left(
            p.a.at + b * p.a.problemStride + row * p.a.rowStride, p.a.rowStride, p.a.columnStride, p.rows - row, p.sign);
    Strided<TILE, DEPTH> right(
            p.b.at + b * p.b.problemStride + column * p.b.columnStride,
            p.b.columnStride,
            p.b.rowStride,
            p.columns - column,
            1.0f);
    multiplyTile<TILE, EACH, DEPTH, MANY>(left, right, row, first, last, p.panel, triangle, end);
}

// For many outputs, to few, of one panel; then the same of several. GemmCuda chooses.
extern "C" __global__ void __launch_bounds__(256) gemm_multiply128(const GemmMultiply p) { multiply<128, 8, 16, false>(p); }
extern "C" __global__ void __launch_bounds__(256, 2) gemm_multiply64(const GemmMultiply p) { multiply<64, 4, 16, false>(p); }
extern "C" __global__ void __launch_bounds__(256, 2) gemm_multiply32(const GemmMultiply p) { multiply<32, 2, 32, false>(p); }
extern "C" __global__ void __launch_bounds__(256) gemm_multiply16(const GemmMultiply p) { multiply<16, 1, 64, false>(p); }
extern "C" __global__ void __launch_bounds__(256) gemm_panels64(const GemmMultiply p) { multiply<64, 4, 16, true>(p); }
extern "C" __global__ void __launch_bounds__(256) gemm_panels32(const GemmMultiply p) { multiply<32, 2, 32, true>(p); }

// The same where problems lie beside each other: a thread has EACH × EACH outputs of a problem, neighbouring threads
// neighbouring problems. A is read as a whole.
static constexpr int EACH = 2;

extern "C" __global__ void __launch_bounds__(256) gemm_multiply_beside(const GemmMultiply p) {
    const int down = ceilDiv(p.rows, EACH);
    const int across = ceilDiv(p.columns, EACH);
    const int panels = p.sums == nullptr ? 1 : p.panels;
    const long long all = (long long) p.problems * down * across * panels;
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < all; at += stride) {
        const long long tile = quotient(at, p.problems);
        const int b = (int) (at - tile * p.problems);
        const long long rest = quotient(tile, across);
        const int j = (int) (tile - rest * across) * EACH;
        const int slot = (int) quotient(rest, down);
        const int i = (int) (rest - (long long) slot * down) * EACH;
        const int first = p.sums == nullptr ? 0 : slot * p.panel;
        const int last = p.sums == nullptr ? p.inner : first + min(p.panel, p.inner - first);
        const int m = min(EACH, p.rows - i);
        const int n = min(EACH, p.columns - j);
        // A row or column that is not there reads the one before it, and is not written.
        const long long nextRow = m > 1 ? p.a.rowStride : 0;
        const long long nextColumn = n > 1 ? p.b.columnStride : 0;
        const float* left = p.a.at + b * p.a.problemStride + i * p.a.rowStride + first * p.a.columnStride;
        const float* right = p.b.at + b * p.b.problemStride + j * p.b.columnStride + first * p.b.rowStride;
        float* c = p.c.at + b * p.c.problemStride + i * p.c.rowStride + j * p.c.columnStride;
        float value[EACH][EACH];
#pragma unroll
        for (int r = 0; r < EACH; r++) {
#pragma unroll
            for (int q = 0; q < EACH; q++) {
                const bool old = p.accumulate && p.sums == nullptr && r < m && q < n;
                value[r][q] = old ? c[r * p.c.rowStride + q * p.c.columnStride] : 0.0f;
            }
        }
        for (int from = first; from < last; from += p.panel) {
            float chain[EACH][EACH] = {};
            const int end = from + min(p.panel, last - from);
#pragma unroll 4
            for (int k = from; k < end; k++) {
                const float x[EACH] = {p.sign * left[0], p.sign * left[nextRow]};
                const float y[EACH] = {right[0], right[nextColumn]};
                left += p.a.columnStride;
                right += p.b.rowStride;
#pragma unroll
                for (int r = 0; r < EACH; r++) {
#pragma unroll
                    for (int q = 0; q < EACH; q++) {
                        chain[r][q] = __fmaf_rn(x[r], y[q], chain[r][q]);
                    }
                }
            }
#pragma unroll
            for (int r = 0; r < EACH; r++) {
#pragma unroll
                for (int q = 0; q < EACH; q++) {
                    value[r][q] = p.sums == nullptr ? value[r][q] + chain[r][q] : chain[r][q];
                }
            }
        }
        float* sums = p.sums + (((long long) slot * p.problems + b) * p.rows + i) * p.columns + j;
#pragma unroll
        for (int r = 0; r < EACH; r++) {
#pragma unroll
            for (int q = 0; q < EACH; q++) {
                if (r < m && q < n) {
                    float* to = p.sums == nullptr ? c + r * p.c.rowStride + q * p.c.columnStride
                                                  : sums + (long long) r * p.columns + q;
                    *to = value[r][q];
                }
            }
        }
    }
}

// ---- C = Σ of the panels' chains, or C += it: a binary tree in float64, rounded once ----

struct GemmAdd {
    View c;
    const float* sums; // [panels][B][M][N]
    int problems, rows, columns, panels;
    int accumulate;
    int unused;
};

static constexpr int LEAVES = 16; // panels that are read together, a power of two
static constexpr int LEVELS = 18; // above them: 2^31 k's have 2^21 panels

extern "C" __global__ void __launch_bounds__(256) gemm_add(const GemmAdd p) {
    const long long n = (long long) p.problems * p.rows * p.columns;
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < n; at += stride) {
        const long long row = quotient(at, p.columns);
        const long long j = at - row * p.columns;
        const long long b = quotient(row, p.rows);
        const long long i = row - b * p.rows;
        double node[LEVELS]; // node[l]: the sum of 2^l groups that waits for the next 2^l, where bit l of the group is set
        double sum = 0.0;    // of the last group, if it is not whole
        bool any = false;
        for (int first = 0; first < p.panels; first += LEAVES) {
            double leaf[LEAVES];
            const int count = p.panels - first;
#pragma unroll
            for (int q = 0; q < LEAVES; q++) {
                leaf[q] = q < count ? (double) p.sums[(first + q) * n + at] : 0.0;
            }
#pragma unroll
            for (int apart = 1; apart < LEAVES; apart *= 2) {
#pragma unroll
                for (int q = 0; q < LEAVES; q += 2 * apart) {
                    leaf[q] = q + apart < count ? leaf[q] + leaf[q + apart] : leaf[q]; // an odd one goes up unchanged
                }
            }
            sum = leaf[0];
            any = count < LEAVES;
            bool waits = any;
#pragma unroll
            for (int l = 0; l < LEVELS; l++) {
                if (!waits) {
                    waits = (first / LEAVES >> l & 1) == 0;
                    if (waits) {
                        node[l] = sum;
                    } else {
                        sum = node[l] + sum;
                    }
                }
            }
        }
#pragma unroll
        for (int l = 0; l < LEVELS; l++) {
            if (p.panels / LEAVES >> l & 1) {
                sum = any ? node[l] + sum : node[l];
                any = true;
            }
        }
        float* c = p.c.at + b * p.c.problemStride + i * p.c.rowStride + j * p.c.columnStride;
        *c = (p.accumulate ? *c : 0.0f) + (float) sum;
    }
}

// ---- target = source: the triangular product in place reads a copy ----

struct GemmCopy {
    View source;
    float* target; // [M][N]
    int rows, columns;
};

extern "C" __global__ void __launch_bounds__(256) gemm_copy(const GemmCopy p) {
    const long long n = (long long) p.rows * p.columns;
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < n; at += stride) {
        const long long i = quotient(at, p.columns);
        p.target[at] = p.source.at[i * p.source.rowStride + (at - i * p.columns) * p.source.columnStride];
    }
}

// ---- X = L⁻¹·X in place, for the rows of one panel: a warp for 32 of them ----

extern "C" __global__ void __launch_bounds__(256, 3) gemm_solve(const GemmSolve p) { solveDown<TRIANGLE_PANEL>(p); }

// The same for at most 32 rows: more warps fit a multiprocessor.
extern "C" __global__ void __launch_bounds__(32) gemm_solve32(const GemmSolve p) { solveDown<WARP>(p); }

// ---- the same of an upper triangle, from the last row to the first: two warps ----

extern "C" __global__ void __launch_bounds__(64) gemm_solve_upper(const GemmSolve p) { solveUp<TRIANGLE_PANEL>(p); }

extern "C" __global__ void __launch_bounds__(64) gemm_solve_upper32(const GemmSolve p) { solveUp<WARP>(p); }

// The same where problems lie beside each other, all rows: a thread solves a column of a problem, neighbouring threads
// neighbouring problems. What it has solved it reads again from where it has written it.
extern "C" __global__ void __launch_bounds__(256) gemm_solve_beside(const GemmSolve p) {
    const long long all = (long long) p.problems * p.columns;
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < all; at += stride) {
        const long long column = quotient(at, p.problems);
        const long long b = at - column * p.problems;
        const float* l = p.l.at + b * p.l.problemStride;
        float* x = p.x.at + b * p.x.problemStride + column * p.x.columnStride;
        for (int step = 0; step < p.rows; step++) {
            const int i = p.upper ? p.rows - 1 - step : step;
            const float* factor = l + i * p.l.rowStride;
            const int last = p.upper ? p.rows : i;
            float value = x[i * p.x.rowStride];
            for (int k = p.upper ? i + 1 : 0; k < last;) {
                const int end = min((k / TRIANGLE_PANEL + 1) * TRIANGLE_PANEL, last);
                float chain = 0.0f;
#pragma unroll 4
                for (; k < end; k++) {
                    chain = __fmaf_rn(-factor[k * p.l.columnStride], x[k * p.x.rowStride], chain);
                }
                value += chain;
            }
            const float diagonal = factor[i * p.l.columnStride];
            x[i * p.x.rowStride] = value * (p.logDiagonal ? detExp(-diagonal) : detReciprocal(diagonal));
        }
    }
}

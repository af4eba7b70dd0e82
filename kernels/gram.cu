// The sums of squares and products of columns, gram[i,j] = Σ_n w[n]·x[n,i]·x[n,j], in float64: for j <= i, chains of fma in
// panels of 1024 rows, which are added as a binary tree; the other triangle is a copy.                  twin: GramKernel
#include "sum.cuh"

static constexpr int PANEL = 1024;
static constexpr int SIDE = 16;  // rows and columns of a block's tile of the result: a thread each
static constexpr int DEEP = 32;  // rows of x in shared memory at a time

// ---- the chains of the panels, of some rows of the result ----

struct GramPanels {
    const double* x;      // [N][rowStride]
    const float* weights; // [N], or null: ones
    double* sums;         // [panels][some rows][K]
    long long rowStride;
    int rows, columns;    // N, K
    int first, count;     // rows of the result
};

// A block is (panel, tile of columns, tile of rows). A tile that lies above the diagonal has nothing to do.
extern "C" __global__ void __launch_bounds__(256) gram_panels(const GramPanels p) {
    __shared__ double left[DEEP][SIDE];
    __shared__ double right[DEEP][SIDE];
    const int down = ceilDiv(p.count, SIDE);
    const int across = ceilDiv(p.columns, SIDE);
    const long long rest = quotient(blockIdx.x, down);
    const int row = p.first + (int) (blockIdx.x - rest * down) * SIDE;
    const int panel = (int) quotient(rest, across);
    const int column = (int) (rest - (long long) panel * across) * SIDE;
    if (column >= row + SIDE) {
        return;
    }
    const int r = (int) threadIdx.x / SIDE;
    const int q = (int) threadIdx.x % SIDE;
    const int end = p.first + p.count;
    const int from = panel * PANEL;
    const int depth = min(PANEL, p.rows - from);
    double chain = 0.0;
    for (int n = 0; n < depth; n += DEEP) {
        // Each thread fetches two elements of either part; what is not there counts as +0 and is not used.
        for (int k = r; k < DEEP; k += SIDE) {
            const bool there = n + k < depth;
            const double* x = p.x + (long long) (from + n + k) * p.rowStride;
            const double value = there && row + q < end ? x[row + q] : 0.0;
            left[k][q] = p.weights != nullptr && there ? p.weights[from + n + k] * value : value;
            right[k][q] = there && column + q < p.columns ? x[column + q] : 0.0;
        }
        __syncthreads();
        const int rows = min(DEEP, depth - n);
        for (int k = 0; k < rows; k++) {
            chain = __fma_rn(left[k][r], right[k][q], chain);
        }
        __syncthreads();
    }
    if (row + r < end && column + q < p.columns) {
        p.sums[((long long) panel * p.count + row - p.first + r) * p.columns + column + q] = chain;
    }
}

// ---- gram = the tree of the panels' chains ----

struct GramAdd {
    double* sums;       // [panels][some rows][K], used up
    double* gram;       // [K][K]
    int columns, panels;
    int first, count;   // rows of the result
};

// A thread has an element. Panels 2i and 2i + 1 are added, then their sums, and so on, in place; an odd one goes up unchanged.
extern "C" __global__ void __launch_bounds__(256) gram_add(const GramAdd p) {
    const long long n = (long long) p.count * p.columns;
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < n; at += stride) {
        const long long i = p.first + quotient(at, p.columns);
        const long long j = at - (i - p.first) * p.columns;
        if (j > i) {
            continue;
        }
        double* sums = p.sums + at;
        for (long long apart = 1; apart < p.panels; apart *= 2) {
            for (long long panel = 0; panel + apart < p.panels; panel += 2 * apart) {
                sums[panel * n] += sums[(panel + apart) * n];
            }
        }
        const double sum = p.panels > 0 ? sums[0] : 0.0;
        p.gram[i * p.columns + j] = sum;
        p.gram[j * p.columns + i] = sum;
    }
}

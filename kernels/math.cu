// Elementwise functions and vector operations.                                                      twin: MathKernel
#include "index.cuh"
#include "math.cuh"
#include "special.cuh"
#include "sum.cuh"

// ---- y[i] = f(x[i]); y may be x ----

struct MathMap {
    const float* x; // [n]
    float* y;       // [n]
    long long n;
    int function;   // numbered as in MathCuda
};

template <class F>
static __device__ __forceinline__ void mapQuads(const MathMap& p, F f) {
    forQuads(p.n, [&](long long i) {
        const float4 x = loadQuad(p.x, i, p.n);
        storeQuad(p.y, i, p.n, make_float4(f(x.x), f(x.y), f(x.z), f(x.w)));
    });
}

extern "C" __global__ void __launch_bounds__(256) math_map(const MathMap p) {
    withFunction(p.function, [&](auto f) { mapQuads(p, f); });
}

// ---- x[i] = value ----

struct MathFill {
    float* x;               // [n] of 32 bits
    long long n;
    unsigned int even, odd; // the bits of x[0], x[2], … and of x[1], x[3], …
};

extern "C" __global__ void __launch_bounds__(256) math_fill(const MathFill p) {
    const float even = bitsToFloat(p.even);
    const float odd = bitsToFloat(p.odd);
    forQuads(p.n, [&](long long i) { storeQuad(p.x, i, p.n, make_float4(even, odd, even, odd)); });
}

// ---- y[i] = fma(a, x[i], y[i]) ----

struct MathAxpy {
    const float* x; // [n]
    float* y;       // [n]
    long long n;
    Scalar a;
};

extern "C" __global__ void __launch_bounds__(256) math_axpy(const MathAxpy p) {
    const float a = (float) value(p.a);
    forQuads(p.n, [&](long long i) {
        const float4 x = loadQuad(p.x, i, p.n);
        const float4 y = loadQuad(p.y, i, p.n);
        const float4 sum = make_float4(
                __fmaf_rn(a, x.x, y.x), __fmaf_rn(a, x.y, y.y), __fmaf_rn(a, x.z, y.z), __fmaf_rn(a, x.w, y.w));
        storeQuad(p.y, i, p.n, sum);
    });
}

// ---- y[i,j] = a·x[i,j], or y[i,j] = fma(a, x[i,j], y[i,j]), in the type of y ----

template <class T>
struct Scaling {
    const T* x; // x[i·xRow + j·xColumn]
    long long xRow, xColumn;
    T* y;       // y[i·yRow + j·yColumn]
    long long yRow, yColumn;
    double a;   // rounded to T
    int rows, columns;
    int accumulate;
    int unused;
};
using MathScale = Scaling<double>;
using MathScale32 = Scaling<float>;

static __device__ __forceinline__ double fused(double a, double x, double y) { return __fma_rn(a, x, y); }

static __device__ __forceinline__ float fused(float a, float x, float y) { return __fmaf_rn(a, x, y); }

template <class T>
static __device__ __forceinline__ void scale(const Scaling<T>& p) {
    const T a = (T) p.a;
    const long long n = (long long) p.rows * p.columns;
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < n; at += stride) {
        const long long i = quotient(at, p.columns);
        const long long j = at - i * p.columns;
        const T x = p.x[i * p.xRow + j * p.xColumn];
        T* y = p.y + i * p.yRow + j * p.yColumn;
        *y = p.accumulate ? fused(a, x, *y) : a * x;
    }
}

extern "C" __global__ void __launch_bounds__(256) math_scale(const MathScale p) { scale(p); }

extern "C" __global__ void __launch_bounds__(256) math_scale32(const MathScale32 p) { scale(p); }

// The same where neighbours of x are a column and those of y a row, or the other way round: a block takes a square of 32 × 32
// by way of shared memory, reads along x and writes along y.
extern "C" __global__ void __launch_bounds__(256) math_scale_across(const MathScale32 p) {
    constexpr int SIDE = 32;
    constexpr int LINES = 256 / SIDE; // that a block reads at a time
    __shared__ float square[SIDE][SIDE + 1];
    const float a = (float) p.a;
    const bool downX = p.xRow < p.xColumn;
    const int lane = (int) threadIdx.x % SIDE;
    const int own = (int) threadIdx.x / SIDE;
    const int across = ceilDiv(p.columns, SIDE);
    const long long squares = (long long) ceilDiv(p.rows, SIDE) * across;
    const auto rowOf = [&](long long at) { return quotient(at, across) * SIDE; };
    const auto columnOf = [&](long long at) { return (at - quotient(at, across) * across) * SIDE; };
    float next[SIDE / LINES]; // of the next square, read before this one is written
    const auto read = [&](long long at) {
#pragma unroll
        for (int k = 0; k < SIDE / LINES; k++) {
            const int q = own + k * LINES;
            const long long i = rowOf(at) + (downX ? lane : q);
            const long long j = columnOf(at) + (downX ? q : lane);
            next[k] = at < squares && i < p.rows && j < p.columns ? p.x[i * p.xRow + j * p.xColumn] : 0.0f;
        }
    };
    read(blockIdx.x);
    for (long long at = blockIdx.x; at < squares; at += gridDim.x) {
#pragma unroll
        for (int k = 0; k < SIDE / LINES; k++) {
            const int q = own + k * LINES;
            square[downX ? lane : q][downX ? q : lane] = next[k];
        }
        __syncthreads();
        read(at + gridDim.x);
#pragma unroll
        for (int k = 0; k < SIDE / LINES; k++) {
            const int q = own + k * LINES;
            const long long i = rowOf(at) + (downX ? q : lane);
            const long long j = columnOf(at) + (downX ? lane : q);
            if (i < p.rows && j < p.columns) {
                const float x = square[downX ? q : lane][downX ? lane : q];
                float* const y = p.y + i * p.yRow + j * p.yColumn;
                *y = p.accumulate ? fused(a, x, *y) : a * x;
            }
        }
        __syncthreads(); // the next square takes the same place
    }
}

// ---- z[i] = x[i]·y[i]; z may be x or y ----

struct MathMultiply {
    const float* x; // [n]
    const float* y; // [n]
    float* z;       // [n]
    long long n;
};

extern "C" __global__ void __launch_bounds__(256) math_multiply(const MathMultiply p) {
    forQuads(p.n, [&](long long i) {
        const float4 x = loadQuad(p.x, i, p.n);
        const float4 y = loadQuad(p.y, i, p.n);
        storeQuad(p.z, i, p.n, make_float4(x.x * y.x, x.y * y.y, x.z * y.z, x.w * y.w));
    });
}

// ---- y[i] = fma(weight, x[i] − y[i], y[i]) ----

struct MathAverage {
    const float* x; // [n]
    float* y;       // [n]
    long long n;
    Scalar weight;
};

extern "C" __global__ void __launch_bounds__(256) math_average(const MathAverage p) {
    const float weight = (float) value(p.weight);
    forQuads(p.n, [&](long long i) {
        const float4 x = loadQuad(p.x, i, p.n);
        const float4 y = loadQuad(p.y, i, p.n);
        const float4 mean = make_float4(
                __fmaf_rn(weight, x.x - y.x, y.x),
                __fmaf_rn(weight, x.y - y.y, y.y),
                __fmaf_rn(weight, x.z - y.z, y.z),
                __fmaf_rn(weight, x.w - y.w, y.w));
        storeQuad(p.y, i, p.n, mean);
    });
}

// ---- sum[r] = Σ_j x[r,j] ----

struct MathSumRows {
    const float* x; // [rows][columns]
    double* sum;    // [rows]
    float* tiles;   // [rows][tiles of columns], or null for short rows
    int rows, columns;
};

extern "C" __global__ void __launch_bounds__(256) math_sum_rows(const MathSumRows p) {
    forTiles(
            p.rows,
            p.columns,
            p.tiles,
            [&](long long row, long long i) { return p.x[row * p.columns + i]; },
            [&](long long row, double sum) { p.sum[row] = sum; });
}

extern "C" __global__ void __launch_bounds__(256) math_sum_tiled_rows(const MathSumRows p) {
    forTiledRows(p.rows, p.columns, p.tiles, [&](long long row, double sum) { p.sum[row] = sum; });
}

// ---- target[r,j] = source[index[first + r],j] ----

struct MathGatherRows {
    const int* index;    // at least [first + rows]
    const float* source; // [known][columns]
    float* target;       // [rows][columns]
    Faults* faults;
    Index first;
    long long known;
    int rows, columns;
};

// A thread takes a column, or four neighbours. AHEAD of its items are read together: each waits for its index first.
template <class Columns>
static __device__ __forceinline__ void gatherRows(const MathGatherRows& p) {
    constexpr int AHEAD = 4;
    const Columns* source = (const Columns*) p.source;
    Columns* target = (Columns*) p.target;
    const long long first = value(p.first);
    const int columns = p.columns / (int) (sizeof(Columns) / sizeof(float));
    const int items = max(1, columns); // of a row: an index is checked even if its row is empty
    const long long all = (long long) p.rows * items;
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x; i < all; i += AHEAD * stride) {
        long long row[AHEAD];
        int wanted[AHEAD];
        bool known[AHEAD];
        Columns x[AHEAD];
#pragma unroll
        for (int u = 0; u < AHEAD; u++) {
            row[u] = quotient(i + u * stride, items);
            wanted[u] = i + u * stride < all ? p.index[first + row[u]] : 0;
            known[u] = wanted[u] >= 0 && wanted[u] < p.known;
        }
#pragma unroll
        for (int u = 0; u < AHEAD; u++) {
            if (i + u * stride < all && known[u] && columns > 0) {
                x[u] = source[(long long) wanted[u] * columns + (i + u * stride - row[u] * items)];
            }
        }
#pragma unroll
        for (int u = 0; u < AHEAD; u++) {
            const long long at = i + u * stride;
            if (at < all && known[u] && columns > 0) {
                target[at] = x[u];
            } else if (at < all && !known[u] && at == row[u] * items) {
                fault(p.faults, GATHER_INDEX, first + row[u], wanted[u], 0, p.known);
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) math_gather_rows(const MathGatherRows p) {
    if (p.columns % 4 == 0) {
        gatherRows<float4>(p);
    } else {
        gatherRows<float>(p);
    }
}

// ---- found[0] = the smallest i with x[i] not finite, or −1 ----

struct MathFirstNonFinite {
    const float* x;      // [n]
    unsigned int* found; // [1], −1 (the largest) beforehand
    long long n;
};

extern "C" __global__ void __launch_bounds__(256) math_first_non_finite(const MathFirstNonFinite p) {
    const float largest = 0x1.fffffep127f;
    forQuads(p.n, [&](long long i) {
        const float4 x = loadQuad(p.x, i, p.n);
        const int k = !(fabsf(x.x) <= largest)   ? 0
                      : !(fabsf(x.y) <= largest) ? 1
                      : !(fabsf(x.z) <= largest) ? 2
                      : !(fabsf(x.w) <= largest) ? 3
                                                 : 4;
        if (k < 4) {
            atomicMin(p.found, (unsigned int) (i + k));
        }
    });
}

// ---- counter[i] += by[i] ----

struct MathAdvance {
    const int* by; // [n]
    int* counter;  // [n]
    long long n;
};

extern "C" __global__ void __launch_bounds__(256) math_advance(const MathAdvance p) {
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x; i < p.n; i += stride) {
        p.counter[i] += p.by[i];
    }
}

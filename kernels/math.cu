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
    for (long long at = blockIdx.x; at < squares; at += gridDim.x) {
        const long long down = quotient(at, across);
        const long long row = down * SIDE;
        const long long column = (at - down * across) * SIDE;
#pragma unroll
        for (int q = own; q < SIDE; q += LINES) {
            const long long i = row + (downX ? lane : q);
            const long long j = column + (downX ? q : lane);
            if (i < p.rows && j < p.columns) {
                square[downX ? lane : q][downX ? q : lane] = p.x[i * p.xRow + j * p.xColumn];
            }
        }
        __syncthreads();
#pragma unroll
        for (int q = own; q < SIDE; q += LINES) {
            const long long i = row + (downX ? q : lane);
            const long long j = column + (downX ? lane : q);
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

extern "C" __global__ void __launch_bounds__(256) math_gather_rows(const MathGatherRows p) {
    const long long first = value(p.first);
    const int columns = max(1, p.columns); // an index is checked even if its row is empty
    const long long all = (long long) p.rows * columns;
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x; i < all; i += stride) {
        const long long row = quotient(i, columns);
        const long long j = i - row * columns;
        const int wanted = p.index[first + row];
        if (wanted < 0 || wanted >= p.known) {
            if (j == 0) {
                fault(p.faults, GATHER_INDEX, first + row, wanted, 0, p.known);
            }
        } else if (j < p.columns) {
            p.target[row * p.columns + j] = p.source[(long long) wanted * p.columns + j];
        }
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

// Few dimensions: a thread takes a draw, in registers.                                            twin: FullRankKernel
//
// A warp takes 32 draws of a problem, a lane each. Its factor is in shared memory, and so are the rows of its draws on their
// way between memory, where neighbouring threads have neighbouring elements, and the threads whose rows they are. With at most
// FEW dimensions every chain is of one panel; beyond D, x is +0 and the factor −0, whose product changes no chain. What is done
// to a draw is written out for N >= D coordinates: there is less to step over where N is small.
#pragma once

#include "math.cuh"
#include "sum.cuh"

static constexpr int FEW = 32;       // dimensions, and lanes of a warp
static constexpr int FEWER = 8;      // dimensions of the smallest draws
static constexpr int FEW_WARPS = 4;  // of a block

// What a warp has in shared memory.
struct FewRows {
    alignas(16) float factor[FEW][FEW]; // below the diagonal and on it
    float diagonal[FEW];                // log L_ii
    float mu[FEW];
    float rows[FEW * (FEW + 1)];        // a lane's draw begins at lane·pitch: an odd pitch has no conflicts of banks

    static __device__ __forceinline__ int pitch(int dims) { return dims | 1; }

    __device__ __forceinline__ float* own(int dims) { return rows + laneOfWarp() * pitch(dims); }

    // For elements at = 0, 1, … of `count` rows, visit(at, the element's place).
    template <class Visit>
    __device__ __forceinline__ void forElements(int count, int dims, Visit visit) {
        const int lane = laneOfWarp();
        const int down = WARP / max(1, dims);
        const int right = WARP - down * dims;
        int row = lane / max(1, dims);
        int i = lane - row * dims;
        for (int at = lane; at < count * dims; at += WARP) {
            visit(at, rows[row * pitch(dims) + i]);
            row += down;
            i += right;
            if (i >= dims) {
                i -= dims;
                row++;
            }
        }
    }

    // The factor and mu of a problem; off the diagonal times `sign`, on it onDiagonal(log L_ii).
    template <class Diagonal>
    __device__ __forceinline__ void read(const float* l, const float* location, int dims, float sign, Diagonal onDiagonal) {
        const int k = laneOfWarp();
        const float log = k < dims ? l[k * dims + k] : 0.0f;
        for (int i = 0; i < FEW; i++) {
            factor[i][k] = i < dims && k < i ? sign * l[i * dims + k] : -0.0f;
        }
        if (k < dims) {
            factor[k][k] = onDiagonal(log);
        }
        diagonal[k] = log;
        mu[k] = location != nullptr && k < dims ? location[k] : 0.0f;
    }

    template <int N>
    __device__ __forceinline__ void take(float (&x)[N], int dims) {
#pragma unroll
        for (int i = 0; i < N; i++) {
            x[i] = i < dims ? own(dims)[i] : 0.0f;
        }
    }

    template <int N>
    __device__ __forceinline__ void give(const float (&x)[N], int dims) {
#pragma unroll
        for (int i = 0; i < N; i++) {
            if (i < dims) {
                own(dims)[i] = x[i];
            }
        }
    }

    // x = x − mu.
    template <int N>
    __device__ __forceinline__ void residual(float (&x)[N], int dims) const {
#pragma unroll
        for (int i = 0; i < N; i++) {
            x[i] = i < dims ? x[i] - mu[i] : x[i];
        }
    }

    // Σ_i (−h_i²/2 − log L_ii), a coordinate a lane of the sum; h is lost.
    template <int N>
    __device__ __forceinline__ float density(float (&h)[N], int dims) const {
#pragma unroll
        for (int i = 0; i < N; i++) {
            h[i] = i < dims ? 0.0f + __fmaf_rn(-0.5f * h[i], h[i], -diagonal[i]) : 0.0f;
        }
        foldHalves<N / 2>(h, [](float u, float v) { return u + v; });
        return h[0];
    }

    // x = mu + L·x.
    template <int N>
    __device__ __forceinline__ void multiply(float (&x)[N], int dims) const {
#pragma unroll
        for (int i = N - 1; i >= 0; i--) {
            if (i < dims) {
                float chain = 0.0f;
#pragma unroll
                for (int k = 0; k <= i; k++) {
                    chain = __fmaf_rn(factor[i][k], x[k], chain);
                }
                x[i] = mu[i] + chain;
            }
        }
    }

    // x = L⁻¹·x, where the factor was read with sign −1 and the diagonal's reciprocals.
    template <int N>
    __device__ __forceinline__ void solve(float (&x)[N], int dims) const {
#pragma unroll
        for (int i = 0; i < N; i++) {
            if (i < dims) {
                float chain = 0.0f;
#pragma unroll
                for (int k = 0; k < i; k++) {
                    chain = __fmaf_rn(factor[i][k], x[k], chain);
                }
                x[i] = (i > 0 ? x[i] + chain : x[i]) * factor[i][i];
            }
        }
    }

    // x = L⁻ᵀ·x, likewise.
    template <int N>
    __device__ __forceinline__ void solveTransposed(float (&x)[N], int dims) const {
#pragma unroll
        for (int i = N - 1; i >= 0; i--) {
            if (i < dims) {
                float chain = 0.0f;
#pragma unroll
                for (int from = 0; from < N; from += FEWER) { // k's that are skipped together
                    if (from + FEWER > i + 1 && from < dims) {
#pragma unroll
                        for (int k = from; k < from + FEWER; k++) {
                            if (k > i) {
                                chain = __fmaf_rn(factor[k][i], x[k], chain);
                            }
                        }
                    }
                }
                x[i] = (i + 1 < dims ? x[i] + chain : x[i]) * factor[i][i];
            }
        }
    }
};

// For every share of at most 32 draws of a problem: begin(b) once for each problem that a warp comes to, then
// visit(b, first draw, draws). All lanes call both together.
template <class Begin, class Visit>
static __device__ __forceinline__ void forFewRows(int problems, int draws, Begin begin, Visit visit) {
    const int shares = ceilDiv(draws, WARP);
    int now = -1;
    for (long long at = warpOfGrid(); at < (long long) problems * shares; at += warpsOfGrid()) {
        const int b = (int) quotient(at, shares);
        const int first = (int) (at - (long long) b * shares) * WARP;
        if (b != now) {
            __syncwarp(); // no lane reads the problem before
            begin(b);
            now = b;
        }
        __syncwarp();
        visit(b, first, min(WARP, draws - first));
    }
}

// work(a draw's registers), of as many as there is a version for.
template <class Work>
static __device__ __forceinline__ void withRegisters(int dims, Work work) {
    if (dims <= FEWER) {
        float x[FEWER];
        work(x);
    } else {
        float x[FEW];
        work(x);
    }
}

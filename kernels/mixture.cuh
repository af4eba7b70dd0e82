// Responsibilities of a mixture's rows, of which a thread keeps those of few dimensions in registers.       twin: MixtureKernel
#pragma once
#include "math.cuh"
#include "sum.cuh"

struct MixtureRows {
    const float* x;       // [D][N]
    const float* means;   // [R·K][2][D]
    const float* factors; // [R·K][D(D + 1)/2] or [R·K][D]
    const double* offsets; // [R·K]
    float* r;              // [R·K][N]
    double* most;          // [R][N]: m
    float* rest;           // [R][N]: log s
    int rows, dims, runs, components;
    int full;
    int unused;
};

// r[k] = next(k, r[k]) for the components of a row, whose numbers stand `rows` apart; some are read before the first is written.
template <class Next>
static __device__ __forceinline__ void forComponents(float* r, int components, int rows, Next next) {
    constexpr int AHEAD = 8; // components that are read together
    for (int first = 0; first < components; first += AHEAD) {
        float e[AHEAD];
#pragma unroll
        for (int u = 0; u < AHEAD; u++) {
            if (first + u < components) {
                e[u] = r[(long long) (first + u) * rows];
            }
        }
#pragma unroll
        for (int u = 0; u < AHEAD; u++) {
            if (first + u < components) {
                r[(long long) (first + u) * rows] = next(first + u, e[u]);
            }
        }
    }
}

// The responsibilities of row n of a run, where its squares stand, and what its density is made of.
static __device__ __forceinline__ void divideBySum(const MixtureRows& p, long long run, long long n, double most) {
    float* r = p.r + run * p.components * p.rows + n;
    const double* offsets = p.offsets + run * p.components;
    float sum = 0.0f;
    forComponents(r, p.components, p.rows, [&](int k, float square) {
        const double l = offsets[k] - 0.5 * (double) square;
        const float e = detExp((float) (l - most));
        sum += e;
        return e;
    });
    forComponents(r, p.components, p.rows, [&](int, float e) { return __fdiv_rn(e, sum); });
    p.most[run * p.rows + n] = most;
    p.rest[run * p.rows + n] = detLog(sum);
}

// ---- few dimensions ----

static constexpr int FEW_DIMENSIONS = 16; // that a thread keeps of a row
static constexpr int ROWS_EACH = 2;       // of a thread
static constexpr int ROW_THREADS = 128;
static constexpr int STAGED = 16;         // components in shared memory at a time

// A component in shared memory, with zeros beyond D. Rows of the triangle stand four at a time, each as long as the last of them;
// or there is a diagonal.
struct FewComponent {
    float4 mean[2][FEW_DIMENSIONS / 4];
    float4 w[2 * FEW_DIMENSIONS / 4 * (FEW_DIMENSIONS / 4 + 1)];
};

static __device__ __forceinline__ void stageComponents(const MixtureRows& p, long long c, int count, FewComponent* staged) {
    constexpr int MEAN = 2 * FEW_DIMENSIONS;
    for (int at = (int) threadIdx.x; at < (int) (sizeof(FewComponent) / sizeof(float)); at += ROW_THREADS) {
        const float* from = p.means + 2 * c * p.dims;
        int stride = 2 * p.dims;
        int place = at / FEW_DIMENSIONS * p.dims + at % FEW_DIMENSIONS;
        bool there = at % FEW_DIMENSIONS < p.dims;
        if (at >= MEAN) {
            stride = p.full ? p.dims * (p.dims + 1) / 2 : p.dims;
            from = p.factors + c * stride;
            place = at - MEAN;
            there = place < p.dims;
        }
        if (at >= MEAN && p.full) {
            int four = 0;
            while (place >= 8 * (four + 1) * (four + 2)) {
                four++;
            }
            const int inFour = place - 8 * four * (four + 1);
            const int i = 4 * four + inFour / (4 * four + 4);
            const int j = inFour % (4 * four + 4);
            place = i * (i + 1) / 2 + j;
            there = i < p.dims && j <= i;
        }
        for (int k = 0; k < count; k++) {
            ((float*) (staged + k))[at] = there ? from[(long long) k * stride + place] : 0.0f;
        }
    }
}

// q of a thread's rows: `squares`, or `diagonalSquares`.
template <bool FULL>
static __device__ __forceinline__ void fewSquares(
        const FewComponent& c, const float (&x)[ROWS_EACH][FEW_DIMENSIONS], int dims, float (&q)[ROWS_EACH]) {
    float d[ROWS_EACH][FEW_DIMENSIONS];
#pragma unroll
    for (int row = 0; row < ROWS_EACH; row++) {
        q[row] = 0.0f;
    }
#pragma unroll
    for (int four = 0; four < FEW_DIMENSIONS / 4; four++) {
        if (4 * four < dims) {
            const float4 high = c.mean[0][four];
            const float4 low = c.mean[1][four];
            float y[ROWS_EACH][4];
#pragma unroll
            for (int row = 0; row < ROWS_EACH; row++) {
                d[row][4 * four] = (x[row][4 * four] - high.x) - low.x;
                d[row][4 * four + 1] = (x[row][4 * four + 1] - high.y) - low.y;
                d[row][4 * four + 2] = (x[row][4 * four + 2] - high.z) - low.z;
                d[row][4 * four + 3] = (x[row][4 * four + 3] - high.w) - low.w;
            }
            if constexpr (FULL) {
#pragma unroll
                for (int m = 0; m < 4; m++) {
#pragma unroll
                    for (int row = 0; row < ROWS_EACH; row++) {
                        y[row][m] = 0.0f;
                    }
#pragma unroll
                    for (int j = 0; j <= four; j++) {
                        const float4 w = c.w[2 * four * (four + 1) + m * (four + 1) + j];
#pragma unroll
                        for (int row = 0; row < ROWS_EACH; row++) {
                            y[row][m] = __fmaf_rn(w.x, d[row][4 * j], y[row][m]);
                            if (j < four || m > 0) {
                                y[row][m] = __fmaf_rn(w.y, d[row][4 * j + 1], y[row][m]);
                            }
                            if (j < four || m > 1) {
                                y[row][m] = __fmaf_rn(w.z, d[row][4 * j + 2], y[row][m]);
                            }
                            if (j < four || m > 2) {
                                y[row][m] = __fmaf_rn(w.w, d[row][4 * j + 3], y[row][m]);
                            }
                        }
                    }
                }
            } else {
                const float4 w = c.w[four];
#pragma unroll
                for (int row = 0; row < ROWS_EACH; row++) {
                    y[row][0] = w.x * d[row][4 * four];
                    y[row][1] = w.y * d[row][4 * four + 1];
                    y[row][2] = w.z * d[row][4 * four + 2];
                    y[row][3] = w.w * d[row][4 * four + 3];
                }
            }
#pragma unroll
            for (int m = 0; m < 4; m++) {
                if (4 * four + m < dims) {
#pragma unroll
                    for (int row = 0; row < ROWS_EACH; row++) {
                        q[row] = __fmaf_rn(y[row][m], y[row][m], q[row]);
                    }
                }
            }
        }
    }
}

// A block takes 256 neighbouring rows of a run.
template <bool FULL>
static __device__ __forceinline__ void fewResponsibilities(const MixtureRows& p, FewComponent* staged) {
    const int blocks = ceilDiv(p.rows, ROWS_EACH * ROW_THREADS); // of a run
    for (long long at = blockIdx.x; at < (long long) p.runs * blocks; at += gridDim.x) {
        const long long run = quotient(at, blocks);
        const int n = (int) (at - run * blocks) * ROWS_EACH * ROW_THREADS + (int) threadIdx.x;
        float x[ROWS_EACH][FEW_DIMENSIONS];
        double most[ROWS_EACH];
#pragma unroll
        for (int row = 0; row < ROWS_EACH; row++) {
            most[row] = -(double) infinity();
#pragma unroll
            for (int i = 0; i < FEW_DIMENSIONS; i++) {
                const bool there = i < p.dims && n + row * ROW_THREADS < p.rows;
                x[row][i] = there ? p.x[(long long) i * p.rows + n + row * ROW_THREADS] : 0.0f;
            }
        }
        for (int first = 0; first < p.components; first += STAGED) {
            const int count = min(STAGED, p.components - first);
            __syncthreads(); // the last ones have been read
            stageComponents(p, run * p.components + first, count, staged);
            __syncthreads();
            for (int k = 0; k < count; k++) {
                const long long c = run * p.components + first + k;
                const double offset = p.offsets[c];
                float q[ROWS_EACH];
                fewSquares<FULL>(staged[k], x, p.dims, q);
#pragma unroll
                for (int row = 0; row < ROWS_EACH; row++) {
                    if (n + row * ROW_THREADS < p.rows) {
                        p.r[c * p.rows + n + row * ROW_THREADS] = q[row];
                    }
                    const double l = offset - 0.5 * (double) q[row];
                    most[row] = l > most[row] ? l : most[row];
                }
            }
        }
#pragma unroll
        for (int row = 0; row < ROWS_EACH; row++) {
            if (n + row * ROW_THREADS < p.rows) {
                divideBySum(p, run, n + row * ROW_THREADS, most[row]);
            }
        }
    }
}

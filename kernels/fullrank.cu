// The Gaussian with a Cholesky factor; its diagonal is stored as its logarithm.                    twin: FullRankKernel
//
// Solving with the factor is gemm.cu's gemm_solve; with few dimensions each operation is one kernel (fullrank.cuh).
#include "fullrank.cuh"
#include "gemm.cuh"
#include "math.cuh"
#include "normal.cuh"
#include "sum.cuh"

// ---- z[b,s,i] = mu[b,i] + Σ_{j ≤ i} L_ij·epsilon[b,s,j] ----

struct FullRankSample {
    Normals normals;
    const float* mu;     // [B][D]
    const float* factor; // [B][D][D]
    float* z;            // [B][S][D]
};

// Rows of a factor, its diagonal restored.
template <int TILE>
struct FactorRows : Strided<TILE> {
    int row; // the tile's first

    __device__ __forceinline__ FactorRows(const float* at, int row, int dims)
            : Strided<TILE>(at + (long long) row * dims, dims, 1, dims - row, 1.0f), row(row) {}

    __device__ __forceinline__ void fetch(int from, int end) {
        Strided<TILE>::fetch(from, end);
        if (from + STEP > row) {
#pragma unroll
            for (int q = 0; q < this->COUNT; q++) { // neighbouring threads read along k: see Strided
                const int i = row + this->line + q * (TILE_THREADS / STEP);
                if (i == from + this->k) {
                    this->held[q] = detExp(this->held[q]);
                }
            }
        }
    }
};

// epsilon of `TILE` draws from s on: a thread makes four neighbouring coordinates of one.
template <int TILE>
struct Epsilons {
    const Normals& n;
    int b, s;
    float4 held;

    __device__ __forceinline__ void fetch(int from, int end) {
        const int draw = s + (int) threadIdx.x / 4;
        const int d = from + (int) threadIdx.x % 4 * 4;
        if ((int) threadIdx.x / 4 < TILE && draw < n.draws && d < end) {
            held = epsilon4(n, stepOf(n), b, draw, d); // read each time, which spares a register
        }
    }

    template <int PITCH>
    __device__ __forceinline__ void put(float (*tile)[PITCH]) const {
        const int draw = (int) threadIdx.x / 4;
        const int d = (int) threadIdx.x % 4 * 4;
        if (draw < TILE) {
            tile[d][draw] = held.x;
            tile[d + 1][draw] = held.y;
            tile[d + 2][draw] = held.z;
            tile[d + 3][draw] = held.w;
        }
    }
};

// A block is (b, tile of draws, tile of coordinates).
template <int TILE, int EACH>
static __device__ __forceinline__ void sample(const FullRankSample& p) {
    const Normals& n = p.normals;
    const int dims = n.dimensions;
    const int down = ceilDiv(dims, TILE);
    const int across = ceilDiv(n.draws, TILE);
    const long long outer = quotient(blockIdx.x, down);
    const int row = (int) (blockIdx.x - outer * down) * TILE;
    const int b = (int) quotient(outer, across);
    const int draw = (int) (outer - (long long) b * across) * TILE;
    const int i = row + (int) threadIdx.x / (TILE / EACH) * EACH;
    const int s = draw + (int) threadIdx.x % (TILE / EACH) * EACH;
    float value[EACH][EACH];
#pragma unroll
    for (int r = 0; r < EACH; r++) {
        const float location = i + r < dims ? p.mu[(long long) b * dims + i + r] : 0.0f;
#pragma unroll
        for (int c = 0; c < EACH; c++) {
            value[r][c] = location;
        }
    }
    FactorRows<TILE> left(p.factor + (long long) b * dims * dims, row, dims);
    Epsilons<TILE> right{n, b, draw, make_float4(0.0f, 0.0f, 0.0f, 0.0f)};
    multiplyTile<TILE, EACH>(
            left, right, row, 0, min(dims, row + TILE), TRIANGLE_PANEL, LOWER, [&](const float(&chain)[EACH][EACH]) {
#pragma unroll
                for (int r = 0; r < EACH; r++) {
#pragma unroll
                    for (int c = 0; c < EACH; c++) {
                        value[r][c] += chain[r][c];
                    }
                }
            });
    float* z = p.z + ((long long) b * n.draws + s) * dims + i;
#pragma unroll
    for (int c = 0; c < EACH; c++) {
#pragma unroll
        for (int r = 0; r < EACH; r++) {
            if (i + r < dims && s + c < n.draws) {
                z[(long long) c * dims + r] = value[r][c];
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(256, 2) fullrank_sample(const FullRankSample p) { sample<64, 4>(p); }

// The same in tiles of 32, for few draws.
extern "C" __global__ void __launch_bounds__(256) fullrank_sample32(const FullRankSample p) { sample<32, 2>(p); }

// z = change(epsilon) in registers, with the factor read as multiply or the solves want it.
template <class Diagonal, class Change>
static __device__ __forceinline__ void changeNormals(
        FewRows& warp, const FullRankSample& p, float sign, Diagonal onDiagonal, Change change) {
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    const int dims = n.dimensions;
    const auto begin = [&](int b) {
        const float* const mu = p.mu == nullptr ? nullptr : p.mu + (long long) b * dims;
        warp.read(p.factor + (long long) b * dims * dims, mu, dims, sign, onDiagonal);
    };
    forFewRows(n.problems, n.draws, begin, [&](int b, int first, int count) {
        if (laneOfWarp() < count) {
#pragma unroll 1
            for (int d = 0; d < dims; d += 4) {
                const float4 e = epsilon4(n, step, b, first + laneOfWarp(), d);
                float* const to = warp.own(dims) + d;
                to[0] = e.x;
                if (d + 1 < dims) {
                    to[1] = e.y;
                }
                if (d + 2 < dims) {
                    to[2] = e.z;
                }
                if (d + 3 < dims) {
                    to[3] = e.w;
                }
            }
        }
        withRegisters(dims, [&](auto& x) {
            warp.take(x, dims);
            change(x);
            warp.give(x, dims);
        });
        __syncwarp();
        float* const z = p.z + ((long long) b * n.draws + first) * dims;
        warp.forElements(count, dims, [&](int at, float value) { z[at] = value; });
    });
}

extern "C" __global__ void __launch_bounds__(128) fullrank_sample_few(const FullRankSample p) {
    __shared__ FewRows warps[FEW_WARPS];
    FewRows& warp = warps[threadIdx.x / WARP];
    changeNormals(warp, p, 1.0f, [](float log) { return detExp(log); }, [&](auto& x) {
        warp.multiply(x, p.normals.dimensions);
    });
}

// ---- score[b,s,:] = L⁻ᵀ·epsilon[b,s,:], in z; mu is null ----

extern "C" __global__ void __launch_bounds__(128) fullrank_score_few(const FullRankSample p) {
    __shared__ FewRows warps[FEW_WARPS];
    FewRows& warp = warps[threadIdx.x / WARP];
    changeNormals(warp, p, -1.0f, [](float log) { return detExp(-log); }, [&](auto& x) {
        warp.solveTransposed(x, p.normals.dimensions);
    });
}

// ---- residual = z − mu ----

struct FullRankResidual {
    const float* mu; // [B][D]
    const float* z;  // [B][S][D]
    float* residual; // [B][S][D]
    int problems, draws, dimensions;
    int unused;
};

extern "C" __global__ void __launch_bounds__(256) fullrank_residual(const FullRankResidual p) {
    const int dims = p.dimensions;
    const long long n = (long long) p.problems * p.draws * dims;
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < n; at += stride) {
        const long long row = quotient(at, dims);
        p.residual[at] = p.z[at] - p.mu[quotient(row, p.draws) * dims + (at - row * dims)];
    }
}

// ---- x = −x ----

struct FullRankNegate {
    float* x;
    long long elements;
};

extern "C" __global__ void __launch_bounds__(256) fullrank_negate(const FullRankNegate p) {
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < p.elements; at += stride) {
        p.x[at] = -p.x[at];
    }
}

// ---- logQ[b,s] = Σ_i (−h_i²/2 − log L_ii) − D·log(2π)/2, with L·h = z − mu solved ----

struct FullRankDensity {
    const float* factor; // [B][D][D]
    const float* h;      // [B][S][D]
    double* logQ;        // [B][S]
    int problems, draws, dimensions;
    int unused;
};

extern "C" __global__ void __launch_bounds__(256, 3) fullrank_density(const FullRankDensity p) {
    const int dims = p.dimensions;
    const double constant = dims * HALF_LOG_2PI;
    forRows(
            (long long) p.problems * p.draws,
            dims,
            [&](long long row, long long i) {
                const float h = p.h[row * dims + i];
                return __fmaf_rn(-0.5f * h, h, -p.factor[(quotient(row, p.draws) * dims + i) * dims + i]);
            },
            [&](long long row, double sum) { p.logQ[row] = sum - constant; });
}

// ---- the same and its gradient in one kernel each, for few dimensions ----

struct FullRankFew {
    const float* mu;     // [B][D]
    const float* factor; // [B][D][D]
    const float* z;      // [B][S][D]
    void* to;            // double logQ[B][S], or float gradient[B][S][D]
    int problems, draws, dimensions;
    int unused;
};

// end(b, first draw, draws, h) with L·h = z − mu of the lane's draw in registers.
template <class End>
static __device__ __forceinline__ void solveResiduals(FewRows& warp, const FullRankFew& p, End end) {
    const int dims = p.dimensions;
    const auto begin = [&](int b) {
        warp.read(p.factor + (long long) b * dims * dims, p.mu + (long long) b * dims, dims, -1.0f, [](float log) {
            return detExp(-log);
        });
    };
    forFewRows(p.problems, p.draws, begin, [&](int b, int first, int count) {
        const float* const z = p.z + ((long long) b * p.draws + first) * dims;
        warp.forElements(count, dims, [&](int at, float& value) { value = z[at]; });
        __syncwarp();
        withRegisters(dims, [&](auto& h) {
            warp.take(h, dims);
            warp.residual(h, dims);
            warp.solve(h, dims);
            end(b, first, count, h);
        });
    });
}

extern "C" __global__ void __launch_bounds__(128) fullrank_density_few(const FullRankFew p) {
    __shared__ FewRows warps[FEW_WARPS];
    FewRows& warp = warps[threadIdx.x / WARP];
    const int dims = p.dimensions;
    const double constant = dims * HALF_LOG_2PI;
    solveResiduals(warp, p, [&](int b, int first, int count, auto& h) {
        const float sum = warp.density(h, dims);
        if (laneOfWarp() < count) {
            ((double*) p.to)[(long long) b * p.draws + first + laneOfWarp()] = (double) sum - constant;
        }
    });
}

extern "C" __global__ void __launch_bounds__(128) fullrank_gradient_few(const FullRankFew p) {
    __shared__ FewRows warps[FEW_WARPS];
    FewRows& warp = warps[threadIdx.x / WARP];
    const int dims = p.dimensions;
    solveResiduals(warp, p, [&](int b, int first, int count, auto& h) {
        warp.solveTransposed(h, dims);
        warp.give(h, dims);
        __syncwarp();
        float* const gradient = (float*) p.to + ((long long) b * p.draws + first) * dims;
        warp.forElements(count, dims, [&](int at, float value) { gradient[at] = -value; });
    });
}

// ---- entropy[first + b] = Σ_i log L_ii + D·(log(2π)/2 + 1/2) ----

struct FullRankEntropy {
    const float* factor; // [B][D][D]
    double* entropy;
    Index first;         // where the wanted record begins
    int problems, dimensions;
};

extern "C" __global__ void __launch_bounds__(256) fullrank_entropy(const FullRankEntropy p) {
    const int dims = p.dimensions;
    double* const entropy = p.entropy + value(p.first);
    forRows(
            p.problems,
            dims,
            [&](long long b, long long i) { return p.factor[(b * dims + i) * dims + i]; },
            [&](long long b, double sum) { entropy[b] = sum + dims * (HALF_LOG_2PI + 0.5); });
}

// ---- logQ[b,s] = log N(epsilon[b,s,:]; 0, I) − entropy[b] + D/2·log(2πe) ----

struct FullRankDensityAtDraw {
    Normals normals;
    const double* entropy; // [B]
    double* logQ;          // [B][S]
};

static constexpr double LOG_2PI_E = 2.8378770664093453; // log(2πe)

static __device__ __forceinline__ float normalTerm(float h) { return __fmaf_rn(-0.5f * h, h, -0.0f); }

extern "C" __global__ void __launch_bounds__(256) fullrank_density_at_draw(const FullRankDensityAtDraw p) {
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    const int dims = n.dimensions;
    const double gaussian = dims * HALF_LOG_2PI;
    const double standard = 0.5 * dims * LOG_2PI_E;
    const auto four = [&](long long row, int d) {
        const long long b = quotient(row, n.draws);
        const float4 e = epsilon4(n, step, (int) b, (int) (row - b * n.draws), d);
        return make_float4(normalTerm(e.x), normalTerm(e.y), normalTerm(e.z), normalTerm(e.w));
    };
    forRows(
            (long long) n.problems * n.draws,
            dims,
            [&](long long row, long long i) {
                const float4 terms = four(row, (int) i & ~3); // its three neighbours make the same again: long rows are few
                const int lane = (int) i & 3;
                return lane == 0 ? terms.x : lane == 1 ? terms.y : lane == 2 ? terms.z : terms.w;
            },
            [&](long long row, int d, int) { return four(row, d); },
            [&](long long row, double sum) {
                p.logQ[row] = sum - gaussian - p.entropy[quotient(row, n.draws)] + standard;
            });
}

// The Gaussian of R factors and independent noise; sigma = exp(omega).                              twin: LowRankKernel
//
// F is [B][R][D]. A draw takes D + R normals: epsilon, then eta. C = I + G·Gᵀ with G = F/sigma; `capacitance` holds C⁻¹ and
// then log √det C of each problem. What is computed of a y and an eta, and the names for it, are LowRankOps'.
#include "lowrank.cuh"
#include "math.cuh"
#include "normal.cuh"
#include "runs.cuh"
#include "sum.cuh"

// ---- z = fma(sigma, epsilon, mu), and a chain of fma over the factors goes on from there: F_rd·eta_r ----

struct LowRankSample {
    Normals normals;     // D + R of them a draw
    const float* mu;     // [B][D]
    const float* omega;  // [B][D]
    const float* factor; // [B][R][D]
    float* z;            // [B][S][D]
    int rank;
};

static constexpr int SAMPLE_DRAWS = 32; // of a block: each eta is made once for 32 groups of four coordinates
static constexpr int SAMPLE_QUADS = 32;

// A block is (b, tile of draws, tile of coordinates): a warp has the coordinates of a draw, a thread four of them in four draws.
extern "C" __global__ void __launch_bounds__(256, 3) lowrank_sample(const LowRankSample p) {
    alignas(16) __shared__ float eta[SAMPLE_DRAWS][MOST_RANK];
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    const int rank = p.rank;
    const int dims = n.dimensions - rank;
    const int across = ceilDiv(dims, 4 * SAMPLE_QUADS);
    const int down = ceilDiv(n.draws, SAMPLE_DRAWS);
    const long long outer = quotient(blockIdx.x, across);
    const int b = (int) quotient(outer, down);
    const int s = (int) (outer - (long long) b * down) * SAMPLE_DRAWS;
    const int d = ((int) (blockIdx.x - outer * across) * SAMPLE_QUADS + laneOfWarp()) * 4;
    const int count = min(4, dims - d);
    const int warp = (int) threadIdx.x / WARP;
    const int etaQuads = ceilDiv(rank, 4);
    for (int at = (int) threadIdx.x; at < SAMPLE_DRAWS * etaQuads; at += 256) {
        const int draw = at / etaQuads;
        const int r = at % etaQuads * 4;
        if (s + draw < n.draws) {
            *(float4*) &eta[draw][r] = epsilon4(n, step, b, s + draw, dims + r);
        }
    }
    __syncthreads();
    if (count < 1) {
        return;
    }
    const float4 location = load4(p.mu + (long long) b * dims + d, count, dims);
    const float4 o = load4(p.omega + (long long) b * dims + d, count, dims);
    const float4 sigma = make_float4(detExp(o.x), detExp(o.y), detExp(o.z), detExp(o.w));
    float4 z[4];
#pragma unroll
    for (int k = 0; k < 4; k++) {
        const int draw = s + warp + 8 * k;
        const float4 e = draw < n.draws ? epsilon4(n, step, b, draw, d) : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
        z[k] = make_float4(
                __fmaf_rn(sigma.x, e.x, location.x),
                __fmaf_rn(sigma.y, e.y, location.y),
                __fmaf_rn(sigma.z, e.z, location.z),
                __fmaf_rn(sigma.w, e.w, location.w));
    }
    for (int r = 0; r < rank; r++) {
        const float4 f = load4(p.factor + ((long long) b * rank + r) * dims + d, count, dims);
#pragma unroll
        for (int k = 0; k < 4; k++) {
            const float h = eta[warp + 8 * k][r]; // beyond the last draw it is nothing, and so is z
            z[k] = make_float4(
                    __fmaf_rn(f.x, h, z[k].x),
                    __fmaf_rn(f.y, h, z[k].y),
                    __fmaf_rn(f.z, h, z[k].z),
                    __fmaf_rn(f.w, h, z[k].w));
        }
    }
#pragma unroll
    for (int k = 0; k < 4; k++) {
        const int draw = s + warp + 8 * k;
        if (draw < n.draws) {
            store4(p.z + ((long long) b * n.draws + draw) * dims + d, z[k], count, dims);
        }
    }
}

// ---- C_ij = Σ_d G_id·G_jd, and 1 on the diagonal, j <= i ----

struct LowRankCapacitance {
    const float* omega;  // [B][D]
    const float* factor; // [B][R][D]
    double* capacitance; // [B][R·R + 1]
    int problems, dimensions, rank;
};

static constexpr int PRODUCTS = 8; // elements of a row of C that a warp makes together: G_i and exp(−omega) are made once for them

extern "C" __global__ void __launch_bounds__(256) lowrank_products(const LowRankCapacitance p) {
    const int rank = p.rank;
    const int dims = p.dimensions;
    const int pairs = rank * (rank + 1) / 2;
    if (dims > WARP / 2 && dims <= TILE) {
        const int parts = ceilDiv(rank, PRODUCTS);
        const long long all = (long long) p.problems * rank * parts;
        for (long long at = warpOfGrid(); at < all; at += warpsOfGrid()) {
            const long long row = quotient(at, parts);
            const int first = (int) (at - row * parts) * PRODUCTS;
            const long long b = quotient(row, rank);
            const int i = (int) (row - b * rank);
            const float* f = p.factor + b * rank * dims;
            double sum[PRODUCTS] = {};
            for (int d = laneOfWarp(); d < dims && first <= i; d += WARP) {
                const double inverse = (double) detExp(-p.omega[b * dims + d]);
                const double own = (double) f[(long long) i * dims + d] * inverse;
#pragma unroll
                for (int q = 0; q < PRODUCTS; q++) {
                    if (first + q <= i) { // the same for all lanes
                        sum[q] += own * ((double) f[(long long) (first + q) * dims + d] * inverse);
                    }
                }
            }
#pragma unroll
            for (int q = 0; q < PRODUCTS; q++) {
                const int j = first + q;
                const double total = foldLanes(sum[q]);
                if (j <= i && laneOfWarp() == 0) {
                    p.capacitance[b * (rank * rank + 1) + i * rank + j] = total + (i == j ? 1.0 : 0.0);
                }
            }
        }
        return;
    }
    forRows(
            (long long) p.problems * pairs,
            dims,
            [&](long long row, long long d) {
                const long long b = quotient(row, pairs);
                const int pair = (int) (row - b * pairs);
                const int i = rowOfPair(pair);
                const int j = pair - i * (i + 1) / 2;
                const double inverse = (double) detExp(-p.omega[b * dims + d]);
                const float* f = p.factor + b * rank * dims + d;
                return ((double) f[(long long) i * dims] * inverse) * ((double) f[(long long) j * dims] * inverse);
            },
            [&](long long row, double sum) {
                const long long b = quotient(row, pairs);
                const int pair = (int) (row - b * pairs);
                const int i = rowOfPair(pair);
                const int j = pair - i * (i + 1) / 2;
                p.capacitance[b * (rank * rank + 1) + i * rank + j] = sum + (i == j ? 1.0 : 0.0);
            });
}

// ---- C⁻¹ in place of C, and log √det C behind it: Gauss-Jordan in the lower triangle ----

// A block takes a problem. No pivot is less than 1; one that rounding makes so is taken as 1.
extern "C" __global__ void __launch_bounds__(256) lowrank_invert(const LowRankCapacitance p) {
    __shared__ double a[MOST_RANK][MOST_RANK + 1];
    __shared__ double column[MOST_RANK];
    __shared__ double logs[MOST_RANK];
    const int rank = p.rank;
    const int thread = (int) threadIdx.x;
    for (long long b = blockIdx.x; b < p.problems; b += gridDim.x) {
        double* const own = p.capacitance + b * (rank * rank + 1);
        for (int at = thread; at < rank * rank; at += 256) {
            const int i = at / rank;
            const int j = at % rank;
            if (j <= i) {
                a[i][j] = own[at];
            }
        }
        __syncthreads();
        for (int k = 0; k < rank; k++) {
            if (thread < rank) {
                column[thread] = a[max(thread, k)][min(thread, k)];
            }
            __syncthreads();
            const double pivot = column[k] < 1.0 ? 1.0 : column[k]; // a NaN stays
            const double scale = 1.0 / pivot;
            if (thread == 0) {
                logs[k] = (double) detLog((float) __dsqrt_rn(pivot));
            }
            for (int at = thread; at < rank * rank; at += 256) {
                const int i = at / rank;
                const int j = at % rank;
                if (j <= i) {
                    a[i][j] = i == k   ? (j == k ? -scale : column[j] * scale)
                              : j == k ? column[i] * scale
                                       : __fma_rn(-(column[i] * scale), column[j], a[i][j]);
                }
            }
            __syncthreads();
        }
        for (int at = thread; at < rank * rank; at += 256) {
            const int i = at / rank;
            const int j = at % rank;
            own[at] = -a[max(i, j)][min(i, j)];
        }
        if (thread < WARP) {
            const double sum = tileSum(rank, [&](int r) { return logs[r]; });
            if (thread == 0) {
                own[rank * rank] = sum;
            }
        }
        __syncthreads(); // the next problem takes the same place
    }
}

// ---- y = (z − mu)/sigma, and eta = 0 ----

struct LowRankStandardize {
    const float* mu;    // [B][D]
    const float* omega; // [B][D]
    const float* z;     // [B][S][D]
    float* y;           // [B][S][D + R]
    int problems, draws, dimensions, rank;
};

extern "C" __global__ void __launch_bounds__(256) lowrank_standardize(const LowRankStandardize p) {
    const int dims = p.dimensions;
    const int width = dims + p.rank;
    const long long n = (long long) p.problems * p.draws * width;
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < n; at += stride) {
        const long long row = quotient(at, width);
        const int d = (int) (at - row * width);
        const long long m = quotient(row, p.draws) * dims + d;
        p.y[at] = d < dims ? (p.z[row * dims + d] - p.mu[m]) * detExp(-p.omega[m]) : 0.0f;
    }
}

// ---- of y and eta: G·y − eta; a and latent; v, the slope sign·v/sigma and log q ----

extern "C" __global__ void __launch_bounds__(256, 2) lowrank_project(const LowRankDensity p) {
    const int rank = p.rank;
    const int dims = p.dimensions;
    const long long rows = (long long) p.problems * p.draws;
    if (dims <= TILE) {
        if (p.draws < SHARED_DRAWS) {
            projectDraws<1>(p);
        } else {
            projectDraws<SHARED_DRAWS>(p);
        }
        return;
    }
    forRows(
            rows * rank,
            dims,
            [&](long long at, long long d) {
                const long long row = quotient(at, rank);
                const long long b = quotient(row, p.draws);
                const float inverse = detExp(-__ldg(p.omega + b * dims + d));
                const float f = __ldg(p.factor + (b * rank + (at - row * rank)) * dims + d);
                return f * (p.y[row * (dims + rank) + d] * inverse);
            },
            [&](long long at, double sum) {
                const long long row = quotient(at, rank);
                p.projected[at] = sum - (double) p.y[row * (dims + rank) + dims + (at - row * rank)];
            });
}

extern "C" __global__ void __launch_bounds__(256) lowrank_latent(const LowRankDensity p) {
    const int rank = p.rank;
    const int dims = p.dimensions;
    forShortRows(
            (long long) p.problems * p.draws,
            rank,
            [&](long long row, long long r) {
                const double* c = p.capacitance + quotient(row, p.draws) * (rank * rank + 1) + r * rank;
                const double* projected = p.projected + row * rank;
                double a = 0.0;
                for (int q = 0; q < rank; q++) {
                    a = __fma_rn(c[q], projected[q], a);
                }
                const double expected = a + (double) p.y[row * (dims + rank) + dims + r];
                p.coefficients[row * rank + r] = (float) a;
                if (p.latent != nullptr) {
                    p.latent[row * rank + r] = (float) expected;
                }
                return expected * expected;
            },
            [&](long long row, double sum) {
                if (p.logQ != nullptr) {
                    const double log = p.capacitance[quotient(row, p.draws) * (rank * rank + 1) + rank * rank];
                    p.logQ[row] = 0.5 * sum + log + dims * HALF_LOG_2PI;
                }
            });
}

// Blocks of a multiprocessor. With fast arithmetic four would leave too few registers.
#ifdef ELBO4J_FAST
static constexpr int DENSITY_BLOCKS = 3;
#else
static constexpr int DENSITY_BLOCKS = 4;
#endif

extern "C" __global__ void __launch_bounds__(256, DENSITY_BLOCKS) lowrank_density(const LowRankDensity p) {
    __shared__ float4 coefficients[256 / WARP][MOST_RANK]; // of a warp's draws
    const int rank = p.rank;
    const int dims = p.dimensions;
    const auto end = [&](long long row, double sum) {
        if (p.logQ != nullptr) {
            p.logQ[row] = sum - p.logQ[row];
        }
    };
    if (p.draws >= SHARED_DRAWS && dims > WARP && dims <= TILE) {
        densityOfDraws(p, coefficients[threadIdx.x / WARP], end);
        return;
    }
    forRows(
            (long long) p.problems * p.draws,
            dims,
            [&](long long row, long long d) {
                const long long b = quotient(row, p.draws);
                const float logSigma = __ldg(p.omega + b * dims + d);
                const float* f = p.factor + b * rank * dims + d;
                const float* a = p.coefficients + row * rank;
                float chain = 0.0f;
#pragma unroll 8
                for (int r = 0; r < rank; r++) {
                    chain = __fmaf_rn(__ldg(f + (long long) r * dims), a[r], chain);
                }
                return densityTerm(p, row, d, logSigma, detExp(-logSigma), chain);
            },
            end);
}

// ---- the gradient of the entropy: 0, 1 − Σ_r (C⁻¹·G)_rd·G_rd, (C⁻¹·G)_rd/sigma ----

struct LowRankEntropyGradient {
    const float* omega;        // [B][D]
    const float* factor;       // [B][R][D]
    const double* capacitance; // [B][R·R + 1]
    float* gradient;           // [B][(2 + R)·D]
    int problems, dimensions, rank;
};

extern "C" __global__ void __launch_bounds__(256) lowrank_entropy_gradient(const LowRankEntropyGradient p) {
    const int rank = p.rank;
    const int dims = p.dimensions;
    const long long n = (long long) p.problems * dims;
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < n; at += stride) {
        const long long b = quotient(at, dims);
        const long long d = at - b * dims;
        const double inverse = (double) detExp(-p.omega[at]);
        const float* f = p.factor + b * rank * dims + d;
        const double* c = p.capacitance + b * (rank * rank + 1);
        float* const out = p.gradient + b * (2 + rank) * dims + d;
        double explained = 0.0;
        for (int r = 0; r < rank; r++) {
            double sum = 0.0;
            for (int q = 0; q < rank; q++) {
                sum = __fma_rn(c[r * rank + q], (double) f[(long long) q * dims] * inverse, sum);
            }
            explained = __fma_rn(sum, (double) f[(long long) r * dims] * inverse, explained);
            out[(2ll + r) * dims] = (float) (sum * inverse);
        }
        out[0] = 0.0f;
        out[dims] = (float) (1.0 - explained);
    }
}

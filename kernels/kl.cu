// Kullback–Leibler divergences in closed form, and their gradients with respect to q.                     twin: KlKernel
#include "math.cuh"
#include "sum.cuh"

// ---- diagonal: kl[b] = Σ_d (r² + e² − 1)/2 − log r, r = sigmaQ/sigmaP, e = (muQ − muP)/sigmaP; p absent: N(0, 1) ----

struct KlDiagonal {
    const float* muQ;    // [B][D]
    const float* omegaQ; // [B][D]
    const float* muP;    // [B][D], or null
    const float* omegaP; // [B][D], or null
    double* kl;          // [B]
    int problems, dimensions;
};

static __device__ __forceinline__ float standardTerm(float mu, float omega) {
    const float sigma = detExp(omega);
    return __fmaf_rn(0.5f, __fmaf_rn(sigma, sigma, __fmaf_rn(mu, mu, -1.0f)), -omega);
}

static __device__ __forceinline__ float diagonalTerm(float muQ, float omegaQ, float muP, float omegaP) {
    const float logRatio = omegaQ - omegaP;
    const float ratio = detExp(logRatio);
    const float e = (muQ - muP) * detExp(-omegaP);
    return __fmaf_rn(0.5f, __fmaf_rn(ratio, ratio, __fmaf_rn(e, e, -1.0f)), -logRatio);
}

extern "C" __global__ void __launch_bounds__(256) kl_diagonal(const KlDiagonal p) {
    const int dims = p.dimensions;
    forRows(
            p.problems,
            dims,
            [&](long long b, long long d) {
                const long long m = b * dims + d;
                return p.muP == nullptr ? standardTerm(p.muQ[m], p.omegaQ[m])
                                        : diagonalTerm(p.muQ[m], p.omegaQ[m], p.muP[m], p.omegaP[m]);
            },
            [&](long long b, int d, int count) {
                const long long m = b * dims + d;
                const float4 mu = load4(p.muQ + m, count, dims);
                const float4 omega = load4(p.omegaQ + m, count, dims);
                if (p.muP == nullptr) {
                    return make_float4(
                            standardTerm(mu.x, omega.x),
                            standardTerm(mu.y, omega.y),
                            standardTerm(mu.z, omega.z),
                            standardTerm(mu.w, omega.w));
                }
                const float4 muP = load4(p.muP + m, count, dims);
                const float4 omegaP = load4(p.omegaP + m, count, dims);
                return make_float4(
                        diagonalTerm(mu.x, omega.x, muP.x, omegaP.x),
                        diagonalTerm(mu.y, omega.y, muP.y, omegaP.y),
                        diagonalTerm(mu.z, omega.z, muP.z, omegaP.z),
                        diagonalTerm(mu.w, omega.w, muP.w, omegaP.w));
            },
            [&](long long b, double sum) { p.kl[b] = sum; });
}

// ---- its gradient: e/sigmaP and r² − 1 ----

struct KlGradient {
    const float* muQ;    // [B·D], as all of them
    const float* omegaQ;
    const float* muP;    // or null
    const float* omegaP; // or null
    float* gradMu;
    float* gradOmega;
    long long elements;
};

extern "C" __global__ void __launch_bounds__(256) kl_gradient(const KlGradient p) {
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < p.elements; at += stride) {
        float slope = p.muQ[at];
        float logRatio = p.omegaQ[at];
        if (p.muP != nullptr) {
            const float inverse = detExp(-p.omegaP[at]);
            slope = ((slope - p.muP[at]) * inverse) * inverse;
            logRatio = logRatio - p.omegaP[at];
        }
        const float ratio = detExp(logRatio);
        p.gradMu[at] = slope;
        p.gradOmega[at] = __fmaf_rn(ratio, ratio, -1.0f);
    }
}

// ---- full: the right-hand sides of P·M = Q and P·e = muQ − muP, side by side: D × (D + 1) ----

struct KlSides {
    const float* muQ;     // [B][D]
    const float* factorQ; // [B][D][D]
    const float* muP;     // [B][D]
    float* sides;         // [B][D][D + 1]
    int problems, dimensions;
};

// body(at, row, i, j) for every element of [B][D][D + 1]; row = (b, i).
template <class Body>
static __device__ __forceinline__ void forSides(int problems, int dims, Body body) {
    const long long n = (long long) problems * dims * (dims + 1);
    const long long stride = (long long) gridDim.x * blockDim.x;
    for (long long at = (long long) blockIdx.x * blockDim.x + threadIdx.x; at < n; at += stride) {
        const long long row = quotient(at, dims + 1);
        body(at, row, (int) (row - quotient(row, dims) * dims), (int) (at - row * (dims + 1)));
    }
}

extern "C" __global__ void __launch_bounds__(256) kl_sides(const KlSides p) {
    const int dims = p.dimensions;
    forSides(p.problems, dims, [&](long long at, long long row, int i, int j) {
        float side = 0.0f; // above the diagonal, whatever stands there
        if (j == dims) {
            side = p.muQ[row] - p.muP[row];
        } else if (j <= i) {
            const float q = p.factorQ[row * dims + j];
            side = j == i ? detExp(q) : q;
        }
        p.sides[at] = side;
    });
}

// ---- kl[b] = Σ_i (|M_i|² + e_i² − 1)/2 + log P_ii − log Q_ii, M and e solved ----

struct KlFull {
    const float* factorQ; // [B][D][D]
    const float* factorP; // [B][D][D]
    const float* sides;   // M and e, [B][D][D + 1]
    double* kl;           // [B]
    int problems, dimensions;
};

extern "C" __global__ void __launch_bounds__(256) kl_full(const KlFull p) {
    const int dims = p.dimensions;
    forRows(
            p.problems,
            dims,
            [&](long long b, long long i) {
                const long long row = b * dims + i;
                const float* m = p.sides + row * (dims + 1);
                float squares = 0.0f;
                for (int j = 0; j <= i; j++) {
                    squares = __fmaf_rn(m[j], m[j], squares);
                }
                const float square = __fmaf_rn(m[dims], m[dims], squares) - 1.0f;
                const float logs = p.factorP[row * dims + i] - p.factorQ[row * dims + i];
                return __fmaf_rn(0.5f, square, logs);
            },
            [&](long long b, double sum) { p.kl[b] = sum; });
}

// ---- its gradient: P⁻ᵀ·e, and the lower triangle of P⁻ᵀ·M, on the diagonal times Q_ii minus 1 ----

struct KlFullGradient {
    const float* factorQ; // [B][D][D]
    const float* sides;   // P⁻ᵀ·M and P⁻ᵀ·e, [B][D][D + 1]
    float* gradMu;        // [B][D]
    float* gradFactor;    // [B][D][D]
    int problems, dimensions;
};

extern "C" __global__ void __launch_bounds__(256) kl_fullgradient(const KlFullGradient p) {
    const int dims = p.dimensions;
    forSides(p.problems, dims, [&](long long at, long long row, int i, int j) {
        const float slope = p.sides[at];
        if (j == dims) {
            p.gradMu[row] = slope;
            return;
        }
        const long long to = row * dims + j;
        p.gradFactor[to] = j > i ? 0.0f : j < i ? slope : __fmaf_rn(slope, detExp(p.factorQ[to]), -1.0f);
    });
}

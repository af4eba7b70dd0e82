// The diagonal Gaussian; sigma = exp(omega), h = (z − mu)·exp(−omega).                         twin: MeanFieldKernel
#include "math.cuh"
#include "normal.cuh"
#include "sum.cuh"

// ---- z[b,s,d] = fma(sigma[b,d], epsilon[b,s,d], mu[b,d]) ----

struct MeanFieldSample {
    Normals normals;
    const float* mu;    // [B][D]
    const float* omega; // [B][D]
    float* z;           // [B][S][D]
    int drawsOfThread;  // through which a thread takes its four coordinates, so that sigma is computed once for all
};

extern "C" __global__ void __launch_bounds__(256) meanfield_sample(const MeanFieldSample p) {
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    const int dims = n.dimensions;
    const int quads = (int) (((unsigned int) dims + 3u) / 4u);
    const int each = p.drawsOfThread;
    const int groups = (int) (((unsigned int) n.draws + (unsigned int) each - 1u) / (unsigned int) each);
    const long long item = (long long) blockIdx.x * blockDim.x + threadIdx.x; // ((b, group of draws), quad)
    if (item >= (long long) n.problems * groups * quads) {
        return;
    }
    const long long group = quotient(item, quads);
    const int d = (int) (item - group * quads) * 4;
    const int b = (int) quotient(group, groups);
    const int first = (int) (group - (long long) b * groups) * each;
    const int last = first + min(n.draws - first, each);
    const int count = min(4, dims - d);
    const float* mu = p.mu + (long long) b * dims + d;
    const float* omega = p.omega + (long long) b * dims + d;
    float location[4], sigma[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
        location[i] = i < count ? mu[i] : 0.0f;
        sigma[i] = i < count ? detExp(omega[i]) : 0.0f;
    }
    for (int s = first; s < last; s++) {
        const float4 e = epsilon4(n, step, b, s, d);
        const float4 z = make_float4(
                __fmaf_rn(sigma[0], e.x, location[0]),
                __fmaf_rn(sigma[1], e.y, location[1]),
                __fmaf_rn(sigma[2], e.z, location[2]),
                __fmaf_rn(sigma[3], e.w, location[3]));
        store4(p.z + ((long long) b * n.draws + s) * dims + d, z, count, dims);
    }
}

// ---- log q[b,s] = Σ_d (−h²/2 − omega) − D·log(2π)/2, and its gradient −h/sigma in z, h/sigma in mu, h² − 1 in omega ----

struct MeanFieldDensity {
    const float* mu;    // [B][D]
    const float* omega; // [B][D]
    const float* z;     // [B][S][D]
    double* logQ;       // [B][S], or null
    float* gradient;    // [B][S][D], or null
    int problems, draws, dimensions;
    int with;           // of the gradient: 0 z, 1 mu, 2 omega
};

// The term of one coordinate, and its gradient.
static __device__ __forceinline__ float densityTerm(
        const MeanFieldDensity& p, float mu, float logSigma, float z, float& gradient) {
    const float inverse = detExp(-logSigma);
    const float h = (z - mu) * inverse;
    gradient = p.with == 0 ? -(h * inverse) : p.with == 1 ? h * inverse : __fmaf_rn(h, h, -1.0f);
    return __fmaf_rn(-0.5f * h, h, -logSigma);
}

extern "C" __global__ void __launch_bounds__(256, 4) meanfield_density(const MeanFieldDensity p) {
    const int dims = p.dimensions;
    const double constant = dims * HALF_LOG_2PI;
    forRows(
            (long long) p.problems * p.draws,
            dims,
            [&](long long row, long long d) {
                const long long m = quotient(row, p.draws) * dims + d;
                const long long at = row * dims + d;
                float gradient;
                const float term = densityTerm(p, __ldg(p.mu + m), __ldg(p.omega + m), p.z[at], gradient);
                if (p.gradient != nullptr) {
                    p.gradient[at] = gradient;
                }
                return term;
            },
            [&](long long row, int d, int count) {
                const long long m = quotient(row, p.draws) * dims + d;
                const long long at = row * dims + d;
                const float4 mu = load4(p.mu + m, count, dims);
                const float4 omega = load4(p.omega + m, count, dims);
                const float4 z = load4(p.z + at, count, dims);
                float4 gradient;
                const float4 terms = make_float4(
                        densityTerm(p, mu.x, omega.x, z.x, gradient.x),
                        densityTerm(p, mu.y, omega.y, z.y, gradient.y),
                        densityTerm(p, mu.z, omega.z, z.z, gradient.z),
                        densityTerm(p, mu.w, omega.w, z.w, gradient.w));
                if (p.gradient != nullptr) {
                    store4(p.gradient + at, gradient, count, dims);
                }
                return terms;
            },
            [&](long long row, double sum) {
                if (p.logQ != nullptr) {
                    p.logQ[row] = sum - constant;
                }
            });
}

// ---- entropy[first + b] = Σ_d omega[b,d] + D·(log(2π)/2 + 1/2) ----

struct MeanFieldEntropy {
    const float* omega; // [B][D]
    double* entropy;
    Index first;        // where the wanted record begins
    int problems, dimensions;
};

extern "C" __global__ void __launch_bounds__(256) meanfield_entropy(const MeanFieldEntropy p) {
    const int dims = p.dimensions;
    double* const entropy = p.entropy + value(p.first);
    forRows(
            p.problems,
            dims,
            [&](long long b, long long d) { return p.omega[b * dims + d]; },
            [&](long long b, double sum) { entropy[b] = sum + dims * (HALF_LOG_2PI + 0.5); });
}

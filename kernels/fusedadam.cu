// Steps of Adam up the ELBO of a mean-field q with diagonal Gaussian targets.    twin: FusedKernel
#include "elbo.cuh"
#include "fused.cuh"
#include "optimizer.cuh"
#include "runs.cuh"
#include "sum.cuh"

static constexpr int MAX_STEPS = 256; // of a launch
static constexpr int DRAWS_OF_ALL = 2048; // of a block's problems; one has at most 256, and 4·SMALL dimensions
static constexpr int SMALL = 16;      // slots of a block

struct FusedAdam {
    Normals normals;
    const float* targetMu;    // [B][D] or [D]
    const float* targetOmega; // [B][D] or [D]
    float* m;                 // [B][2D]
    float* v;                 // [B][2D]
    float* parameter;         // [B][2D]: mu, then omega
    double* moments;          // [steps][B][3] from the first wanted record on, or null
    int target;               // the distance between problems in targetMu and targetOmega: D or 0
    int steps;
    int path;
    float gain1, gain2;       // 1 − beta1, 1 − beta2
    float guard;
    float rates[MAX_STEPS];       // rate/(1 − beta1^t) of each step
    float corrections[MAX_STEPS]; // 1/(1 − beta2^t) of each step
};

// Those of a slot, from rows of so many slots.
static __device__ __forceinline__ Coordinates coordinatesOf(const float4* rows, int slots, int slot) {
    return {rows[slot],
            rows[slots + slot],
            rows[2 * slots + slot],
            rows[3 * slots + slot],
            rows[4 * slots + slot],
            rows[5 * slots + slot],
            rows[6 * slots + slot]};
}

// A block takes all steps of a few problems. Of its first 128 threads each owns a parameter and its moments.
extern "C" __global__ void __launch_bounds__(256, 3) fused_adam(const FusedAdam p) {
    constexpr int DRAWS = THREADS / SMALL;
    constexpr int WIDTH = 4 * SMALL;
    __shared__ Terms terms;
    __shared__ __align__(16) float own[7][WIDTH];        // the rows of Coordinates
    __shared__ double f[DRAWS_OF_ALL];     // log p − log q of the problems' draws, one problem after the other
    const Normals& n = p.normals;
    const unsigned int step = stepOf(n);
    const int thread = (int) threadIdx.x;
    const int dims = n.dimensions;
    const int quads = max(1, ceilDiv(dims, 4));
    const int most = min(SMALL / quads, DRAWS_OF_ALL / n.draws);
    const int firstProblem = (int) blockIdx.x * most;
    const int together = min(most, n.problems - firstProblem);
    const double constant = dims * HALF_LOG_2PI;

    // As maker of terms.
    const int slot = thread % SMALL;
    const int b = firstProblem + slot / quads;
    const int d = slot % quads * 4;
    const bool maker = slot / quads < together && d < dims;

    // As owner of a parameter.
    const int part = thread / WIDTH; // 0 mu, 1 omega, else none
    const int column = thread % WIDTH;
    const int problem = column / 4 / quads;
    const int coordinate = column / 4 % quads * 4 + column % 4;
    const bool owner = part < 2 && problem < together && coordinate < dims;
    const long long place = (2LL * (firstProblem + problem) + part) * dims + coordinate;
    float m = owner ? p.m[place] : 0.0f;
    float v = owner ? p.v[place] : 0.0f;
    float parameter = owner ? p.parameter[place] : 0.0f;
    if (part == 0) {
        const long long target = (long long) (firstProblem + problem) * p.target + coordinate;
        const float targetOmega = owner ? p.targetOmega[target] : 0.0f;
        own[4][column] = owner ? p.targetMu[target] : 0.0f;
        own[5][column] = targetOmega;
        own[6][column] = detExp(-targetOmega);
    }

    for (int k = 0; k < p.steps; k++) {
        if (part < 2) {
            own[part][column] = parameter;
        }
        if (part == 1) {
            own[2][column] = detExp(parameter);
            own[3][column] = detExp(-parameter);
        }
        __syncthreads();
        double even = 0.0; // the sums of runs 0 and 2
        double odd = 0.0;
        float sum = 0.0f;
        for (int first = 0; first < n.draws; first += DRAWS) {
            const int s = first + thread / SMALL;
            if (maker && s < n.draws) {
                const float4 e = epsilon4(n, step + (unsigned int) k, b, s, d);
                makeTerms(terms, coordinatesOf((const float4*) own, SMALL, slot), e, p.path != 0);
            } else {
                makeNoTerms(terms);
            }
            __syncthreads();
            if (part < 2) {
#pragma unroll
                for (int i = 0; i < DRAWS; i++) {
                    sum += columnOf(terms, part, column)[i * WIDTH];
                }
                if ((first + DRAWS) % RUN == 0 || first + DRAWS >= n.draws) {
                    (first / RUN % 2 == 0 ? even : odd) += (double) sum;
                    sum = 0.0f;
                }
            }
            // Row (i, problem): log p goes to f, then log q is taken from it, by the same lane.
            for (int term = LOG_P; term <= LOG_Q; term++) {
                shareRows(
                        thread / WARP,
                        THREADS / WARP,
                        DRAWS * together,
                        dims,
                        [&](long long row, long long c) {
                            const int i = (int) row / together;
                            return columnOf(terms, term, i * WIDTH + ((int) row - i * together) * quads * 4)[c];
                        },
                        [&](long long row, double total) {
                            const int i = (int) row / together;
                            const int s = first + i;
                            if (s >= n.draws) {
                                return;
                            }
                            double& to = f[((int) row - i * together) * n.draws + s];
                            const double density = total - constant;
                            to = term == LOG_P ? density : to - density;
                        });
            }
            __syncthreads();
        }
        if (owner) {
            const float mean = (float) ((even + odd) / n.draws);
            const float gradient = p.path != 0 ? mean : mean + (part == 0 ? 0.0f : 1.0f);
            adam({p.rates[k], p.gain1, p.gain2, p.corrections[k], p.guard}, gradient, m, v, parameter);
        }
        if (p.moments != nullptr) {
            for (int i = thread / WARP; i < together; i += THREADS / WARP) {
                double* record = p.moments + 3 * ((long long) k * n.problems + firstProblem + i);
                moments(n.draws, [&](int s) { return f[i * n.draws + s]; }, record);
            }
        }
    }
    if (owner) {
        p.m[place] = m;
        p.v[place] = v;
        p.parameter[place] = parameter;
    }
}

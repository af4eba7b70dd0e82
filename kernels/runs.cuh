// Sums over the draws of a run, one result per coordinate.                                                twin: RunItems
#pragma once
#include "normal.cuh"
#include "sum.cuh"

static constexpr int RUN = 64;    // draws of a run
static constexpr int QUADS = 16;  // groups of four neighbouring coordinates that a block sums
static constexpr int CHUNK = 32;  // draws whose terms stand in shared memory at a time

// The control variate estimated from the other draws: (A − w·h²) / (N − h²), 0 if they have no spread. PLAIN: isPlain(N).
template <bool PLAIN = false>
static __device__ __forceinline__ float controlVariate(float w, float square, float weighted, float norm) {
    const float rest = norm - square;
    const float inverse = PLAIN ? plainReciprocal(rest) : detReciprocal(rest);
    return rest > 0.0f ? __fmaf_rn(-w, square, weighted) * inverse : 0.0f;
}

// Whether N − h² has a plain reciprocal for any h, where it is positive: it is not above N, and not below half a unit in the last
// place of N.
static __device__ __forceinline__ bool isPlain(float norm) { return norm >= 0x1p-100f && norm <= 0x1p124f; }

// runs[b, r, part·D + d] = Σ of the terms of the draws of run r, added in order from +0; firstDraw/64 is the first r.
//
// 256 threads: all of them make terms, four coordinates of a draw at a time, then one thread a coordinate and part adds
// them. `terms.begin(b, d, count)` prepares coordinates d … d+count−1, `terms.draw(row, d, count, epsilon, out)` makes the
// PARTS terms of draw `row` = (b, s). A block's 16 groups of coordinates are neighbours in ((b, run), d).
template <int PARTS, class Terms>
static __device__ __forceinline__ void sumRuns(const Normals& n, double* runs, int allRuns, Terms terms) {
    __shared__ float4 made[PARTS][CHUNK][QUADS];
    const unsigned int step = stepOf(n);
    const int dims = n.dimensions;
    const int quads = ceilDiv(dims, 4);
    const int runsHere = ceilDiv(n.draws, RUN);
    const long long items = (long long) n.problems * runsHere * quads;
    const int thread = (int) threadIdx.x;
    const int slot = thread % QUADS;
    const long long item = (long long) blockIdx.x * QUADS + slot;
    const long long group = quotient(item, quads); // (b, run)
    const int d = (int) (item - group * quads) * 4;
    const int count = min(4, dims - d);
    const int b = (int) quotient(group, runsHere);
    const int begin = (int) (group - (long long) b * runsHere) * RUN;
    const int end = item < items ? min(RUN, n.draws - begin) : 0;
    if (end > 0) {
        terms.begin(b, d, count);
    }
    const int part = thread / (QUADS * 4);
    const int coordinate = thread % (QUADS * 4);
    const float* column = (const float*) made + part * (CHUNK * QUADS * 4) + coordinate; // what this thread adds
    // A warp makes terms of all 16 groups; lane g holds how many draws the run of group g has.
    const int drawsOfGroup = __shfl_sync(ALL_LANES, end, coordinate / 4);
    const int endOfSum = part < PARTS ? drawsOfGroup : 0;
    float sum = 0.0f;
    for (int first = 0; first < min(RUN, n.draws); first += CHUNK) {
        for (int s = first + thread / QUADS; s < min(end, first + CHUNK); s += 256 / QUADS) {
            float4 out[PARTS];
            const float4 e = epsilon4(n, step, b, begin + s, d);
            terms.draw((long long) b * n.draws + begin + s, d, count, e, out);
#pragma unroll
            for (int q = 0; q < PARTS; q++) {
                made[q][s - first][slot] = out[q];
            }
        }
        __syncthreads();
        const int last = min(endOfSum - first, CHUNK);
#pragma unroll 8
        for (int s = 0; s < last; s++) {
            sum += column[s * (QUADS * 4)];
        }
        __syncthreads(); // the next chunk takes the same place
    }
    const long long summed = (long long) blockIdx.x * QUADS + coordinate / 4;
    const long long groupOfSum = quotient(summed, quads);
    const int dOfSum = (int) (summed - groupOfSum * quads) * 4 + coordinate % 4;
    if (endOfSum > 0 && dOfSum < dims) {
        const long long problem = quotient(groupOfSum, runsHere);
        const long long run = problem * allRuns + n.firstDraw / RUN + (groupOfSum - problem * runsHere);
        runs[(run * PARTS + part) * dims + dOfSum] = (double) sum;
    }
}

// Scrambled points of Sobol's sequence and the normals that they stand for.                        twin: SobolKernel, SobolPoints
#include "normal.cuh"
#include "sum.cuh"

static constexpr int PLACES = 31;             // of a draw's number, in binary
static constexpr int MOST_DIMENSIONS = 1024;
static constexpr int POINTS = 32;             // neighbours of which a thread makes one after the other: one bit a change
static constexpr int CHANGES = 5;             // places that differ among them

struct SobolFill {
    Normals normals;
    const unsigned int* numbers; // [PLACES][MOST_DIMENSIONS] direction numbers
    float* out;                  // [B][S][D], or 32 bits
};

// y_i = x_i + r_2·x_(i−1) + … + r_i·x_1 mod 2, i from the top bit down: a product of polynomials, of which x has so many digits.
template <int DIGITS>
static __device__ __forceinline__ unsigned int scrambled(unsigned int r, unsigned int x) {
    unsigned int y = 0;
#pragma unroll
    for (int digit = 0; digit < DIGITS; digit++) {
        y ^= (r >> digit) & (unsigned int) ((int) (x << digit) >> 31); // the digit, spread over a whole word
    }
    return y;
}

// make(word, place) for every element of a block of draws. A thread has one coordinate of 32 neighbouring draws, the first of
// them a multiple of 32: their Gray codes differ in the last five places.
template <class Make>
static __device__ __forceinline__ void forPoints(const SobolFill& p, Make make) {
    const Normals& n = p.normals;
    if (n.draws == 0 || n.dimensions == 0) {
        return;
    }
    const int firstRun = n.firstDraw / POINTS;
    const int runs = (n.firstDraw + (n.draws - 1)) / POINTS - firstRun + 1;
    const long long all = (long long) n.problems * runs * n.dimensions;
    const unsigned int step = stepOf(n);
    for (long long item = (long long) blockIdx.x * blockDim.x + threadIdx.x; item < all;
            item += (long long) gridDim.x * blockDim.x) {
        const long long row = quotient(item, n.dimensions);
        const int d = (int) (item - row * n.dimensions);
        const int b = (int) quotient(row, runs);
        const int first = (firstRun + (int) (row - (long long) b * runs)) * POINTS;
        const int dimension = n.firstDimension + d;
        const uint4 words =
                philox(n.key0, n.key1, (unsigned int) dimension >> 1, 0xffffffffu, (unsigned int) (n.firstProblem + b), step);
        const unsigned int r = ((dimension & 1) == 0 ? words.x : words.z) | 0x80000000u;
        const unsigned int* numbers = p.numbers + dimension;
        unsigned int x = 0;
        unsigned int gray = (unsigned int) first ^ ((unsigned int) first >> 1);
        for (int place = 0; gray >> place != 0; place++) {
            if ((gray >> place & 1u) != 0) {
                x ^= __ldg(numbers + place * MOST_DIMENSIONS);
            }
        }
        unsigned int y = ((dimension & 1) == 0 ? words.y : words.w) ^ scrambled<32>(r, x);
        unsigned int change[CHANGES];
#pragma unroll
        for (int place = 0; place < CHANGES; place++) {
            change[place] = scrambled<CHANGES>(r, __ldg(numbers + place * MOST_DIMENSIONS));
        }
        float* out = p.out + ((long long) b * n.draws + (first - n.firstDraw)) * n.dimensions + d;
#pragma unroll
        for (int i = 0; i < POINTS; i++) {
            const int s = first - n.firstDraw + i;
            if (s >= 0 && s < n.draws) {
                out[(long long) i * n.dimensions] = make(y);
            }
            const int next = i + 1; // whose trailing zeros say which place of the Gray code changes
            y ^= (next & 1) ? change[0] : (next & 2) ? change[1] : (next & 4) ? change[2] : (next & 8) ? change[3] : change[4];
        }
    }
}

// ---- words[b,s,d] = the scrambled digits of point s in dimension d ----

extern "C" __global__ void __launch_bounds__(256) sobol_words(const SobolFill p) {
    forPoints(p, [](unsigned int word) { return bitsToFloat(word); });
}

// ---- epsilon[b,s,d] = Phi^-1((word + 1/2)·2^-32) ----

extern "C" __global__ void __launch_bounds__(256) sobol_normal(const SobolFill p) {
    forPoints(p, [](unsigned int word) { return normalQuantile(word); });
}

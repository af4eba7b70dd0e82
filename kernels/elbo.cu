// Reductions over the draws of a problem, f[b,s] = logP[b,s] − logQ[b,s].                            twin: ElboKernel
//
// Up to 1024 draws a warp does all of a problem. More are done in passes, each of two launches: elbo_tiles gives a warp to
// every tile of draws, elbo_end one to every problem, which leaves the pass's result where the next one reads it.
#include "elbo.cuh"
#include "index.cuh"
#include "math.cuh"
#include "sum.cuh"

struct ElboDraws {
    const double* logP; // [B][S]
    const double* logQ; // [B][S], or null for zeros
    double* result;     // moments [any][B][3], or bound [B][2]
    double* tiles;      // [B][tiles of S], or null
    Index first;        // where the wanted record begins in result
    int problems, draws;
    float power;        // of renyi: 1 − alpha
    int pass;
};

static __device__ __forceinline__ double difference(const ElboDraws& p, long long at) {
    return p.logQ == nullptr ? p.logP[at] : p.logP[at] - p.logQ[at];
}

// Where the results of problem 0 go.
static __device__ __forceinline__ double* resultOf(const ElboDraws& p) { return p.result + value(p.first); }

// ---- moments[b] = (mean, variance with the divisor S − 1, √(variance/S)) ----

extern "C" __global__ void __launch_bounds__(256) elbo_moments(const ElboDraws p) {
    double* const result = resultOf(p);
    for (long long b = warpOfGrid(); b < p.problems; b += warpsOfGrid()) {
        moments(p.draws, [&](int s) { return difference(p, b * p.draws + s); }, result + 3 * b);
    }
}

// ---- bound[b] = (value, standard error) of log(1/S·Σ_s exp(power·f))/power ----

// Math.max: a NaN stays.
static __device__ __forceinline__ double larger(double a, double b) { return a > b || a != a ? a : b; }

// The largest of x(i), i < n, of a warp, in all lanes.
template <class F>
static __device__ __forceinline__ double largestOf(int n, F x) {
    double largest = -infinity();
    for (int i = laneOfWarp(); i < n; i += WARP) {
        largest = larger(largest, x(i));
    }
    for (int half = WARP / 2; half > 0; half >>= 1) {
        largest = larger(largest, __shfl_xor_sync(ALL_LANES, largest, half));
    }
    return largest;
}

// exp of a difference of float64, in float32.
static __device__ __forceinline__ float weight(const ElboDraws& p, long long at, double largest) {
    return detExp((float) (p.power * difference(p, at) - largest));
}

static __device__ __forceinline__ float squaredDeviationOfWeight(float x, double mean) {
    const float deviation = (float) (x - mean);
    return deviation * deviation;
}

static __device__ __forceinline__ void endRenyi(
        const ElboDraws& p, double largest, double mean, double squares, double* out) {
    const double variance = p.draws > 1 ? squares / (p.draws - 1) : (double) notANumber();
    // If every weight is zero (all f are −inf) or one is infinite, the bound is that infinity.
    const double bound = fabs(largest) == infinity() ? largest : largest + (double) detLog((float) mean);
    const double power = p.power;
    out[0] = bound / power;
    out[1] = __dsqrt_rn(variance / p.draws) / (mean * (power < 0.0 ? -power : power));
}

extern "C" __global__ void __launch_bounds__(256) elbo_renyi(const ElboDraws p) {
    double* const result = resultOf(p);
    for (long long b = warpOfGrid(); b < p.problems; b += warpsOfGrid()) {
        const long long row = b * p.draws;
        const double largest = largestOf(p.draws, [&](int s) { return p.power * difference(p, row + s); });
        const double mean = broadcast(tileSum(p.draws, [&](int s) { return weight(p, row + s, largest); })) / p.draws;
        const float squares =
                tileSum(p.draws, [&](int s) { return squaredDeviationOfWeight(weight(p, row + s, largest), mean); });
        if (laneOfWarp() == 0) {
            endRenyi(p, largest, mean, squares, result + 2 * b);
        }
    }
}

// ---- the same for more than 1024 draws ----

enum ElboPass { MEAN, SQUARES, LARGEST, WEIGHTS, SQUARED_WEIGHTS }; // as the launcher numbers them

extern "C" __global__ void __launch_bounds__(256) elbo_tiles(const ElboDraws p) {
    const double* const result = resultOf(p);
    const int perRow = (int) tilesOf(p.draws);
    const long long all = (long long) p.problems * perRow;
    for (long long at = warpOfGrid(); at < all; at += warpsOfGrid()) {
        const long long b = quotient(at, perRow);
        const int begin = (int) (at - b * perRow) * TILE;
        const int length = min(TILE, p.draws - begin);
        const long long first = b * p.draws + begin;
        double sum;
        if (p.pass == MEAN) {
            sum = tileSum(length, [&](int s) { return difference(p, first + s); });
        } else if (p.pass == SQUARES) {
            const double mean = result[3 * b];
            sum = tileSum(length, [&](int s) { return squaredDeviation(difference(p, first + s), mean); });
        } else if (p.pass == LARGEST) {
            sum = largestOf(length, [&](int s) { return p.power * difference(p, first + s); });
        } else if (p.pass == WEIGHTS) {
            const double largest = result[2 * b];
            sum = tileSum(length, [&](int s) { return weight(p, first + s, largest); });
        } else {
            const double largest = result[2 * b];
            const double mean = result[2 * b + 1];
            sum = tileSum(length, [&](int s) { return squaredDeviationOfWeight(weight(p, first + s, largest), mean); });
        }
        if (laneOfWarp() == 0) {
            p.tiles[at] = sum;
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) elbo_end(const ElboDraws p) {
    double* const result = resultOf(p);
    if (p.pass == LARGEST) {
        const int perRow = (int) tilesOf(p.draws);
        for (long long b = warpOfGrid(); b < p.problems; b += warpsOfGrid()) {
            const double largest = largestOf(perRow, [&](int tile) { return p.tiles[b * perRow + tile]; });
            if (laneOfWarp() == 0) {
                result[2 * b] = largest;
            }
        }
        return;
    }
    forTiledRows(p.problems, p.draws, p.tiles, [&](long long b, double sum) {
        if (p.pass == MEAN) {
            result[3 * b] = sum / p.draws;
        } else if (p.pass == SQUARES) {
            endMoments(p.draws, result[3 * b], sum, result + 3 * b);
        } else if (p.pass == WEIGHTS) {
            result[2 * b + 1] = sum / p.draws;
        } else {
            endRenyi(p, result[2 * b], result[2 * b + 1], sum, result + 2 * b);
        }
    });
}

// ---- mean[b,c] = constant + Σ_r runSums[b,r,c]/S ----

struct ElboMeanOverDraws {
    const double* runSums; // [B][all runs][width]
    float* mean;           // [B][width]
    long long problem;     // the distance between problems in runSums
    int problems, runs, draws, width;
    float constant;
    int lanes;             // a power of two: 32, or the runs if these are fewer
};

// Folds the sums of a column's lanes, which stand blockDim/lanes threads apart; every thread of the column has the sum.
static __device__ double foldColumn(double sum, int columns, int lanes) {
    __shared__ double sums[256];
    const int lane = (int) threadIdx.x / columns;
    for (int half = lanes >> 1; half > 0; half >>= 1) {
        sums[threadIdx.x] = sum;
        __syncthreads();
        sum += lane < half ? sums[threadIdx.x + half * columns] : 0.0;
        __syncthreads();
    }
    sums[threadIdx.x] = sum;
    __syncthreads();
    sum = sums[threadIdx.x % columns];
    __syncthreads();
    return sum;
}

// A column of runSums has `lanes` threads, which do what the lanes of a tile do; neighbouring threads have neighbouring columns.
extern "C" __global__ void __launch_bounds__(256) elbo_mean_over_draws(const ElboMeanOverDraws p) {
    const int columns = 256 / p.lanes; // blocks of 256 threads
    const int lane = (int) threadIdx.x / columns;
    const int tiles = (int) tilesOf(p.runs);
    const long long all = (long long) p.problems * p.width;
    for (long long first = (long long) blockIdx.x * columns; first < all; first += (long long) gridDim.x * columns) {
        const long long column = first + threadIdx.x % columns;
        const bool there = column < all;
        const long long b = quotient(column, p.width);
        const double* own = p.runSums + b * p.problem + (column - b * p.width);
        double second = 0.0;
        double third = 0.0;
        for (int tile = 0; tile < tiles; tile++) {
            const int last = there ? min(p.runs, (tile + 1) * TILE) : 0;
            double sum = 0.0;
            for (int run = tile * TILE + lane; run < last; run += p.lanes) {
                sum += own[(long long) run * p.width];
            }
            sum = foldColumn(sum, columns, p.lanes);
            second += lane == (tile & 31) ? sum : 0.0;
            if ((tile & 1023) == 1023 || tile + 1 == tiles) {
                sum = tiles == 1 ? sum : foldColumn(second, columns, p.lanes);
                third += lane == ((tile >> 10) & 31) ? sum : 0.0;
                second = 0.0;
            }
        }
        third = tiles <= 1024 ? third : foldColumn(third, columns, p.lanes);
        if (there && lane == 0) {
            p.mean[column] = (float) (p.constant + third / p.draws);
        }
    }
}

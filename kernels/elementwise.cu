// Fused elementwise code, interpreted.                                                       twin: ElementwiseKernel
//
// An accumulator machine: at each step all elements of a thread have a = op(a, b, c), where b and c are inputs, constants
// or slots of memory; then a slot may take a. What decoding a step costs is shared by ELEMENTS elements. Chains stay in
// registers, because a touch of shared memory, where the slots are, costs about as much as four instructions an element.
//
// Rows are numbered (i0·e1 + i1)·e2 + i2 = outer·inner + i, where i runs over the axes that are summed over. Element i is
// in lane i % 32 of tile i / 1024 (sum.cuh). A column is a draw of a tile of an outer row; where inner <= 32, a draw of
// ELEMENTS outer rows, `height` apart. A block takes `width` columns in all their lanes; a thread takes one lane of one
// column, a batch of ELEMENTS elements at a time. Neighbouring threads have neighbouring draws, `fast` of them, then
// lanes, so that [rows][S] is read in whole sectors whatever S is. A stage that sums nothing has inner = 1.
#include "special.cuh"
#include "sum.cuh"

static constexpr int MEMORY = 12288; // floats: all of static shared memory, and the launcher shares it out

enum Opcode { // numbered as in AccumulatorCode
    FMA, FMA_ADD, SELECT, SELECT_THEN, SELECT_ELSE, // of a, b and c
    LOAD, ADD, SUBTRACT, SUBTRACT_FROM, MULTIPLY, DIVIDE, DIVIDE_INTO, MIN, MIN_OF, MAX, MAX_OF, // of a and b
    NEGATE, ABS, FUNCTION, STORE, SUM, GREATEST
};
enum Operand { ACCUMULATOR, SLOT, CONSTANT, REPEATED, LINEAR, GENERAL };
enum Effect { STORED, SUMMED, ADDED, MAXIMUM }; // as in ElementwiseOps

struct Divisor { // n/by = n·multiplier >> shift for n < 2^31
    int by;
    unsigned int multiplier;
    int shift;
};

struct Place {
    float* first;
    long long stride0, stride1, stride2, drawStride; // REPEATED: no row stride; LINEAR: stride2·row
};

struct Output {
    Place place;  // of float64 for ADDED
    double scale; // of ADDED
    int effect;
    int sum;      // which of the outputs that sum
};

struct Elementwise {
    Place inputs[16];
    Output outputs[12];
    unsigned long long code[216]; // opcode, slot that takes a (or 255), b, c: 8, 8, 16, 16 bits
    float* tileSums;              // [sums][outer][draws][tiles], if a row has several
    long long columns;            // height·tiles·draws
    float constants[32];
    Divisor e2, e1, draws, tiles, lanes, fast;
    int outer, inner, height, width, batches, slots, steps, outputCount, sums;
    int unused;
};

// Neighbouring elements of a thread are `step` rows apart; the first `count` are there.
struct Elements {
    int row, step, count, draw;
};

static __device__ __forceinline__ int quotient(int n, const Divisor& d) {
    return (int) (((unsigned long long) (unsigned int) n * d.multiplier) >> d.shift);
}

static __device__ __forceinline__ long long quotient(long long n, const Divisor& d) {
    return (n >> 31) == 0 ? quotient((int) n, d) : n / d.by;
}

// The greater; NaN if one is.
static __device__ __forceinline__ float greater(float a, float b) { return a > b || a != a ? a : b; }

static __device__ __forceinline__ long long offset(const Elementwise& p, const Place& place, int row) {
    const int i01 = quotient(row, p.e2);
    const int i0 = quotient(i01, p.e1);
    return i0 * place.stride0 + (i01 - i0 * p.e1.by) * place.stride1 + (row - i01 * p.e2.by) * place.stride2;
}

template <int ELEMENTS, class F>
static __device__ __forceinline__ void forEach(float (&a)[ELEMENTS], F f) {
#pragma unroll
    for (int k = 0; k < ELEMENTS; k++) {
        a[k] = f(a[k], k);
    }
}

// The same, four at a time: what is long, 16 times over, would leave no room for the rest in registers and in the cache of
// instructions.
template <int ELEMENTS, class F>
static __device__ __forceinline__ void forFours(float (&a)[ELEMENTS], F f) {
#pragma unroll 1
    for (int done = 0; done < ELEMENTS; done += 4) {
        const float4 y = make_float4(f(a[0], done), f(a[1], done + 1), f(a[2], done + 2), f(a[3], done + 3));
#pragma unroll
        for (int k = 0; k < ELEMENTS - 4; k++) {
            a[k] = a[k + 4];
        }
        a[ELEMENTS - 4] = y.x;
        a[ELEMENTS - 3] = y.y;
        a[ELEMENTS - 2] = y.z;
        a[ELEMENTS - 1] = y.w;
    }
}

// a[k] = visit(a[k], the place of element k) for the elements that are there.
template <int ELEMENTS, class Visit>
static __device__ __forceinline__ void forPlaces(
        const Elementwise& p, const Place& place, int kind, const Elements& of, float (&a)[ELEMENTS], Visit visit) {
    float* at = place.first + of.draw * place.drawStride;
    if (kind == GENERAL) {
        forFours(a, [&](float x, int k) {
            return k < of.count ? visit(x, at + offset(p, place, of.row + k * of.step)) : x;
        });
    } else {
        at += of.row * place.stride2;
        const long long step = of.step * place.stride2;
        forEach(a, [&](float x, int k) {
            const float y = k < of.count ? visit(x, at) : x;
            at += step;
            return y;
        });
    }
}

// b = operand; what b has beyond the elements that are there is never written or summed.
template <int ELEMENTS>
static __device__ __forceinline__ void fetch(
        const Elementwise& p, const float4* memory, const Elements& of, unsigned int operand, const float (&a)[ELEMENTS],
        float (&b)[ELEMENTS]) {
    const int kind = (int) (operand >> 8) & 0xff;
    const int at = (int) operand & 0xff;
    if (kind == ACCUMULATOR) {
        forEach(b, [&](float, int k) { return a[k]; });
    } else if (kind == SLOT) {
#pragma unroll
        for (int k = 0; k < ELEMENTS; k += 4) {
            const float4 x = memory[(at * (ELEMENTS / 4) + k / 4) * blockDim.x + threadIdx.x];
            b[k] = x.x;
            b[k + 1] = x.y;
            b[k + 2] = x.z;
            b[k + 3] = x.w;
        }
    } else if (kind <= REPEATED) {
        const Place& place = p.inputs[at];
        const float x = kind == CONSTANT  ? p.constants[at]
                        : of.count > 0 ? __ldg(place.first + of.draw * place.drawStride)
                                       : 0.0f;
        forEach(b, [&](float, int) { return x; });
    } else {
        forPlaces(p, p.inputs[at], kind, of, b, [](float, const float* x) { return __ldg(x); });
    }
}

template <int ELEMENTS>
static __device__ __forceinline__ void tee(float4* memory, int slot, const float (&a)[ELEMENTS]) {
#pragma unroll
    for (int k = 0; k < ELEMENTS; k += 4) {
        memory[(slot * (ELEMENTS / 4) + k / 4) * blockDim.x + threadIdx.x] =
                make_float4(a[k], a[k + 1], a[k + 2], a[k + 3]);
    }
}

// Adds the elements to their lane's sum, or takes the greatest; `sums` are this thread's for one output, `items` apart.
template <int ELEMENTS, class Join>
static __device__ __forceinline__ void gather(
        const Elementwise& p, float* sums, int items, int count, bool begins, const float (&a)[ELEMENTS], float start, Join join) {
    if (p.inner <= WARP) { // each element is of another sum
#pragma unroll
        for (int k = 0; k < ELEMENTS; k++) {
            sums[k * items] = k < count ? join(start, a[k]) : start;
        }
        return;
    }
    float sum = begins ? start : *sums;
#pragma unroll
    for (int k = 0; k < ELEMENTS; k++) {
        sum = k < count ? join(sum, a[k]) : sum;
    }
    *sums = sum;
}

// The code, on the elements of this thread.
template <int ELEMENTS>
static __device__ __forceinline__ void run(
        const Elementwise& p, float4* memory, float* sums, int items, bool begins, const Elements& of) {
    float a[ELEMENTS], b[ELEMENTS], c[ELEMENTS];
#pragma unroll 1
    for (int at = 0; at < p.steps; at++) {
        const unsigned long long step = p.code[at];
        const int opcode = (int) step & 0xff;
        const unsigned int second = (unsigned int) (step >> 16) & 0xffffu;
        const unsigned int third = (unsigned int) (step >> 32) & 0xffffu;
        if (opcode < NEGATE) {
            fetch(p, memory, of, second, a, b);
        }
        if (opcode < LOAD) {
            fetch(p, memory, of, third, a, c);
        }
        switch (opcode) {
            case FMA: forEach(a, [&](float x, int k) { return __fmaf_rn(x, b[k], c[k]); }); break;
            case FMA_ADD: forEach(a, [&](float x, int k) { return __fmaf_rn(b[k], c[k], x); }); break;
            case SELECT: forEach(a, [&](float x, int k) { return x > 0.0f ? b[k] : c[k]; }); break;
            case SELECT_THEN: forEach(a, [&](float x, int k) { return b[k] > 0.0f ? x : c[k]; }); break;
            case SELECT_ELSE: forEach(a, [&](float x, int k) { return b[k] > 0.0f ? c[k] : x; }); break;
            case LOAD: forEach(a, [&](float, int k) { return b[k]; }); break;
            case ADD: forEach(a, [&](float x, int k) { return x + b[k]; }); break;
            case SUBTRACT: forEach(a, [&](float x, int k) { return x - b[k]; }); break;
            case SUBTRACT_FROM: forEach(a, [&](float x, int k) { return b[k] - x; }); break;
            case MULTIPLY: forEach(a, [&](float x, int k) { return x * b[k]; }); break;
            case DIVIDE: forEach(a, [&](float x, int k) { return __fdiv_rn(x, b[k]); }); break;
            case DIVIDE_INTO: forEach(a, [&](float x, int k) { return __fdiv_rn(b[k], x); }); break;
            case MIN: forEach(a, [&](float x, int k) { return x < b[k] || x != x ? x : b[k]; }); break;
            case MIN_OF: forEach(a, [&](float x, int k) { return b[k] < x || b[k] != b[k] ? b[k] : x; }); break;
            case MAX: forEach(a, [&](float x, int k) { return greater(x, b[k]); }); break;
            case MAX_OF: forEach(a, [&](float x, int k) { return greater(b[k], x); }); break;
            case NEGATE: forEach(a, [&](float x, int) { return -x; }); break;
            case ABS: forEach(a, [&](float x, int) { return fabsf(x); }); break;
            case FUNCTION:
                withFunction((int) second, [&](auto f) { forFours(a, [&](float x, int) { return f(x); }); });
                break;
            case STORE:
                forPlaces(p, p.outputs[third].place, (int) second, of, a, [](float x, float* y) { return *y = x; });
                break;
            default: {
                float* const own = sums + p.outputs[third].sum * (p.inner <= WARP ? ELEMENTS : 1) * items;
                if (opcode == SUM) {
                    gather(p, own, items, of.count, begins, a, 0.0f, [](float x, float y) { return x + y; });
                } else {
                    gather(p, own, items, of.count, begins, a, -infinity(), greater);
                }
            }
        }
        const int slot = (int) (step >> 8) & 0xff;
        if (slot != 0xff) {
            tee(memory, slot, a);
        }
    }
}

// A column of the grid, in its parts.
struct Column {
    int draw, tile, outer;
};

static __device__ __forceinline__ Column column(const Elementwise& p, long long number) {
    const long long ofDraw = quotient(number, p.draws);
    const long long ofTile = quotient(ofDraw, p.tiles);
    return {(int) (number - ofDraw * p.draws.by), (int) (ofDraw - ofTile * p.tiles.by), (int) ofTile};
}

// The elements of a batch: of one lane of a column, or of the same element of outer rows.
template <int ELEMENTS>
static __device__ __forceinline__ Elements elements(const Elementwise& p, const Column& column, int lane, int batch) {
    const bool across = p.inner <= WARP;
    const int i = column.tile * TILE + batch * ELEMENTS * WARP + lane;
    const int first = across ? column.outer : i;
    const int end = across ? (lane < p.inner ? p.outer : 0) : p.inner;
    const int count = first < end ? ceilDiv(end - first, across ? p.height : WARP) : 0;
    return {column.outer * p.inner + i, across ? p.height * p.inner : WARP, count, column.draw};
}

// What an output of an outer row and a draw is, from its sum or maximum.
static __device__ __forceinline__ void finish(const Elementwise& p, const Output& output, int outer, int draw, double sum) {
    const Place& place = output.place;
    const long long at = draw * place.drawStride + offset(p, place, outer * max(1, p.inner));
    if (output.effect == ADDED) {
        double* const target = (double*) place.first + at;
        *target = __fma_rn(output.scale, sum, *target);
    } else {
        place.first[at] = (float) sum + 0.0f; // + 0: a maximum of −0 is +0; no sum is −0
    }
}

// Folds the lanes x[0], x[stride], …; those from `lanes` on hold `start`.
template <class Join>
static __device__ __forceinline__ float fold(const float* x, int lanes, int stride, float start, Join join) {
    float own[WARP];
#pragma unroll
    for (int l = 0; l < WARP; l++) {
        own[l] = l < lanes ? x[l * stride] : start;
    }
    foldHalves<WARP / 2>(own, join);
    return own[0];
}

// Folds the lanes of the block's columns; a thread takes a column of an outer row. Out of line: its 32 lanes at once would
// leave elementwise_few registers for two blocks of a multiprocessor, and not three.
template <int ELEMENTS>
static __device__ __noinline__ void foldColumns(const Elementwise& p, const float* sums, int items, long long first) {
    const int rows = p.inner <= WARP ? ELEMENTS : 1;
    for (int i = (int) threadIdx.x; i < rows * p.width; i += (int) blockDim.x) {
        const int k = i / p.width;
        const int own = i - k * p.width;
        const Column of = column(p, first + own);
        const int outer = of.outer + k * p.height;
        if (first + own >= p.columns || outer >= p.outer) {
            continue;
        }
        const int slow = quotient(own, p.fast);
        const float* const lanes = sums + k * items + slow * (p.lanes.by - 1) * p.fast.by + own;
#pragma unroll 1
        for (int o = 0; o < p.outputCount; o++) {
            const Output& output = p.outputs[o];
            if (output.effect == STORED) {
                continue;
            }
            const float* const x = lanes + output.sum * rows * items;
            const float sum = output.effect == MAXIMUM
                                      ? fold(x, p.lanes.by, p.fast.by, -infinity(), greater)
                                      : fold(x, p.lanes.by, p.fast.by, 0.0f, [](float u, float v) { return u + v; });
            if (p.tiles.by > 1) {
                const long long row = ((long long) output.sum * p.outer + outer) * p.draws.by + of.draw;
                p.tileSums[row * p.tiles.by + of.tile] = sum;
            } else {
                finish(p, output, outer, of.draw, sum);
            }
        }
    }
}

template <int ELEMENTS>
static __device__ __forceinline__ void interpret(const Elementwise& p) {
    __shared__ float4 memory[MEMORY / 4]; // [slots][ELEMENTS / 4][threads], then the lanes' sums
    float* const sums = (float*) memory + p.slots * ELEMENTS * (int) blockDim.x;
    const int items = p.lanes.by * p.width;
    for (long long first = (long long) blockIdx.x * p.width; first < p.columns; first += (long long) gridDim.x * p.width) {
        for (int item = (int) threadIdx.x; item < items; item += (int) blockDim.x) {
            const int ofFast = quotient(item, p.fast);
            const int slow = quotient(ofFast, p.lanes);
            const int lane = ofFast - slow * p.lanes.by;
            const long long number = first + slow * p.fast.by + (item - ofFast * p.fast.by);
            if (number >= p.columns) {
                continue;
            }
            const Column own = column(p, number);
            for (int batch = 0; batch < p.batches; batch++) {
                const Elements of = elements<ELEMENTS>(p, own, lane, batch);
                run<ELEMENTS>(p, memory, sums + item, items, batch == 0, of);
            }
        }
        if (p.sums > 0) {
            __syncthreads();
            foldColumns<ELEMENTS>(p, sums, items, first);
            __syncthreads(); // the next columns' sums take the same place
        }
    }
}

// end(row, the greatest) of rows whose tiles' maxima are there; a warp takes a row.
template <class End>
static __device__ __forceinline__ void forTiledMaxima(long long rows, int tiles, const float* maxima, End end) {
    for (long long row = warpOfGrid(); row < rows; row += warpsOfGrid()) {
        float greatest = -infinity();
        for (int tile = laneOfWarp(); tile < tiles; tile += WARP) {
            greatest = greater(greatest, maxima[row * tiles + tile]);
        }
        for (int half = WARP / 2; half > 0; half /= 2) {
            greatest = greater(greatest, __shfl_down_sync(ALL_LANES, greatest, half));
        }
        if (laneOfWarp() == 0) {
            end(row, (double) greatest);
        }
    }
}

// Where there is work for all threads of a GPU.
extern "C" __global__ void __launch_bounds__(256) elementwise_many(const __grid_constant__ Elementwise p) { interpret<16>(p); }

// Where there is little, or 16 elements a thread would leave no room for the slots.
extern "C" __global__ void __launch_bounds__(256) elementwise_few(const __grid_constant__ Elementwise p) { interpret<4>(p); }

// Ends the rows that have several tiles; a warp takes a row.
extern "C" __global__ void __launch_bounds__(256) elementwise_end(const __grid_constant__ Elementwise p) {
    for (int o = 0; o < p.outputCount; o++) {
        const Output& output = p.outputs[o];
        if (output.effect == STORED) {
            continue;
        }
        const long long rows = (long long) p.outer * p.draws.by;
        const float* const tiles = p.tileSums + output.sum * rows * p.tiles.by;
        const auto end = [&](long long row, double sum) {
            const int outer = (int) quotient(row, p.draws);
            finish(p, output, outer, (int) (row - (long long) outer * p.draws.by), sum);
        };
        if (output.effect == MAXIMUM) {
            forTiledMaxima(rows, p.tiles.by, tiles, end);
        } else {
            forTiledRows(rows, p.inner, tiles, end);
        }
    }
}

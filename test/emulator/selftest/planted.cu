// Kernels with planted faults, and the same without: what selftest.cpp and its parts run on.

static constexpr int SIZE = 256;

// ---- sums[block] = Σ of x[row][i], row after row through one shared array ----

struct PlantedReduce {
    const float* x; // [rows][SIZE]
    float* sums;    // [rows]
    int rows;
    int unused;
};

static __device__ void reduce(const PlantedReduce& p, bool secondBarrier) {
    __shared__ float s[SIZE];
    const int t = (int) threadIdx.x;
    for (int row = (int) blockIdx.x; row < p.rows; row += (int) gridDim.x) {
        s[t] = p.x[row * SIZE + t];
        __syncthreads();
        if (t < 32) {
            float sum = 0.0f;
            for (int i = t; i < SIZE; i += 32) {
                sum += s[i];
            }
            for (int half = 16; half > 0; half >>= 1) {
                sum += __shfl_down_sync(0xffffffffu, sum, half);
            }
            if (t == 0) {
                p.sums[row] = sum;
            }
        }
        if (secondBarrier) {
            __syncthreads();
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) planted_reduce(const PlantedReduce p) { reduce(p, true); }

extern "C" __global__ void __launch_bounds__(256) planted_race(const PlantedReduce p) { reduce(p, false); }

// ---- accesses ----

struct PlantedAccess {
    float* x;
    long long at; // x[at + thread]
    float value;
    int write;
};

extern "C" __global__ void planted_access(const PlantedAccess p) {
    float* place = p.x + p.at + threadIdx.x;
    if (p.write != 0) {
        *place = p.value;
    } else if (*place == p.value) {
        *place = -p.value;
    }
}

// Four floats at once from where they may not be a vector.
extern "C" __global__ void planted_vector(const PlantedAccess p) { *(float4*) (p.x + p.at) = make_float4(p.value, p.value, p.value, p.value); }

// ---- meetings that cannot be ----

struct PlantedMeeting {
    int* out; // [threads]
    int limit;
    int unused;
};

extern "C" __global__ void __launch_bounds__(256, 2) planted_exit(const PlantedMeeting p) {
    if ((int) threadIdx.x >= p.limit) {
        return;
    }
    __syncthreads();
    p.out[threadIdx.x] = 1;
}

extern "C" __global__ void planted_divergence(const PlantedMeeting p) {
    if ((int) threadIdx.x < p.limit) {
        __syncthreads();
        p.out[threadIdx.x] = 1;
    } else {
        __syncthreads();
        p.out[threadIdx.x] = 2;
    }
}

extern "C" __global__ void planted_shuffle(const PlantedMeeting p) {
    int value = (int) threadIdx.x;
    if ((int) threadIdx.x < p.limit) {
        value = __shfl_xor_sync(0xffffffffu, value, 1);
    }
    p.out[threadIdx.x] = value;
}

// ---- what each intrinsic returns, for the values that the test works out by hand ----

struct PlantedLanes {
    int* out;            // [9][32]
    double* wide;        // [32]
    unsigned int* count; // [2]
};

extern "C" __global__ void planted_lanes(const PlantedLanes p) {
    const int l = (int) threadIdx.x;
    p.out[l] = __shfl_sync(0xffffffffu, l, 5);
    p.out[32 + l] = __shfl_sync(0xffffffffu, l, 9, 8);
    p.out[64 + l] = __shfl_up_sync(0xffffffffu, l, 3);
    p.out[96 + l] = __shfl_down_sync(0xffffffffu, l, 3, 16);
    p.out[128 + l] = __shfl_xor_sync(0xffffffffu, l, 4);
    p.out[160 + l] = (int) __ballot_sync(0xffffffffu, l % 3 == 0);
    // Half a warp meets on its own.
    p.out[192 + l] = l < 16 ? __shfl_sync(0x0000ffffu, l, 2) : __shfl_sync(0xffff0000u, l, 30);
    p.wide[l] = __shfl_down_sync(0xffffffffu, 0.1 * l, 1);
    __shared__ int staged[32];
    staged[l] = l * l;
    __syncwarp();
    p.out[224 + l] = staged[31 - l];
    p.out[256 + l] = (int) __umulhi(0x80000000u + (unsigned int) l, 4u);
    atomicAdd(&p.count[0], 1u);
    atomicMax(&p.count[1], (unsigned int) l);
}

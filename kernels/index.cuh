// Numbers that a kernel needs when it runs: fixed ones, or those that device memory holds by then.      twin: HostKernel
// And what it finds wrong in device memory, for the host to tell.
//
// They are read past the caches that are written (__ldg): no kernel writes its own counters or tables.
#pragma once

// base + times·counter.
struct Index {
    const int* counter; // or null for zero
    long long base, times;
};

static __device__ __forceinline__ long long value(const Index& index) {
    return index.counter == nullptr ? index.base : index.base + index.times * __ldg(index.counter);
}

// table[row], or value without a table.
struct Scalar {
    const double* table; // or null
    Index row;
    double value;
};

static __device__ __forceinline__ double value(const Scalar& scalar) {
    return scalar.table == nullptr ? scalar.value : __ldg(scalar.table + value(scalar.row));
}

struct Faults { // read by the host when it waits for the device anyway
    long long place, value, least, limit; // argument[place] is value, but must be in [least, limit)
    int count;                            // the thread that raises it from 0 writes the rest
    int argument;                         // see Argument
};

enum Argument { GATHER_INDEX = 0, SEGMENT_ORDER = 1, SEGMENT_OFFSETS = 2 }; // whose words cuda/Faults has

static __device__ __forceinline__ void fault(
        Faults* faults, Argument argument, long long place, long long value, long long least, long long limit) {
    if (atomicAdd(&faults->count, 1) == 0) {
        faults->place = place;
        faults->value = value;
        faults->least = least;
        faults->limit = limit;
        faults->argument = argument;
    }
}

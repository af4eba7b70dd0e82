// Numbers that a kernel needs when it runs: fixed ones, or those that device memory holds by then.      twin: HostKernel
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

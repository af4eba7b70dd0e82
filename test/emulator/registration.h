// How the wrapper of a .cu file makes its kernels known. Stands behind that file: includes nothing of the C++ library.
#pragma once

namespace emulation {

// A kernel of kernels/*.cu, compiled for this machine.
struct Kernel {
    const char* name;
    unsigned long parameters;             // sizeof(struct)
    int threads;                          // __launch_bounds__, or 1024
    void (*run)(const void* parameters);  // one thread
    char *sharedBegin, *sharedEnd;        // every __shared__ array of its source file
    const char* arithmetic;               // exact or fast
};

void add(const Kernel* kernels, int count) __attribute__((visibility("hidden")));

} // namespace emulation

// Runs the threads of a grid as fibers, one block after another, in an order drawn from a seed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "registration.h"

namespace emulation {

struct Size {
    unsigned x, y, z;
};

// What a kernel did that no kernel may.
enum class Fault { NONE, ILLEGAL_ADDRESS, MISALIGNED_ADDRESS, LAUNCH_FAILED };

struct Outcome {
    Fault fault = Fault::NONE;
    uintptr_t address = 0; // of the access, where there is one
    std::string words;     // where it stood
};

// Runs a whole grid and returns. One at a time in a process.
Outcome run(const Kernel& kernel, const void* parameters, Size grid, Size block, uint64_t seed);

} // namespace emulation

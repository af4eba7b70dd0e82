// The block of threads that runs, a fiber for each CUDA thread that waits: fibers.cpp, and what meetings.cpp adds to it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "meeting.h"
#include "registration.h"

struct uint3 {
    unsigned int x, y, z;
};
struct dim3 {
    unsigned int x, y, z;
};
// The kernels' own view of where they are.
extern uint3 threadIdx __attribute__((visibility("hidden")));
extern uint3 blockIdx __attribute__((visibility("hidden")));
extern dim3 blockDim __attribute__((visibility("hidden")));
extern dim3 gridDim __attribute__((visibility("hidden")));

namespace emulation {

constexpr int THREADS = 1024;
constexpr int LANES = 32;

struct Fiber;

enum class State : uint8_t { READY, AT_BLOCK_BARRIER, AT_WARP, ENDED };

struct Thread {
    Fiber* fiber; // null: not yet begun
    State state;
    uint8_t kind; // of the meeting it waits at
    uint32_t mask;
    int source;
    Place place;
    uint64_t bits, result;
};

// The block that runs.
struct Block {
    const Kernel* kernel;
    const void* parameters;
    int threads;
    int ready;   // how many of `order` may run
    int atBarrier;
    int ended;
    int current;
    bool deep;   // the newest ready thread first, mostly: some run far ahead of the rest
    uint64_t random;
    uint16_t order[THREADS];
    uint32_t waiting[THREADS / LANES]; // lanes at a meeting of their warp
    Thread thread[THREADS];
    uint3 index[THREADS];
};
extern Block block __attribute__((visibility("hidden")));

// ---- fibers.cpp ----

inline void makeReady(int t) {
    block.thread[t].state = State::READY;
    block.order[block.ready++] = (uint16_t) t;
}

// Runs the block's threads from their beginning to their end; false if they wait in vain.
bool runBlock();
// The current thread waits: another one runs, until this one is chosen again.
void wait();
// The block ends here: its threads wait in vain.
[[noreturn]] void giveUp();
// A block was left in the middle: its fibers begin anew.
void forgetFibers();
// Whether an access to this address says that a fiber's stack is full.
bool isBelowStack(uintptr_t address);

// ---- meetings.cpp ----

// Who waits where, in a block in which nobody can go on.
std::string whoWaits();

} // namespace emulation

// What the three emulated libraries share; libcuda.so.1 defines it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#define API extern "C" __attribute__((visibility("default")))
#define SHARED __attribute__((visibility("default")))

namespace emulation {

// ---- control.cpp: calls are counted and may be told to fail ----

// What is counted as live; Emulator.java has the same order.
enum Live { ALLOCATIONS, BYTES, PINNED, PINNED_BYTES, CONTEXTS, MODULES, STREAMS, EVENTS, GRAPHS, EXECUTABLES, CUBLAS, CURAND, KINDS };

struct Call;
// The record of a function of the driver by its name, without a version's ending.
SHARED Call* call(const char* name);

// One call of a function: holds the lock of the whole device; `result` is not 0 if this call has been told to fail.
class SHARED Entry {
public:
    explicit Entry(Call* call);
    ~Entry();
    int result;
};

SHARED void count(Live kind, int64_t change);

struct Settings {
    int devices;
    int version;
    uint64_t memory;
    uint64_t seed;
};
Settings& settings();

// ---- driver/: what cuBLAS and cuRAND need of it ----

// 0, or why the calling thread's context cannot be used.
SHARED int usable();
// Appends work to a stream of the current context (or to the graph it captures); it runs at the next synchronizing call.
SHARED int submit(void* stream, std::function<void()> work);
// The bytes are device memory of the current context that is allocated.
SHARED bool isAllocated(const void* address, size_t bytes);
// For submitted work: the context ends with this error and these words.
SHARED void fail(int code, const std::string& words);

} // namespace emulation

// At the beginning of a function of the driver: counts the call, takes the lock, and returns what was injected.
#define ENTER(name) \
    static emulation::Call* const call_ = emulation::call(name); \
    emulation::Entry entry_(call_); \
    if (entry_.result != 0) { \
        return entry_.result; \
    }

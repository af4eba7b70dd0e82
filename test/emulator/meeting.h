// Where fibers wait for each other: called by the kernels through cuda_emulation.h, defined in meetings.cpp.
#pragma once

namespace emulation {

// Of the source: lanes that wait at different lines have diverged.
struct Place {
    const char* file;
    int line;
};

enum Meeting { WARP_BARRIER, SHUFFLE, VOTE };

void meetBlock(Place place) __attribute__((visibility("hidden")));

// Waits until all lanes of the mask are here, and returns the bits that lane `source` brought (for a vote, a bit a lane).
unsigned long long meetWarp(Meeting kind, unsigned int mask, unsigned long long bits, int source, Place place)
        __attribute__((visibility("hidden")));

// __trap(); defined in schedule.cpp.
[[noreturn]] void stop() __attribute__((visibility("hidden")));

} // namespace emulation

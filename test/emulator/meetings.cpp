// Where threads meet: barriers, shuffles and votes give their results when all who are called are there.
#include "fibers.h"

#include <cstdio>
#include <cstring>
#include <vector>

#include "memory.h"

namespace emulation {

namespace {

// All lanes of the mask are at the same meeting: each gets its result.
void meet(uint32_t mask, int base) {
    uint64_t votes = 0;
    for (int l = 0; l < LANES; l++) {
        if (mask >> l & 1) {
            votes |= (block.thread[base + l].bits & 1) << l;
        }
    }
    for (int l = 0; l < LANES; l++) {
        if (mask >> l & 1) {
            Thread& thread = block.thread[base + l];
            if (thread.kind == VOTE) {
                thread.result = votes;
            } else if (thread.kind == SHUFFLE) {
                // What a lane that is not called sends is not defined.
                thread.result = thread.source >= 0 && thread.source < LANES && (mask >> thread.source & 1)
                        ? block.thread[base + thread.source].bits
                        : (uint64_t) POISON << 32 | POISON;
            }
            makeReady(base + l);
        }
    }
    block.waiting[base / LANES] &= ~mask;
}

bool same(const Thread& a, const Thread& b) {
    return a.kind == b.kind && a.mask == b.mask && a.place.line == b.place.line;
}

const char* shortName(const char* file) {
    const char* slash = strrchr(file, '/');
    return slash == nullptr ? file : slash + 1;
}

} // namespace

std::string whoWaits() {
    std::string words = "threads wait for each other in vain:";
    std::vector<bool> told(block.threads);
    char text[256];
    for (int t = 0; t < block.threads; t++) {
        const Thread& thread = block.thread[t];
        if (told[t]) {
            continue;
        }
        int count = 0;
        for (int u = t; u < block.threads; u++) {
            const Thread& other = block.thread[u];
            if (!told[u] && other.state == thread.state
                && (thread.state == State::ENDED
                    || (thread.state == State::AT_BLOCK_BARRIER ? other.place.line == thread.place.line : same(thread, other)))) {
                told[u] = true;
                count++;
            }
        }
        const char* file = thread.state == State::ENDED ? "" : shortName(thread.place.file);
        if (thread.state == State::ENDED) {
            snprintf(text, sizeof text, " %d (first %d) have ended;", count, t);
        } else if (thread.state == State::AT_BLOCK_BARRIER) {
            snprintf(text, sizeof text, " %d (first %d) at __syncthreads, %s:%d;", count, t, file, thread.place.line);
        } else {
            static const char* const NAMES[] = {"__syncwarp", "a shuffle", "a vote"};
            snprintf(text, sizeof text, " %d (first %d) at %s with mask %08x, %s:%d;", count, t, NAMES[thread.kind], thread.mask,
                     file, thread.place.line);
        }
        words += text;
    }
    words.back() = '.';
    return words;
}

void meetBlock(Place place) {
    Thread& self = block.thread[block.current];
    self.state = State::AT_BLOCK_BARRIER;
    self.place = place;
    if (++block.atBarrier == block.threads) {
        bool together = true;
        for (int t = 0; t < block.threads; t++) {
            together = together && block.thread[t].place.line == place.line;
        }
        if (!together) {
            giveUp();
        }
        block.atBarrier = 0;
        for (int t = 0; t < block.threads; t++) {
            makeReady(t);
        }
    }
    wait();
}

unsigned long long meetWarp(Meeting kind, unsigned int mask, unsigned long long bits, int source, Place place) {
    const int t = block.current;
    const int base = t & ~(LANES - 1);
    Thread& self = block.thread[t];
    self.state = State::AT_WARP;
    self.kind = (uint8_t) kind;
    self.mask = mask;
    self.source = source;
    self.place = place;
    self.bits = bits;
    uint32_t& waiting = block.waiting[t / LANES];
    waiting |= 1u << (t - base);
    if ((mask >> (t - base) & 1) == 0) {
        giveUp(); // calls others and not itself
    }
    if ((waiting & mask) == mask) {
        bool together = true;
        for (int l = 0; l < LANES; l++) {
            together = together && ((mask >> l & 1) == 0 || same(block.thread[base + l], self));
        }
        if (together) {
            meet(mask, base);
        }
    }
    wait();
    return block.thread[t].result;
}

} // namespace emulation

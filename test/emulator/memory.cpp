#include "memory.h"

#include "emulator.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>
#include <map>
#include <random>
#include <sys/mman.h>
#include <unistd.h>

namespace emulation {

namespace {

constexpr size_t PAGE = 4096;
constexpr size_t GUARD = 256;           // at least so much at the end that is not the page's
constexpr size_t GAP = 256 << 10;       // inaccessible, behind each allocation
constexpr size_t FRONT = 64 << 10;      // the part of it that counts as in front of the next one
constexpr int BEGIN = 2;                // one of so many begins with its first page; the others end with their last
constexpr size_t LARGE = 64 << 20;      // from here on poisoned pages are shared until they are written
constexpr size_t POISONED = 16 << 20;
constexpr int REMEMBERED = 100000;      // freed allocations that messages can name

char *range, *rangeEnd, *next;
std::map<uintptr_t, Allocation> live; // by begin
std::map<uintptr_t, Allocation> freed;
std::deque<uintptr_t> freedInOrder;

bool reserve() {
    // Large enough that no address is ever given twice; a machine with a limit gets less.
    for (size_t size = (size_t) 4 << 40; size >= (size_t) 16 << 30; size /= 4) {
        void* memory = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory != MAP_FAILED) {
            range = static_cast<char*>(memory);
            next = range + GAP;
            rangeEnd = range + size;
            return true;
        }
    }
    return false;
}

// Pages that read as poison and cost memory only where they are written.
int poisonedFile() {
    static int file = -1;
    if (file < 0) {
        file = memfd_create("emulated CUDA device: poison", MFD_CLOEXEC);
        char* memory = nullptr;
        if (file >= 0 && ftruncate(file, POISONED) == 0) {
            memory = static_cast<char*>(mmap(nullptr, POISONED, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
        }
        if (memory == nullptr || memory == MAP_FAILED) {
            return -1;
        }
        poison(memory, POISONED);
        munmap(memory, POISONED);
    }
    return file;
}

bool open(char* pages, size_t length) {
    if (length >= LARGE) {
        const int file = poisonedFile();
        if (file < 0) {
            return false;
        }
        for (size_t at = 0; at < length; at += POISONED) {
            const size_t piece = length - at < POISONED ? length - at : POISONED;
            if (mmap(pages + at, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, file, 0) == MAP_FAILED) {
                return false;
            }
        }
        return true;
    }
    if (mprotect(pages, length, PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    poison(pages, length);
    return true;
}

template <class... T>
std::string text(const char* format, T... values) {
    char words[300];
    snprintf(words, sizeof words, format, values...);
    return words;
}

// The first byte that is no longer poison, or null.
const char* touched(const char* begin, const char* end) {
    static const unsigned char PATTERN[4] = {POISON & 255, POISON >> 8 & 255, POISON >> 16 & 255, POISON >> 24};
    for (const char* p = begin; p < end; p++) {
        if ((unsigned char) *p != PATTERN[(uintptr_t) p & 3]) {
            return p;
        }
    }
    return nullptr;
}

// The allocation whose pages, or the inaccessible ones around them, hold the address.
const Allocation* at(const std::map<uintptr_t, Allocation>& among, uintptr_t address) {
    auto i = among.upper_bound(address + FRONT + PAGE + GUARD);
    for (int steps = 0; steps < 3 && i != among.begin(); steps++) {
        const Allocation& a = (--i)->second;
        if (address >= (uintptr_t) a.pages - FRONT && address < (uintptr_t) a.end + GAP - FRONT) {
            return &a;
        }
    }
    return nullptr;
}

} // namespace

void poison(char* begin, size_t bytes) {
    uint32_t* words = reinterpret_cast<uint32_t*>(begin);
    for (size_t i = 0; i < bytes / 4; i++) {
        words[i] = POISON;
    }
}

char* allocate(int device, size_t bytes) {
    if (range == nullptr && !reserve()) {
        return nullptr;
    }
    const size_t rounded = (bytes + 15) / 16 * 16;
    const size_t length = (rounded + GUARD + PAGE - 1) / PAGE * PAGE;
    if (next + length + GAP > rangeEnd) {
        return nullptr;
    }
    static std::mt19937_64 random(settings().seed);
    Allocation a = {next, random() % BEGIN == 0 ? next : next + length - rounded, bytes, next + length, device};
    next += length + GAP;
    if (!open(a.pages, length)) {
        return nullptr;
    }
    live[(uintptr_t) a.begin] = a;
    return a.begin;
}

const Allocation* find(const void* address, size_t bytes) {
    auto i = live.upper_bound((uintptr_t) address);
    if (i == live.begin()) {
        return nullptr;
    }
    const Allocation& a = (--i)->second;
    const size_t offset = (uintptr_t) address - (uintptr_t) a.begin;
    return offset < a.bytes && bytes <= a.bytes - offset ? &a : nullptr;
}

std::string damage(const Allocation& a, bool everything) {
    const char* first = everything ? a.pages : std::max(a.pages, a.begin - GUARD);
    const char* front = touched(first, a.begin);
    if (front != nullptr) {
        return text("somebody wrote %zu bytes in front of the %zu bytes at %p", (size_t) (a.begin - front), a.bytes, a.begin);
    }
    const char* last = everything ? a.end : std::min(a.end, a.begin + a.bytes + GUARD);
    const char* behind = touched(a.begin + a.bytes, last);
    if (behind != nullptr) {
        return text("somebody wrote %zu bytes behind the end of the %zu bytes at %p", (size_t) (behind - a.begin - a.bytes), a.bytes,
                    a.begin);
    }
    return "";
}

std::string damage(int device) {
    for (const auto& [address, a] : live) {
        if (a.device == device) {
            std::string words = damage(a, false);
            if (!words.empty()) {
                return words;
            }
        }
    }
    return "";
}

void release(const Allocation& allocation) {
    const Allocation a = allocation;
    // A fresh mapping gives the memory back and lets the kernel join it with its neighbours.
    mmap(a.pages, (size_t) (a.end - a.pages), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    live.erase((uintptr_t) a.begin);
    freed[(uintptr_t) a.begin] = a;
    freedInOrder.push_back((uintptr_t) a.begin);
    if (freedInOrder.size() > REMEMBERED) {
        freed.erase(freedInOrder.front());
        freedInOrder.pop_front();
    }
}

const Allocation* anyOf(int device) {
    for (const auto& [address, a] : live) {
        if (a.device == device) {
            return &a;
        }
    }
    return nullptr;
}

bool isDeviceAddress(uintptr_t address) { return address >= (uintptr_t) range && address < (uintptr_t) rangeEnd; }

std::string describe(uintptr_t address) {
    if (!isDeviceAddress(address)) {
        return text("0x%zx, which is no device memory", (size_t) address);
    }
    const Allocation* a = at(live, address);
    const char* state = "";
    if (a == nullptr) {
        a = at(freed, address);
        state = " that have been freed";
    }
    if (a == nullptr) {
        return text("0x%zx, where no memory was allocated", (size_t) address);
    }
    const intptr_t offset = (intptr_t) address - (intptr_t) a->begin;
    if (offset < 0) {
        return text("0x%zx, %zd bytes in front of %zu bytes%s", (size_t) address, (ssize_t) -offset, a->bytes, state);
    }
    if ((size_t) offset >= a->bytes) {
        return text("0x%zx, %zd bytes behind the end of %zu bytes%s", (size_t) address, (ssize_t) (offset - (intptr_t) a->bytes),
                    a->bytes, state);
    }
    return text("0x%zx, byte %zd of %zu bytes%s", (size_t) address, (ssize_t) offset, a->bytes, state);
}

} // namespace emulation

#include "schedule.h"

#include <boost/context/detail/fcontext.hpp>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "meeting.h"

struct uint3 {
    unsigned int x, y, z;
};
struct dim3 {
    unsigned int x, y, z;
};
// The kernels' own view of where they are.
uint3 threadIdx __attribute__((visibility("hidden")));
uint3 blockIdx __attribute__((visibility("hidden")));
dim3 blockDim __attribute__((visibility("hidden")));
dim3 gridDim __attribute__((visibility("hidden")));

namespace emulation {

namespace context = boost::context::detail;

void poison(char* begin, size_t bytes) {
    uint32_t* words = reinterpret_cast<uint32_t*>(begin);
    for (size_t i = 0; i < bytes / 4; i++) {
        words[i] = POISON;
    }
}

namespace {

constexpr int THREADS = 1024;
constexpr int LANES = 32;
constexpr size_t STACK = 256 << 10;
constexpr size_t PAGE = 4096;

// A stack that runs one CUDA thread after another, and may wait in the middle of one.
struct Fiber {
    context::fcontext_t place = nullptr;
    char* stack = nullptr;
};

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
} block;

Fiber launcher; // the operating system's thread
Fiber* running = &launcher;
std::vector<Fiber*> fibers, spare;
bool stuck; // no thread is ready, and not all have ended

sigjmp_buf escape;
volatile sig_atomic_t inKernel;
pthread_t runner;
volatile uintptr_t faultAddress;
volatile int faultSignal, faultCode;
struct sigaction before[4];
constexpr int SIGNALS[4] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};

uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

uint32_t draw() {
    uint64_t x = block.random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    block.random = x;
    return (uint32_t) ((x * 0x2545f4914f6cdd1dull) >> 32);
}

void makeReady(int t) {
    block.thread[t].state = State::READY;
    block.order[block.ready++] = (uint16_t) t;
}

// Chooses the thread that runs next and makes it the current one; -1: none is ready.
int choose() {
    if (block.ready == 0) {
        return -1;
    }
    const uint32_t r = draw();
    const int i = block.deep && (r & 15) != 0 ? block.ready - 1 : (int) (((uint64_t) r * (uint32_t) block.ready) >> 32);
    const int t = block.order[i];
    block.order[i] = block.order[--block.ready];
    block.current = t;
    threadIdx = block.index[t];
    return t;
}

void jump(Fiber* to) {
    Fiber* from = running;
    running = to;
    context::transfer_t back = context::jump_fcontext(to->place, from);
    static_cast<Fiber*>(back.data)->place = back.fctx;
}

[[noreturn]] void leave(bool stuckHere) {
    stuck = stuckHere;
    jump(&launcher);
    abort(); // a fiber that left is made anew
}

// A fiber's life: the current thread, then whichever begins next, until one that waits elsewhere is to go on.
void live(context::transfer_t from) {
    static_cast<Fiber*>(from.data)->place = from.fctx;
    Fiber* self = running;
    for (;;) {
        block.thread[block.current].fiber = self;
        block.kernel->run(block.parameters);
        Thread& done = block.thread[block.current];
        done.state = State::ENDED;
        done.fiber = nullptr;
        block.ended++;
        const int next = choose();
        if (next < 0) {
            spare.push_back(self);
            stuck = block.ended != block.threads;
            jump(&launcher);
        } else if (block.thread[next].fiber != nullptr) {
            spare.push_back(self);
            jump(block.thread[next].fiber);
        }
    }
}

Fiber* takeFiber() {
    if (spare.empty()) {
        Fiber* fiber = new Fiber;
        char* memory = static_cast<char*>(
                mmap(nullptr, STACK + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        if (memory == MAP_FAILED) {
            perror("emulated CUDA device: no memory for a thread's stack");
            abort();
        }
        mprotect(memory, PAGE, PROT_NONE);
        fiber->stack = memory + PAGE;
        fibers.push_back(fiber);
        spare.push_back(fiber);
    }
    Fiber* fiber = spare.back();
    spare.pop_back();
    if (fiber->place == nullptr) {
        // Tops at different places of a page, or all stacks would want the same lines of the cache.
        const size_t shift = (size_t) (fiber->stack - static_cast<char*>(nullptr)) / STACK % 29 * 192;
        fiber->place = context::make_fcontext(fiber->stack + STACK - shift, STACK - shift, live);
    }
    return fiber;
}

// The current thread waits: another one runs, until this one is chosen again.
void wait() {
    const int self = block.current;
    const int next = choose();
    if (next == self) {
        return;
    }
    if (next < 0) {
        leave(true);
    }
    Fiber* fiber = block.thread[next].fiber;
    jump(fiber != nullptr ? fiber : takeFiber());
}

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

// Who waits where, in a block in which nobody can go on.
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

void onSignal(int signal, siginfo_t* info, void* machine) {
    if (inKernel && pthread_equal(pthread_self(), runner)) {
        inKernel = 0;
        faultSignal = signal;
        faultCode = info->si_code;
        faultAddress = reinterpret_cast<uintptr_t>(info->si_addr);
        siglongjmp(escape, 1);
    }
    // Not a kernel's: to whoever was there before, the Java virtual machine for one.
    for (int i = 0; i < 4; i++) {
        if (SIGNALS[i] != signal) {
            continue;
        }
        if (before[i].sa_flags & SA_SIGINFO) {
            before[i].sa_sigaction(signal, info, machine);
        } else if (before[i].sa_handler == SIG_DFL) {
            sigaction(signal, &before[i], nullptr); // happens again, and ends the process
        } else if (before[i].sa_handler != SIG_IGN) {
            before[i].sa_handler(signal);
        }
    }
}

void catchSignals() {
    static bool caught = false;
    if (caught) {
        return;
    }
    caught = true;
    for (int i = 0; i < 4; i++) {
        sigaction(SIGNALS[i], nullptr, &before[i]);
        struct sigaction action = {};
        action.sa_sigaction = onSignal;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
        action.sa_mask = before[i].sa_mask;
        sigaction(SIGNALS[i], &action, nullptr);
    }
}

// A block was left in the middle: its fibers begin anew.
void forgetFibers() {
    spare.clear();
    for (Fiber* fiber : fibers) {
        fiber->place = nullptr;
        spare.push_back(fiber);
    }
    running = &launcher;
}

// Returns false if its threads wait in vain.
bool runBlock() {
    const Kernel& kernel = *block.kernel;
    poison(kernel.sharedBegin, (size_t) (kernel.sharedEnd - kernel.sharedBegin));
    block.atBarrier = 0;
    block.ended = 0;
    block.ready = 0;
    block.deep = (draw() & 1) != 0;
    memset(block.waiting, 0, sizeof block.waiting);
    for (int t = 0; t < block.threads; t++) {
        block.thread[t].fiber = nullptr;
        makeReady(t);
    }
    choose();
    stuck = false;
    jump(takeFiber());
    return !stuck;
}

} // namespace

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
            leave(true);
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
        leave(true); // calls others and not itself
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

void stop() {
    raise(SIGILL);
    abort();
}

Outcome run(const Kernel& kernel, const void* parameters, Size grid, Size size, uint64_t seed) {
    block.kernel = &kernel;
    block.parameters = parameters;
    block.threads = (int) (size.x * size.y * size.z);
    gridDim = {grid.x, grid.y, grid.z};
    if (blockDim.x != size.x || blockDim.y != size.y || blockDim.z != size.z) {
        blockDim = {size.x, size.y, size.z};
        int t = 0;
        for (unsigned z = 0; z < size.z; z++) {
            for (unsigned y = 0; y < size.y; y++) {
                for (unsigned x = 0; x < size.x; x++) {
                    block.index[t++] = {x, y, z};
                }
            }
        }
    }
    block.random = mix(seed) | 1;
    // Blocks in the order first, first + step, first + 2·step … modulo their number.
    const uint64_t blocks = (uint64_t) grid.x * grid.y * grid.z;
    uint64_t step = mix(seed + 1) % blocks;
    while (std::gcd(step, blocks) != 1) {
        step++;
    }
    step %= blocks;
    volatile uint64_t at = mix(seed + 2) % blocks;

    catchSignals();
    runner = pthread_self();
    Outcome outcome;
    const char* volatile trouble = nullptr;
    if (sigsetjmp(escape, 1) == 0) {
        inKernel = 1;
        for (uint64_t i = 0; i < blocks; i++) {
            blockIdx = {(unsigned) (at % grid.x), (unsigned) (at / grid.x % grid.y), (unsigned) (at / grid.x / grid.y)};
            if (!runBlock()) {
                trouble = "stuck";
                break;
            }
            at += step;
            at = at >= blocks ? at - blocks : at;
        }
        inKernel = 0;
    } else {
        trouble = "signal";
    }
    if (trouble == nullptr) {
        return outcome;
    }
    char text[200];
    snprintf(text, sizeof text, "block (%u,%u,%u) of (%u,%u,%u), ", blockIdx.x, blockIdx.y, blockIdx.z, grid.x, grid.y, grid.z);
    outcome.words = text;
    if (strcmp(trouble, "stuck") == 0) {
        outcome.fault = Fault::LAUNCH_FAILED;
        outcome.words += whoWaits();
    } else {
        snprintf(text, sizeof text, "thread (%u,%u,%u) of (%u,%u,%u)", threadIdx.x, threadIdx.y, threadIdx.z, size.x, size.y, size.z);
        outcome.words += text;
        outcome.address = faultAddress;
        if (faultSignal == SIGSEGV || faultSignal == SIGBUS) {
            // The processor tells no address of an access that is not aligned, or to an address that cannot be.
            outcome.fault = Fault::ILLEGAL_ADDRESS;
            if (faultCode == SI_KERNEL) {
                outcome.words += ": an address that cannot be";
            }
            for (Fiber* fiber : fibers) {
                if (outcome.address >= (uintptr_t) fiber->stack - PAGE && outcome.address < (uintptr_t) fiber->stack) {
                    outcome.fault = Fault::LAUNCH_FAILED;
                    outcome.words += ": its stack is full";
                }
            }
        } else if (faultSignal == SIGILL && faultCode == SI_TKILL) {
            outcome.fault = Fault::LAUNCH_FAILED;
            outcome.words += ": __trap";
        } else if (faultSignal == SIGILL) {
            outcome.fault = Fault::MISALIGNED_ADDRESS;
            outcome.words += ": an access that is not aligned";
        } else {
            outcome.fault = Fault::LAUNCH_FAILED;
            outcome.words += ": an integer division that has no result";
        }
    }
    forgetFibers();
    return outcome;
}

} // namespace emulation

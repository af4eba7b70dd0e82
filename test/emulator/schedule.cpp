// A launch: its blocks one after another in an order drawn from the seed, and what ends it early. A signal that the
// processor raises in a kernel is a fault of that kernel; any other goes to whoever caught it before.
#include "schedule.h"

#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <pthread.h>

#include "fibers.h"

namespace emulation {

namespace {

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

void setSize(Size size) {
    block.threads = (int) (size.x * size.y * size.z);
    if (blockDim.x == size.x && blockDim.y == size.y && blockDim.z == size.z) {
        return;
    }
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

// What the signal that came last was about.
void tellSignal(Size size, Outcome& outcome) {
    char text[200];
    snprintf(text, sizeof text, "thread (%u,%u,%u) of (%u,%u,%u)", threadIdx.x, threadIdx.y, threadIdx.z, size.x, size.y, size.z);
    outcome.words += text;
    outcome.address = faultAddress;
    if (faultSignal == SIGSEGV || faultSignal == SIGBUS) {
        // The processor tells no address of an access that is not aligned, or to an address that cannot be.
        outcome.fault = Fault::ILLEGAL_ADDRESS;
        if (faultCode == SI_KERNEL) {
            outcome.words += ": an address that cannot be";
        }
        if (isBelowStack(outcome.address)) {
            outcome.fault = Fault::LAUNCH_FAILED;
            outcome.words += ": its stack is full";
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

} // namespace

void stop() {
    raise(SIGILL);
    abort();
}

Outcome run(const Kernel& kernel, const void* parameters, Size grid, Size size, uint64_t seed) {
    block.kernel = &kernel;
    block.parameters = parameters;
    gridDim = {grid.x, grid.y, grid.z};
    setSize(size);
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
    volatile bool inVain = false, signalled = false;
    if (sigsetjmp(escape, 1) == 0) {
        inKernel = 1;
        for (uint64_t i = 0; i < blocks && !inVain; i++) {
            blockIdx = {(unsigned) (at % grid.x), (unsigned) (at / grid.x % grid.y), (unsigned) (at / grid.x / grid.y)};
            inVain = !runBlock();
            at += step;
            at = at >= blocks ? at - blocks : at;
        }
        inKernel = 0;
    } else {
        signalled = true;
    }
    Outcome outcome;
    if (!inVain && !signalled) {
        return outcome;
    }
    char text[200];
    snprintf(text, sizeof text, "block (%u,%u,%u) of (%u,%u,%u), ", blockIdx.x, blockIdx.y, blockIdx.z, grid.x, grid.y, grid.z);
    outcome.words = text;
    if (inVain) {
        outcome.fault = Fault::LAUNCH_FAILED;
        outcome.words += whoWaits();
    } else {
        tellSignal(size, outcome);
    }
    forgetFibers();
    return outcome;
}

} // namespace emulation

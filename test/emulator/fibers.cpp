// Threads of a block as fibers: which of the ready ones runs next is drawn, and a fiber is switched only where one waits.
#include "fibers.h"

#include <boost/context/detail/fcontext.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <vector>

#include "memory.h"

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace emulation {

namespace context = boost::context::detail;

// A stack that runs one CUDA thread after another, and may wait in the middle of one.
struct Fiber {
    context::fcontext_t place = nullptr;
    char* stack = nullptr;
};

Block block;

namespace {

constexpr size_t STACK = 256 << 10;
constexpr size_t PAGE = 4096;

Fiber launcher; // the operating system's thread
Fiber* running = &launcher;
std::vector<Fiber*> fibers, spare;
bool stuck; // no thread is ready, and not all have ended

uint32_t draw() {
    uint64_t x = block.random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    block.random = x;
    return (uint32_t) ((x * 0x2545f4914f6cdd1dull) >> 32);
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

} // namespace

void giveUp() {
    stuck = true;
    jump(&launcher);
    abort(); // a fiber that left is made anew
}

void wait() {
    const int self = block.current;
    const int next = choose();
    if (next == self) {
        return;
    }
    if (next < 0) {
        giveUp();
    }
    Fiber* fiber = block.thread[next].fiber;
    jump(fiber != nullptr ? fiber : takeFiber());
}

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

void forgetFibers() {
    spare.clear();
    for (Fiber* fiber : fibers) {
        fiber->place = nullptr;
        spare.push_back(fiber);
    }
    running = &launcher;
}

bool isBelowStack(uintptr_t address) {
    for (Fiber* fiber : fibers) {
        if (address >= (uintptr_t) fiber->stack - PAGE && address < (uintptr_t) fiber->stack) {
            return true;
        }
    }
    return false;
}

} // namespace emulation

// What the driver does: injected failures and the end of memory, streams and events, graphs.
#include "selftest.h"

#include <set>

namespace selftest {

void faults() {
    open();
    uint64_t a, b, c;
    fail("cuMemAlloc", 2, 2);
    CHECK(cuMemAlloc_v2(&a, 16) == 0);
    CHECK(cuMemAlloc_v2(&b, 16) == 2);
    CHECK(cuMemAlloc_v2(&c, 16) == 0);
    fail("cuMemAlloc", 0, 46);
    CHECK(cuMemAlloc_v2(&b, 16) == 46);
    CHECK(cuMemAlloc_v2(&b, 16) == 46);
    Java_io_github_elbo4j_cuda_Emulator_reset0(nullptr, nullptr);
    CHECK(cuMemAlloc_v2(&b, 16) == 0);
    CHECK(Java_io_github_elbo4j_cuda_Emulator_calls0(nullptr, nullptr, hash("cuMemAlloc")) == 1);
    CHECK(Java_io_github_elbo4j_cuda_Emulator_calls0(nullptr, nullptr, hash("cuMemAllok")) == -1);
    close();
    for (int code : {700, 719, 46}) {
        endsWith(code, [=] {
            fail("kernel", 2, code);
            const Access p = {allocate(64), 0, 1, 1};
            CHECK(launch("planted_access", 1, 16, p) == 0);
            CHECK(launch("planted_access", 1, 16, p) == 0);
            CHECK(launch("planted_access", 1, 16, p) == 0);
        });
    }
    // Memory ends.
    open();
    Java_io_github_elbo4j_cuda_Emulator_memory0(nullptr, nullptr, 1 << 20);
    size_t left, all;
    CHECK(cuMemAlloc_v2(&a, 1 << 19) == 0);
    CHECK(cuMemGetInfo_v2(&left, &all) == 0 && left == 1 << 19 && all == 1 << 20);
    CHECK(cuMemAlloc_v2(&b, (1 << 19) + 1) == 2);
    CHECK(cuMemFree_v2(a) == 0);
    CHECK(cuMemAlloc_v2(&b, (1 << 19) + 1) == 0);
    Java_io_github_elbo4j_cuda_Emulator_memory0(nullptr, nullptr, (int64_t) 4 << 30);
    // So much that new pages share one pattern.
    CHECK(cuMemAlloc_v2(&a, 100 << 20) == 0);
    float value = 0;
    CHECK(cuMemcpyDtoH_v2(&value, a + (77 << 20), 4) == 0 && value != value);
    CHECK(launch("planted_access", 1, 1, Access{a, (100 << 18) - 1, 1, 1}) == 0);
    CHECK(cuCtxSynchronize() == 0);
    CHECK(cuMemFree_v2(a) == 0);
    close();
}

void streams() {
    open();
    void *stream, *graph, *executable, *from, *to, *host;
    CHECK(cuStreamCreate(&stream, 1) == 0);
    CHECK(cuEventCreate(&from, 0) == 0);
    CHECK(cuEventCreate(&to, 0) == 0);
    CHECK(cuMemHostAlloc(&host, 64, 0) == 0);
    const Access p = {allocate(64), 0, 1, 1};
    CHECK(cuStreamBeginCapture_v2(stream, 0) == 0);
    CHECK(cuMemsetD32Async(p.x, 0, 16, stream) == 0);
    CHECK(launch("planted_access", 1, 4, p, sizeof p, stream) == 0);
    CHECK(cuMemcpyDtoHAsync_v2(host, p.x, 64, stream) == 0);
    CHECK(cuStreamEndCapture(stream, &graph) == 0);
    CHECK(cuGraphInstantiateWithFlags(&executable, graph, 0) == 0);
    volatile float* seen = static_cast<float*>(host);
    CHECK(cuEventRecord(from, stream) == 0);
    CHECK(cuGraphLaunch(executable, stream) == 0);
    CHECK(cuEventRecord(to, stream) == 0);
    CHECK(seen[0] != seen[0]); // not before somebody waits
    CHECK(cuEventQuery(to) == 600);
    CHECK(cuEventQuery(to) == 0);
    CHECK(seen[0] == 1 && seen[3] == 1 && seen[4] == 0);
    float milliseconds = -1;
    CHECK(cuEventElapsedTime(&milliseconds, from, to) == 0 && milliseconds >= 0);
    CHECK(cuStreamBeginCapture_v2(stream, 0) == 0);
    CHECK(cuStreamSynchronize(stream) == 900);
    CHECK(cuStreamEndCapture(stream, &graph) == 901);
    CHECK(live(0) == 1 && live(1) == 64 && live(2) == 1 && live(3) == 64 && live(6) == 1 && live(7) == 2 && live(8) == 1 && live(9) == 1);
    CHECK(cuStreamDestroy_v2(stream) == 0);
    CHECK(cuStreamDestroy_v2(stream) == 400);
    CHECK(live(6) == 0);
    close();
    for (int kind = 0; kind < 12; kind++) {
        CHECK(live(kind) == 0);
    }
}

// CUDA_KERNEL_NODE_PARAMS
struct KernelNode {
    void* function;
    unsigned gx, gy, gz, bx, by, bz, shared;
    void **parameters, **extra;
    void *kernel, *context;
};

// A kernel node that writes a value to x[0].
static int writeNode(const std::function<int(const KernelNode*)>& use, uint64_t x, float value) {
    struct {
        Access access;
        uint64_t mark;
    } bytes = {{x, 0, value, 1}, 0x454E444F46504152ull};
    void* list[] = {&bytes};
    KernelNode node = {nullptr, 1, 1, 1, 1, 1, 1, 0, list, nullptr, nullptr, nullptr};
    CHECK(cuModuleGetFunction(&node.function, module, "planted_access") == 0);
    return use(&node);
}

// Four nodes that write 1, 2, 3, 4 to one place, each after the one before or none after any. What stands there in the end.
static float graphOfWrites(bool chained) {
    open();
    void *stream, *graph, *executable, *nodes[4];
    const uint64_t x = allocate(64);
    CHECK(cuStreamCreate(&stream, 1) == 0);
    CHECK(cuGraphCreate(&graph, 0) == 0);
    for (int i = 0; i < 4; i++) {
        CHECK(writeNode([&](const KernelNode* p) { return cuGraphAddKernelNode_v2(&nodes[i], graph, nodes + i - 1, chained && i > 0, p); },
                        x, (float) i + 1)
              == 0);
    }
    CHECK(writeNode([&](const KernelNode* p) { return cuGraphAddKernelNode_v2(&nodes[3], graph, &graph, 1, p); }, x, 9) == 1);
    CHECK(cuGraphInstantiateWithFlags(&executable, graph, 0) == 0);
    float value = 0;
    CHECK(cuGraphDestroy(graph) == 0); // what was made of it stays
    CHECK(cuGraphLaunch(executable, stream) == 0);
    CHECK(cuCtxSynchronize() == 0);
    CHECK(cuMemcpyDtoH_v2(&value, x, 4) == 0);
    CHECK(cuGraphExecDestroy(executable) == 0);
    CHECK(cuGraphLaunch(executable, stream) == 400);
    CHECK(live(8) == 0 && live(9) == 0);
    close();
    return value;
}

void graphs() {
    std::set<float> chained, loose;
    for (int s = 1; s <= 20; s++) {
        seed(s);
        chained.insert(graphOfWrites(true));
        loose.insert(graphOfWrites(false));
    }
    CHECK(chained == std::set<float>({4})); // every order that the dependencies allow
    CHECK(loose == std::set<float>({1, 2, 3, 4}));
    // The n-th kernel may be one of a graph.
    Java_io_github_elbo4j_cuda_Emulator_reset0(nullptr, nullptr);
    open();
    void *stream, *graph, *node, *executable;
    const uint64_t x = allocate(64);
    CHECK(cuStreamCreate(&stream, 1) == 0);
    CHECK(cuGraphCreate(&graph, 0) == 0);
    CHECK(writeNode([&](const KernelNode* p) { return cuGraphAddKernelNode_v2(&node, graph, nullptr, 0, p); }, x, 1) == 0);
    CHECK(cuGraphInstantiateWithFlags(&executable, graph, 0) == 0);
    fail("kernel", 2, 719);
    CHECK(cuGraphLaunch(executable, stream) == 0);
    CHECK(cuCtxSynchronize() == 0);
    CHECK(cuGraphLaunch(executable, stream) == 0);
    CHECK(cuCtxSynchronize() == 719);
    CHECK(Java_io_github_elbo4j_cuda_Emulator_calls0(nullptr, nullptr, hash("kernel")) == 2);
    Java_io_github_elbo4j_cuda_Emulator_reset0(nullptr, nullptr);
    close();
}

} // namespace selftest

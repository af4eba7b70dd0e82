// The emulated device finds what it is there to find. Built on planted.cu; prints what failed.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <set>
#include <vector>

extern "C" {
int cuInit(unsigned);
int cuDeviceGetCount(int*);
int cuDeviceGetName(char*, int, int);
int cuDriverGetVersion(int*);
int cuDevicePrimaryCtxRetain(void**, int);
int cuDevicePrimaryCtxRelease_v2(int);
int cuDevicePrimaryCtxReset_v2(int);
int cuCtxSetCurrent(void*);
int cuCtxSynchronize();
int cuModuleLoadData(void**, const void*);
int cuModuleGetFunction(void**, void*, const char*);
int cuMemAlloc_v2(uint64_t*, size_t);
int cuMemFree_v2(uint64_t);
int cuMemGetInfo_v2(size_t*, size_t*);
int cuMemHostAlloc(void**, size_t, unsigned);
int cuMemFreeHost(void*);
int cuMemcpyHtoD_v2(uint64_t, const void*, size_t);
int cuMemcpyDtoH_v2(void*, uint64_t, size_t);
int cuMemcpyDtoHAsync_v2(void*, uint64_t, size_t, void*);
int cuMemsetD32_v2(uint64_t, unsigned, size_t);
int cuMemsetD32Async(uint64_t, unsigned, size_t, void*);
int cuLaunchKernel(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**, void**);
int cuStreamCreate(void**, unsigned);
int cuStreamDestroy_v2(void*);
int cuStreamBeginCapture_v2(void*, int);
int cuStreamEndCapture(void*, void**);
int cuStreamSynchronize(void*);
int cuGraphCreate(void**, unsigned);
int cuGraphAddKernelNode_v2(void**, void*, void* const*, size_t, const void*);
int cuGraphInstantiateWithFlags(void**, void*, unsigned long long);
int cuGraphLaunch(void*, void*);
int cuGraphDestroy(void*);
int cuGraphExecDestroy(void*);
int cuEventCreate(void**, unsigned);
int cuEventRecord(void*, void*);
int cuEventQuery(void*);
int cuEventDestroy_v2(void*);
int cuEventElapsedTime(float*, void*, void*);
int cuCtxCreate_v2(void**, unsigned, int);
int cublasCreate_v2(void**);
int cublasDestroy_v2(void*);
int cublasSgemm_v2(void*, int, int, int, int, int, const float*, uint64_t, int, uint64_t, int, const float*, uint64_t, int);
int cublasStrmm_v2(void*, int, int, int, int, int, int, const float*, uint64_t, int, uint64_t, int, uint64_t, int);
int cublasStrsm_v2(void*, int, int, int, int, int, int, const float*, uint64_t, int, uint64_t, int);
int curandCreateGenerator(void**, int);
int curandDestroyGenerator(void*);
int curandSetPseudoRandomGeneratorSeed(void*, unsigned long long);
int curandSetGeneratorOffset(void*, unsigned long long);
int curandGenerate(void*, uint64_t, size_t);
int curandGenerateNormal(void*, uint64_t, size_t, float, float);
int Java_io_github_elbo4j_cuda_Emulator_fail0(void*, void*, int, int64_t, int);
int64_t Java_io_github_elbo4j_cuda_Emulator_live0(void*, void*, int);
int64_t Java_io_github_elbo4j_cuda_Emulator_calls0(void*, void*, int);
void Java_io_github_elbo4j_cuda_Emulator_seed0(void*, void*, int64_t);
void Java_io_github_elbo4j_cuda_Emulator_reset0(void*, void*);
void Java_io_github_elbo4j_cuda_Emulator_memory0(void*, void*, int64_t);
}

static int failures;
static const char* about = "";

#define CHECK(condition) check(condition, #condition, __LINE__)
static void check(bool condition, const char* words, int line) {
    if (!condition && failures++ < 20) {
        fprintf(stderr, "FAILED %s: %s (line %d)\n", about, words, line);
    }
}

static void *context, *module;

static int hash(const char* name) {
    uint32_t h = 0;
    for (; *name != 0; name++) {
        h = 31 * h + (unsigned char) *name;
    }
    return (int) h;
}
static void fail(const char* name, int64_t countdown, int result) {
    CHECK(Java_io_github_elbo4j_cuda_Emulator_fail0(nullptr, nullptr, hash(name), countdown, result) == 1);
}
static int64_t live(int kind) { return Java_io_github_elbo4j_cuda_Emulator_live0(nullptr, nullptr, kind); }
static void seed(int64_t s) { Java_io_github_elbo4j_cuda_Emulator_seed0(nullptr, nullptr, s); }

static std::vector<char> image(const char* word) {
    std::vector<char> bytes(64);
    const uint32_t magic = 0xBA55ED50u;
    memcpy(bytes.data(), &magic, 4);
    strcpy(bytes.data() + 16, word);
    return bytes;
}

static void open() {
    CHECK(cuDevicePrimaryCtxRetain(&context, 0) == 0);
    CHECK(cuCtxSetCurrent(context) == 0);
    CHECK(cuModuleLoadData(&module, image("elbo4j-exact").data()) == 0);
}

static void close() { CHECK(cuDevicePrimaryCtxRelease_v2(0) == 0); }

// Launches a kernel whose struct is T, with the end mark where Launch.java writes it.
template <class T>
static int launch(const char* name, unsigned blocks, unsigned threads, const T& parameters, size_t mark = (sizeof(T) + 7) / 8 * 8,
                  void* stream = nullptr) {
    void* function;
    CHECK(cuModuleGetFunction(&function, module, name) == 0);
    char bytes[512] = {};
    memcpy(bytes, &parameters, sizeof parameters);
    const uint64_t end = 0x454E444F46504152ull;
    memcpy(bytes + mark, &end, sizeof end);
    void* list[] = {bytes};
    return cuLaunchKernel(function, blocks, 1, 1, threads, 1, 1, 0, stream, list, nullptr);
}

static uint64_t allocate(size_t bytes) {
    uint64_t address = 0;
    CHECK(cuMemAlloc_v2(&address, bytes) == 0);
    return address;
}

struct Reduce {
    uint64_t x, sums;
    int rows, unused;
};
struct Access {
    uint64_t x;
    long long at;
    float value;
    int write;
};
struct Meeting {
    uint64_t out;
    int limit, unused;
};
struct Lanes {
    uint64_t out, wide, count;
};

static const int ROWS = 64;

static std::vector<float> sums(const char* kernel, int64_t s) {
    open();
    seed(s);
    std::vector<float> x(ROWS * 256), result(ROWS);
    for (size_t i = 0; i < x.size(); i++) {
        x[i] = (float) ((i * 7919) % 1000) / 16.0f;
    }
    Reduce p = {allocate(x.size() * 4), allocate(ROWS * 4), ROWS, 0};
    CHECK(cuMemcpyHtoD_v2(p.x, x.data(), x.size() * 4) == 0);
    CHECK(launch(kernel, 3, 256, p) == 0);
    CHECK(cuMemcpyDtoH_v2(result.data(), p.sums, ROWS * 4) == 0);
    close();
    return result;
}

static void races() {
    const std::vector<float> right = sums("planted_reduce", 1);
    int different = 0;
    std::set<std::vector<float>> orders; // a race shows another result for every order
    for (int s = 1; s <= 5; s++) {
        CHECK(memcmp(sums("planted_reduce", s).data(), right.data(), ROWS * 4) == 0);
        const std::vector<float> raced = sums("planted_race", s);
        different += memcmp(raced.data(), right.data(), ROWS * 4) != 0;
        orders.insert(raced);
    }
    CHECK(different == 5);
    CHECK(orders.size() == 5);
}

// What a launch ends with, at the next synchronizing call and for good.
static void endsWith(int code, const std::function<void()>& work) {
    open();
    work();
    CHECK(cuCtxSynchronize() == code);
    uint64_t address;
    CHECK(cuMemAlloc_v2(&address, 16) == code);
    CHECK(cuCtxSynchronize() == code);
    close();
    open();
    CHECK(cuMemAlloc_v2(&address, 16) == 0);
    CHECK(cuCtxSynchronize() == 0);
    close();
}

static void accesses() {
    const int n = 1000; // 4000 bytes: a multiple of 16
    for (int write = 0; write <= 1; write++) {
        endsWith(700, [=] { CHECK(launch("planted_access", 1, 32, Access{allocate(n * 4), n - 31, 1, write}) == 0); });
        endsWith(700, [=] {
            const uint64_t x = allocate(n * 4);
            CHECK(cuMemFree_v2(x) == 0);
            CHECK(launch("planted_access", 1, 32, Access{x, 0, 1, write}) == 0);
        });
        endsWith(700, [=] { CHECK(launch("planted_access", 1, 1, Access{0, 0, 1, write}) == 0); });
    }
    endsWith(700, [] { CHECK(launch("planted_access", 1, 1, Access{allocate(n * 4), -1, 1, 1}) == 0); });
    endsWith(700, [] { CHECK(launch("planted_access", 1, 1, Access{allocate(13 * 4), 13, 1, 1}) == 0); });
    endsWith(716, [] { CHECK(launch("planted_vector", 1, 1, Access{allocate(n * 4), 2, 1, 1}) == 0); });
    // Far in front: found when it is freed.
    open();
    const uint64_t x = allocate(64);
    CHECK(launch("planted_access", 1, 1, Access{x, -500, 1, 1}) == 0);
    CHECK(cuMemFree_v2(x) == 700);
    close();
    // Within: as it should be, and new memory is not zero.
    open();
    const uint64_t y = allocate(n * 4);
    float read[2];
    CHECK(launch("planted_access", 1, 1, Access{y, n - 1, 3, 1}) == 0);
    CHECK(cuMemcpyDtoH_v2(read, y + (n - 2) * 4, 8) == 0);
    CHECK(read[0] != read[0] && read[1] == 3);
    CHECK(cuMemcpyDtoH_v2(read, y + (n - 1) * 4, 8) == 1);
    CHECK(cuMemcpyHtoD_v2(y + n * 4, read, 4) == 1);
    CHECK(cuMemFree_v2(y + 16) == 1);
    CHECK(cuMemFree_v2(y) == 0);
    CHECK(cuMemFree_v2(y) == 1);
    close();
}

static void meetings() {
    for (const char* kernel : {"planted_exit", "planted_divergence", "planted_shuffle"}) {
        about = kernel;
        for (int s = 1; s <= 5; s++) {
            seed(s);
            endsWith(719, [=] { CHECK(launch(kernel, 2, 64, Meeting{allocate(64 * 4), 40, 0}) == 0); });
        }
        open();
        CHECK(launch(kernel, 2, 64, Meeting{allocate(64 * 4), 64, 0}) == 0);
        CHECK(cuCtxSynchronize() == 0);
        close();
    }
    about = "meetings";
    // Half a warp asks for the whole one.
    endsWith(719, [=] { CHECK(launch("planted_shuffle", 1, 16, Meeting{allocate(64 * 4), 64, 0}) == 0); });
}

static void lanes() {
    open();
    Lanes p = {allocate(9 * 32 * 4), allocate(32 * 8), allocate(8)};
    CHECK(cuMemsetD32_v2(p.count, 0, 2) == 0);
    CHECK(launch("planted_lanes", 1, 32, p) == 0);
    int out[9][32];
    double wide[32];
    unsigned count[2];
    CHECK(cuMemcpyDtoH_v2(out, p.out, sizeof out) == 0);
    CHECK(cuMemcpyDtoH_v2(wide, p.wide, sizeof wide) == 0);
    CHECK(cuMemcpyDtoH_v2(count, p.count, sizeof count) == 0);
    for (int l = 0; l < 32; l++) {
        CHECK(out[0][l] == 5);
        CHECK(out[1][l] == l / 8 * 8 + 1);
        CHECK(out[2][l] == (l < 3 ? l : l - 3));
        CHECK(out[3][l] == (l % 16 >= 13 ? l : l + 3));
        CHECK(out[4][l] == (l ^ 4));
        CHECK(out[5][l] == 0x49249249);
        CHECK(out[6][l] == (l < 16 ? 2 : 30));
        CHECK(wide[l] == 0.1 * (l == 31 ? 31 : l + 1));
        CHECK(out[7][l] == (31 - l) * (31 - l));
        CHECK(out[8][l] == 2);
    }
    CHECK(count[0] == 32 && count[1] == 31);
    close();
}

static void launches() {
    open();
    const Access p = {allocate(64), 0, 1, 1};
    CHECK(launch("planted_access", 1, 1, p, 16) == 1);
    CHECK(launch("planted_access", 1, 1, p, 32) == 1);
    CHECK(launch("planted_access", 0, 1, p) == 1);
    CHECK(launch("planted_access", 1, 1025, p) == 1);
    CHECK(launch("planted_exit", 1, 257, Meeting{p.x, 1000, 0}) == 701);
    CHECK(launch("planted_access", 1, 16, p) == 0);
    void* function;
    CHECK(cuModuleGetFunction(&function, module, "planted_nothing") == 500);
    void* other;
    CHECK(cuModuleLoadData(&other, image("elbo4j").data()) == 200);
    CHECK(cuModuleLoadData(&other, std::vector<char>(64).data()) == 200);
    CHECK(cuCtxCreate_v2(&other, 0, 0) == 801);
    close();
    CHECK(cuCtxSynchronize() == 709);
    CHECK(cuCtxSetCurrent(context) == 201);
}

static void faults() {
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

static void streams() {
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

static void graphs() {
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

static uint64_t upload(const std::vector<float>& values) {
    const uint64_t address = allocate(values.size() * 4);
    CHECK(cuMemcpyHtoD_v2(address, values.data(), values.size() * 4) == 0);
    return address;
}

static std::vector<float> download(uint64_t address, size_t n) {
    std::vector<float> values(n);
    CHECK(cuMemcpyDtoH_v2(values.data(), address, n * 4) == 0);
    return values;
}

// Small whole numbers, so that every order of sums is exact.
static void cublas() {
    open();
    void* handle;
    CHECK(cublasCreate_v2(&handle) == 0);
    const float one = 1, two = 2, zero = 0;
    // By columns: A = (1 3 5; 2 4 6), B = (1 4; 2 5; 3 6), A·B = (22 49; 28 64).
    const uint64_t a = upload({1, 2, 3, 4, 5, 6}), b = upload({1, 2, 3, 4, 5, 6}), c = upload({NAN, NAN, NAN, NAN});
    CHECK(cublasSgemm_v2(handle, 0, 0, 2, 2, 3, &one, a, 2, b, 3, &zero, c, 2) == 0);
    CHECK(download(c, 4) == std::vector<float>({22, 28, 49, 64}));
    // 2·Aᵀ·Bᵀ + C with A = (1 4; 2 5; 3 6), B = (1 3 5; 2 4 6): A is 3 × 2, B 2 × 3.
    CHECK(cublasSgemm_v2(handle, 1, 1, 2, 2, 3, &two, a, 3, b, 2, &one, c, 2) == 0);
    CHECK(download(c, 4) == std::vector<float>({22 + 44, 28 + 98, 49 + 56, 64 + 128}));
    // For every triangle: solving undoes multiplying, and the other half is not read.
    for (int side = 0; side < 2; side++) {
        for (int fill = 0; fill < 2; fill++) {
            for (int transposed = 0; transposed < 2; transposed++) {
                for (int unit = 0; unit < 2; unit++) {
                    const std::vector<float> full = {2, 3, 5, 7, 4, 1, 6, 2, 8};
                    std::vector<float> t = full;
                    for (int i = 0; i < 9; i++) {
                        const int row = i % 3, column = i / 3;
                        if (fill == 0 ? row < column : row > column) {
                            t[(size_t) i] = NAN;
                        }
                    }
                    const std::vector<float> start = {1, 2, 3, 4, 5, 6, 7, 8, 9};
                    std::vector<float> want(9);
                    for (int i = 0; i < 3; i++) {
                        for (int j = 0; j < 3; j++) {
                            for (int k = 0; k < 3; k++) {
                                int row = side == 0 ? i : k, column = side == 0 ? k : j;
                                if (transposed == 1) {
                                    std::swap(row, column);
                                }
                                const bool in = fill == 0 ? row >= column : row <= column;
                                const float l = row == column && unit == 1 ? 1 : in ? full[(size_t) (row + 3 * column)] : 0;
                                want[(size_t) (i + 3 * j)] += l * start[(size_t) (side == 0 ? k + 3 * j : i + 3 * k)];
                            }
                        }
                    }
                    const uint64_t l = upload(t), x = upload(start);
                    CHECK(cublasStrmm_v2(handle, side, fill, transposed, unit, 3, 3, &one, l, 3, x, 3, x, 3) == 0);
                    CHECK(download(x, 9) == want);
                    CHECK(cublasStrsm_v2(handle, side, fill, transposed, unit, 3, 3, &one, l, 3, x, 3) == 0);
                    CHECK(download(x, 9) == start);
                }
            }
        }
    }
    CHECK(cublasSgemm_v2(handle, 0, 0, 2, 2, 3, &one, a, 1, b, 3, &zero, c, 2) == 7);
    CHECK(live(10) == 1);
    CHECK(cublasSgemm_v2(handle, 0, 0, 2, 3, 3, &one, a, 2, b, 3, &zero, c, 2) == 0); // two elements too many
    CHECK(cuCtxSynchronize() == 700);
    CHECK(cublasSgemm_v2(handle, 0, 0, 2, 2, 3, &one, a, 2, b, 3, &zero, c, 2) == 13);
    CHECK(cublasDestroy_v2(handle) == 0);
    CHECK(cublasDestroy_v2(handle) == 1);
    close();
}

static void curand() {
    open();
    const size_t n = 20000;
    const uint64_t x = allocate(n * 4);
    void* generator;
    CHECK(curandCreateGenerator(&generator, 161) == 0);
    CHECK(curandSetPseudoRandomGeneratorSeed(generator, 0) == 0);
    CHECK(curandGenerate(generator, x, 4) == 0);
    uint32_t words[4];
    CHECK(cuMemcpyDtoH_v2(words, x, 16) == 0);
    CHECK(words[0] == 0x6627e8d5u && words[1] == 0xe169c58du && words[2] == 0xbc57ac4cu && words[3] == 0x9b00dbd8u);
    CHECK(curandDestroyGenerator(generator) == 0);
    for (int type : {100, 161}) {
        CHECK(curandCreateGenerator(&generator, type) == 0);
        CHECK(curandSetPseudoRandomGeneratorSeed(generator, 77) == 0);
        CHECK(curandGenerateNormal(generator, x, n, 0, 1) == 0);
        const std::vector<float> all = download(x, n);
        double sums[4] = {};
        for (float v : all) {
            sums[0] += v / (double) n;
            sums[1] += v * v / (double) n;
            sums[2] += v * v * v / (double) n;
            sums[3] += v * v * v * v / (double) n;
        }
        // Five standard errors: sqrt(1, 2, 15, 96 over n).
        CHECK(sums[0] * sums[0] < 25 * 1 / (double) n);
        CHECK((sums[1] - 1) * (sums[1] - 1) < 25 * 2 / (double) n);
        CHECK(sums[2] * sums[2] < 25 * 15 / (double) n);
        CHECK((sums[3] - 3) * (sums[3] - 3) < 25 * 96 / (double) n);
        // From an offset on: the same numbers.
        CHECK(curandSetGeneratorOffset(generator, 10002) == 0);
        CHECK(curandGenerateNormal(generator, x, 100, 0, 1) == 0);
        CHECK(download(x, 100) == std::vector<float>(all.begin() + 10002, all.begin() + 10102));
        CHECK(curandGenerateNormal(generator, x, 3, 0, 1) == 105);
        CHECK(curandDestroyGenerator(generator) == 0);
    }
    close();
}

int main(int count, char** arguments) {
    CHECK(cuCtxSynchronize() == 3);
    CHECK(cuInit(0) == 0);
    if (count > 1 && strcmp(arguments[1], "leak") == 0) {
        open();
        allocate(64);
        return 0;
    }
    int devices;
    char name[64];
    CHECK(cuDeviceGetCount(&devices) == 0 && devices == 2);
    CHECK(cuDeviceGetName(name, sizeof name, 1) == 0 && strcmp(name, "Emulated CUDA device") == 0);
    const struct {
        const char* name;
        void (*run)();
    } tests[] = {{"lanes", lanes}, {"races", races}, {"accesses", accesses}, {"meetings", meetings},
                 {"launches", launches}, {"faults", faults}, {"cublas", cublas}, {"curand", curand}, {"streams", streams}, {"graphs", graphs}};
    for (auto& test : tests) {
        about = test.name;
        const int before = failures;
        test.run();
        printf("%-10s %s\n", test.name, failures == before ? "ok" : "FAILED");
    }
    return failures == 0 ? 0 : 1;
}

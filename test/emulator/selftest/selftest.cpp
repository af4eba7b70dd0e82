// The emulated device finds what it is there to find. Built on planted.cu; prints what failed.
#include "selftest.h"

namespace selftest {

static int failures;
const char* about = "";
void *context, *module;

void check(bool condition, const char* words, int line) {
    if (!condition && failures++ < 20) {
        fprintf(stderr, "FAILED %s: %s (line %d)\n", about, words, line);
    }
}

int hash(const char* name) {
    uint32_t h = 0;
    for (; *name != 0; name++) {
        h = 31 * h + (unsigned char) *name;
    }
    return (int) h;
}
void fail(const char* name, int64_t countdown, int result) {
    CHECK(Java_io_github_elbo4j_cuda_Emulator_fail0(nullptr, nullptr, hash(name), countdown, result) == 1);
}
int64_t live(int kind) { return Java_io_github_elbo4j_cuda_Emulator_live0(nullptr, nullptr, kind); }
void seed(int64_t s) { Java_io_github_elbo4j_cuda_Emulator_seed0(nullptr, nullptr, s); }

std::vector<char> image(const char* word) {
    std::vector<char> bytes(64);
    const uint32_t magic = 0xBA55ED50u;
    memcpy(bytes.data(), &magic, 4);
    strcpy(bytes.data() + 16, word);
    return bytes;
}

void open() {
    CHECK(cuDevicePrimaryCtxRetain(&context, 0) == 0);
    CHECK(cuCtxSetCurrent(context) == 0);
    CHECK(cuModuleLoadData(&module, image("elbo4j-exact").data()) == 0);
}

void close() { CHECK(cuDevicePrimaryCtxRelease_v2(0) == 0); }

uint64_t allocate(size_t bytes) {
    uint64_t address = 0;
    CHECK(cuMemAlloc_v2(&address, bytes) == 0);
    return address;
}

void endsWith(int code, const std::function<void()>& work) {
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

} // namespace selftest

using namespace selftest;

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

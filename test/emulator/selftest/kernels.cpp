// What the device finds in kernels: races, accesses outside of memory, meetings that fail, launches that do not fit.
#include "selftest.h"

#include <set>

namespace selftest {

struct Reduce {
    uint64_t x, sums;
    int rows, unused;
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

void races() {
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

// One that begins with its page, or one that ends with it: which it is, is drawn.
uint64_t allocateAt(bool begin, size_t bytes) {
    for (int i = 0; i < 100; i++) {
        const uint64_t x = allocate(bytes);
        if ((x % 4096 == 0) == begin) {
            return x;
        }
    }
    CHECK(!"both are drawn");
    return 0;
}

void accesses() {
    const int n = 1000; // 4000 bytes: a multiple of 16
    for (int write = 0; write <= 1; write++) {
        endsWith(700, [=] { CHECK(launch("planted_access", 1, 32, Access{allocateAt(false, n * 4), n - 31, 1, write}) == 0); });
        endsWith(700, [=] { CHECK(launch("planted_access", 1, 1, Access{allocateAt(true, n * 4), -1, 1, write}) == 0); });
        endsWith(700, [=] {
            const uint64_t x = allocate(n * 4);
            CHECK(cuMemFree_v2(x) == 0);
            CHECK(launch("planted_access", 1, 32, Access{x, 0, 1, write}) == 0);
        });
        endsWith(700, [=] { CHECK(launch("planted_access", 1, 1, Access{0, 0, 1, write}) == 0); });
    }
    for (bool begin : {false, true}) { // into a guard
        endsWith(700, [=] { CHECK(launch("planted_access", 1, 1, Access{allocateAt(begin, n * 4), -1, 1, 1}) == 0); });
        endsWith(700, [=] { CHECK(launch("planted_access", 1, 1, Access{allocateAt(begin, 13 * 4), 13, 1, 1}) == 0); });
    }
    endsWith(716, [] { CHECK(launch("planted_vector", 1, 1, Access{allocate(n * 4), 2, 1, 1}) == 0); });
    for (bool begin : {false, true}) { // far from it in its pages: found when it is freed
        open();
        const uint64_t x = allocateAt(begin, 64);
        CHECK(launch("planted_access", 1, 1, Access{x, begin ? 500 : -500, 1, 1}) == 0);
        CHECK(cuMemFree_v2(x) == 700);
        close();
    }
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

void meetings() {
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

void lanes() {
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

void launches() {
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

} // namespace selftest

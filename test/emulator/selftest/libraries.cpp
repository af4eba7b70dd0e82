// What cuBLAS and cuRAND compute.
#include "selftest.h"

#include <cmath>
#include <utility>

namespace selftest {

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

// For a triangle: solving undoes multiplying, and the other half is not read.
static void triangle(void* handle, int side, int fill, int transposed, int unit) {
    const float one = 1;
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

// Small whole numbers, so that every order of sums is exact.
void cublas() {
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
    for (int kind = 0; kind < 16; kind++) {
        triangle(handle, kind >> 3, kind >> 2 & 1, kind >> 1 & 1, kind & 1);
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

void curand() {
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

} // namespace selftest

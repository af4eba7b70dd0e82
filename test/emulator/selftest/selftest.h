// The functions that the emulated device's own test calls, and what its parts share: kernels.cpp, driver.cpp, libraries.cpp.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
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

namespace selftest {

extern const char* about; // the test that runs
extern void *context, *module;

#define CHECK(condition) selftest::check(condition, #condition, __LINE__)
void check(bool condition, const char* words, int line);

// Opens the context of device 0 and loads the module.
void open();
void close();
std::vector<char> image(const char* word); // of a module
uint64_t allocate(size_t bytes);

// The function that a name stands for in Emulator.java.
int hash(const char* name);
void fail(const char* name, int64_t countdown, int result);
int64_t live(int kind);
void seed(int64_t s);

// Launches a kernel whose struct is T, with the end mark where Launch.java writes it.
template <class T>
int launch(const char* name, unsigned blocks, unsigned threads, const T& parameters, size_t mark = (sizeof(T) + 7) / 8 * 8,
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

// What a launch ends with, at the next synchronizing call and for good.
void endsWith(int code, const std::function<void()>& work);

// The struct of planted_access and planted_vector.
struct Access {
    uint64_t x;
    long long at;
    float value;
    int write;
};

// ---- the tests ----

// kernels.cpp
void lanes();
void races();
void accesses();
void meetings();
void launches();
// driver.cpp
void faults();
void streams();
void graphs();
// libraries.cpp
void cublas();
void curand();

} // namespace selftest

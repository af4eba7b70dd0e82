// Modules, their functions, and what the driver tells of a function.
#include "driver.h"

#include <cstring>

namespace emulation {

namespace {

// All kernels of this library: they register themselves when it is loaded.
std::vector<const Kernel*>& kernels() {
    static auto* all = new std::vector<const Kernel*>;
    return *all;
}

} // namespace

void add(const Kernel* kernel, int count) {
    for (int i = 0; i < count; i++) {
        kernels().push_back(kernel + i);
    }
}

} // namespace emulation

using namespace emulation;

API int cuModuleLoadData(Module** handle, const void* image) {
    CONTEXT("cuModuleLoadData")
    const char* bytes = static_cast<const char*>(image);
    uint32_t magic;
    uint64_t size;
    memcpy(&magic, bytes, sizeof magic);
    if (magic != 0xBA55ED50u) {
        say("a module that is no fatbin");
        return INVALID_IMAGE;
    }
    memcpy(&size, bytes + 8, sizeof size);
    const char* word = bytes + 16 + size;
    const char* arithmetic = strncmp(word, "elbo4j-exact", 12) == 0 ? "exact" : strncmp(word, "elbo4j-fast", 11) == 0 ? "fast" : nullptr;
    if (arithmetic == nullptr) {
        say("a fatbin without the word elbo4j-exact or elbo4j-fast behind its end");
        return INVALID_IMAGE;
    }
    Module* module = new Module;
    module->arithmetic = arithmetic;
    add(module, context, MODULES);
    *handle = module;
    return SUCCESS;
}

API int cuModuleLoadDataEx(Module** handle, const void* image, unsigned, int*, void**) { return cuModuleLoadData(handle, image); }

API int cuModuleUnload(Module* handle) {
    SYNCHRONIZING("cuModuleUnload")
    Module* module = get<Module>(handle);
    if (module == nullptr) {
        return INVALID_HANDLE;
    }
    for (auto& entry : module->functions) {
        objects.erase(entry.second);
    }
    end(module, MODULES);
    return SUCCESS;
}

API int cuModuleGetFunction(Function** handle, Module* from, const char* name) {
    CONTEXT("cuModuleGetFunction")
    Module* module = get<Module>(from);
    if (module == nullptr) {
        return INVALID_HANDLE;
    }
    Function*& function = module->functions[name];
    if (function == nullptr) {
        for (const Kernel* kernel : kernels()) {
            if (strcmp(kernel->name, name) == 0 && strcmp(kernel->arithmetic, module->arithmetic) == 0) {
                function = new Function;
                function->kernel = kernel;
                function->context = context;
                objects[function] = function;
            }
        }
        if (function == nullptr) {
            module->functions.erase(name);
            return NOT_FOUND;
        }
    }
    *handle = function;
    return SUCCESS;
}

API int cuModuleGetGlobal_v2(uint64_t*, size_t*, Module*, const char*) {
    CONTEXT("cuModuleGetGlobal")
    (void) context;
    return NOT_FOUND; // the kernels have none
}

API int cuModuleGetLoadingMode(int* mode) {
    *mode = 1;
    return SUCCESS;
}

API int cuFuncGetAttribute(int* value, int attribute, Function* handle) {
    CONTEXT("cuFuncGetAttribute")
    (void) context;
    Function* function = get<Function>(handle);
    if (function == nullptr) {
        return INVALID_HANDLE;
    }
    const Kernel* kernel = function->kernel;
    const int shared = (int) (kernel->sharedEnd - kernel->sharedBegin); // of its whole source file
    *value = attribute == 0 ? kernel->threads : attribute == 1 ? shared : attribute == 4 ? 32 : attribute == 5 || attribute == 6 ? 80 : 0;
    return SUCCESS;
}

API int cuFuncSetAttribute(Function* handle, int, int) {
    CONTEXT("cuFuncSetAttribute")
    (void) context;
    return get<Function>(handle) == nullptr ? INVALID_HANDLE : SUCCESS;
}

API int cuFuncSetCacheConfig(Function* handle, int) {
    CONTEXT("cuFuncSetCacheConfig")
    (void) context;
    return get<Function>(handle) == nullptr ? INVALID_HANDLE : SUCCESS;
}

API int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Function* handle, int threads, size_t) {
    CONTEXT("cuOccupancyMaxActiveBlocksPerMultiprocessor")
    (void) context;
    Function* function = get<Function>(handle);
    if (function == nullptr || threads < 1) {
        return function == nullptr ? INVALID_HANDLE : INVALID_VALUE;
    }
    *blocks = threads > function->kernel->threads ? 0 : 2048 / threads < 32 ? 2048 / threads : 32;
    return SUCCESS;
}

API int cuOccupancyMaxPotentialBlockSize(int* grid, int* block, Function* handle, size_t (*)(int), size_t, int limit) {
    CONTEXT("cuOccupancyMaxPotentialBlockSize")
    (void) context;
    Function* function = get<Function>(handle);
    if (function == nullptr) {
        return INVALID_HANDLE;
    }
    *block = limit > 0 && limit < function->kernel->threads ? limit : function->kernel->threads;
    *grid = 4 * (2048 / *block);
    return SUCCESS;
}

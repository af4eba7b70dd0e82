// Launches of kernels, each checked before it waits in the queue.
#include "driver.h"

#include <cstring>

namespace emulation {

namespace {

constexpr uint64_t END_MARK = 0x454E444F46504152ull; // behind the struct, where Launch.java writes it

int refuse(const Kernel* kernel, const std::string& words, int code) {
    say(std::string("launch of ") + kernel->name + ": " + words);
    return code;
}

} // namespace

int prepare(Context* context, void* handle, Size grid, Size block, unsigned shared, void** kernelParameters, void** extra,
            Launch& launch) {
    Function* function = get<Function>(handle);
    if (function == nullptr || function->context != context) {
        return INVALID_HANDLE;
    }
    const Kernel* kernel = function->kernel;
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffff || grid.y > 65535 || grid.z > 65535) {
        return refuse(kernel, "the grid is " + std::to_string(grid.x) + " x " + std::to_string(grid.y) + " x " + std::to_string(grid.z),
                      INVALID_VALUE);
    }
    const uint64_t threads = (uint64_t) block.x * block.y * block.z;
    if (threads == 0 || block.x > 1024 || block.y > 1024 || block.z > 64 || threads > 1024) {
        return refuse(kernel, "a block of " + std::to_string(threads) + " threads", INVALID_VALUE);
    }
    if (threads > (uint64_t) kernel->threads) {
        return refuse(kernel,
                      "a block of " + std::to_string(threads) + " threads, but its __launch_bounds__ are "
                              + std::to_string(kernel->threads),
                      LAUNCH_OUT_OF_RESOURCES);
    }
    if (shared != 0) {
        return refuse(kernel, "dynamic shared memory, of which the emulated device has none", INVALID_VALUE);
    }
    const char* bytes = nullptr;
    if (kernelParameters != nullptr) {
        bytes = static_cast<const char*>(kernelParameters[0]);
    } else if (extra != nullptr) {
        for (void** e = extra; *e != nullptr; e += 2) {
            if (*e == reinterpret_cast<void*>(1)) { // CU_LAUNCH_PARAM_BUFFER_POINTER
                bytes = static_cast<const char*>(e[1]);
            }
        }
    }
    if (bytes == nullptr) {
        return refuse(kernel, "no parameters", INVALID_VALUE);
    }
    uint64_t mark;
    memcpy(&mark, bytes + (kernel->parameters + 7) / 8 * 8, sizeof mark);
    if (mark != END_MARK) {
        std::string found = "nowhere near";
        for (size_t at = 0; at <= kernel->parameters + 64; at += 8) {
            memcpy(&mark, bytes + at, sizeof mark);
            if (mark == END_MARK) {
                found = "after " + std::to_string(at);
                break;
            }
        }
        return refuse(kernel,
                      "its struct has " + std::to_string(kernel->parameters) + " bytes, but the end mark stands " + found,
                      INVALID_VALUE);
    }
    launch.kernel = kernel;
    launch.grid = grid;
    launch.block = block;
    launch.parameters.resize((kernel->parameters + 7) / 8);
    memcpy(launch.parameters.data(), bytes, kernel->parameters);
    return SUCCESS;
}

} // namespace emulation

using namespace emulation;

API int cuLaunchKernel(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
                       void* stream, void** parameters, void** extra) {
    CONTEXT("cuLaunchKernel")
    Node node;
    if (const int result = prepare(context, function, {gx, gy, gz}, {bx, by, bz}, shared, parameters, extra, node.launch)) {
        return result;
    }
    return submitNode(context, stream, std::move(node));
}

// Copies between host and device, and fills.
#include "driver.h"

#include <cstring>

using namespace emulation;

namespace {

int copyToDevice(Context* context, void* stream, char* to, const void* host, size_t bytes, bool now) {
    bool beyond;
    const bool pinned = isPinned(context, host, bytes, beyond);
    if (bytes == 0) {
        return SUCCESS;
    }
    if (!isUsable(context, to, bytes) || beyond) {
        return refuseRange("copy to the device", beyond ? host : to, bytes);
    }
    if (now) {
        memcpy(to, host, bytes);
        return SUCCESS;
    }
    if (pinned) {
        return submitTo(context, stream, 1, [=] { memcpy(to, host, bytes); });
    }
    // The driver has staged pageable memory when it returns.
    std::vector<char> staged(static_cast<const char*>(host), static_cast<const char*>(host) + bytes);
    return submitTo(context, stream, 1, [to, staged = std::move(staged)] { memcpy(to, staged.data(), staged.size()); });
}

int copyToHost(Context* context, void* stream, void* host, const char* from, size_t bytes, bool now) {
    bool beyond;
    const bool pinned = isPinned(context, host, bytes, beyond);
    if (bytes == 0) {
        return SUCCESS;
    }
    if (!isUsable(context, from, bytes) || beyond) {
        return refuseRange("copy from the device", beyond ? host : from, bytes);
    }
    if (!now) {
        const int result = submitTo(context, stream, 1, [=] { memcpy(host, from, bytes); });
        if (result == SUCCESS && !pinned && captures == 0) {
            drain(context); // for pageable memory the driver waits
        }
        return result;
    }
    memcpy(host, from, bytes);
    return SUCCESS;
}

int copyWithin(Context* context, void* stream, char* to, const char* from, size_t bytes) {
    if (bytes == 0) {
        return SUCCESS;
    }
    if (!isUsable(context, to, bytes) || !isUsable(context, from, bytes)) {
        return refuseRange("copy on the device", isUsable(context, to, bytes) ? from : to, bytes);
    }
    return submitTo(context, stream, 1, [=] { memmove(to, from, bytes); });
}

template <class T>
int fill(Context* context, void* stream, uint64_t place, T value, size_t n) {
    T* const to = reinterpret_cast<T*>(place);
    if (n == 0) {
        return SUCCESS;
    }
    if (place % sizeof(T) != 0 || !isUsable(context, to, n * sizeof(T))) {
        return refuseRange("memset", to, n * sizeof(T));
    }
    return submitTo(context, stream, 2, [=] {
        for (size_t i = 0; i < n; i++) {
            to[i] = value;
        }
    });
}

} // namespace

API int cuMemcpyHtoD_v2(uint64_t to, const void* host, size_t bytes) {
    SYNCHRONIZING("cuMemcpyHtoD")
    return copyToDevice(context, nullptr, reinterpret_cast<char*>(to), host, bytes, true);
}

API int cuMemcpyHtoDAsync_v2(uint64_t to, const void* host, size_t bytes, void* stream) {
    CONTEXT("cuMemcpyHtoDAsync")
    return copyToDevice(context, stream, reinterpret_cast<char*>(to), host, bytes, false);
}

API int cuMemcpyDtoH_v2(void* host, uint64_t from, size_t bytes) {
    SYNCHRONIZING("cuMemcpyDtoH")
    return copyToHost(context, nullptr, host, reinterpret_cast<char*>(from), bytes, true);
}

API int cuMemcpyDtoHAsync_v2(void* host, uint64_t from, size_t bytes, void* stream) {
    CONTEXT("cuMemcpyDtoHAsync")
    return copyToHost(context, stream, host, reinterpret_cast<char*>(from), bytes, false);
}

API int cuMemcpyDtoD_v2(uint64_t to, uint64_t from, size_t bytes) {
    CONTEXT("cuMemcpyDtoD")
    return copyWithin(context, nullptr, reinterpret_cast<char*>(to), reinterpret_cast<char*>(from), bytes);
}

API int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void* stream) {
    CONTEXT("cuMemcpyDtoDAsync")
    return copyWithin(context, stream, reinterpret_cast<char*>(to), reinterpret_cast<char*>(from), bytes);
}

API int cuMemsetD8_v2(uint64_t to, uint8_t value, size_t n) {
    CONTEXT("cuMemsetD8")
    return fill<uint8_t>(context, nullptr, to, value, n);
}

API int cuMemsetD8Async(uint64_t to, uint8_t value, size_t n, void* stream) {
    CONTEXT("cuMemsetD8Async")
    return fill<uint8_t>(context, stream, to, value, n);
}

API int cuMemsetD16_v2(uint64_t to, uint16_t value, size_t n) {
    CONTEXT("cuMemsetD16")
    return fill<uint16_t>(context, nullptr, to, value, n);
}

API int cuMemsetD16Async(uint64_t to, uint16_t value, size_t n, void* stream) {
    CONTEXT("cuMemsetD16Async")
    return fill<uint16_t>(context, stream, to, value, n);
}

API int cuMemsetD32_v2(uint64_t to, uint32_t value, size_t n) {
    CONTEXT("cuMemsetD32")
    return fill<uint32_t>(context, nullptr, to, value, n);
}

API int cuMemsetD32Async(uint64_t to, uint32_t value, size_t n, void* stream) {
    CONTEXT("cuMemsetD32Async")
    return fill<uint32_t>(context, stream, to, value, n);
}

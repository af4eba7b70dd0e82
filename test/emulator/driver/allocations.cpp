// Device memory and pinned memory: asked for and given back.
#include "driver.h"

#include <cstdlib>

namespace emulation {

bool isPinned(Context* context, const void* host, size_t bytes, bool& beyond) {
    beyond = false;
    auto i = context->pinned.upper_bound((uintptr_t) host);
    if (i == context->pinned.begin()) {
        return false;
    }
    --i;
    const size_t offset = (uintptr_t) host - i->first;
    if (offset >= i->second) {
        return false;
    }
    beyond = bytes > i->second - offset;
    return true;
}

bool isUsable(Context* context, const void* place, size_t bytes) {
    const Allocation* a = find(place, bytes);
    if (a != nullptr) {
        return a->device == context->device;
    }
    bool beyond;
    return isPinned(context, place, bytes, beyond) && !beyond;
}

int refuseRange(const char* what, const void* place, size_t bytes) {
    say(std::string(what) + " of " + std::to_string(bytes) + " bytes at " + describe((uintptr_t) place));
    return INVALID_VALUE;
}

void freePinned(Context* context, std::map<uintptr_t, size_t>::iterator i) {
    count(PINNED, -1);
    count(PINNED_BYTES, -(int64_t) i->second);
    free(reinterpret_cast<void*>(i->first));
    context->pinned.erase(i);
}

void freeDevice(Context* context, const Allocation& a) {
    count(ALLOCATIONS, -1);
    count(BYTES, -(int64_t) a.bytes);
    context->used -= (a.bytes + 511) / 512 * 512;
    release(a);
}

bool isAllocated(const void* address, size_t bytes) { return isUsable(current(), address, bytes); }

} // namespace emulation

using namespace emulation;

API int cuMemGetInfo_v2(size_t* free, size_t* total) {
    CONTEXT("cuMemGetInfo")
    const uint64_t all = settings().memory;
    *total = all;
    *free = all > context->used ? all - context->used : 0;
    return SUCCESS;
}

API int cuMemAlloc_v2(uint64_t* address, size_t bytes) {
    CONTEXT("cuMemAlloc")
    if (captures > 0 && capturing(context, true)) {
        return CAPTURE_UNSUPPORTED;
    }
    if (bytes == 0) {
        return INVALID_VALUE;
    }
    const uint64_t used = context->used + (bytes + 511) / 512 * 512;
    if (bytes > settings().memory || used > settings().memory) {
        return OUT_OF_MEMORY;
    }
    char* memory = allocate(context->device, bytes);
    if (memory == nullptr) {
        return OUT_OF_MEMORY;
    }
    context->used = used;
    count(ALLOCATIONS, 1);
    count(BYTES, (int64_t) bytes);
    *address = (uint64_t) memory;
    return SUCCESS;
}

API int cuMemFree_v2(uint64_t address) {
    SYNCHRONIZING("cuMemFree")
    if (address == 0) {
        return SUCCESS;
    }
    const char* place = reinterpret_cast<const char*>(address);
    const Allocation* a = find(place, 1);
    if (a == nullptr || a->begin != place || a->device != context->device) {
        return refuseRange("free", place, 0);
    }
    const std::string words = damage(*a, true);
    freeDevice(context, *a);
    if (!words.empty()) {
        setFault(context, ILLEGAL_ADDRESS, words);
    }
    context->known = context->fault != 0;
    return context->fault;
}

API int cuMemGetAddressRange_v2(uint64_t* base, size_t* size, uint64_t address) {
    CONTEXT("cuMemGetAddressRange")
    (void) context;
    const Allocation* a = find(reinterpret_cast<void*>(address), 1);
    if (a == nullptr) {
        return NOT_FOUND;
    }
    if (base != nullptr) {
        *base = (uint64_t) a->begin;
    }
    if (size != nullptr) {
        *size = a->bytes;
    }
    return SUCCESS;
}

static int allocatePinned(Context* context, void** host, size_t bytes) {
    if (bytes == 0) {
        return INVALID_VALUE;
    }
    const size_t rounded = (bytes + 4095) / 4096 * 4096;
    void* memory = aligned_alloc(4096, rounded);
    if (memory == nullptr) {
        return OUT_OF_MEMORY;
    }
    poison(static_cast<char*>(memory), rounded);
    context->pinned[(uintptr_t) memory] = bytes;
    count(PINNED, 1);
    count(PINNED_BYTES, (int64_t) bytes);
    *host = memory;
    return SUCCESS;
}

API int cuMemHostAlloc(void** host, size_t bytes, unsigned) {
    CONTEXT("cuMemHostAlloc")
    return allocatePinned(context, host, bytes);
}

API int cuMemAllocHost_v2(void** host, size_t bytes) {
    CONTEXT("cuMemAllocHost")
    return allocatePinned(context, host, bytes);
}

API int cuMemFreeHost(void* host) {
    SYNCHRONIZING("cuMemFreeHost")
    auto i = context->pinned.find((uintptr_t) host);
    if (i == context->pinned.end()) {
        return INVALID_VALUE;
    }
    freePinned(context, i);
    return SUCCESS;
}

API int cuMemHostGetDevicePointer_v2(uint64_t* address, void* host, unsigned) {
    CONTEXT("cuMemHostGetDevicePointer")
    bool beyond;
    if (!isPinned(context, host, 1, beyond)) {
        return INVALID_VALUE;
    }
    *address = (uint64_t) host;
    return SUCCESS;
}

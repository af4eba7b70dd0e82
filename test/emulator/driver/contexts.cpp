// Primary contexts: they begin, take all that is theirs along when they end, and are made current.
#include "driver.h"

using namespace emulation;

namespace {

Context* primary[64];

Live kindOf(Object* object) {
    return dynamic_cast<Module*>(object)       ? MODULES
           : dynamic_cast<Stream*>(object)     ? STREAMS
           : dynamic_cast<Event*>(object)      ? EVENTS
           : dynamic_cast<Graph*>(object)      ? GRAPHS
           : dynamic_cast<Executable*>(object) ? EXECUTABLES
                                               : KINDS;
}

// Takes everything that belongs to it along, as the driver does; work that waits is done before.
void empty(Context* context) {
    drain(context);
    std::vector<Object*> mine;
    for (auto& entry : objects) {
        if (entry.second->context == context && entry.second != context) {
            mine.push_back(entry.second);
        }
    }
    for (Object* object : mine) {
        Stream* stream = dynamic_cast<Stream*>(object);
        if (stream != nullptr && stream->capture != nullptr && stream->origin) {
            captures--;
        }
        const Live kind = kindOf(object);
        if (kind != KINDS) {
            end(object, kind);
        } else {
            objects.erase(object);
        }
    }
    for (const Allocation* a; (a = anyOf(context->device)) != nullptr;) {
        freeDevice(context, *a);
    }
    while (!context->pinned.empty()) {
        freePinned(context, context->pinned.begin());
    }
    context->fault = 0;
    context->known = false;
}

} // namespace

API int cuDevicePrimaryCtxRetain(Context** handle, int device) {
    ENTER("cuDevicePrimaryCtxRetain")
    if (const int result = checkDevice(device)) {
        return result;
    }
    Context*& context = primary[device];
    if (context == nullptr) {
        context = new Context;
        context->device = device;
        add(context, context, CONTEXTS);
    }
    context->retained++;
    *handle = context;
    return SUCCESS;
}

API int cuDevicePrimaryCtxRelease_v2(int device) {
    ENTER("cuDevicePrimaryCtxRelease")
    if (const int result = checkDevice(device)) {
        return result;
    }
    Context*& context = primary[device];
    if (context == nullptr) {
        return INVALID_CONTEXT;
    }
    if (--context->retained == 0) {
        empty(context);
        end(context, CONTEXTS); // stays in memory: some thread may have it as its current one
        context = nullptr;
    }
    return SUCCESS;
}

API int cuDevicePrimaryCtxReset_v2(int device) {
    ENTER("cuDevicePrimaryCtxReset")
    if (const int result = checkDevice(device)) {
        return result;
    }
    if (primary[device] != nullptr) {
        empty(primary[device]);
    }
    return SUCCESS;
}

API int cuDevicePrimaryCtxSetFlags_v2(int device, unsigned) {
    ENTER("cuDevicePrimaryCtxSetFlags")
    return checkDevice(device);
}

API int cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
    ENTER("cuDevicePrimaryCtxGetState")
    if (const int result = checkDevice(device)) {
        return result;
    }
    *flags = 0;
    *active = primary[device] != nullptr;
    return SUCCESS;
}

API int cuCtxSetCurrent(Context* context) {
    ENTER("cuCtxSetCurrent")
    if (!initialized) {
        return NOT_INITIALIZED;
    }
    if (context != nullptr && get<Context>(context) == nullptr) {
        return INVALID_CONTEXT;
    }
    if (!stack.empty()) {
        stack.pop_back();
    }
    if (context != nullptr) {
        stack.push_back(context);
    }
    return SUCCESS;
}

API int cuCtxGetCurrent(Context** context) {
    ENTER("cuCtxGetCurrent")
    if (!initialized) {
        return NOT_INITIALIZED;
    }
    *context = current();
    return SUCCESS;
}

API int cuCtxPushCurrent_v2(Context* context) {
    ENTER("cuCtxPushCurrent")
    if (get<Context>(context) == nullptr) {
        return INVALID_CONTEXT;
    }
    stack.push_back(context);
    return SUCCESS;
}

API int cuCtxPopCurrent_v2(Context** context) {
    ENTER("cuCtxPopCurrent")
    if (stack.empty()) {
        return INVALID_CONTEXT;
    }
    if (context != nullptr) {
        *context = stack.back();
    }
    stack.pop_back();
    return SUCCESS;
}

API int cuCtxGetDevice(int* device) {
    CONTEXT("cuCtxGetDevice")
    *device = context->device;
    return SUCCESS;
}

API int cuCtxSynchronize() {
    SYNCHRONIZING("cuCtxSynchronize")
    return SUCCESS;
}

API int cuCtxGetStreamPriorityRange(int* least, int* greatest) {
    CONTEXT("cuCtxGetStreamPriorityRange")
    (void) context;
    *least = 0;
    *greatest = -5;
    return SUCCESS;
}

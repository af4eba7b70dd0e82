// The objects of the driver that live, the calling thread's context, its faults, and synchronizing.
#include "driver.h"

#include <cstdio>

namespace emulation {

bool initialized;
thread_local std::vector<Context*> stack;
std::unordered_map<void*, Object*> objects;
int captures;

void add(Object* object, Context* context, Live kind) {
    object->context = context;
    objects[object] = object;
    count(kind, 1);
}

void end(Object* object, Live kind) {
    objects.erase(object);
    count(kind, -1);
}

void say(const std::string& words) { fprintf(stderr, "Emulated CUDA device: %s\n", words.c_str()); }

Context* current() { return stack.empty() ? nullptr : stack.back(); }

int checkDevice(int device) {
    return !initialized ? NOT_INITIALIZED : device < 0 || device >= settings().devices ? INVALID_DEVICE : SUCCESS;
}

void setFault(Context* context, int code, const std::string& words) {
    if (context->fault == 0) {
        context->fault = code;
        say(words);
    }
}

int usable() {
    if (!initialized) {
        return NOT_INITIALIZED;
    }
    Context* context = current();
    if (context == nullptr) {
        return INVALID_CONTEXT;
    }
    if (get<Context>(context) == nullptr) {
        return CONTEXT_IS_DESTROYED;
    }
    return context->known ? context->fault : SUCCESS;
}

void drain(Context* context) {
    while (!context->queue.empty()) {
        Work work = std::move(context->queue.front());
        context->queue.pop_front();
        if (context->fault == 0) {
            work();
        }
    }
    if (context->ran && context->fault == 0) {
        const std::string words = damage(context->device);
        if (!words.empty()) {
            setFault(context, ILLEGAL_ADDRESS, words);
        }
    }
    context->ran = false;
}

int synchronize(Context* context) {
    drain(context);
    context->known = context->fault != 0;
    return context->fault;
}

bool capturing(Context* context, bool strictly) {
    bool found = false;
    for (auto& entry : objects) {
        Stream* stream = dynamic_cast<Stream*>(entry.second);
        if (stream != nullptr && stream->context == context && stream->capture != nullptr && !(strictly && stream->mode == 2)) {
            stream->invalid = true;
            found = true;
        }
    }
    return found;
}

void fail(int code, const std::string& words) { setFault(current(), code, words); }

} // namespace emulation

// The CUDA driver's functions, as far as JCudaDriver and this project call them; stubs.cpp has the rest.
//
// Work waits in one queue for a context, in the order of the calls, until a call has to synchronize: who reads a result
// before, or changes a source too early, sees it. Whatever order the streams would allow, this is one of them.
#include "emulator.h"
#include "memory.h"
#include "schedule.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <set>
#include <unordered_map>
#include <vector>

namespace {

using namespace emulation;

enum Result {
    SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100, INVALID_DEVICE = 101,
    INVALID_IMAGE = 200, INVALID_CONTEXT = 201, INVALID_HANDLE = 400, NOT_FOUND = 500, NOT_READY = 600,
    ILLEGAL_ADDRESS = 700, LAUNCH_OUT_OF_RESOURCES = 701, CONTEXT_IS_DESTROYED = 709, MISALIGNED_ADDRESS = 716,
    LAUNCH_FAILED = 719, CAPTURE_UNSUPPORTED = 900, CAPTURE_INVALIDATED = 901, CAPTURE_UNMATCHED = 903,
    CAPTURE_UNJOINED = 904, CAPTURE_ISOLATION = 905, CAPTURE_IMPLICIT = 906, CAPTURED_EVENT = 907
};

constexpr uint64_t END_MARK = 0x454E444F46504152ull; // behind the struct, where Launch.java writes it
constexpr size_t PATIENCE = 4096;                    // work that waits at most

typedef std::function<void()> Work;
struct Graph;

struct Object {
    struct Context* context = nullptr;
    virtual ~Object() = default;
};

struct Context : Object {
    int device = 0;
    int retained = 0;
    int fault = 0;        // set by work
    bool known = false;   // a call has returned it: from now on every call does
    bool ran = false;     // kernels, since the guards were looked at
    std::deque<Work> queue;
    std::map<uintptr_t, size_t> pinned;
    uint64_t used = 0;
};

struct Function : Object {
    const Kernel* kernel;
};

struct Module : Object {
    const char* arithmetic;
    std::map<std::string, Function*> functions;
};

struct Stream : Object {
    unsigned flags = 0;
    int priority = 0;
    Graph* capture = nullptr;
    bool origin = false;  // of the capture
    bool joined = true;   // its last work is waited for by the origin
    bool invalid = false; // the capture
    int mode = 0;         // of the capture: 0 global, 1 thread, 2 relaxed
};

struct Event : Object {
    unsigned flags = 0;
    bool pending = false, done = false;
    std::chrono::steady_clock::time_point time;
    Graph* capture = nullptr;
    Stream* from = nullptr;
};

struct Launch {
    const Kernel* kernel = nullptr;
    Size grid, block;
    std::vector<uint64_t> parameters;
};

struct Node : Object {
    int type = 0;  // CUgraphNodeType: 0 kernel, 1 memcpy, 2 memset
    Launch launch; // of a kernel
    Work work;     // of the others
    std::vector<Node*> after; // earlier nodes of the same graph
};

struct Graph : Object {
    std::vector<std::shared_ptr<Node>> nodes;
};

// Copies of a graph's nodes; `origin` are the nodes themselves, which `after` names.
struct Executable : Object {
    std::vector<Node> nodes;
    std::vector<Node*> origin;
};

bool initialized;
Context* primary[64];
thread_local std::vector<Context*> stack; // of current contexts
std::unordered_map<void*, Object*> objects;
uint64_t launches;

template <class T>
T* get(void* handle) {
    auto i = objects.find(handle);
    return i == objects.end() ? nullptr : dynamic_cast<T*>(i->second);
}

void add(Object* object, Context* context, Live kind) {
    object->context = context;
    objects[object] = object;
    count(kind, 1);
}

// A handle is never given twice, so that one used after its end is noticed.
void end(Object* object, Live kind) {
    objects.erase(object);
    count(kind, -1);
}

void say(const std::string& words) { fprintf(stderr, "Emulated CUDA device: %s\n", words.c_str()); }

Context* current() { return stack.empty() ? nullptr : stack.back(); }

void setFault(Context* context, int code, const std::string& words) {
    if (context->fault == 0) {
        context->fault = code;
        say(words);
    }
}

// ---- a call's context, and synchronizing ----

int usableContext() {
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

int captures; // under way, so that the search above is rare

#define CONTEXT(name) \
    ENTER(name) \
    if (const int unusable = usableContext()) { \
        return unusable; \
    } \
    Context* const context = current();

// A call that a capture does not survive.
#define SYNCHRONIZING(name) \
    CONTEXT(name) \
    if (captures > 0 && capturing(context, true)) { \
        return CAPTURE_UNSUPPORTED; \
    } \
    if (const int fault = synchronize(context)) { \
        return fault; \
    }

// The stream of a handle: null and 1 and 2 are the default stream.
bool resolve(Context* context, void* handle, Stream*& stream) {
    stream = nullptr;
    if ((uintptr_t) handle <= 2) {
        return true;
    }
    stream = get<Stream>(handle);
    return stream != nullptr && stream->context == context;
}

void runLaunch(Context* context, const Launch& launch);

// Puts work, or a kernel, behind what waits already. A kernel may have been told to end in an error: "the n-th launch ends in …".
void enqueue(Context* context, const Node& node) {
    if (node.launch.kernel == nullptr) {
        context->queue.push_back(node.work);
    } else {
        static Call* const kernels = call("kernel");
        Entry entry(kernels);
        context->queue.push_back([context, code = entry.result, launch = node.launch] {
            if (code == 0) {
                runLaunch(context, launch);
            } else {
                setFault(context, code, std::string(launch.kernel->name) + " ends with the injected error " + std::to_string(code));
            }
        });
    }
    if (context->queue.size() > PATIENCE) {
        drain(context);
    }
}

int submitNode(Context* context, void* handle, Node work) {
    Stream* stream;
    if (!resolve(context, handle, stream)) {
        return INVALID_HANDLE;
    }
    if (stream != nullptr && stream->capture != nullptr) {
        if (stream->invalid) {
            return CAPTURE_INVALIDATED;
        }
        stream->joined = false;
        auto node = std::make_shared<Node>(std::move(work));
        auto& nodes = stream->capture->nodes;
        if (!nodes.empty()) {
            node->after.push_back(nodes.back().get()); // other streams' too: one queue keeps every order
        }
        objects[node.get()] = node.get();
        nodes.push_back(node);
        return SUCCESS;
    }
    if (stream == nullptr && captures > 0) {
        for (auto& entry : objects) {
            Stream* other = dynamic_cast<Stream*>(entry.second);
            if (other != nullptr && other->context == context && other->capture != nullptr && (other->flags & 1) == 0) {
                other->invalid = true;
                return CAPTURE_IMPLICIT;
            }
        }
    }
    enqueue(context, work);
    return SUCCESS;
}

int submitTo(Context* context, void* handle, int type, Work work) {
    Node node;
    node.type = type;
    node.work = std::move(work);
    return submitNode(context, handle, std::move(node));
}

// ---- launching ----

void runLaunch(Context* context, const Launch& launch) {
    const uint64_t seed = settings().seed * 0x9e3779b97f4a7c15ull + launches++;
    const Outcome outcome = run(*launch.kernel, launch.parameters.data(), launch.grid, launch.block, seed);
    context->ran = true;
    if (outcome.fault == Fault::NONE) {
        return;
    }
    std::string words = std::string(launch.kernel->name) + " (" + launch.kernel->arithmetic + "), " + outcome.words;
    if (outcome.fault == Fault::ILLEGAL_ADDRESS) {
        words += ": illegal address " + describe(outcome.address);
    }
    setFault(context,
             outcome.fault == Fault::ILLEGAL_ADDRESS     ? ILLEGAL_ADDRESS
             : outcome.fault == Fault::MISALIGNED_ADDRESS ? MISALIGNED_ADDRESS
                                                          : LAUNCH_FAILED,
             words);
}

int refuse(const Kernel* kernel, const std::string& words, int code) {
    say(std::string("launch of ") + kernel->name + ": " + words);
    return code;
}

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

int submitLaunch(Context* context, void* stream, Launch launch) {
    Node node;
    node.launch = std::move(launch);
    return submitNode(context, stream, std::move(node));
}

// ---- memory ----

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

// A device pointer that a copy may use; pinned memory is one too.
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

// ---- contexts ----

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

int checkDevice(int device) {
    return !initialized ? NOT_INITIALIZED : device < 0 || device >= settings().devices ? INVALID_DEVICE : SUCCESS;
}

std::vector<const Kernel*>& kernels() {
    static auto* all = new std::vector<const Kernel*>;
    return *all;
}

} // namespace

namespace emulation {

void add(const Kernel* kernel, int count) {
    for (int i = 0; i < count; i++) {
        kernels().push_back(kernel + i);
    }
}

int usable() { return usableContext(); }

int submit(void* stream, std::function<void()> work) { return submitTo(current(), stream, 0, std::move(work)); }

bool isAllocated(const void* address, size_t bytes) { return isUsable(current(), address, bytes); }

void fail(int code, const std::string& words) { setFault(current(), code, words); }

} // namespace emulation

// ---- the driver itself ----

API int cuInit(unsigned flags) {
    ENTER("cuInit")
    if (flags != 0) {
        return INVALID_VALUE;
    }
    if (settings().devices < 1) {
        return NO_DEVICE;
    }
    initialized = true;
    return SUCCESS;
}

API int cuDriverGetVersion(int* version) {
    ENTER("cuDriverGetVersion")
    *version = settings().version;
    return SUCCESS;
}

static const struct {
    int code;
    const char *name, *words;
} ERRORS[] = {
        {0, "CUDA_SUCCESS", "no error"},
        {1, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
        {2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
        {3, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
        {4, "CUDA_ERROR_DEINITIALIZED", "driver shutting down"},
        {46, "CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA-capable device(s) is/are busy or unavailable"},
        {100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
        {101, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
        {200, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
        {201, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
        {209, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
        {214, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"},
        {218, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
        {222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."},
        {304, "CUDA_ERROR_OPERATING_SYSTEM", "OS call failed or operation not supported on this OS"},
        {400, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
        {401, "CUDA_ERROR_ILLEGAL_STATE", "the operation cannot be performed in the present state"},
        {500, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
        {600, "CUDA_ERROR_NOT_READY", "device not ready"},
        {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
        {701, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"},
        {702, "CUDA_ERROR_LAUNCH_TIMEOUT", "the launch timed out and was terminated"},
        {708, "CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE", "cannot set while device is active in this process"},
        {709, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"},
        {714, "CUDA_ERROR_HARDWARE_STACK_ERROR", "hardware stack error"},
        {715, "CUDA_ERROR_ILLEGAL_INSTRUCTION", "an illegal instruction was encountered"},
        {716, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
        {719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
        {800, "CUDA_ERROR_NOT_PERMITTED", "operation not permitted"},
        {801, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
        {802, "CUDA_ERROR_SYSTEM_NOT_READY", "system not yet initialized"},
        {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
        {900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"},
        {901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"},
        {903, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", "the capture was not initiated in this stream"},
        {904, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED", "capturing stream has unjoined work"},
        {905, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION", "dependency created on uncaptured work in another stream"},
        {906, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT", "operation would make the legacy stream depend on a capturing blocking stream"},
        {907, "CUDA_ERROR_CAPTURED_EVENT", "operation not permitted on an event last recorded in a capturing stream"},
        {999, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

API int cuGetErrorName(int error, const char** name) {
    for (auto& e : ERRORS) {
        if (e.code == error) {
            *name = e.name;
            return SUCCESS;
        }
    }
    *name = nullptr;
    return INVALID_VALUE;
}

API int cuGetErrorString(int error, const char** words) {
    for (auto& e : ERRORS) {
        if (e.code == error) {
            *words = e.words;
            return SUCCESS;
        }
    }
    *words = nullptr;
    return INVALID_VALUE;
}

// ---- devices ----

API int cuDeviceGetCount(int* devices) {
    ENTER("cuDeviceGetCount")
    if (!initialized) {
        return NOT_INITIALIZED;
    }
    *devices = settings().devices;
    return SUCCESS;
}

API int cuDeviceGet(int* device, int ordinal) {
    ENTER("cuDeviceGet")
    if (const int result = checkDevice(ordinal)) {
        return result;
    }
    *device = ordinal;
    return SUCCESS;
}

API int cuDeviceGetName(char* name, int length, int device) {
    ENTER("cuDeviceGetName")
    if (const int result = checkDevice(device)) {
        return result;
    }
    snprintf(name, (size_t) length, "Emulated CUDA device");
    return SUCCESS;
}

API int cuDeviceGetUuid(unsigned char* uuid, int device) {
    ENTER("cuDeviceGetUuid")
    if (const int result = checkDevice(device)) {
        return result;
    }
    memset(uuid, 0, 16);
    memcpy(uuid, "emulated", 8);
    uuid[15] = (unsigned char) device;
    return SUCCESS;
}

API int cuDeviceGetPCIBusId(char* id, int length, int device) {
    ENTER("cuDeviceGetPCIBusId")
    if (const int result = checkDevice(device)) {
        return result;
    }
    snprintf(id, (size_t) length, "0000:%02X:00.0", device + 1);
    return SUCCESS;
}

API int cuDeviceTotalMem_v2(size_t* bytes, int device) {
    ENTER("cuDeviceTotalMem")
    if (const int result = checkDevice(device)) {
        return result;
    }
    *bytes = settings().memory;
    return SUCCESS;
}

API int cuDeviceComputeCapability(int* major, int* minor, int device) {
    ENTER("cuDeviceComputeCapability")
    *major = 8;
    *minor = 0;
    return checkDevice(device);
}

API int cuDeviceGetAttribute(int* value, int attribute, int device) {
    ENTER("cuDeviceGetAttribute")
    if (const int result = checkDevice(device)) {
        return result;
    }
    static const std::map<int, int> VALUES = {
            {1, 1024},   {2, 1024},  {3, 1024},  {4, 64},     {5, 0x7fffffff}, {6, 65535}, {7, 65535}, {8, 49152},
            {9, 65536},  {10, 32},   {12, 65536}, {13, 1000000}, {16, 4},      {19, 1},    {31, 1},    {36, 1000000},
            {37, 128},   {38, 4 << 20}, {39, 2048}, {40, 2},   {41, 1},        {75, 8},    {76, 0},    {78, 1},
            {81, 167936}, {82, 65536}, {90, 1},   {97, 166912}, {106, 32}};
    auto i = VALUES.find(attribute);
    *value = attribute == 33 ? device + 1 : i == VALUES.end() ? 0 : i->second;
    return SUCCESS;
}

// ---- contexts ----

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

// ---- modules ----

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

// ---- memory ----

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

// ---- launching ----

API int cuLaunchKernel(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
                       void* stream, void** parameters, void** extra) {
    CONTEXT("cuLaunchKernel")
    Launch launch;
    if (const int result = prepare(context, function, {gx, gy, gz}, {bx, by, bz}, shared, parameters, extra, launch)) {
        return result;
    }
    return submitLaunch(context, stream, std::move(launch));
}

// ---- streams ----

static int createStream(Context* context, Stream** handle, unsigned flags, int priority) {
    if (flags > 1) {
        return INVALID_VALUE;
    }
    Stream* stream = new Stream;
    stream->flags = flags;
    stream->priority = priority;
    add(stream, context, STREAMS);
    *handle = stream;
    return SUCCESS;
}

API int cuStreamCreate(Stream** handle, unsigned flags) {
    CONTEXT("cuStreamCreate")
    return createStream(context, handle, flags, 0);
}

API int cuStreamCreateWithPriority(Stream** handle, unsigned flags, int priority) {
    CONTEXT("cuStreamCreateWithPriority")
    return createStream(context, handle, flags, priority);
}

API int cuStreamDestroy_v2(Stream* handle) {
    CONTEXT("cuStreamDestroy")
    (void) context;
    Stream* stream = get<Stream>(handle);
    if (stream == nullptr) {
        return INVALID_HANDLE;
    }
    if (stream->capture != nullptr && stream->origin) {
        captures--;
    }
    end(stream, STREAMS); // its work goes on
    return SUCCESS;
}

API int cuStreamSynchronize(Stream* handle) {
    CONTEXT("cuStreamSynchronize")
    Stream* stream;
    if (!resolve(context, handle, stream)) {
        return INVALID_HANDLE;
    }
    if (captures > 0 && capturing(context, true)) {
        return CAPTURE_UNSUPPORTED;
    }
    return synchronize(context);
}

API int cuStreamQuery(Stream* handle) {
    CONTEXT("cuStreamQuery")
    Stream* stream;
    if (!resolve(context, handle, stream)) {
        return INVALID_HANDLE;
    }
    const bool idle = context->queue.empty();
    const int result = synchronize(context);
    return result != SUCCESS ? result : idle ? SUCCESS : NOT_READY; // done when it is asked again
}

API int cuStreamGetFlags(Stream* handle, unsigned* flags) {
    CONTEXT("cuStreamGetFlags")
    Stream* stream;
    if (!resolve(context, handle, stream)) {
        return INVALID_HANDLE;
    }
    *flags = stream == nullptr ? 0 : stream->flags;
    return SUCCESS;
}

API int cuStreamGetPriority(Stream* handle, int* priority) {
    CONTEXT("cuStreamGetPriority")
    Stream* stream;
    if (!resolve(context, handle, stream)) {
        return INVALID_HANDLE;
    }
    *priority = stream == nullptr ? 0 : stream->priority;
    return SUCCESS;
}

API int cuStreamGetCtx(Stream* handle, Context** of) {
    CONTEXT("cuStreamGetCtx")
    Stream* stream;
    if (!resolve(context, handle, stream)) {
        return INVALID_HANDLE;
    }
    *of = context;
    return SUCCESS;
}

// ---- events ----

API int cuEventCreate(Event** handle, unsigned flags) {
    CONTEXT("cuEventCreate")
    Event* event = new Event;
    event->flags = flags;
    add(event, context, EVENTS);
    *handle = event;
    return SUCCESS;
}

API int cuEventDestroy_v2(Event* handle) {
    CONTEXT("cuEventDestroy")
    (void) context;
    Event* event = get<Event>(handle);
    if (event == nullptr) {
        return INVALID_HANDLE;
    }
    end(event, EVENTS);
    return SUCCESS;
}

API int cuEventRecord(Event* handle, Stream* on) {
    CONTEXT("cuEventRecord")
    Event* event = get<Event>(handle);
    Stream* stream;
    if (event == nullptr || !resolve(context, on, stream)) {
        return INVALID_HANDLE;
    }
    event->capture = stream == nullptr ? nullptr : stream->capture;
    event->from = stream;
    if (event->capture != nullptr) {
        return stream->invalid ? CAPTURE_INVALIDATED : SUCCESS;
    }
    event->pending = true;
    event->done = false;
    return submitTo(context, on, 0, [event] {
        event->time = std::chrono::steady_clock::now();
        event->pending = false;
        event->done = true;
    });
}

API int cuEventRecordWithFlags(Event* event, Stream* stream, unsigned) { return cuEventRecord(event, stream); }

API int cuEventQuery(Event* handle) {
    CONTEXT("cuEventQuery")
    Event* event = get<Event>(handle);
    if (event == nullptr) {
        return INVALID_HANDLE;
    }
    if (event->capture != nullptr) {
        return CAPTURED_EVENT;
    }
    const bool pending = event->pending;
    if (pending) {
        if (const int fault = synchronize(context)) {
            return fault;
        }
    }
    return pending ? NOT_READY : SUCCESS; // done when it is asked again
}

API int cuEventSynchronize(Event* handle) {
    CONTEXT("cuEventSynchronize")
    Event* event = get<Event>(handle);
    if (event == nullptr) {
        return INVALID_HANDLE;
    }
    if (event->capture != nullptr) {
        return CAPTURED_EVENT;
    }
    return synchronize(context);
}

API int cuEventElapsedTime(float* milliseconds, Event* from, Event* to) {
    CONTEXT("cuEventElapsedTime")
    (void) context;
    Event *start = get<Event>(from), *stop = get<Event>(to);
    if (start == nullptr || stop == nullptr || ((start->flags | stop->flags) & 2) != 0) {
        return INVALID_HANDLE;
    }
    if (start->pending || stop->pending) {
        return NOT_READY;
    }
    if (!start->done || !stop->done) {
        return INVALID_HANDLE;
    }
    *milliseconds = std::chrono::duration<float, std::milli>(stop->time - start->time).count();
    return SUCCESS;
}

API int cuStreamWaitEvent(Stream* handle, Event* on, unsigned) {
    CONTEXT("cuStreamWaitEvent")
    Event* event = get<Event>(on);
    Stream* stream;
    if (event == nullptr || !resolve(context, handle, stream)) {
        return INVALID_HANDLE;
    }
    if (event->capture != nullptr) {
        if (stream == nullptr || (stream->capture != nullptr && stream->capture != event->capture)) {
            return CAPTURE_IMPLICIT;
        }
        if (stream->capture == nullptr) { // joins the capture
            stream->capture = event->capture;
            stream->mode = event->from->mode;
            stream->origin = false;
            stream->invalid = false;
            stream->joined = false;
        }
        if (stream->origin) {
            event->from->joined = true;
        }
        return SUCCESS;
    }
    if (stream != nullptr && stream->capture != nullptr && event->pending) {
        stream->invalid = true;
        return CAPTURE_ISOLATION;
    }
    return SUCCESS; // one queue keeps every order
}

// ---- graphs ----

API int cuStreamBeginCapture_v2(Stream* handle, int mode) {
    CONTEXT("cuStreamBeginCapture")
    Stream* stream;
    if (!resolve(context, handle, stream)) {
        return INVALID_HANDLE;
    }
    if (stream == nullptr) {
        return CAPTURE_UNSUPPORTED;
    }
    if (stream->capture != nullptr) {
        return INVALID_VALUE;
    }
    stream->capture = new Graph;
    stream->origin = true;
    stream->joined = true;
    stream->invalid = false;
    stream->mode = mode;
    captures++;
    return SUCCESS;
}

API int cuStreamEndCapture(Stream* handle, Graph** graph) {
    CONTEXT("cuStreamEndCapture")
    Stream* stream;
    if (!resolve(context, handle, stream)) {
        return INVALID_HANDLE;
    }
    *graph = nullptr;
    if (stream == nullptr || stream->capture == nullptr) {
        return INVALID_VALUE;
    }
    if (!stream->origin) {
        return CAPTURE_UNMATCHED;
    }
    Graph* captured = stream->capture;
    bool invalid = stream->invalid, unjoined = false;
    for (auto& entry : objects) {
        if (Stream* other = dynamic_cast<Stream*>(entry.second)) {
            if (other->capture == captured) {
                invalid = invalid || other->invalid;
                unjoined = unjoined || (!other->origin && !other->joined);
                other->capture = nullptr;
            }
        } else if (Event* event = dynamic_cast<Event*>(entry.second)) {
            event->capture = event->capture == captured ? nullptr : event->capture;
        }
    }
    captures--;
    if (invalid || unjoined) {
        return invalid ? CAPTURE_INVALIDATED : CAPTURE_UNJOINED;
    }
    add(captured, context, GRAPHS);
    *graph = captured;
    return SUCCESS;
}

API int cuStreamIsCapturing(Stream* handle, int* status) {
    CONTEXT("cuStreamIsCapturing")
    Stream* stream;
    if (!resolve(context, handle, stream)) {
        return INVALID_HANDLE;
    }
    *status = stream == nullptr || stream->capture == nullptr ? 0 : stream->invalid ? 2 : 1;
    return SUCCESS;
}

API int cuGraphCreate(Graph** handle, unsigned) {
    CONTEXT("cuGraphCreate")
    Graph* graph = new Graph;
    add(graph, context, GRAPHS);
    *handle = graph;
    return SUCCESS;
}

// CUDA_KERNEL_NODE_PARAMS, second version.
struct KernelNode {
    void* function;
    unsigned gx, gy, gz, bx, by, bz, shared;
    void **parameters, **extra;
    void *kernel, *context;
};

API int cuGraphAddKernelNode_v2(Node** handle, Graph* to, Node* const* dependencies, size_t count, const KernelNode* parameters) {
    CONTEXT("cuGraphAddKernelNode")
    Graph* graph = get<Graph>(to);
    if (graph == nullptr) {
        return INVALID_HANDLE;
    }
    auto node = std::make_shared<Node>();
    for (size_t i = 0; i < count; i++) {
        const auto& nodes = graph->nodes;
        if (std::none_of(nodes.begin(), nodes.end(), [&](const auto& other) { return other.get() == dependencies[i]; })) {
            return INVALID_VALUE;
        }
        node->after.push_back(dependencies[i]);
    }
    const KernelNode& p = *parameters;
    if (const int result = prepare(context, p.function, {p.gx, p.gy, p.gz}, {p.bx, p.by, p.bz}, p.shared, p.parameters, p.extra, node->launch)) {
        return result;
    }
    objects[node.get()] = node.get();
    graph->nodes.push_back(node);
    *handle = node.get();
    return SUCCESS;
}

API int cuGraphGetNodes(Graph* handle, Node** nodes, size_t* n) {
    CONTEXT("cuGraphGetNodes")
    (void) context;
    Graph* graph = get<Graph>(handle);
    if (graph == nullptr) {
        return INVALID_HANDLE;
    }
    if (nodes == nullptr) {
        *n = graph->nodes.size();
        return SUCCESS;
    }
    for (size_t i = 0; i < *n; i++) {
        nodes[i] = i < graph->nodes.size() ? graph->nodes[i].get() : nullptr;
    }
    *n = *n < graph->nodes.size() ? *n : graph->nodes.size();
    return SUCCESS;
}

API int cuGraphNodeGetType(Node* handle, int* type) {
    CONTEXT("cuGraphNodeGetType")
    (void) context;
    Node* node = get<Node>(handle);
    if (node == nullptr) {
        return INVALID_HANDLE;
    }
    *type = node->type;
    return SUCCESS;
}

API int cuGraphInstantiateWithFlags(Executable** handle, Graph* from, unsigned long long) {
    CONTEXT("cuGraphInstantiate")
    Graph* graph = get<Graph>(from);
    if (graph == nullptr) {
        return INVALID_HANDLE;
    }
    Executable* executable = new Executable;
    for (auto& node : graph->nodes) {
        executable->nodes.push_back(*node);
        executable->origin.push_back(node.get());
    }
    add(executable, context, EXECUTABLES);
    *handle = executable;
    return SUCCESS;
}

API int cuGraphUpload(Executable* handle, Stream*) {
    CONTEXT("cuGraphUpload")
    (void) context;
    return get<Executable>(handle) == nullptr ? INVALID_HANDLE : SUCCESS;
}

// Nodes run in an order drawn from the seed, one of those that their dependencies allow.
API int cuGraphLaunch(Executable* handle, Stream* stream) {
    CONTEXT("cuGraphLaunch")
    Executable* executable = get<Executable>(handle);
    if (executable == nullptr) {
        return INVALID_HANDLE;
    }
    std::mt19937_64 random(settings().seed * 0x9e3779b97f4a7c15ull + launches);
    std::set<Node*> done;
    std::vector<size_t> waiting(executable->nodes.size());
    std::iota(waiting.begin(), waiting.end(), 0);
    while (!waiting.empty()) {
        std::vector<size_t> ready; // places in `waiting`
        for (size_t w = 0; w < waiting.size(); w++) {
            const auto& after = executable->nodes[waiting[w]].after;
            if (std::all_of(after.begin(), after.end(), [&](Node* before) { return done.count(before) > 0; })) {
                ready.push_back(w);
            }
        }
        const size_t w = ready[random() % ready.size()];
        const size_t next = waiting[w];
        waiting.erase(waiting.begin() + (ptrdiff_t) w);
        done.insert(executable->origin[next]);
        if (const int result = submitNode(context, stream, executable->nodes[next])) {
            return result;
        }
    }
    return SUCCESS;
}

API int cuGraphExecDestroy(Executable* handle) {
    CONTEXT("cuGraphExecDestroy")
    (void) context;
    Executable* executable = get<Executable>(handle);
    if (executable == nullptr) {
        return INVALID_HANDLE;
    }
    end(executable, EXECUTABLES);
    return SUCCESS;
}

API int cuGraphDestroy(Graph* handle) {
    CONTEXT("cuGraphDestroy")
    (void) context;
    Graph* graph = get<Graph>(handle);
    if (graph == nullptr) {
        return INVALID_HANDLE;
    }
    for (auto& node : graph->nodes) {
        objects.erase(node.get());
    }
    graph->nodes.clear();
    end(graph, GRAPHS);
    return SUCCESS;
}

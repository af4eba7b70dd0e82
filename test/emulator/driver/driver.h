// The CUDA driver's functions, as far as JCudaDriver and this project call them, are the files of this folder; stubs that
// are generated from symbols/ are the rest. Here is what the files share: objects behind the handles, and state.
// Each file below asks those above it alone: state, queue, allocations, launches; then the driver's other functions.
//
// Work waits in one queue for a context, in the order of the calls, until a call has to synchronize: who reads a result
// before, or changes a source too early, sees it. Whatever order the streams would allow, this is one of them.
#pragma once
#include "emulator.h"
#include "memory.h"
#include "schedule.h"

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace emulation {

enum Result {
    SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100, INVALID_DEVICE = 101,
    INVALID_IMAGE = 200, INVALID_CONTEXT = 201, INVALID_HANDLE = 400, NOT_FOUND = 500, NOT_READY = 600,
    ILLEGAL_ADDRESS = 700, LAUNCH_OUT_OF_RESOURCES = 701, CONTEXT_IS_DESTROYED = 709, MISALIGNED_ADDRESS = 716,
    LAUNCH_FAILED = 719, CAPTURE_UNSUPPORTED = 900, CAPTURE_INVALIDATED = 901, CAPTURE_UNMATCHED = 903,
    CAPTURE_UNJOINED = 904, CAPTURE_ISOLATION = 905, CAPTURE_IMPLICIT = 906, CAPTURED_EVENT = 907
};

// ---- objects: what a handle stands for ----

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
    Size grid = {}, block = {};
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

// ---- state.cpp: the objects that live, the calling thread's context, faults and synchronizing ----

extern bool initialized;                           // cuInit has been called
extern thread_local std::vector<Context*> stack;   // of current contexts
extern std::unordered_map<void*, Object*> objects; // by their handles
extern int captures;                               // under way, so that a search for them is rare

template <class T>
T* get(void* handle) {
    auto i = objects.find(handle);
    return i == objects.end() ? nullptr : dynamic_cast<T*>(i->second);
}

void add(Object* object, Context* context, Live kind);
// A handle is never given twice, so that one used after its end is noticed.
void end(Object* object, Live kind);

void say(const std::string& words);
Context* current(); // or null
int checkDevice(int device);
// The first fault of a context stays.
void setFault(Context* context, int code, const std::string& words);
// Does what waits.
void drain(Context* context);
// The same; from now on every call returns the context's fault, if it has one.
int synchronize(Context* context);
// Whether a stream of the context captures, which ends that capture; `strictly`: relaxed ones may go on.
bool capturing(Context* context, bool strictly);

// ---- queue.cpp: work of streams, kernels among it ----

extern uint64_t launches; // so far

// The stream of a handle: null and 1 and 2 are the default stream.
bool resolve(Context* context, void* handle, Stream*& stream);
// Puts a node's work behind what waits, or into the graph that the stream captures.
int submitNode(Context* context, void* stream, Node work);
int submitTo(Context* context, void* stream, int type, Work work);

// ---- allocations.cpp: device memory and pinned memory ----

// Memory of the host that is pinned; `beyond`: not all of the bytes are.
bool isPinned(Context* context, const void* host, size_t bytes, bool& beyond);
// A device pointer that a copy may use; pinned memory is one too.
bool isUsable(Context* context, const void* place, size_t bytes);
int refuseRange(const char* what, const void* place, size_t bytes);
void freeDevice(Context* context, const Allocation& a);
void freePinned(Context* context, std::map<uintptr_t, size_t>::iterator i);

// ---- launches.cpp ----

// Checks all that a launch says, its struct's size too, and takes a copy of it.
int prepare(Context* context, void* function, Size grid, Size block, unsigned shared, void** kernelParameters, void** extra,
            Launch& launch);

} // namespace emulation

// ---- how a function of the driver begins ----

#define CONTEXT(name) \
    ENTER(name) \
    if (const int unusable = emulation::usable()) { \
        return unusable; \
    } \
    emulation::Context* const context = emulation::current();

// A call that a capture does not survive.
#define SYNCHRONIZING(name) \
    CONTEXT(name) \
    if (captures > 0 && capturing(context, true)) { \
        return CAPTURE_UNSUPPORTED; \
    } \
    if (const int fault = synchronize(context)) { \
        return fault; \
    }

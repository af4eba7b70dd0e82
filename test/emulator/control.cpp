// Counts calls and live objects, makes calls fail on demand, and lets the tests steer that through JNI.
#include "emulator.h"
#include "memory.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace emulation {

struct Call {
    std::string name;
    int64_t calls = 0;
    struct Failure {
        int64_t countdown; // 1: the next call; 0: every call
        int result;
    };
    std::vector<Failure> failures;
};

extern const char* const SYMBOLS[]; // generated: every function of the three libraries, and then null

namespace {

std::recursive_mutex lock;
int64_t live[KINDS];

int64_t number(const char* variable, int64_t otherwise) {
    const char* text = getenv(variable);
    return text == nullptr || *text == 0 ? otherwise : strtoll(text, nullptr, 0);
}

// As java.lang.String.hashCode, so that a test can name a function through a primitive argument.
int32_t hash(const std::string& name) {
    uint32_t h = 0;
    for (unsigned char c : name) {
        h = 31 * h + c;
    }
    return (int32_t) h;
}

// cuMemAlloc_v2 is cuMemAlloc, and cublasSgemm_v2_64 is cublasSgemm_64.
std::string plain(std::string name) {
    const size_t at = name.find("_v");
    if (at != std::string::npos && at + 2 < name.size() && name[at + 2] >= '2' && name[at + 2] <= '9') {
        name.erase(at, 3);
    }
    return name;
}

// ELBO4J_EMULATOR_FAIL=kernel:600:719: launch 600 of the process ends with result 719.
void failFromTheStart(std::unordered_map<int32_t, Call>& calls) {
    const char* text = getenv("ELBO4J_EMULATOR_FAIL");
    char name[64];
    long long nth = 0;
    int result = 0;
    if (text == nullptr || *text == 0) {
        return;
    }
    auto found = sscanf(text, "%63[^:]:%lld:%d", name, &nth, &result) == 3 ? calls.find(hash(name)) : calls.end();
    if (found == calls.end()) {
        fprintf(stderr, "Emulated CUDA device: ELBO4J_EMULATOR_FAIL is %s, but must be FUNCTION:N:RESULT\n", text);
        abort();
    }
    found->second.failures.push_back({nth, result});
}

std::unordered_map<int32_t, Call>& calls() {
    static auto* all = [] {
        auto* made = new std::unordered_map<int32_t, Call>;
        // The n-th kernel, whose failure shows later; and what JCuda calls cuGraphInstantiateWithFlags.
        (*made)[hash("kernel")].name = "kernel";
        (*made)[hash("cuGraphInstantiate")].name = "cuGraphInstantiate";
        for (const char* const* symbol = SYMBOLS; *symbol != nullptr; symbol++) {
            const std::string name = plain(*symbol);
            (*made)[hash(name)].name = name;
        }
        failFromTheStart(*made);
        return made;
    }();
    return *all;
}

Call* known(int32_t name) {
    auto i = calls().find(name);
    return i == calls().end() ? nullptr : &i->second;
}

const char* const NAMES[KINDS] = {
        "allocations", "bytes of device memory", "pinned allocations", "bytes of pinned memory", "contexts", "modules",
        "streams", "events", "graphs", "executable graphs", "cuBLAS handles", "cuRAND generators"};

// Contexts take their modules, streams and memory with them; what is still there when the process ends was forgotten.
__attribute__((destructor)) void tellLeaks() {
    bool any = false;
    for (int64_t n : live) {
        any = any || n != 0;
    }
    if (!any) {
        return;
    }
    fprintf(stderr, "Emulated CUDA device: not given back:");
    for (int k = 0; k < KINDS; k++) {
        if (live[k] != 0) {
            fprintf(stderr, " %lld %s;", (long long) live[k], NAMES[k]);
        }
    }
    fprintf(stderr, "\n");
}

} // namespace

Call* call(const char* name) {
    std::lock_guard<std::recursive_mutex> guard(lock);
    Call* found = known(hash(plain(name)));
    if (found == nullptr) {
        fprintf(stderr, "Emulated CUDA device: %s is in no list of symbols\n", name);
        abort();
    }
    return found;
}

Entry::Entry(Call* call) : result(0) {
    lock.lock();
    call->calls++;
    for (size_t i = 0; i < call->failures.size(); i++) {
        Call::Failure& failure = call->failures[i];
        if (failure.countdown == 0) {
            result = failure.result;
        } else if (--failure.countdown == 0) {
            result = failure.result;
            call->failures.erase(call->failures.begin() + (ptrdiff_t) i--);
        }
    }
}

Entry::~Entry() { lock.unlock(); }

void count(Live kind, int64_t change) { live[kind] += change; }

Settings& settings() {
    static Settings now = {
            (int) number("ELBO4J_EMULATOR_DEVICES", 2),
            (int) number("ELBO4J_EMULATOR_DRIVER", 13000),
            (uint64_t) number("ELBO4J_EMULATOR_MEMORY", (int64_t) 4 << 30),
            (uint64_t) number("ELBO4J_EMULATOR_SEED", 1)};
    return now;
}

} // namespace emulation

// ---- io.github.elbo4j.cuda.Emulator ----

using namespace emulation;
typedef int32_t jint;
typedef int64_t jlong;

#define JAVA(type, name) API type Java_io_github_elbo4j_cuda_Emulator_##name
#define GUARD std::lock_guard<std::recursive_mutex> guard(lock)

JAVA(jint, fail0)(void*, void*, jint name, jlong countdown, jint result) {
    GUARD;
    Call* call = known(name);
    if (call == nullptr) {
        return 0;
    }
    call->failures.push_back({countdown, result});
    return 1;
}

JAVA(jlong, calls0)(void*, void*, jint name) {
    GUARD;
    Call* call = known(name);
    return call == nullptr ? -1 : call->calls;
}

JAVA(void, reset0)(void*, void*) {
    GUARD;
    for (auto& entry : calls()) {
        entry.second.failures.clear();
        entry.second.calls = 0;
    }
}

JAVA(jlong, live0)(void*, void*, jint kind) {
    GUARD;
    return kind < 0 || kind >= KINDS ? -1 : live[kind];
}

JAVA(void, seed0)(void*, void*, jlong seed) {
    GUARD;
    settings().seed = (uint64_t) seed;
}

JAVA(void, version0)(void*, void*, jint version) {
    GUARD;
    settings().version = version;
}

JAVA(void, devices0)(void*, void*, jint devices) {
    GUARD;
    settings().devices = devices;
}

JAVA(void, memory0)(void*, void*, jlong bytes) {
    GUARD;
    settings().memory = (uint64_t) bytes;
}

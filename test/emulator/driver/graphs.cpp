// Graphs, captured from streams or made node by node, and their launches.
#include "driver.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

using namespace emulation;

// ---- capturing ----

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

// ---- graphs ----

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

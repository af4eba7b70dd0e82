// Work of streams: it waits in its context's queue, or becomes a node of the graph that its stream captures.
#include "driver.h"

namespace emulation {

uint64_t launches;

namespace {

constexpr size_t PATIENCE = 4096; // work that waits at most

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

} // namespace

bool resolve(Context* context, void* handle, Stream*& stream) {
    stream = nullptr;
    if ((uintptr_t) handle <= 2) {
        return true;
    }
    stream = get<Stream>(handle);
    return stream != nullptr && stream->context == context;
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

int submit(void* stream, std::function<void()> work) { return submitTo(current(), stream, 0, std::move(work)); }

} // namespace emulation

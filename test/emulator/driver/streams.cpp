// Streams.
#include "driver.h"

using namespace emulation;

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

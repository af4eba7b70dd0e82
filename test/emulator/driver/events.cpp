// Events, and streams that wait for them.
#include "driver.h"

using namespace emulation;

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

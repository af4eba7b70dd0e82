package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.internal.Interrupts;

/** Tasks one after the other. */
final class HostProgram implements Program {
    private final HostDevice device;
    private final Task[] tasks;
    private final Buffer[] buffers; // each once
    private boolean closed;

    HostProgram(HostDevice device, Task[] tasks, Buffer[] buffers) {
        this.device = device;
        this.tasks = tasks;
        this.buffers = buffers;
    }

    @Override
    public void run() {
        if (closed) {
            throw new IllegalStateException("the program is closed");
        }
        for (Buffer buffer : buffers) {
            if (buffer.isClosed()) {
                throw new IllegalStateException("a program's argument is a " + buffer);
            }
        }
        for (Task task : tasks) {
            Interrupts.check();
            device.run(task);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}

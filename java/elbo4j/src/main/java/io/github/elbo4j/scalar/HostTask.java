package io.github.elbo4j.scalar;

import io.github.elbo4j.device.HostCall;

/** Java code of the caller between two operations. */
record HostTask(HostCall call) implements Task {
    @Override
    public void run(Workers workers) {
        call.body().run();
    }
}

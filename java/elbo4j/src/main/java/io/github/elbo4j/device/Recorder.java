package io.github.elbo4j.device;

import java.util.ArrayList;
import java.util.List;

/** Keeps operations, in their order, to bind them as one {@link Program}. */
public final class Recorder implements Ops {
    private final Device device;
    private final List<Operation> operations = new ArrayList<>();

    /** @param device on which the operations are to run */
    public Recorder(Device device) {
        this.device = device;
    }

    @Override
    public void run(Operation operation) {
        operations.add(operation);
    }

    /** The operations so far, bound. */
    public Program bind() {
        return device.bind(operations);
    }
}

package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.HostCall;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Program;
import java.util.ArrayList;
import java.util.List;

/** A device whose operation of a name fails from a given run on. Its buffers are those of the device beneath. */
final class FailingDevice implements Device {
    private final Device device;
    private final String operation;
    private int left;

    FailingDevice(Device device, String operation, int goodRuns) {
        this.device = device;
        this.operation = operation;
        this.left = goodRuns;
    }

    private boolean isMeant(Operation other) {
        return other.signature().operation().equals(operation);
    }

    private void count() {
        if (left-- <= 0) {
            throw new DeviceException("planted fault in " + operation);
        }
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public String description() {
        return device.description();
    }

    @Override
    public Buffer allocate(ElementType type, long length) {
        return device.allocate(type, length);
    }

    @Override
    public void run(Operation other) {
        if (isMeant(other)) {
            count();
        }
        device.run(other);
    }

    @Override
    public Program bind(List<? extends Operation> operations) {
        List<Operation> counted = new ArrayList<>();
        for (Operation other : operations) {
            if (isMeant(other)) {
                counted.add(new HostCall("count", this::count));
            }
            counted.add(other);
        }
        return device.bind(counted);
    }

    @Override
    public void synchronize() {
        device.synchronize();
    }

    @Override
    public void close() {}
}

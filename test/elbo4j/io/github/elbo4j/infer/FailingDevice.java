package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Ops;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A device whose operation of a name fails from a given call on. Its buffers are those of the device beneath. */
final class FailingDevice implements Device {
    private final Device device;
    private final Ops ops;
    private int left;

    FailingDevice(Device device, String operation, int goodCalls) {
        this.device = device;
        this.left = goodCalls;
        this.ops = (Ops) Proxy.newProxyInstance(
                Ops.class.getClassLoader(), new Class<?>[] {Ops.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(operation) && left-- <= 0) {
                        throw new DeviceException("planted fault in " + operation);
                    }
                    try {
                        return method.invoke(device.ops(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
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
    public Ops ops() {
        return ops;
    }

    @Override
    public void synchronize() {
        device.synchronize();
    }

    @Override
    public void close() {}
}

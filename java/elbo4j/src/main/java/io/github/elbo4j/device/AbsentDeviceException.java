package io.github.elbo4j.device;

/**
 * A device, or a part of one, that was asked for by name and is not on this machine: nothing is broken, and another may be
 * asked for.
 */
public final class AbsentDeviceException extends DeviceException {
    private static final long serialVersionUID = 1L;

    public AbsentDeviceException(String message) {
        super(message);
    }
}

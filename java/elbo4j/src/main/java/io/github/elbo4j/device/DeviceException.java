package io.github.elbo4j.device;

/**
 * Something that a device did wrong: it could not be opened, ran out of memory, or failed in the middle of work.
 * The message names the device, the operation, the sizes and the driver's own words. A caller's mistake is an
 * {@link IllegalArgumentException} instead.
 */
public class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message);
    }

    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}

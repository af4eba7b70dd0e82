package io.github.elbo4j.device;

/** Takes operations: a device runs them at once, a {@link Recorder} keeps them for a {@link Program}. */
public interface Runner {
    /**
     * Runs or keeps an operation.
     *
     * @throws IllegalArgumentException if its signature does not hold on this device
     */
    void run(Operation operation);
}

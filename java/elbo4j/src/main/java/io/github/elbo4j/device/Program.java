package io.github.elbo4j.device;

/**
 * Operations that a device has made ready to run, one after the other, as often as wanted; on a GPU, where it can, as
 * one graph. What changes from run to run is read from device memory ({@link Index}, {@link Scalar}), so a run takes no
 * arguments and allocates nothing.
 *
 * <p>Its operations were checked when it was bound; a run checks that their buffers are still open. It belongs to one thread
 * at a time. Closing it gives back what it needed besides its buffers; closing twice is safe.
 */
public interface Program extends AutoCloseable {
    /**
     * Runs the operations.
     *
     * @throws IllegalStateException if a buffer, or the program, is closed
     * @throws DeviceException if the device fails
     * @throws java.util.concurrent.CancellationException if the thread was interrupted; some operations have then not run
     */
    void run();

    @Override
    void close();
}

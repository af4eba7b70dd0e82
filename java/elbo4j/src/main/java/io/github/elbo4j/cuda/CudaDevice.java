package io.github.elbo4j.cuda;

import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.CheckedOps;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Leak;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.device.Rng;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An NVIDIA GPU, through the driver's primary context and one stream of its own. A fault of the hardware or of a kernel
 * ends the context for every device of this process that is open on the same GPU.
 */
public final class CudaDevice implements Device {
    private final Cuda cuda;
    /** Every driver call of this device is made under its monitor. */
    private final CudaOps calls;

    private final Ops ops;
    private final Leak leak;

    private CudaDevice(Cuda cuda, CudaOps calls) {
        this.cuda = cuda;
        this.calls = calls;
        this.ops = new CheckedOps(this, calls);
        this.leak = new Leak(this, Device.class, "cuda device", "opened");
    }

    /** Why no CUDA device can be here, or null; called by {@code Devices}, by name. */
    public static @Nullable String absent() {
        return Library.absent();
    }

    /** A line for each of NVIDIA's libraries that is not there; called by {@code Devices}, by name. */
    public static String[] notes() {
        return Library.notes().toArray(new String[0]);
    }

    /** A device of this kind; called by {@code Devices}, by name. */
    public static Device open(int ordinal, Arithmetic arithmetic, Rng rng) {
        return open(CudaOptions.DEFAULT
                .withOrdinal(ordinal)
                .withArithmetic(arithmetic)
                .withRng(rng));
    }

    /**
     * Opens a device.
     *
     * @throws DeviceException if it is not there, or there and unusable
     */
    public static Device open(CudaOptions options) {
        String absent = Library.absent();
        if (absent != null) {
            throw new AbsentDeviceException("cuda: " + absent);
        }
        Cuda cuda = new Cuda(options);
        try {
            return new CudaDevice(cuda, new CudaOps(cuda));
        } catch (RuntimeException | Error e) {
            cuda.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public String description() {
        return cuda.description();
    }

    @Override
    public Arithmetic arithmetic() {
        return cuda.options().arithmetic();
    }

    @Override
    public Rng rng() {
        return cuda.options().rng();
    }

    @Override
    public Buffer allocate(ElementType type, long length) {
        Objects.requireNonNull(type, "type is null");
        if (length < 0) {
            throw new IllegalArgumentException("length is " + length + ", but must be 0 or more");
        }
        synchronized (calls) {
            cuda.begin();
            long address = cuda.allocateZeros(type, length);
            try {
                return new CudaBuffer(this, type, length, address);
            } catch (RuntimeException | Error e) {
                cuda.free(address);
                throw e;
            }
        }
    }

    @Override
    public Ops ops() {
        return ops;
    }

    @Override
    public void asGraph(Runnable operations) {
        Graphs.Keeper keeper;
        synchronized (calls) {
            cuda.begin();
            keeper = cuda.graphs().begin();
        }
        try {
            operations.run();
        } catch (Throwable e) {
            try {
                endGraph(keeper, false); // what was kept back is sent: its calls have returned
            } catch (Throwable more) {
                e.addSuppressed(more);
            }
            throw e;
        }
        endGraph(keeper, true);
    }

    private void endGraph(Graphs.@Nullable Keeper keeper, boolean whole) {
        synchronized (calls) {
            if (keeper != null) {
                if (cuda.graphs().isKeeping(keeper)) {
                    cuda.begin();
                }
                cuda.graphs().end(keeper, whole);
            }
        }
    }

    @Override
    public void synchronize() {
        synchronized (calls) {
            cuda.begin();
            cuda.synchronize();
        }
    }

    void upload(long place, Object source, int from, int count, int bytes) {
        synchronized (calls) {
            cuda.begin();
            cuda.staging().upload(place, source, from, count, bytes);
        }
    }

    void download(long place, Object target, int to, int count, int bytes) {
        synchronized (calls) {
            cuda.begin();
            cuda.faults().fetch();
            cuda.staging().download(place, target, to, count, bytes);
            if (count > 0) {
                cuda.faults().raise();
            }
        }
    }

    /**
     * Gives a buffer's memory back, unless the device has done that. A fault of earlier work that shows now is left to the
     * next operation, or to {@link #close}: whoever tidies up must not lose what there is.
     */
    void free(long address) {
        synchronized (calls) {
            if (!cuda.isUsable()) {
                return;
            }
            try {
                cuda.begin();
                cuda.free(address);
            } catch (DeviceException e) {
                if (!cuda.driver().isBroken()) {
                    throw e;
                }
                cuda.driver().untold();
            }
        }
    }

    /** Gives everything back, buffers that are still open among it. */
    @Override
    public void close() {
        leak.close();
        synchronized (calls) {
            cuda.close();
        }
    }

    @Override
    public String toString() {
        return name() + " (" + description() + ")";
    }
}

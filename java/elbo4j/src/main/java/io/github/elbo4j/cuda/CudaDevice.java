package io.github.elbo4j.cuda;

import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.HostCall;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.device.internal.Leak;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An NVIDIA GPU, through the driver's primary context and one stream of its own. A fault of the hardware or of a kernel
 * ends the context for every device of this process that is open on the same GPU.
 */
public final class CudaDevice implements Device {
    /** Every driver call of this device is made under its monitor. */
    private final Cuda cuda;

    private final Launchers launchers;
    private final Leak leak;

    private CudaDevice(Cuda cuda, Launchers launchers) {
        this.cuda = cuda;
        this.launchers = launchers;
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
    static Device open(CudaOptions options) {
        String absent = Library.absent();
        if (absent != null) {
            throw new AbsentDeviceException("cuda: " + absent);
        }
        Cuda cuda = new Cuda(options);
        try {
            return new CudaDevice(cuda, new Launchers(cuda));
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
        synchronized (cuda) {
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
    public void run(Operation operation) {
        operation.signature().check(this);
        if (operation instanceof HostCall call) {
            call(call);
        } else {
            launch(launchers.of(operation));
        }
    }

    /** Launches an operation, or a stretch of a program. */
    void launch(Runnable launcher) {
        synchronized (cuda) {
            cuda.begin();
            launcher.run();
        }
    }

    /** Runs Java code, while other threads may use the device. */
    void call(HostCall call) {
        synchronize();
        call.body().run();
    }

    @Override
    public Program bind(List<? extends Operation> operations) {
        List<Operation> all = List.copyOf(operations);
        for (Operation operation : all) {
            operation.signature().check(this);
        }
        synchronized (cuda) {
            cuda.begin();
            return new CudaProgram(this, cuda, launchers, all);
        }
    }

    @Override
    public void synchronize() {
        synchronized (cuda) {
            cuda.begin();
            cuda.synchronize();
        }
    }

    void upload(long place, Object source, int from, int count, int bytes) {
        synchronized (cuda) {
            cuda.begin();
            cuda.staging().upload(place, source, from, count, bytes);
        }
    }

    void download(long place, Object target, int to, int count, int bytes) {
        synchronized (cuda) {
            cuda.begin();
            cuda.faults().fetch();
            cuda.staging().download(place, target, to, count, bytes);
            if (count > 0) {
                cuda.faults().raise();
            }
        }
    }

    /** Gives a buffer's memory back. */
    void free(long address) {
        giveBack(() -> cuda.free(address));
    }

    /**
     * Gives something back, unless the device has done that. A fault of earlier work that appears now is left to the
     * next operation, or to {@link #close}: closing a buffer must not hide the exception that closes it.
     */
    void giveBack(Runnable release) {
        synchronized (cuda) {
            if (!cuda.isUsable()) {
                return;
            }
            try {
                cuda.begin();
                release.run();
            } catch (DeviceException e) {
                if (!cuda.driver().isBroken()) {
                    throw e;
                }
                cuda.driver().dropped();
            }
        }
    }

    /** Gives everything back, buffers that are still open among it. */
    @Override
    public void close() {
        leak.close();
        synchronized (cuda) {
            cuda.close();
        }
    }

    @Override
    public String toString() {
        return name() + " (" + description() + ")";
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.device.Rng;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import jcuda.driver.CUcontext;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * What the launchers of one device share: its context, stream, kernels, memory and errors. Only one thread at a time
 * uses it, and calls {@link #begin} first.
 */
final class Cuda {
    private static final int STAGING_BYTES = 4 << 20;
    /**
     * How often the primary context of each GPU was reset: a device that is older has lost its memory. GPUs beyond the
     * 64th share an entry.
     */
    private static final AtomicIntegerArray RESETS = new AtomicIntegerArray(64);

    private final CudaOptions options;
    private final Gpu gpu;
    private final CUcontext context = new CUcontext();
    private final CUstream stream = new CUstream();
    private final Set<Long> memory = new HashSet<>();
    private final Set<Stretch> stretches = new HashSet<>();
    private final Launch launch = new Launch(this);
    private final Driver driver;
    private final String description;
    private final Arena arena;
    private final int resets;
    private boolean retained;
    private boolean streaming;
    private @Nullable KernelImage image;
    private @Nullable Recording recording;
    private @Nullable Staging staging;
    private @Nullable Faults faults;
    private @Nullable Cublas cublas;
    private @Nullable Curand curand;
    private @Nullable PointSets points;
    private boolean closed;
    private @Nullable RuntimeException freeingFailure;

    /** Opens the device; the driver has been started. */
    Cuda(CudaOptions options) {
        this.options = options;
        gpu = new Gpu(options.ordinal());
        if (options.arithmetic() == Arithmetic.FAST) {
            require(Library.noCublas(), "fast arithmetic needs cuBLAS");
        }
        if (options.rng() != Rng.PHILOX) {
            require(Library.noCurand(), "the normals of " + options.rng() + " need cuRAND");
        }
        driver = new Driver("cuda (" + gpu.name() + ")");
        description = gpu.describe(driver, options);
        arena = new Arena(this, options.workspaceBytes());
        resets = RESETS.get(options.ordinal() % RESETS.length());
        try {
            driver.check(JCudaDriver.cuDevicePrimaryCtxRetain(context, gpu.device()), "making a context");
            retained = true;
            driver.check(JCudaDriver.cuCtxSetCurrent(context), "using the context");
            driver.check(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "making a stream");
            streaming = true;
            String file = options.arithmetic().name().toLowerCase(Locale.ROOT) + ".fatbin";
            image = new KernelImage(driver, file);
            staging = new Staging(this, STAGING_BYTES);
            faults = new Faults(this);
            if (options.arithmetic() == Arithmetic.FAST) {
                cublas = new Cublas(this);
            }
            points = new PointSets(this);
            if (options.rng() != Rng.PHILOX) {
                curand = new Curand(this, options.rng());
            }
        } catch (RuntimeException | Error e) {
            closeAfter(e);
            throw e;
        }
    }

    private static void require(@Nullable String reason, String need) {
        if (reason != null) {
            throw new AbsentDeviceException("cuda: " + need + ", which does not load: " + reason);
        }
    }

    /** {@code cuda}, as messages begin. */
    String name() {
        return "cuda";
    }

    String description() {
        return description;
    }

    CudaOptions options() {
        return options;
    }

    Driver driver() {
        return driver;
    }

    CUstream stream() {
        return stream;
    }

    /** Every operation begins here: the context is made current, the workspace is empty again. */
    void begin() {
        if (closed) {
            throw new IllegalStateException("the cuda device is closed");
        }
        driver.usable();
        if (!isCurrent()) {
            driver.broken("the GPU was reset after a fault of another device that was open on it");
            driver.usable();
        }
        driver.check(JCudaDriver.cuCtxSetCurrent(context), "using the context");
        arena.begin();
    }

    /** The kernel {@code file_operation}; looked up once, when the device is opened. */
    Kernel kernel(String name) {
        return present(image).kernel(name);
    }

    /** The launch to be written now. */
    Launch launch() {
        return launch;
    }

    /** Sends the launch that was written, or keeps a copy. */
    void take(Launch launch) {
        Recording now = recording;
        if (now == null) {
            launch.send();
        } else {
            now.add(launch.kept());
        }
    }

    /** Memory for the partial sums of the operation that has begun; its address is a multiple of 256. */
    long workspace(long bytes) {
        Recording now = recording;
        return now == null ? arena.take(bytes) : now.take(bytes);
    }

    /** What a launcher launches, kept instead of sent, with its workspace from an address on. */
    Recording record(long workspace, Runnable launcher) {
        Recording now = new Recording(workspace);
        recording = now;
        try {
            launcher.run();
        } finally {
            recording = null;
        }
        return now;
    }

    /** Before a library is called: false in a recording, where no call is made but noted. */
    boolean mayCall() {
        Recording now = recording;
        if (now != null) {
            now.calling();
        }
        return now == null;
    }

    /** Launches that are to run together again and again, until {@link #free(Stretch)}. */
    Stretch stretch(List<Stretch.Node> nodes) {
        Stretch stretch = new Stretch(this, nodes);
        stretches.add(stretch);
        return stretch;
    }

    Faults faults() {
        return present(faults);
    }

    Staging staging() {
        return present(staging);
    }

    /** What makes other normals than independent ones. */
    PointSets points() {
        return present(points);
    }

    /** The address of normals made elsewhere for this block, or 0: the kernel makes them from their address. */
    long given(Key key, Index step, DrawBlock shape) {
        if (key.points() != PointSet.INDEPENDENT) {
            return points().normals(key, step, shape);
        }
        return curand == null || !mayCall() ? 0 : curand.normals(key, (int) value(step), shape);
    }

    /** What an index is now; one that is counted is waited for. */
    private long value(Index index) {
        Buffer counter = index.counter();
        if (counter == null) {
            return index.base();
        }
        int[] count = {0};
        staging().download(Launch.place(counter, index.at()), count, 0, 1, Integer.BYTES);
        return index.base() + index.times() * count[0];
    }

    /** Whether kernels make normals from their address, as many blocks of them as they like. */
    boolean makesNormals() {
        return curand == null;
    }

    /** With fast arithmetic cuBLAS, else null. */
    @Nullable
    Cublas cublas() {
        return cublas;
    }

    /** Memory of the device, with anything in it. */
    long allocate(long bytes, String what) {
        Address place = new Address();
        int code = JCudaDriver.cuMemAlloc(place, bytes);
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw outOfMemory(what, bytes >> 20);
        }
        driver.check(code, "allocating " + what, bytes, "bytes");
        memory.add(place.value());
        return place.value();
    }

    /** A buffer's memory: never at address 0, which means "absent" to a kernel. */
    long allocateZeros(ElementType type, long length) {
        String what = "a buffer of " + length + " " + type;
        if (length > Long.MAX_VALUE / type.bytes()) {
            throw outOfMemory(what, (length >> 20) * type.bytes());
        }
        long bytes = Math.max(length * type.bytes(), 16);
        long place = allocate(bytes, what);
        try {
            zeros(place, bytes);
        } catch (RuntimeException e) {
            free(place);
            throw e;
        }
        return place;
    }

    private DeviceException outOfMemory(String what, long mebibytes) {
        long[] free = {0};
        long[] total = {0};
        int code = JCudaDriver.cuMemGetInfo(free, total);
        String there = code == CUresult.CUDA_SUCCESS
                ? (free[0] >> 20) + " MiB of the device's " + (total[0] >> 20) + " MiB are free"
                : "what is free the driver does not say: " + Driver.words(code);
        return new DeviceException(driver.device() + ": out of memory: " + what + " needs " + mebibytes + " MiB, "
                + there + "; lower the draws, the batch or the workspace limit");
    }

    /** Sets memory to zero, in the order of the stream. */
    void zeros(long place, long bytes) {
        driver.check(
                JCudaDriver.cuMemsetD8Async(new Address(place), (byte) 0, bytes, stream()), "zeroing", bytes, "bytes");
    }

    /** Gives memory back; the driver waits for the work that uses it. */
    void free(long place) {
        if (memory.contains(place)) {
            memory.remove(place);
            driver.check(JCudaDriver.cuMemFree(new Address(place)), "freeing memory");
        }
    }

    /** Gives back what the driver holds of a stretch; its work that is under way goes on. */
    void free(Stretch stretch) {
        if (stretches.remove(stretch)) {
            driver.check(stretch.release(), "destroying a graph");
        }
    }

    /** Waits for all work. */
    void synchronize() {
        faults().fetch();
        driver.check(JCudaDriver.cuStreamSynchronize(stream()), "waiting for the device");
        faults().raise();
    }

    /** Whether memory is still there to be given back. */
    boolean isUsable() {
        return !closed && !driver.isBroken() && isCurrent();
    }

    /** Whether the context is the one that the device was opened with. */
    private boolean isCurrent() {
        return resets == RESETS.get(options.ordinal() % RESETS.length());
    }

    /** A code of a call that gives something back: work goes on, {@link #close} throws the first failure at its end. */
    void freeing(int code, String operation) {
        if (code != CUresult.CUDA_SUCCESS && freeingFailure == null) {
            freeingFailure = driver.failure(code, operation, "");
        }
    }

    /** The same, of a library's call. */
    void freeing(RuntimeException failure) {
        if (freeingFailure == null) {
            freeingFailure = failure;
        }
    }

    private void closeAfter(Throwable reason) {
        try {
            close();
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    /**
     * Gives everything back. After a fault the context is reset, so that the next device finds a working one; what calls
     * return then is left out, since it is the same fault.
     */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean expected = driver.isBroken();
        if (retained && !expected && isCurrent()) {
            freeing(JCudaDriver.cuCtxSetCurrent(context), "using the context");
            if (streaming) {
                freeing(JCudaDriver.cuStreamSynchronize(stream), "waiting for the device");
            }
            for (Stretch stretch : stretches) {
                freeing(stretch.release(), "destroying a graph");
            }
            if (cublas != null) {
                cublas.close();
            }
            if (curand != null) {
                curand.close();
            }
            if (faults != null) {
                faults.release();
            }
            if (staging != null) {
                staging.release();
            }
            for (long place : memory) {
                freeing(JCudaDriver.cuMemFree(new Address(place)), "freeing memory");
            }
            if (image != null) {
                freeing(image.unload(), "unloading the kernels");
            }
            if (streaming) {
                freeing(JCudaDriver.cuStreamDestroy(stream), "destroying the stream");
            }
        }
        stretches.clear();
        memory.clear();
        if (retained) {
            JCudaDriver.cuCtxSetCurrent(new CUcontext()); // none: this thread must not keep a context that may end
            freeing(JCudaDriver.cuDevicePrimaryCtxRelease(gpu.device()), "releasing the context");
            // Once for a fault, however many devices it has ended: others may have been opened since.
            if (driver.isBroken() && RESETS.compareAndSet(options.ordinal() % RESETS.length(), resets, resets + 1)) {
                freeing(JCudaDriver.cuDevicePrimaryCtxReset(gpu.device()), "resetting the context");
            }
        }
        RuntimeException failure = expected ? driver.unreported() : freeingFailure;
        if (failure != null) {
            throw failure;
        }
    }

    private static <T> T present(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the cuda device is closed");
        }
        return part;
    }
}

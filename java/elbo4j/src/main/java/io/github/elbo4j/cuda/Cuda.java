package io.github.elbo4j.cuda;

import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.device.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * What the launchers of one device share: its context, stream, kernels, memory and errors. One thread at a time comes
 * here, and begins with {@link #begin}.
 */
final class Cuda {
    private static final int STAGING_BYTES = 4 << 20;
    /** The first word of a fatbin; then come two bytes of version, two with the length of this head, eight with the rest's. */
    private static final int FATBIN = 0xBA55ED50;

    private static final int FATBIN_HEAD = 16;
    /**
     * How often the primary context of each GPU was reset: a device that is older has lost its memory. GPUs beyond the
     * 64th share an entry.
     */
    private static final AtomicIntegerArray RESETS = new AtomicIntegerArray(64);

    private final CudaOptions options;
    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final CUstream stream = new CUstream();
    private final CUmodule module = new CUmodule();
    private final Set<Long> memory = new HashSet<>();
    private final Graphs graphs = new Graphs(this, stream);
    private final Driver driver;
    private final String description;
    private final Arena arena;
    private final int resets;
    private boolean retained;
    private boolean streaming;
    private boolean loaded;
    private @Nullable Staging staging;
    private @Nullable Faults faults;
    private @Nullable Cublas cublas;
    private @Nullable Curand curand;
    private boolean closed;
    private @Nullable RuntimeException freeingFailure;

    /** Opens the device; the driver has been started. */
    Cuda(CudaOptions options) {
        this.options = options;
        Driver nameless = new Driver("cuda");
        int[] count = {0};
        nameless.check(JCudaDriver.cuDeviceGetCount(count), "counting devices");
        int ordinal = options.ordinal();
        if (ordinal >= count[0]) {
            throw new AbsentDeviceException("cuda: there is no device " + ordinal + ", the driver has " + count[0]);
        }
        nameless.check(JCudaDriver.cuDeviceGet(device, ordinal), "finding device " + ordinal);
        String name = deviceName(nameless);
        if (options.arithmetic() == Arithmetic.FAST) {
            there(Library.noCublas(), "fast arithmetic needs cuBLAS");
        }
        if (options.rng() != Rng.PHILOX) {
            there(Library.noCurand(), "the normals of " + options.rng() + " need cuRAND");
        }
        driver = new Driver("cuda (" + name + ")");
        description = describe(name);
        arena = new Arena(this, options.workspaceBytes());
        resets = RESETS.get(ordinal % RESETS.length());
        try {
            driver.check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "making a context");
            retained = true;
            driver.check(JCudaDriver.cuCtxSetCurrent(context), "using the context");
            driver.check(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "making a stream");
            streaming = true;
            load();
            staging = new Staging(this, STAGING_BYTES);
            faults = new Faults(this);
            if (options.arithmetic() == Arithmetic.FAST) {
                cublas = new Cublas(this);
            }
            if (options.rng() != Rng.PHILOX) {
                curand = new Curand(this, options.rng());
            }
        } catch (RuntimeException | Error e) {
            closeAfter(e);
            throw e;
        }
    }

    private static void there(@Nullable String reason, String need) {
        if (reason != null) {
            throw new AbsentDeviceException("cuda: " + need + ", which does not load: " + reason);
        }
    }

    private String deviceName(Driver nameless) {
        byte[] bytes = new byte[256];
        nameless.check(JCudaDriver.cuDeviceGetName(bytes, bytes.length, device), "asking for the device's name");
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8).trim();
    }

    private String describe(String name) {
        long[] bytes = {0};
        driver.check(JCudaDriver.cuDeviceTotalMem(bytes, device), "asking for the device's memory");
        int major = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
        int minor = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        StringBuilder text = new StringBuilder(name);
        text.append(", ").append(bytes[0] >> 20).append(" MiB");
        text.append(", compute capability ").append(major).append('.').append(minor);
        text.append(", driver for CUDA ").append(driverVersion());
        if (options.ordinal() != 0) {
            text.append(", device ").append(options.ordinal());
        }
        if (options.arithmetic() != Arithmetic.EXACT) {
            text.append(", fast arithmetic");
        }
        switch (options.rng()) {
            case PHILOX -> {}
            case CURAND -> text.append(", normals of cuRAND's Philox");
            case CURAND_XORWOW -> text.append(", normals of cuRAND's XORWOW");
        }
        return text.toString();
    }

    private int attribute(int which) {
        int[] value = {0};
        driver.check(JCudaDriver.cuDeviceGetAttribute(value, which, device), "asking for an attribute of the device");
        return value[0];
    }

    private String driverVersion() {
        int[] version = {0};
        driver.check(JCudaDriver.cuDriverGetVersion(version), "asking for the driver's version");
        return Library.words(version[0]);
    }

    private void load() {
        String file = options.arithmetic().name().toLowerCase(Locale.ROOT) + ".fatbin";
        byte[] image;
        try (InputStream kernels = Cuda.class.getResourceAsStream(file)) {
            if (kernels == null) {
                throw new DeviceException(
                        "cuda: this jar holds no CUDA kernels (" + file + "): it was built without nvcc");
            }
            image = kernels.readAllBytes();
        } catch (IOException e) {
            throw new DeviceException("cuda: the kernels in " + file + " cannot be read: " + e.getMessage(), e);
        }
        if (!isWhole(image)) {
            throw new DeviceException("cuda: the kernels in " + file + " are damaged: build this jar again");
        }
        int code = JCudaDriver.cuModuleLoadData(module, image);
        switch (code) {
            case CUresult.CUDA_SUCCESS -> loaded = true;
            case CUresult.CUDA_ERROR_INVALID_IMAGE,
                    CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU,
                    CUresult.CUDA_ERROR_INVALID_PTX,
                    CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
                    CUresult.CUDA_ERROR_INVALID_SOURCE ->
                throw new DeviceException(driver.failure(code, "loading the kernels", " in " + file)
                                .getMessage()
                        + "; this driver (for CUDA " + driverVersion() + ") or this GPU is too old for them, or " + file
                        + " is damaged");
            default -> throw driver.failure(code, "loading the kernels", " in " + file);
        }
    }

    /** A fatbin says how long it is; a driver believes it. */
    private static boolean isWhole(byte[] image) {
        ByteBuffer head = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        return image.length >= FATBIN_HEAD
                && head.getInt(0) == FATBIN
                && head.getLong(8) >= 0
                && head.getLong(8) <= image.length - head.getShort(6);
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

    /** The stream, which has got all that came before. */
    CUstream stream() {
        graphs.flush();
        return stream;
    }

    /** The launches on their way to the stream. */
    Graphs graphs() {
        return graphs;
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
        CUfunction function = new CUfunction();
        int code = JCudaDriver.cuModuleGetFunction(function, module, name);
        if (code == CUresult.CUDA_ERROR_NOT_FOUND) {
            throw new DeviceException(
                    "cuda: the kernel " + name + " is not in this jar: its kernels are of another build");
        }
        driver.check(code, "looking for the kernel " + name);
        return new Kernel(name, function);
    }

    Launch launch() {
        return graphs.next();
    }

    /** Memory for the partial sums of the operation that has begun. */
    Arena arena() {
        return arena;
    }

    Faults faults() {
        return present(faults);
    }

    Staging staging() {
        return present(staging);
    }

    /** The address of normals made elsewhere for this block, or 0: the kernel makes them from their address. */
    long given(Key key, int step, Shape shape) {
        return curand == null ? 0 : curand.normals(key, step, shape);
    }

    /** Whether kernels make normals from their address, as many blocks of them as they like. */
    boolean makesNormals() {
        return curand == null;
    }

    /** cuBLAS with fast arithmetic, else null. */
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

    /** Sets memory to zero when the stream comes to it. */
    void zeros(long place, long bytes) {
        driver.check(
                JCudaDriver.cuMemsetD8Async(new Address(place), (byte) 0, bytes, stream()), "zeroing", bytes, "bytes");
    }

    /** Gives memory back; the driver waits for the work that uses it. */
    void free(long place) {
        if (memory.contains(place)) {
            graphs.flush(); // launches that are kept back may use it
            memory.remove(place);
            driver.check(JCudaDriver.cuMemFree(new Address(place)), "freeing memory");
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
     * say then is not news.
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
            graphs.close();
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
            if (loaded) {
                freeing(JCudaDriver.cuModuleUnload(module), "unloading the kernels");
            }
            if (streaming) {
                freeing(JCudaDriver.cuStreamDestroy(stream), "destroying the stream");
            }
        }
        memory.clear();
        if (retained) {
            JCudaDriver.cuCtxSetCurrent(new CUcontext()); // none: this thread must not be left with one that may end
            freeing(JCudaDriver.cuDevicePrimaryCtxRelease(device), "releasing the context");
            // Once for a fault, however many devices it has ended: others may have been opened since.
            if (driver.isBroken() && RESETS.compareAndSet(options.ordinal() % RESETS.length(), resets, resets + 1)) {
                freeing(JCudaDriver.cuDevicePrimaryCtxReset(device), "resetting the context");
            }
        }
        RuntimeException failure = expected ? driver.secret() : freeingFailure;
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

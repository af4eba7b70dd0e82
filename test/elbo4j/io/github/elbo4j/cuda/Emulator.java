package io.github.elbo4j.cuda;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Steers the emulated CUDA device (test/emulator) of this process: makes calls fail, draws another order of threads,
 * counts what is live. All of it belongs to the process: a test that changes something calls {@link #reset} in the end.
 */
public final class Emulator {
    /** Results of the driver, for {@link #fail}. */
    public static final int OUT_OF_MEMORY = 2;

    public static final int DEVICE_UNAVAILABLE = 46;
    public static final int ECC_UNCORRECTABLE = 214;
    public static final int ILLEGAL_ADDRESS = 700;
    public static final int LAUNCH_FAILED = 719;

    private static final long MEMORY = 4L << 30;
    private static final int DEVICES = 2;
    private static final int DRIVER = 13_000;

    private static final boolean PRESENT = load();

    /** What is counted as live. */
    public enum Live {
        ALLOCATIONS,
        BYTES,
        PINNED,
        PINNED_BYTES,
        CONTEXTS,
        MODULES,
        STREAMS,
        EVENTS,
        GRAPHS,
        EXECUTABLES,
        CUBLAS,
        CURAND
    }

    private Emulator() {}

    /** Whether this process's CUDA driver is the emulated one. */
    public static boolean isPresent() {
        return PRESENT;
    }

    /**
     * Makes one call fail: the {@code nth} from now (1: the next) of {@code function} returns {@code result}; 0 stands for
     * every call until {@link #reset}. The function has the name that JCuda gives it, such as {@code cuMemAlloc} or {@code
     * cublasSgemm}.
     */
    public static void fail(String function, long nth, int result) {
        if (fail0(function.hashCode(), nth, result) == 0) {
            throw new IllegalArgumentException("the emulated device knows no function " + function);
        }
    }

    /** Makes the {@code nth} launch from now (1: the next) end with {@code result}, which a later call returns. */
    public static void failKernel(long nth, int result) {
        fail("kernel", nth, result);
    }

    /** Calls of a function since the last {@link #reset}, those that failed among them; "kernel": launches. */
    public static long calls(String function) {
        long calls = calls0(function.hashCode());
        if (calls < 0) {
            throw new IllegalArgumentException("the emulated device knows no function " + function);
        }
        return calls;
    }

    /** No call fails any more, all counts of calls are 0, and the settings below are as in the beginning. */
    public static void reset() {
        reset0();
        seed(1);
        memory(MEMORY);
        devices(DEVICES);
        driver(DRIVER);
    }

    /** How many of something there are in this process, or their bytes. */
    public static long live(Live kind) {
        return live0(kind.ordinal());
    }

    /** The order in which blocks, warps and lanes run is drawn from this. */
    public static void seed(long seed) {
        seed0(seed);
    }

    /** The memory of a device in bytes, 4 GiB in the beginning. */
    public static void memory(long bytes) {
        memory0(bytes);
    }

    /** How many devices there are, 2 in the beginning; none: {@code cuInit} fails. */
    public static void devices(int count) {
        devices0(count);
    }

    /** The driver's version, 13000 in the beginning; 12040 stands for 12.4. */
    public static void driver(int version) {
        version0(version);
    }

    private static boolean load() {
        String folder = System.getProperty("elbo4j.emulator", "");
        Path library = Path.of(folder, "libcuda.so.1");
        if (folder.isEmpty() || !Files.exists(library)) {
            return false;
        }
        System.load(library.toAbsolutePath().toString());
        return true;
    }

    private static native int fail0(int function, long nth, int result);

    private static native long calls0(int function);

    private static native void reset0();

    private static native long live0(int kind);

    private static native void seed0(long seed);

    private static native void memory0(long bytes);

    private static native void devices0(int count);

    private static native void version0(int version);
}

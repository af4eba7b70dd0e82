package io.github.elbo4j.cuda;

import io.github.elbo4j.device.DeviceException;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** The code of every driver call is checked here: one that is not success becomes an exception in words. */
final class Driver {
    private final String device;
    /** The last operation that was launched: a message names it when a fault shows later. */
    private String launched = "";
    /** The words of the fault that ended the context, if one did. */
    private @Nullable String broken;
    /** An exception with those words was thrown. */
    private boolean reported;

    /** @param device its name in messages */
    Driver(String device) {
        this.device = device;
    }

    /** Its name in messages. */
    String device() {
        return device;
    }

    /** Of CUDA that it is for, such as 12.4. */
    String version() {
        int[] version = {0};
        check(JCudaDriver.cuDriverGetVersion(version), "asking for the driver's version");
        return Library.words(version[0]);
    }

    void check(int code, String operation) {
        if (code != CUresult.CUDA_SUCCESS) {
            throw failure(code, operation, "");
        }
    }

    /** {@code count} and {@code unit} are the sizes in the message, such as 4096 and "bytes". */
    void check(int code, String operation, long count, String unit) {
        if (code != CUresult.CUDA_SUCCESS) {
            throw failure(code, operation, " of " + count + " " + unit);
        }
    }

    /** The check of a launch; a fault that appears later is attributed to it. */
    void launched(int code, String operation, long blocks, int threads) {
        launched = operation;
        if (code != CUresult.CUDA_SUCCESS) {
            throw failure(code, operation, " on " + blocks + " blocks of " + threads + " threads");
        }
    }

    /** The same, of a graph. */
    void launched(int code, String graph) {
        launched = graph;
        check(code, graph);
    }

    /** The exception of a code; a fault that ends the context is remembered. */
    DeviceException failure(int code, String operation, String sizes) {
        StringBuilder message = new StringBuilder(device);
        message.append(": ").append(operation).append(sizes).append(" failed: ").append(words(code));
        if (ends(code)) {
            if (!launched.isEmpty()) {
                message.append("; the last operation launched before was ").append(launched);
            }
            message.append("; nothing more runs on this device: close it and open it again");
            broken(message.toString());
            reported = true;
        }
        return new DeviceException(message.toString());
    }

    /** From now on {@link #usable} throws with these words. */
    void broken(String words) {
        if (broken == null) {
            broken = words;
        }
    }

    boolean isBroken() {
        return broken != null;
    }

    void usable() {
        if (broken != null) {
            reported = true;
            throw new DeviceException("nothing runs any more since an earlier failure: " + broken);
        }
    }

    /** The exception of the fault was dropped: another one will report it. */
    void dropped() {
        reported = false;
    }

    /** The fault, if no exception has reported it yet, or null. */
    @Nullable
    DeviceException unreported() {
        return broken == null || reported ? null : new DeviceException(broken);
    }

    /** The driver's own words for a code. */
    static String words(int code) {
        String[] name = {null};
        String[] words = {null};
        JCudaDriver.cuGetErrorName(code, name);
        JCudaDriver.cuGetErrorString(code, words);
        return (name[0] == null ? "error " + code : name[0]) + (words[0] == null ? "" : " (" + words[0] + ")");
    }

    /** Whether every later call in the context would fail too. */
    static boolean ends(int code) {
        return switch (code) {
            case CUresult.CUDA_ERROR_DEINITIALIZED,
                    CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE,
                    CUresult.CUDA_ERROR_INVALID_CONTEXT,
                    CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                    CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
                    CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED,
                    CUresult.CUDA_ERROR_ASSERT,
                    CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
                    CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
                    CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
                    CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
                    CUresult.CUDA_ERROR_INVALID_PC,
                    CUresult.CUDA_ERROR_LAUNCH_FAILED,
                    CUresult.CUDA_ERROR_EXTERNAL_DEVICE,
                    CUresult.CUDA_ERROR_UNKNOWN -> true;
            default -> false;
        };
    }
}

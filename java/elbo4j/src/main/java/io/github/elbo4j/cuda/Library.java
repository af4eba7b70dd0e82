package io.github.elbo4j.cuda;

import io.github.elbo4j.device.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * What of NVIDIA's is on this machine: the driver, cuBLAS, cuRAND. Native libraries are loaded once in a process, when
 * first asked for.
 */
final class Library {
    /** The first driver that has every function called here; a missing one would end the process. */
    private static final int OLDEST_DRIVER = 12_000;
    /** The first driver that takes kernels of nvcc 13. */
    private static final int KERNELS_DRIVER = 13_000;

    private static final String DRIVER = "jcuda.driver.JCudaDriver";
    private static final String CUBLAS = "jcuda.jcublas.JCublas2";
    /**
     * In the place of libcublas.so.12, which JCublas2 asks for: it passes calls on to libcublas.so.13. Missing where the
     * jar was built without a C compiler.
     */
    private static final String FORWARD = "/lib/libcublas-forward.so";

    private static final Pattern NO_DRIVER = Pattern.compile("libcuda\\.so\\.1: (cannot open .*|No such file .*)");

    private static @Nullable Loaded driver;
    private static @Nullable Loaded cublas;
    private static @Nullable Loaded curand;

    private Library() {}

    /** A native library that was looked for, and why it does not load if it does not. */
    private record Loaded(@Nullable String reason) {}

    /**
     * Why there is no CUDA device, or null.
     *
     * @throws DeviceException if there is a driver that cannot be used
     */
    static synchronized @Nullable String absent() {
        String os = System.getProperty("os.name", "");
        String processor = System.getProperty("os.arch", "");
        if (!os.toLowerCase(Locale.ROOT).startsWith("linux") || !processor.matches("amd64|x86_64")) {
            return "CUDA devices need Linux on x86-64, and this is " + os + " on " + processor;
        }
        String missing = Natives.missing(DRIVER);
        if (missing != null) {
            return missing;
        }
        if (driver == null) {
            driver = new Loaded(Natives.load(DRIVER));
        }
        if (driver.reason != null) {
            if (NO_DRIVER.matcher(driver.reason).find()) {
                return "there is no NVIDIA driver here (libcuda.so.1 was not found); a GPU needs one, and nothing else";
            }
            throw new DeviceException("cuda: JCuda's native library does not load: " + driver.reason);
        }
        int code = JCudaDriver.cuInit(0);
        switch (code) {
            case CUresult.CUDA_ERROR_NO_DEVICE -> {
                return "there is an NVIDIA driver here, but no GPU that it can use";
            }
            case CUresult.CUDA_ERROR_STUB_LIBRARY -> {
                return "libcuda.so.1 here is the CUDA toolkit's stand-in, not a driver";
            }
            default -> new Driver("cuda").check(code, "starting the driver");
        }
        int[] version = {0};
        new Driver("cuda").check(JCudaDriver.cuDriverGetVersion(version), "asking for the driver's version");
        if (version[0] < OLDEST_DRIVER) {
            throw new DeviceException("cuda: the NVIDIA driver here is too old: it is for CUDA " + words(version[0])
                    + ", and elbo4j needs one for CUDA " + words(KERNELS_DRIVER) + " or later; update the driver");
        }
        return null;
    }

    /** 12040 is 12.4. */
    static String words(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** Why cuBLAS is not there, or null. */
    static synchronized @Nullable String noCublas() {
        if (cublas == null) {
            String reason = Natives.load(CUBLAS);
            if (reason != null && Library.class.getResource(FORWARD) != null && Natives.loadPlain(FORWARD) == null) {
                reason = Natives.load(CUBLAS);
            }
            cublas = new Loaded(reason);
        }
        return cublas.reason;
    }

    /** Why cuRAND is not there, or null. */
    static synchronized @Nullable String noCurand() {
        if (curand == null) {
            curand = new Loaded(Natives.load("jcuda.jcurand.JCurand"));
        }
        return curand.reason;
    }

    /** A line for each library that is not there, with what needs it. */
    static List<String> notes() {
        List<String> lines = new ArrayList<>();
        String reason = noCublas();
        if (reason != null) {
            lines.add("cuBLAS is not there, which fast arithmetic needs (that of CUDA 12 or 13): " + reason);
        }
        reason = noCurand();
        if (reason != null) {
            lines.add("cuRAND is not there, so its normals cannot be chosen (that of CUDA 11, 12 or 13): " + reason);
        }
        return lines;
    }
}

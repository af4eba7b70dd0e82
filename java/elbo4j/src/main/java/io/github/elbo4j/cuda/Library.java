package io.github.elbo4j.cuda;

import io.github.elbo4j.device.DeviceException;
import java.util.Locale;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** Whether there is a driver and a GPU, and the kernels in the jar. */
final class Library {
    private Library() {}

    /**
     * Why there is no CUDA device, or null.
     *
     * @throws DeviceException if there is a driver that cannot be used
     */
    static @Nullable String absent() {
        String os = System.getProperty("os.name", "");
        String processor = System.getProperty("os.arch", "");
        if (!os.toLowerCase(Locale.ROOT).startsWith("linux") || !processor.matches("amd64|x86_64")) {
            return "CUDA devices need Linux on x86-64, and this is " + os + " on " + processor;
        }
        try {
            int code = JCudaDriver.cuInit(0);
            if (code == CUresult.CUDA_ERROR_NO_DEVICE) {
                return "there is an NVIDIA driver, but no device";
            }
            new Driver("cuda").check(code, "starting the driver");
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            return "no NVIDIA driver";
        }
        return null;
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** The kernels of this jar in a context: a fatbin, which holds them for every kind of GPU. */
final class KernelImage {
    /** The first word of a fatbin; then come two bytes of version, two with the length of this head, eight with the rest's. */
    private static final int FATBIN = 0xBA55ED50;

    private static final int FATBIN_HEAD = 16;

    private final Driver driver;
    private final CUmodule module = new CUmodule();

    /** Loads the kernels of a file beside this class into the current context. */
    KernelImage(Driver driver, String file) {
        this.driver = driver;
        int code = JCudaDriver.cuModuleLoadData(module, read(file));
        switch (code) {
            case CUresult.CUDA_SUCCESS -> {}
            case CUresult.CUDA_ERROR_INVALID_IMAGE,
                    CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU,
                    CUresult.CUDA_ERROR_INVALID_PTX,
                    CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
                    CUresult.CUDA_ERROR_INVALID_SOURCE ->
                throw new DeviceException(driver.failure(code, "loading the kernels", " in " + file)
                                .getMessage()
                        + "; this driver (for CUDA " + driver.version() + ") or this GPU is too old for them, or "
                        + file
                        + " is damaged");
            default -> throw driver.failure(code, "loading the kernels", " in " + file);
        }
    }

    private static byte[] read(String file) {
        byte[] image;
        try (InputStream kernels = KernelImage.class.getResourceAsStream(file)) {
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
        return image;
    }

    /** A fatbin holds its own length, and a driver reads so many bytes without a check of the array's length. */
    private static boolean isWhole(byte[] image) {
        ByteBuffer head = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        return image.length >= FATBIN_HEAD
                && head.getInt(0) == FATBIN
                && head.getLong(8) >= 0
                && head.getLong(8) <= image.length - head.getShort(6);
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

    /** The code of the call that unloads them. */
    int unload() {
        return JCudaDriver.cuModuleUnload(module);
    }
}

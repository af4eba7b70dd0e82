package io.github.elbo4j.cuda;

import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.Arithmetic;
import java.nio.charset.StandardCharsets;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;

/** A GPU, and what the driver says of it. */
final class Gpu {
    private final CUdevice device = new CUdevice();
    private final String name;

    /** Looks for it; the driver has been started. */
    Gpu(int ordinal) {
        Driver driver = new Driver("cuda");
        int[] count = {0};
        driver.check(JCudaDriver.cuDeviceGetCount(count), "counting devices");
        if (ordinal >= count[0]) {
            throw new AbsentDeviceException("cuda: there is no device " + ordinal + ", the driver has " + count[0]);
        }
        driver.check(JCudaDriver.cuDeviceGet(device, ordinal), "finding device " + ordinal);
        byte[] bytes = new byte[256];
        driver.check(JCudaDriver.cuDeviceGetName(bytes, bytes.length, device), "asking for the device's name");
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        name = new String(bytes, 0, length, StandardCharsets.UTF_8).trim();
    }

    CUdevice device() {
        return device;
    }

    String name() {
        return name;
    }

    /** It in words, and how it is used. */
    String describe(Driver driver, CudaOptions options) {
        long[] bytes = {0};
        driver.check(JCudaDriver.cuDeviceTotalMem(bytes, device), "asking for the device's memory");
        int major = attribute(driver, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
        int minor = attribute(driver, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        StringBuilder text = new StringBuilder(name);
        text.append(", ").append(bytes[0] >> 20).append(" MiB");
        text.append(", compute capability ").append(major).append('.').append(minor);
        text.append(", driver for CUDA ").append(driver.version());
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

    private int attribute(Driver driver, int which) {
        int[] value = {0};
        driver.check(JCudaDriver.cuDeviceGetAttribute(value, which, device), "asking for an attribute of the device");
        return value[0];
    }
}

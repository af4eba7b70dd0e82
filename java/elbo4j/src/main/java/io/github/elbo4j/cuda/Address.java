package io.github.elbo4j.cuda;

import jcuda.driver.CUdeviceptr;

/** A place in device memory, as JCuda takes it. */
final class Address extends CUdeviceptr {
    /** To be written by the driver. */
    Address() {}

    Address(long place) {
        super(new CUdeviceptr(), place);
    }

    long value() {
        return getNativePointer() + getByteOffset();
    }
}

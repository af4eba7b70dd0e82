package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Rng;

/**
 * How a CUDA device is opened.
 *
 * @param ordinal which of the driver's devices, from 0
 * @param arithmetic whether results are the bits of every other device, or faster
 * @param rng where standard normals come from
 * @param workspaceBytes the device memory taken at once for partial sums; it grows if an operation needs more
 */
record CudaOptions(int ordinal, Arithmetic arithmetic, Rng rng, long workspaceBytes) {
    /** Device 0, exact arithmetic, normals by address. */
    static final CudaOptions DEFAULT = new CudaOptions(0, Arithmetic.EXACT, Rng.PHILOX, 4L << 20);

    CudaOptions {
        if (ordinal < 0) {
            throw new IllegalArgumentException("ordinal is " + ordinal + ", but must be 0 or more");
        }
        if (workspaceBytes < 1) {
            throw new IllegalArgumentException("workspaceBytes is " + workspaceBytes + ", but must be 1 or more");
        }
    }

    CudaOptions withOrdinal(int ordinal) {
        return new CudaOptions(ordinal, arithmetic, rng, workspaceBytes);
    }

    CudaOptions withArithmetic(Arithmetic arithmetic) {
        return new CudaOptions(ordinal, arithmetic, rng, workspaceBytes);
    }

    CudaOptions withRng(Rng rng) {
        return new CudaOptions(ordinal, arithmetic, rng, workspaceBytes);
    }

    CudaOptions withWorkspaceBytes(long workspaceBytes) {
        return new CudaOptions(ordinal, arithmetic, rng, workspaceBytes);
    }
}

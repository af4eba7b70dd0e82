package io.github.elbo4j.device;

/** What a device computes with. */
public enum Arithmetic {
    /** The bits of the scalar device. */
    EXACT,
    /**
     * On CUDA only, and only if asked for: hardware exp, log, sine and cosine, and cuBLAS for matrices. Near the exact results,
     * not equal to them.
     */
    FAST
}

package io.github.elbo4j.device;

/** What a {@link Buffer} holds. Numbers on a device are float32; sums end in float64. */
public enum ElementType {
    /** IEEE 754 binary32: parameters, draws, densities, gradients. */
    FLOAT32(4),
    /** IEEE 754 binary64: the ends of sums. */
    FLOAT64(8),
    /** 32-bit integers: raw Philox words, row indices. */
    INT32(4);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /** The size of one element in bytes. */
    public int bytes() {
        return bytes;
    }
}

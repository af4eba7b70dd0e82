package io.github.elbo4j.device;

/** Where standard normals come from. */
public enum Rng {
    /** A pure function of their address, the same on every device. */
    PHILOX,
    /** On CUDA only: cuRAND's Philox4x32-10; not the numbers of other devices. */
    CURAND,
    /** On CUDA only: cuRAND's XORWOW; not the numbers of other devices. */
    CURAND_XORWOW
}

package io.github.elbo4j.cuda;

import jcuda.driver.CUfunction;

/** A kernel of the loaded module. */
record Kernel(String name, CUfunction function) {
    /** What launchers do that have no kernel yet. */
    @SuppressWarnings("DoNotCallSuggester")
    static void missing() {
        throw new UnsupportedOperationException("this operation has no CUDA kernel yet");
    }
}

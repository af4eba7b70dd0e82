package io.github.elbo4j.cuda;

/** The kernels of a file of kernels/, found when a device opens, and the operations that launch them. */
abstract class KernelFamily {
    final Cuda cuda;

    KernelFamily(Cuda cuda) {
        this.cuda = cuda;
    }

    /** Its operations. */
    abstract void addTo(Launchers launchers);

    /** Begins a launch. */
    final Launch launch(Kernel kernel) {
        return cuda.launch().of(kernel);
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.MathOps.Function;

/** Launches kernels/math.cu. */
final class MathCuda {
    MathCuda(Cuda cuda) {}

    void map(Function f, long n, Buffer x, Buffer y) {
        Kernel.missing();
    }

    void fill(long n, float value, Buffer x) {
        Kernel.missing();
    }

    void axpy(long n, float a, Buffer x, Buffer y) {
        Kernel.missing();
    }

    void multiply(long n, Buffer x, Buffer y, Buffer z) {
        Kernel.missing();
    }

    void average(long n, float weight, Buffer x, Buffer y) {
        Kernel.missing();
    }

    void sumRows(int rows, int columns, Buffer x, Buffer sum) {
        Kernel.missing();
    }

    void gatherRows(int rows, int columns, Buffer index, long first, Buffer source, Buffer target) {
        Kernel.missing();
    }

    void firstNonFinite(long n, Buffer x, Buffer found) {
        Kernel.missing();
    }
}

package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrix;
import java.util.Arrays;

/** What {@link NativesTest} runs in a virtual machine of its own: a product by cuBLAS. */
final class ProductMain {
    private ProductMain() {}

    public static void main(String[] arguments) {
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT.withArithmetic(Arithmetic.FAST));
                Buffer a = device.copyOf(new float[] {1, 2, 3, 4});
                Buffer b = device.copyOf(new float[] {5, 6, 7, 8});
                Buffer c = device.allocate(4)) {
            device.run(new GemmOps.Gemm(Matrix.of(a, 2, 2), Matrix.of(b, 2, 2), false, Matrix.of(c, 2, 2)));
            System.out.println(Arrays.toString(c.toFloats()));
        }
    }
}

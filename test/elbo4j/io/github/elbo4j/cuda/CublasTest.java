package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.elbo4j.Numbers;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrix;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fast arithmetic's matrices: near the float64 result in every way of storing them. */
class CublasTest {
    private static final CudaOptions FAST = CudaOptions.DEFAULT.withArithmetic(Arithmetic.FAST);

    private final List<Buffer> buffers = new ArrayList<>();

    /** How a matrix lies in its buffer. */
    private enum Storage {
        ROWS,
        COLUMNS,
        /** With room between rows, and before the first. */
        WIDE_ROWS,
        WIDE_COLUMNS
    }

    @BeforeEach
    void needsCublas() {
        Present.cuda();
        assumeTrue(Library.noCublas() == null, "there is no cuBLAS");
    }

    @AfterEach
    void close() {
        buffers.forEach(Buffer::close);
        if (Emulator.isPresent()) {
            Emulator.reset();
        }
    }

    @Test
    void productsOfEveryStorageAreNearThoseInFloat64() {
        try (Device device = CudaDevice.open(FAST)) {
            for (int[] size :
                    new int[][] {{1, 1, 1}, {2, 3, 5}, {1, 7, 4}, {7, 1, 4}, {5, 4, 1}, {33, 17, 65}, {0, 3, 2}}) {
                for (Storage a : Storage.values()) {
                    for (Storage b : Storage.values()) {
                        for (Storage c : Storage.values()) {
                            product(device, size[0], size[1], size[2], a, b, c);
                        }
                    }
                }
            }
            close();
        }
    }

    private void product(Device device, int m, int n, int k, Storage sa, Storage sb, Storage sc) {
        Matrix a = stored(device, sa, m, k, 1);
        Matrix b = stored(device, sb, k, n, 2);
        Matrix c = stored(device, sc, m, n, 3);
        double[][] x = values(a);
        double[][] y = values(b);
        for (boolean accumulate : new boolean[] {false, true}) {
            double[][] old = values(c);
            long calls = Emulator.isPresent() ? Emulator.calls("cublasSgemm") : 0;
            float[] outside = c.buffer().toFloats();
            device.run(new GemmOps.Gemm(a, b, accumulate, c));
            if (Emulator.isPresent()) {
                assertThat(Emulator.calls("cublasSgemm") - calls).isEqualTo(m > 0 && n > 0 ? 1 : 0);
            }
            double[][] got = values(c);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double want = accumulate ? old[i][j] : 0;
                    double size = Math.abs(want);
                    for (int l = 0; l < k; l++) {
                        want += x[i][l] * y[l][j];
                        size += Math.abs(x[i][l] * y[l][j]);
                    }
                    // A sum of k + 1 products and terms in any order.
                    Numbers.close(
                            m + "x" + n + "x" + k + " " + sa + " " + sb + " " + sc + " " + accumulate + " [" + i + ","
                                    + j + "]",
                            got[i][j],
                            want,
                            (k + 2) * Numbers.U * size);
                }
            }
            same(outside, c);
        }
    }

    @Test
    void trianglesOfEveryStorageAreMultipliedAndSolved() {
        try (Device device = CudaDevice.open(FAST)) {
            for (int[] size : new int[][] {{1, 1}, {2, 3}, {5, 1}, {1, 4}, {17, 33}}) {
                for (Storage sl : Storage.values()) {
                    for (Storage sb : Storage.values()) {
                        for (boolean upper : new boolean[] {false, true}) {
                            triangle(device, size[0], size[1], sl, sb, upper);
                        }
                    }
                }
            }
            close();
        }
    }

    private void triangle(Device device, int m, int n, Storage sl, Storage sb, boolean upper) {
        Matrix l = stored(device, sl, m, m, 4);
        Matrix b = stored(device, sb, m, n, 5);
        double[][] factor = values(l);
        double[][] old = values(b);
        String what = m + "x" + n + " " + sl + " " + sb + (upper ? " upper" : " lower");
        float[] outside = b.buffer().toFloats();
        device.run(new GemmOps.TriangularMultiply(l, upper, b));
        double[][] product = values(b);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double want = 0;
                double size = 0;
                for (int k = upper ? i : 0; k < (upper ? m : i + 1); k++) {
                    want += factor[i][k] * old[k][j];
                    size += Math.abs(factor[i][k] * old[k][j]);
                }
                Numbers.close(what + " product [" + i + "," + j + "]", product[i][j], want, (m + 1) * Numbers.U * size);
            }
        }
        device.run(new GemmOps.TriangularSolve(l, upper, b));
        double[][] back = values(b);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                // Each row's residual is small against the terms of its sum: substitution is backward stable.
                double residual = -product[i][j];
                double size = Math.abs(product[i][j]);
                for (int k = upper ? i : 0; k < (upper ? m : i + 1); k++) {
                    residual += factor[i][k] * back[k][j];
                    size += Math.abs(factor[i][k] * back[k][j]);
                }
                Numbers.close(what + " solved [" + i + "," + j + "]", residual, 0, 2 * (m + 1) * Numbers.U * size);
            }
        }
        same(outside, b);
    }

    @Test
    void aFailureOfCublasIsToldInWords() {
        Present.emulator();
        try (Device device = CudaDevice.open(FAST)) {
            Matrix a = stored(device, Storage.ROWS, 2, 2, 1);
            Matrix c = stored(device, Storage.ROWS, 2, 2, 1);
            Emulator.fail("cublasSgemm", 1, 13);
            assertThatThrownBy(() -> device.run(new GemmOps.Gemm(a, a, false, c)))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("gemm failed", "CUBLAS_STATUS_EXECUTION_FAILED");
            device.run(new GemmOps.Gemm(a, a, false, c));
            close();
        }
        Emulator.fail("cublasCreate", 1, 1);
        assertThatThrownBy(() -> CudaDevice.open(FAST))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("starting cuBLAS failed", "CUBLAS_STATUS_NOT_INITIALIZED");
    }

    @Test
    void fastArithmeticIsSaid() {
        try (Device device = CudaDevice.open(FAST)) {
            assertThat(device.description()).contains("fast arithmetic");
        }
    }

    private Matrix stored(Device device, Storage storage, int rows, int columns, int seed) {
        boolean byRows = storage == Storage.ROWS || storage == Storage.WIDE_ROWS;
        int room = storage == Storage.ROWS || storage == Storage.COLUMNS ? 0 : 3;
        int offset = room == 0 ? 0 : 5;
        int distance = (byRows ? columns : rows) + room;
        Buffer buffer = device.copyOf(Numbers.normals(seed, offset + (long) distance * (byRows ? rows : columns)));
        buffers.add(buffer);
        return new Matrix(buffer, offset, rows, columns, byRows ? distance : 1, byRows ? 1 : distance);
    }

    private static double[][] values(Matrix m) {
        float[] all = m.buffer().toFloats();
        double[][] values = new double[m.rows()][m.columns()];
        for (int i = 0; i < m.rows(); i++) {
            for (int j = 0; j < m.columns(); j++) {
                values[i][j] = all[(int) (m.offset() + i * m.rowStride() + j * m.columnStride())];
            }
        }
        return values;
    }

    /** What lies between the elements of the view is as it was. */
    private static void same(float[] before, Matrix m) {
        float[] after = m.buffer().toFloats();
        for (int i = 0; i < m.rows(); i++) {
            for (int j = 0; j < m.columns(); j++) {
                int at = (int) (m.offset() + i * m.rowStride() + j * m.columnStride());
                after[at] = before[at];
            }
        }
        assertThat(after).isEqualTo(before);
    }
}

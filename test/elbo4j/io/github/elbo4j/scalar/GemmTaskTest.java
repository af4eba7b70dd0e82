package io.github.elbo4j.scalar;

import static io.github.elbo4j.Numbers.normals;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrix;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However blocks and panels of a product are shared out, its sums are those of one order. */
class GemmTaskTest {
    private static final int PANEL = 1024;

    /** Few outputs of long sums: their panels are shared out, in parts of one, two or more. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 2048",
        "64, 64, 10000",
        "7, 66, 3073",
        "65, 40, 5127",
        "8, 3, 12288",
        "130, 5, 7169",
        "5, 2, 34000",
        "64, 64, 1024",
        "1, 1, 1025",
        "3, 0, 5000",
        "4, 5, 0"
    })
    void sumsOfPanelsAreOneTree(int m, int n, int k) {
        float[] a = normals(1, (long) m * k);
        float[] b = normals(2, (long) k * n);
        cancel(a, m, k, b, n);
        float[] expected = new float[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                int panels = (k + PANEL - 1) / PANEL;
                expected[i * n + j] = panels == 0 ? 0f : (float) tree(a, i * k, b, j, n, k, 0, panels);
            }
        }
        boolean vectors =
                TestDevices.all().stream().anyMatch(device -> device.name().equals("simd"));
        for (String name : vectors ? List.of("scalar", "simd") : List.of("scalar")) {
            for (int threads : new int[] {1, 2, 3, 5, 16}) {
                try (Device device = Devices.open(name, threads);
                        Buffer left = device.allocate(a.length);
                        Buffer right = device.allocate(b.length);
                        Buffer c = device.allocate(m * n)) {
                    left.write(0, a, 0, a.length);
                    right.write(0, b, 0, b.length);
                    device.run(
                            new GemmOps.Gemm(Matrix.of(left, m, k), Matrix.of(right, k, n), false, Matrix.of(c, m, n)));
                    assertThat(c.toFloats()).as("%s, %d threads", name, threads).isEqualTo(expected);
                }
            }
        }
    }

    /** Great sums of two panels take each other away, so that what is left of the others depends on the order. */
    private static void cancel(float[] a, int m, int k, float[] b, int n) {
        int other = k / PANEL / 2 * PANEL;
        if (other == 0) {
            return;
        }
        for (int q = 0; q < PANEL; q++) {
            for (int i = 0; i < m; i++) {
                a[i * k + q] *= 0x1p48f;
                a[i * k + other + q] = -a[i * k + q];
            }
            System.arraycopy(b, q * n, b, (other + q) * n, n);
        }
    }

    /** The sum of a row and a column over some panels: a chain for each, then whole subtrees first. */
    private static double tree(float[] a, int ao, float[] b, int j, int n, int k, int panel, int panels) {
        if (panels > 1) {
            int left = Integer.highestOneBit(panels - 1);
            return tree(a, ao, b, j, n, k, panel, left) + tree(a, ao, b, j, n, k, panel + left, panels - left);
        }
        float chain = 0;
        for (int q = panel * PANEL; q < Math.min(k, (panel + 1) * PANEL); q++) {
            chain = Math.fma(a[ao + q], b[q * n + j], chain);
        }
        return chain;
    }
}

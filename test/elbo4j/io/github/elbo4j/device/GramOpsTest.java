package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.Numbers.Sum;
import io.github.elbo4j.Order;
import io.github.elbo4j.TestDevices;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GramOpsTest {
    private static double[] thirds(long seed, int n) {
        double[] x = Numbers.doubles(Numbers.normals(seed, n));
        Arrays.setAll(x, i -> x[i] / 3); // no float32
        return x;
    }

    private static double[] gram(Device device, double[] table, int rows, int columns, float[] weights) {
        try (Arena arena = new Arena(device)) {
            Matrix x = new Matrix(arena.of(table), 1, rows, columns, columns + 2L, 1);
            Buffer gram = arena.doubles((long) columns * columns);
            device.run(new GramOps.Gram(x, weights == null ? null : arena.of(weights), gram));
            return arena.doubles(gram);
        }
    }

    /** Sizes around vectors, tiles, panels and the nodes of the tree. */
    @EveryDevice
    void sumsAreTheStatedOnes(Device device) {
        int[][] sizes = {
            {0, 3},
            {1, 1},
            {31, 4},
            {33, 5},
            {64, 16},
            {65, 17},
            {100, 33},
            {1023, 3},
            {1024, 9},
            {1025, 18},
            {2048, 2},
            {3 * 1024 + 5, 7},
            {4 * 1024 + 1, 3},
            {7 * 1024, 2},
            {11 * 1024 + 1, 1}
        };
        for (int[] size : sizes) {
            int rows = size[0];
            int columns = size[1];
            double[] table = thirds(rows + columns, rows * (columns + 2) + 1);
            for (float[] weights : new float[][] {null, Numbers.normals(3, rows, 1, 0.4)}) {
                double[] got = gram(device, table, rows, columns, weights);
                for (int i = 0; i < columns; i++) {
                    for (int j = 0; j <= i; j++) {
                        String what = rows + " x " + columns + ", element " + i + ", " + j + " on " + device;
                        same(what, got[i * columns + j], stated(table, rows, columns, weights, i, j));
                        same(what, got[j * columns + i], got[i * columns + j]);
                    }
                }
            }
        }
    }

    private static double stated(double[] table, int rows, int columns, float[] weights, int i, int j) {
        double[] panels = new double[Math.max(1, (rows + 1023) / 1024)];
        for (int n = 0; n < rows; n++) {
            int o = 1 + n * (columns + 2);
            double left = weights == null ? table[o + i] : weights[n] * table[o + i];
            panels[n / 1024] = Math.fma(left, table[o + j], panels[n / 1024]);
        }
        return Order.tree(panels);
    }

    /** Columns of scales from 1e-9 to 1e9: each sum is right to float64's roundings, N + 2 of them. */
    @EveryDevice
    void scalesDoNotMatter(Device device) {
        int rows = 3000;
        int columns = 4;
        double[] scale = {1e-9, 1, 1e4, 1e9};
        double[] table = thirds(9, rows * (columns + 2) + 1);
        for (int n = 0; n < rows; n++) {
            for (int j = 0; j < columns; j++) {
                table[1 + n * (columns + 2) + j] *= scale[j];
            }
        }
        double[] got = gram(device, table, rows, columns, null);
        for (int i = 0; i < columns; i++) {
            for (int j = 0; j < columns; j++) {
                Sum want = new Sum();
                for (int n = 0; n < rows; n++) {
                    want.add(table[1 + n * (columns + 2) + i] * table[1 + n * (columns + 2) + j]);
                }
                close(i + ", " + j, got[i * columns + j], want.value, (rows + 2) * 0x1p-53 * want.magnitude);
            }
        }
    }

    @Test
    void aTableThatLiesByColumnsIsRefused() {
        try (Arena arena = new Arena(TestDevices.scalar())) {
            Matrix x = Matrix.of(arena.of(new double[6]), 3, 2).transposed();
            assertThatThrownBy(() -> new GramOps.Gram(x, null, arena.doubles(9)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("x has a column stride of 2, but its columns must lie beside each other");
        }
    }
}

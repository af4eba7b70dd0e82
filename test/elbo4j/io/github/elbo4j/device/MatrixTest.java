package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;

class MatrixTest {
    @EveryDevice
    void viewsAreAddresses(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer buffer = arena.of(new float[12]);
            Matrix whole = Matrix.of(buffer, 3, 4);
            assertThat(whole).isEqualTo(new Matrix(buffer, 0, 3, 4, 4, 1));
            assertThat(whole.end()).isEqualTo(12);
            assertThat(whole.transposed()).isEqualTo(new Matrix(buffer, 0, 4, 3, 1, 4));
            assertThat(whole.columns(1, 3)).isEqualTo(new Matrix(buffer, 1, 3, 2, 4, 1));
            assertThat(whole.columns(1, 3).end()).isEqualTo(11);
            assertThat(whole.transposed().columns(2, 3)).isEqualTo(new Matrix(buffer, 8, 4, 1, 1, 4));
            assertThat(whole.columns(2, 2).end()).isZero();
        }
    }

    @EveryDevice
    void negativePartsAndColumnsThatAreNotThereAreRefused(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer buffer = arena.of(new float[12]);
            for (int k = 0; k < 5; k++) {
                int[] x = {0, 3, 4, 4, 1};
                x[k] = -1;
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> new Matrix(buffer, x[0], x[1], x[2], x[3], x[4]))
                        .withMessageContaining("-1");
            }
            Matrix whole = Matrix.of(buffer, 3, 4);
            for (int[] columns : new int[][] {{-1, 2}, {3, 2}, {2, 5}}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> whole.columns(columns[0], columns[1]))
                        .withMessageContaining("4 columns");
            }
        }
    }

    /** 4 · 2^62 is 0 in a long: such a view would seem to end where it begins. */
    @EveryDevice
    void aViewThatEndsBeyondALongIsRefused(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer buffer = arena.of(new float[12]);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Matrix(buffer, 0, 5, 1, 1L << 62, 1).end())
                    .withMessageContaining("" + (1L << 62));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Matrix(buffer, Long.MAX_VALUE, 2, 2, 2, 1).end())
                    .withMessageContaining("" + Long.MAX_VALUE);
        }
    }

    // ---- at the door of a device ----

    @EveryDevice
    void matricesThatDoNotFitAreRefusedWithTheirExtents(Device device) {
        try (Arena arena = new Arena(device)) {
            Matrix a = Matrix.of(arena.of(new float[15]), 3, 5);
            Matrix b = Matrix.of(arena.of(new float[10]), 5, 2);
            Matrix c = Matrix.of(arena.of(new float[6]), 3, 2);
            assertThat(catchThrowable(() -> arena.run(new GemmOps.Gemm(a, a, false, c))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("c is 3 x 2", "3 x 5 times 3 x 5");
            for (Matrix wrong : new Matrix[] {a, b, c.transposed()}) {
                assertThat(catchThrowable(() -> arena.run(new GemmOps.Gemm(a, b, true, wrong))))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("c is " + wrong.rows() + " x " + wrong.columns());
            }
            assertThat(catchThrowable(() -> arena.run(new GemmOps.TriangularSolve(a, false, b))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("l is 3 x 5", "5 x 2");
            Matrix square = Matrix.of(arena.of(new float[9]), 3, 3);
            assertThat(catchThrowable(() -> arena.run(new GemmOps.TriangularMultiply(square, false, b))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("l is 3 x 3", "5 x 2");
        }
    }

    @EveryDevice
    void aResultThatIsAlsoReadIsRefused(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer buffer = arena.of(new float[30]);
            Matrix x = Matrix.of(buffer, 3, 3);
            Matrix touching = new Matrix(buffer, 8, 3, 3, 3, 1);
            Matrix apart = new Matrix(buffer, 9, 3, 3, 3, 1);
            Matrix other = Matrix.of(arena.of(new float[9]), 3, 3);
            for (Matrix written : new Matrix[] {x, touching}) {
                assertThat(catchThrowable(() -> arena.run(new GemmOps.Gemm(x, other, false, written))))
                        .hasMessageContaining("a shares elements");
                assertThat(catchThrowable(() -> arena.run(new GemmOps.Gemm(other, x, false, written))))
                        .hasMessageContaining("b shares elements");
                assertThat(catchThrowable(() -> arena.run(new GemmOps.TriangularSolve(x, false, written))))
                        .hasMessageContaining("l shares elements");
            }
            arena.run(new GemmOps.Gemm(x, x, false, apart));
        }
    }

    /** Threads would add to, or write, one place in any order. */
    @EveryDevice
    void aResultWhoseElementsShareAPlaceIsRefused(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer buffer = arena.out(100);
            Matrix x = Matrix.of(arena.of(new float[9]), 3, 3);
            for (long[] strides : new long[][] {{0, 1}, {1, 0}, {1, 1}, {2, 1}, {1, 2}, {0, 0}, {3, 2}}) {
                Matrix folded = new Matrix(buffer, 0, 3, 3, strides[0], strides[1]);
                assertThat(catchThrowable(() -> arena.run(new GemmOps.Gemm(x, x, false, folded))))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("c is 3 x 3 with strides " + strides[0] + ", " + strides[1]);
                assertThat(catchThrowable(() -> arena.run(new GemmOps.TriangularMultiply(x, false, folded))))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("b is 3 x 3");
            }
            for (long[] strides : new long[][] {{3, 1}, {1, 3}, {7, 3}, {2, 5}}) {
                arena.run(new GemmOps.Gemm(x, x, false, new Matrix(buffer, 0, 3, 3, strides[0], strides[1])));
            }
            Buffer y = arena.of(1f);
            Matrix noise = new Matrix(arena.of(0f), 0, 3, 1, 0, 1);
            assertThat(catchThrowable(() -> arena.run(
                            new LikelihoodOps.GaussianNoise(3, 1, y, 1, noise, arena.out(3), arena.doubles(3), noise))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("gradLogNoise is 3 x 1 with strides 0, 1");
        }
    }
}

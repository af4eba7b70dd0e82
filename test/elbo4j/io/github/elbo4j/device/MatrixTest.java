package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
}

package io.github.elbo4j.scalar;

import static io.github.elbo4j.Numbers.normals;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowSumTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 31, 32, 33, 1023, 1024, 1025, 2048, 33_000, 1024 * 1024, 1024 * 1024 + 1, 1_050_001})
    void tileSumsAreAddedLevelUponLevel(int tiles) {
        double[] sums = new double[tiles];
        float[] x = normals(tiles, tiles, 0, 1e3);
        RowSum sum = new RowSum();
        for (int i = 0; i < tiles; i++) {
            sums[i] = x[i] / 3.0;
            sum.add(sums[i]);
        }
        assertThat(sum.total()).isEqualTo(Order.ofSums(sums));
    }

    @Test
    void theSumOfNothingIsZero() {
        assertThat(new RowSum().total()).isZero();
    }

    @Test
    void aSumLeavesNothingBehindForTheNext() {
        RowSum sum = new RowSum();
        for (int tiles : new int[] {3000, 1, 1024 * 1024, 5, 40}) {
            for (int i = 0; i < tiles; i++) {
                sum.add(1);
            }
            assertThat(sum.total()).isEqualTo(tiles);
        }
    }

    @Test
    void anAbandonedSumIsForgottenByReset() {
        RowSum sum = new RowSum();
        for (int i = 0; i < 5000; i++) {
            sum.add(Double.NaN);
        }
        sum.reset();
        sum.add(2);
        assertThat(sum.total()).isEqualTo(2);
    }

    @Test
    void lanesAreFoldedInHalves() {
        for (int n : new int[] {0, 1, 2, 5, 8, 16, 17, 31, 32}) {
            float[] tile = normals(1, n);
            float[] lanes = java.util.Arrays.copyOf(tile, RowSum.LANES);
            assertThat((double) RowSum.fold(lanes, n)).as("%d elements", n).isEqualTo(Order.alongRow(tile));
        }
    }
}

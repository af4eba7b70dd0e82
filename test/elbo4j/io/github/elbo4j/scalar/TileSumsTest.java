package io.github.elbo4j.scalar;

import static io.github.elbo4j.Numbers.same;

import io.github.elbo4j.Numbers;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TileSumsTest {
    /** The last rows that an int counts are tile 2^21 − 1; tiles that nothing was added to count as +0. */
    @Test
    void aFewOfManyTilesAreSummedAsARowHasThem() {
        SplittableRandom random = new SplittableRandom(1);
        TileSums sums = new TileSums();
        for (int tiles : new int[] {1, 31, 33, 1024, 1025, 40_000, 1 << 20, (1 << 20) + 1, 1 << 21}) {
            int few = Math.min(tiles, 300);
            float[][] values = new float[tiles][];
            for (int i = 0; i < few; i++) {
                int tile = i == 0 ? tiles - 1 : random.nextInt(tiles);
                values[tile] = Numbers.normals(i, TileSums.MOST, 0, random.nextBoolean() ? 1 : 0x1p50);
            }
            sums.reset();
            RowSum[] want = new RowSum[] {new RowSum(), new RowSum()};
            for (int tile = 0; tile < tiles; tile++) {
                if (values[tile] != null) {
                    sums.add(tile, values[tile], TileSums.MOST);
                }
                want[0].add(values[tile] == null ? 0 : values[tile][0]);
                want[1].add(values[tile] == null ? 0 : values[tile][63]);
            }
            double[] got = new double[TileSums.MOST];
            sums.total(got, TileSums.MOST);
            same(tiles + " tiles, the first", got[0], want[0].total());
            same(tiles + " tiles, the last", got[63], want[1].total());
        }
    }

    /** A total in between changes nothing. */
    @Test
    void aTotalIsOfWhatCameBefore() {
        float[] values = Numbers.normals(3, 3000);
        TileSums sums = new TileSums();
        RowSum all = new RowSum();
        for (int tile = 0; tile < values.length; tile++) {
            sums.add(tile, new float[] {values[tile]}, 1);
            RowSum before = all.reset();
            for (int t = 0; t <= tile; t++) {
                before.add(values[t]);
            }
            double[] got = new double[1];
            sums.total(got, 1);
            same("after " + tile, got[0], before.total());
        }
    }
}

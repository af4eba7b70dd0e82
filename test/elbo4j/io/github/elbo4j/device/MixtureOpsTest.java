package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.Order;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.MixtureOps.Shape;
import java.util.Arrays;

class MixtureOpsTest {
    private static final int LANES = MixtureOps.LANES;

    /** What the operations read, and what they wrote. */
    private static final class Setting {
        final Shape shape;
        final float[] x;
        final float[] means;
        final float[] factors;
        final double[] offsets;
        float[] r = new float[0];
        double[] densities = new double[0];
        double[] statistics = new double[0];

        Setting(Shape shape) {
            this.shape = shape;
            int all = shape.allComponents();
            int dims = shape.dimensions();
            x = normals(1, (long) shape.rows() * dims);
            means = normals(2, 2L * all * dims);
            for (int at = 0; at < means.length; at++) {
                means[at] *= at / dims % 2 == 1 ? 0x1p-25f : 1;
            }
            factors = normals(3, (long) all * shape.factor(), 0, 1 / Math.sqrt(dims));
            offsets = Numbers.doubles(normals(4, all));
            Arrays.setAll(offsets, c -> offsets[c] / 3);
        }

        Setting on(Device device) {
            try (Arena arena = new Arena(device)) {
                int all = shape.allComponents();
                Buffer rows = arena.of(x);
                Buffer mean = arena.of(means);
                Buffer responsibilities = arena.out((long) all * shape.rows());
                Buffer density = arena.doubles(2L * LANES * shape.runs());
                Buffer sums = arena.doubles((long) LANES * all * shape.width());
                arena.run(new MixtureOps.MixtureResponsibilities(
                        shape, rows, mean, arena.of(factors), arena.of(offsets), false, responsibilities, density));
                arena.run(new MixtureOps.MixtureStatistics(shape, rows, mean, responsibilities, false, sums));
                r = arena.floats(responsibilities);
                densities = arena.doubles(density);
                statistics = arena.doubles(sums);
            }
            return this;
        }

        double difference(int c, int i, int n) {
            int dims = shape.dimensions();
            return (double) x[i * shape.rows() + n] - means[2 * c * dims + i] - means[(2 * c + 1) * dims + i];
        }

        /** l in float64. */
        double log(int c, int n) {
            int dims = shape.dimensions();
            int at = c * shape.factor();
            double q = 0;
            for (int i = 0; i < dims; i++) {
                double y = 0;
                for (int j = shape.full() ? 0 : i; j <= i; j++) {
                    y += factors[at++] * difference(c, j, n);
                }
                q += y * y;
            }
            return offsets[c] - q / 2;
        }

        /** The sum over lanes of a column of sums. */
        double folded(double[] sums, int columns, int column) {
            double[] lanes = new double[LANES];
            for (int l = 0; l < LANES; l++) {
                lanes[l] = sums[l * columns + column];
            }
            return Order.ofSums(lanes);
        }
    }

    @EveryDevice
    void responsibilitiesAndDensitiesAreThoseOfFloat64(Device device) {
        for (boolean full : new boolean[] {false, true}) {
            for (int[] size : new int[][] {{1, 1, 1, 1}, {33, 2, 3, 4}, {1025, 5, 2, 3}, {2100, 17, 1, 2}}) {
                Setting s = new Setting(new Shape(size[0], size[1], size[2], size[3], full)).on(device);
                int runs = s.shape.runs();
                for (int run = 0; run < runs; run++) {
                    double density = 0;
                    double doubt = 0;
                    double bound = 0;
                    for (int n = 0; n < s.shape.rows(); n++) {
                        double[] logs = new double[s.shape.components()];
                        int first = run * logs.length;
                        for (int k = 0; k < logs.length; k++) {
                            logs[k] = s.log(first + k, n);
                        }
                        double most = Arrays.stream(logs).max().orElseThrow();
                        double size2 = Arrays.stream(logs).map(Math::abs).max().orElseThrow() + size[1];
                        // Two chains of D fmas and a few roundings, of numbers of the size of l.
                        double error = (4 * size[1] + 16) * Numbers.U * (size2 + 8);
                        double sum =
                                Arrays.stream(logs).map(l -> Math.exp(l - most)).sum();
                        for (int k = 0; k < logs.length; k++) {
                            double want = Math.exp(logs[k] - most) / sum;
                            float got = s.r[(first + k) * s.shape.rows() + n];
                            close("r of " + s.shape, got, want, 2 * error * want + 1e-30);
                        }
                        density += most + Math.log(sum);
                        doubt += Math.log(sum);
                        bound += 2 * error;
                    }
                    close("density of " + s.shape, s.folded(s.densities, 2 * runs, 2 * run), density, bound);
                    close("doubt of " + s.shape, s.folded(s.densities, 2 * runs, 2 * run + 1), doubt, bound);
                }
            }
        }
    }

    @EveryDevice
    void statisticsAreTheSumsInTheStatedOrder(Device device) {
        for (boolean full : new boolean[] {false, true}) {
            for (int[] size : new int[][] {{1, 1, 1, 1}, {33, 2, 3, 2}, {1025, 9, 1, 3}, {34 * 1024 + 7, 2, 1, 2}}) {
                Setting s = new Setting(new Shape(size[0], size[1], size[2], size[3], full)).on(device);
                for (int c = 0; c < s.shape.allComponents(); c++) {
                    assertStatistics(s, c);
                }
            }
        }
    }

    private static void assertStatistics(Setting s, int c) {
        int rows = s.shape.rows();
        int dims = s.shape.dimensions();
        int columns = s.shape.allComponents() * s.shape.width();
        int o = c * s.shape.width();
        float[] r = Arrays.copyOfRange(s.r, c * rows, (c + 1) * rows);
        float[][] d = new float[dims][rows];
        float[][] weighted = new float[dims][rows];
        for (int i = 0; i < dims; i++) {
            for (int n = 0; n < rows; n++) {
                d[i][n] = s.x[i * rows + n] - s.means[2 * c * dims + i] - s.means[(2 * c + 1) * dims + i];
                weighted[i][n] = r[n] * d[i][n];
            }
        }
        float[] ones = new float[rows];
        Arrays.fill(ones, 1f);
        same("rows", s.folded(s.statistics, columns, o), product(r, ones));
        int at = o + 1 + dims;
        for (int i = 0; i < dims; i++) {
            same("first " + i, s.folded(s.statistics, columns, o + 1 + i), product(r, d[i]));
            for (int j = s.shape.full() ? 0 : i; j <= i; j++) {
                same("second " + i + " " + j, s.folded(s.statistics, columns, at++), product(weighted[i], d[j]));
            }
        }
    }

    /** Σ a·b along a row, a lane of a tile being a chain of fma. */
    private static double product(float[] a, float[] b) {
        double[] tiles = new double[(a.length + 1023) / 1024];
        for (int t = 0; t < tiles.length; t++) {
            float[] lanes = new float[LANES];
            for (int n = 1024 * t; n < Math.min(a.length, 1024 * t + 1024); n++) {
                lanes[n % LANES] = Math.fma(a[n], b[n], lanes[n % LANES]);
            }
            for (int half = LANES / 2; half > 0; half /= 2) {
                for (int l = 0; l < half; l++) {
                    lanes[l] += lanes[l + half];
                }
            }
            tiles[t] = lanes[0];
        }
        return Order.ofSums(tiles);
    }

    /** Sizes around those of squares of sums, of rows in registers, of components together, and of blocks of rows. */
    @EveryDevice
    void awkwardSizesHaveTheBitsOfScalar(Device device) {
        int[][] sizes = {
            {255, 16, 2, 17},
            {256, 15, 1, 16},
            {257, 13, 3, 33},
            {513, 17, 1, 9},
            {1030, 8, 1, 8},
            {70, 33, 1, 2},
            {5, 4, 2, 7}
        };
        for (boolean full : new boolean[] {false, true}) {
            for (int[] size : sizes) {
                Shape shape = new Shape(size[0], size[1], size[2], size[3], full);
                Setting got = new Setting(shape).on(device);
                Setting want = new Setting(shape).on(TestDevices.scalar());
                assertThat(got.r).as("r of " + shape).isEqualTo(want.r);
                assertThat(got.densities).as("densities of " + shape).isEqualTo(want.densities);
                assertThat(got.statistics).as("statistics of " + shape).isEqualTo(want.statistics);
            }
        }
    }

    /** Cut at 32 tiles, the second part accumulating, the rows give the bits of one call. */
    @EveryDevice
    void aCutAt32TilesChangesNoBit(Device device) {
        int cut = 32 * 1024;
        int rows = cut + 5000;
        Setting whole = new Setting(new Shape(rows, 2, 2, 2, true)).on(device);
        try (Arena arena = new Arena(device)) {
            Buffer mean = arena.of(whole.means);
            Buffer factors = arena.of(whole.factors);
            Buffer offsets = arena.of(whole.offsets);
            Buffer density = arena.doubles(whole.densities.length);
            Buffer sums = arena.doubles(whole.statistics.length);
            for (int from : new int[] {0, cut}) {
                int n = Math.min(cut, rows - from);
                float[] part = new float[2 * n];
                System.arraycopy(whole.x, from, part, 0, n);
                System.arraycopy(whole.x, rows + from, part, n, n);
                Shape shape = new Shape(n, 2, 2, 2, true);
                Buffer x = arena.of(part);
                Buffer r = arena.out(4L * n);
                arena.run(
                        new MixtureOps.MixtureResponsibilities(shape, x, mean, factors, offsets, from > 0, r, density));
                arena.run(new MixtureOps.MixtureStatistics(shape, x, mean, r, from > 0, sums));
            }
            assertThat(arena.doubles(density)).isEqualTo(whole.densities);
            assertThat(arena.doubles(sums)).isEqualTo(whole.statistics);
        }
    }

    /** A mean whose low part is lost in the high one, and rows close to it: what is left of a row has all its digits. */
    @EveryDevice
    void differencesFromAMeanKeepTheirDigits(Device device) {
        Setting s = new Setting(new Shape(1, 1, 1, 1, true));
        s.x[0] = 1 + 0x1p-23f;
        s.means[0] = 1;
        s.means[1] = 0x1p-26f;
        s.on(device);
        same("first", s.folded(s.statistics, s.shape.width(), 1), 0x1p-23f - 0x1p-26f);
    }

    /** So that runs may have fewer components than the others. */
    @EveryDevice
    void aComponentOfWeightZeroHasNoPartInAnything(Device device) {
        Setting two = new Setting(new Shape(70, 3, 1, 2, true));
        two.offsets[1] = Double.NEGATIVE_INFINITY;
        two.on(device);
        Setting one = new Setting(new Shape(70, 3, 1, 1, true));
        System.arraycopy(two.means, 0, one.means, 0, one.means.length);
        System.arraycopy(two.factors, 0, one.factors, 0, one.factors.length);
        System.arraycopy(two.offsets, 0, one.offsets, 0, one.offsets.length);
        one.on(device);

        assertThat(two.densities).isEqualTo(one.densities);
        assertThat(Arrays.copyOf(two.r, 70)).containsOnly(1f);
        assertThat(Arrays.copyOfRange(two.r, 70, 140)).containsOnly(0f);
    }

    /**
     * One component, and rows whose q are whole numbers: log densities are exact, whatever the offset has beyond the digits of float32.
     */
    @EveryDevice
    void whatAnOffsetHasBeyondFloat32IsNotLost(Device device) {
        Setting s = new Setting(new Shape(1000, 1, 1, 1, true));
        for (int n = 0; n < s.x.length; n++) {
            s.x[n] = n % 5;
        }
        Arrays.fill(s.means, 0f);
        s.factors[0] = 1;
        s.offsets[0] = -5 - 0x1p-30;
        s.on(device);
        same("density", s.folded(s.densities, 2, 0), 1000 * (-5 - 0x1p-30) - 200 * (1 + 4 + 9 + 16) / 2.0);
    }

    @EveryDevice
    void aRowThatIsNotANumberShows(Device device) {
        Setting s = new Setting(new Shape(40, 2, 1, 3, true));
        s.x[17] = Float.NaN;
        s.on(device);
        assertThat(s.r[17]).isNaN();
        assertThat(s.r[40 + 17]).isNaN();
        assertThat(s.folded(s.densities, 2, 0)).isNaN();
        assertThat(s.folded(s.statistics, 3 * s.shape.width(), 0)).isNaN();
    }

    @EveryDevice
    void sizesAreChecked(Device device) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Shape(MixtureOps.MOST_ROWS + 1, 1, 1, 1, true))
                .withMessage("rows is 1048577, but must be 1048576 or less");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Shape(1, 1, 0, 1, true))
                .withMessage("runs is 0, but must be 1 or more");
        Shape shape = new Shape(10, 2, 1, 3, true);
        try (Arena arena = new Arena(device)) {
            Buffer few = arena.of(new float[5]);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> arena.run(new MixtureOps.MixtureStatistics(
                            shape, arena.of(new float[20]), arena.of(new float[12]), few, false, arena.doubles(576))))
                    .withMessage("responsibilities has 5 elements, but must have 30 or more");
        }
    }
}

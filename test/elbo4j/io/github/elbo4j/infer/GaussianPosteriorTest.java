package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.Standardization;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GaussianPosteriorTest {
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final double[] MEAN = {1, -2, 3};
    private static final double[][] COVARIANCE = {{4, 1, -0.5}, {1, 9, 0.3}, {-0.5, 0.3, 0.25}};

    private static GaussianPosterior dense() {
        return new GaussianPosterior(NAMES, new Gaussian(MEAN, COVARIANCE));
    }

    /** The normals of a device are float32: its radius is within 2.8 ulp and its angle within 2.35, of numbers below 8. */
    @Test
    void theNormalsAreThoseOfADeviceToSinglePrecision() {
        Device device = TestDevices.scalar();
        double[] epsilon = new double[1001];
        for (long seed : new long[] {0, 5, -7L << 33}) {
            for (int s : new int[] {0, 3, 70_000}) {
                StandardNormal.fill(new Key(seed), s, epsilon);
                try (Buffer drawn = device.allocate(epsilon.length)) {
                    device.run(new NormalOps.Normal(
                            new Key(seed),
                            Index.of(0),
                            DrawBlock.of(1, 1, epsilon.length).at(0, s, 0),
                            drawn));
                    float[] want = drawn.toFloats();
                    for (int d = 0; d < epsilon.length; d++) {
                        assertThat(epsilon[d]).as("epsilon %d", d).isCloseTo(want[d], within(8 * 6 * 0x1p-24));
                    }
                }
            }
        }
    }

    /** Published values (Wichura 1988 checks 0.25, 0.001 and 1e-20), and what reports have shown so far, to the last bit. */
    @Test
    void quantilesAreThoseOfTheNormal() {
        assertThat(StandardNormal.quantile(0.25)).isCloseTo(-0.6744897501960817, within(1e-15));
        assertThat(StandardNormal.quantile(0.001)).isCloseTo(-3.090232306167814, within(1e-14));
        assertThat(StandardNormal.quantile(1e-20)).isCloseTo(-9.262340089798408, within(1e-14));
        assertThat(StandardNormal.quantile(0.975)).isCloseTo(1.959963984540054, within(1e-14));
        assertThat(StandardNormal.quantile(0.5)).isZero();
        GaussianPosterior p = dense();
        assertThat(p.quantile(1, 0.05)).isEqualTo(-2 - 1.6448536269514722 * 3);
        assertThat(p.quantile(1, 0.95)).isEqualTo(-2 + 1.6448536269514722 * 3);
        for (double wrong : new double[] {0, 1, -1, Double.NaN}) {
            assertThatThrownBy(() -> p.quantile(0, wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("p is " + wrong);
        }
    }

    /**
     * Means and covariances of 40,000 draws: each errs by its standard error, and none of the nine by more than 4.5 of
     * them, which happens by chance once in 16,000 seeds.
     */
    @Test
    void drawsHaveTheMomentsAndMoreDrawsKeepTheFirst() {
        int count = 40_000;
        double[] zero = new double[3];
        double[] one = {1, 1, 1};
        Gaussian arrow =
                Gaussian.independent(MEAN, new double[] {2, 0.5, 3}).affine(zero, one, new double[] {0, 2, -1});
        for (GaussianPosterior p : List.of(dense(), new GaussianPosterior(NAMES, arrow))) {
            double[][] draws = p.draws(new Key(3), count);
            assertThat(p.draws(new Key(3), 5)).isDeepEqualTo(java.util.Arrays.copyOf(draws, 5));
            assertThat(p.draws(new Key(4), 1)[0]).isNotEqualTo(draws[0]);
            for (int i = 0; i < 3; i++) {
                double mean = 0;
                for (double[] z : draws) {
                    mean += z[i] / count;
                }
                double error = p.standardDeviation(i) / Math.sqrt(count);
                assertThat(mean).isCloseTo(p.mean(i), within(4.5 * error));
                for (int j = 0; j <= i; j++) {
                    double covariance = 0;
                    for (double[] z : draws) {
                        covariance += (z[i] - p.mean(i)) * (z[j] - p.mean(j)) / count;
                    }
                    double vii = p.covariance(i, i) * p.covariance(j, j);
                    double spread = Math.sqrt((vii + p.covariance(i, j) * p.covariance(i, j)) / count);
                    assertThat(covariance).isCloseTo(p.covariance(i, j), within(4.5 * spread));
                }
            }
        }
    }

    /** Against the explicit inverse and determinant of a 3 × 3 matrix, and of the same covariance held in both ways. */
    @Test
    void theLogDensityIsThatOfTheNormal() {
        double[][] c = COVARIANCE;
        double determinant = c[0][0] * (c[1][1] * c[2][2] - c[1][2] * c[2][1])
                - c[0][1] * (c[1][0] * c[2][2] - c[1][2] * c[2][0])
                + c[0][2] * (c[1][0] * c[2][1] - c[1][1] * c[2][0]);
        double[] z = {0, 1, 2.5};
        double squares = 0;
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                int i1 = (i + 1) % 3;
                int i2 = (i + 2) % 3;
                int j1 = (j + 1) % 3;
                int j2 = (j + 2) % 3;
                double inverse = (c[j1][i1] * c[j2][i2] - c[j1][i2] * c[j2][i1]) / determinant;
                squares += (z[i] - MEAN[i]) * inverse * (z[j] - MEAN[j]);
            }
        }
        double want = -0.5 * squares - 0.5 * Math.log(determinant) - 1.5 * Math.log(2 * Math.PI);
        assertThat(dense().logDensity(z)).isCloseTo(want, within(1e-12));
        Gaussian arrow = Gaussian.independent(MEAN, new double[] {2, 0.5, 3})
                .affine(new double[3], new double[] {1, 1, 1}, new double[] {0, 2, -1});
        assertThat(arrow.logDensity(z))
                .isCloseTo(new Gaussian(arrow.mean(), arrow.covariance()).logDensity(z), within(1e-12));
        assertThatThrownBy(() -> new Gaussian(MEAN, new double[3][3]).logDensity(z))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not positive definite");
    }

    /** A model of three classes of two coefficients: each class's intercept takes up the shifts of its own slopes. */
    @Test
    void aMapOfABlockIsThatOfEachBlock() {
        Random random = new Random(9);
        int k = 3;
        int d = 9;
        Standardization.Affine map = new Standardization.Affine(
                random.doubles(k, -1, 1).toArray(), random.doubles(k, 0.5, 2).toArray(), new double[] {0, 0.7, -1.3});
        double[] mean = random.doubles(d).toArray();
        double[][] root = new double[d][];
        for (int i = 0; i < d; i++) {
            root[i] = random.doubles(d, -1, 1).toArray();
        }
        double[][] covariance = product(root, transposed(root));
        double[] sd = random.doubles(d, 0.5, 2).toArray();
        double[][] a = new double[d][d];
        for (int i = 0; i < d; i++) {
            a[i][i] = map.scale()[i % k];
            for (int j = i; i % k == 0 && j < i + k; j++) {
                a[i][j] += map.weights()[j - i];
            }
        }
        for (Gaussian g : List.of(new Gaussian(mean, covariance), Gaussian.independent(mean, sd))) {
            Gaussian once = g.affineBlocks(map.shift(), map.scale(), map.weights());
            Gaussian twice = once.affineBlocks(map.shift(), map.scale(), map.weights());
            check(g, once, a, map.shift());
            check(once, twice, a, map.shift());
            assertThat(once.isIndependent()).isFalse();
            // The whole as one block, of what is correlated in blocks already.
            double[] ones = random.doubles(d, 1, 2).toArray();
            double[][] whole = new double[d][d];
            for (int i = 0; i < d; i++) {
                whole[i][i] = ones[i];
                whole[0][i] += i == 0 ? 0 : ones[i];
            }
            double[] weights = ones.clone();
            weights[0] = 0;
            check(once, once.affine(new double[d], ones, weights), whole, new double[d]);
            assertThat(once).isEqualTo(new Gaussian(once.mean(), once.covariance()));
        }
        assertThatThrownBy(
                        () -> Gaussian.independent(mean, sd).affineBlocks(new double[4], new double[4], new double[4]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shift has 4 elements");
    }

    private static void check(Gaussian from, Gaussian to, double[][] a, double[] shift) {
        double[][] covariance = product(product(a, from.covariance()), transposed(a));
        for (int i = 0; i < a.length; i++) {
            double mean = shift[i % shift.length];
            for (int j = 0; j < a.length; j++) {
                mean += a[i][j] * from.mean(j);
                assertThat(to.covariance(i, j)).as("%d %d", i, j).isCloseTo(covariance[i][j], within(1e-9));
            }
            assertThat(to.mean(i)).isCloseTo(mean, within(1e-10));
        }
    }

    private static double[][] transposed(double[][] a) {
        double[][] t = new double[a.length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    private static double[][] product(double[][] a, double[][] b) {
        double[][] c = new double[a.length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                for (int l = 0; l < a.length; l++) {
                    c[i][j] += a[i][l] * b[l][j];
                }
            }
        }
        return c;
    }

    @Test
    void namesMustBeOneForEachCoordinate() {
        assertThatThrownBy(() -> new GaussianPosterior(List.of("a"), new Gaussian(MEAN, COVARIANCE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 names for 3");
        assertThat(dense()).isEqualTo(dense()).hasSameHashCodeAs(dense());
    }
}

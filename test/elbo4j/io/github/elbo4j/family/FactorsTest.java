package io.github.elbo4j.family;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Dense;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Gaussians of common factors, against the same ones as matrices. */
class FactorsTest {
    private static final int D = 12;
    private static final int R = 3;

    private static final Random RANDOM = new Random(5);
    private static final double[] MEAN = numbers(D, -1, 1);
    private static final double[] SD = numbers(D, 0.2, 2);
    private static final double[][] LOADINGS = loadings(D, R);
    private static final Gaussian FACTORS = Gaussian.independent(MEAN, SD).withFactors(LOADINGS);

    private static double[] numbers(int n, double from, double to) {
        return RANDOM.doubles(n, from, to).toArray();
    }

    private static double[][] loadings(int d, int r) {
        double[][] f = new double[d][];
        Arrays.setAll(f, i -> numbers(r, -1, 1));
        return f;
    }

    private static Gaussian dense(Gaussian of) {
        return new Gaussian(of.mean(), of.covariance());
    }

    @Test
    void elementsAreProductsOfLoadingsAndVariances() {
        for (int i = 0; i < D; i++) {
            for (int j = 0; j < D; j++) {
                double want = Dense.dot(LOADINGS[i], LOADINGS[j]) + (i == j ? SD[i] * SD[i] : 0);
                close("covariance", FACTORS.covariance(i, j), want, 0x1p-50);
            }
            assertThat(FACTORS.standardDeviation(i)).isEqualTo(Math.sqrt(FACTORS.covariance(i, i)));
        }
        assertThat(FACTORS.isIndependent()).isFalse();
        assertThat(FACTORS.mean()).isEqualTo(MEAN);
        assertThat(FACTORS.toString()).startsWith("Gaussian of 12 coordinates: ");
    }

    @Test
    void arraysGoInAsCopies() {
        double[][] f = {{1}, {2}};
        Gaussian g = Gaussian.independent(new double[2], new double[] {1, 1}).withFactors(f);
        f[1][0] = 99;
        assertThat(g.covariance(0, 1)).isEqualTo(2);
    }

    /** Any maps: of all coordinates, of blocks, of blocks once more, of blocks of another size, which no short form holds. */
    @Test
    void mapsAreThoseOfTheMatrix() {
        for (int[] blocks : new int[][] {{12}, {12, 12}, {4}, {4, 4}, {4, 3}, {6, 12}, {1, 2}}) {
            Gaussian short0 = FACTORS;
            Gaussian matrix = dense(FACTORS);
            for (int k : blocks) {
                double[] shift = numbers(k, -1, 1);
                double[] scale = numbers(k, -2, 2);
                double[] weights = numbers(k, -1, 1);
                short0 = short0.affineBlocks(shift, scale, weights);
                matrix = matrix.affineBlocks(shift, scale, weights);
            }
            for (int i = 0; i < D; i++) {
                close("mean", short0.mean(i), matrix.mean(i), 0);
                close("sd", short0.standardDeviation(i), matrix.standardDeviation(i), 1e-12);
                for (int j = 0; j < D; j++) {
                    // sums of at most 12² products of three of about 10
                    close("covariance", short0.covariance(i, j), matrix.covariance(i, j), 1e-11);
                }
            }
        }
    }

    /** The columns of R, which is made of the images of the unit vectors. */
    @Test
    void theSquareOfTheRootIsTheCovariance() {
        double[] weights = numbers(D, -1, 1);
        double[] ones = new double[D];
        Arrays.fill(ones, 1);
        for (Gaussian g : new Gaussian[] {
            FACTORS, FACTORS.affine(new double[D], ones, weights), FACTORS.withFactors(loadings(D, 20))
        }) {
            double[][] columns = new double[D][];
            for (int j = 0; j < D; j++) {
                double[] unit = new double[D];
                unit[j] = 1;
                columns[j] = Dense.sum(g.at(unit), -1, g.mean());
            }
            for (int i = 0; i < D; i++) {
                for (int j = 0; j < D; j++) {
                    double sum = 0;
                    for (int k = 0; k < D; k++) {
                        sum += columns[k][i] * columns[k][j];
                    }
                    close("R·Rᵀ", sum, g.covariance(i, j), 1e-11);
                }
            }
        }
    }

    @Test
    void theDensityIsThatOfTheMatrix() {
        double[] ones = new double[D];
        Arrays.fill(ones, 1);
        Gaussian arrow = FACTORS.affine(new double[D], ones, numbers(D, -1, 1));
        for (Gaussian g : new Gaussian[] {FACTORS, arrow, FACTORS.withFactors(loadings(D, 20))}) {
            double[] z = numbers(D, -3, 3);
            double want = dense(g).logDensity(z);
            close("log q", g.logDensity(z), want, 1e-10 * Math.abs(want));
            // and at a draw: −|epsilon|²/2 and the determinant
            double[] epsilon = numbers(D, -2, 2);
            double atMean = g.logDensity(g.mean());
            close("log q at a draw", g.logDensity(g.at(epsilon)), atMean - Dense.dot(epsilon, epsilon) / 2, 1e-10);
        }
    }

    @Test
    void factorsOfFactorsAndOfMatricesAdd() {
        double[][] more = loadings(D, 2);
        Gaussian both = FACTORS.withFactors(more);
        Gaussian matrix = dense(FACTORS).withFactors(more);
        for (int i = 0; i < D; i++) {
            for (int j = 0; j < D; j++) {
                double want = FACTORS.covariance(i, j) + Dense.dot(more[i], more[j]);
                close("factors", both.covariance(i, j), want, 0x1p-49);
                close("matrix", matrix.covariance(i, j), want, 0x1p-49);
            }
        }
    }

    @Test
    void equalMeansEqualValuesHoweverTheyAreHeld() {
        Gaussian matrix = dense(FACTORS);
        assertThat(FACTORS).isEqualTo(matrix).hasSameHashCodeAs(matrix);
        assertThat(matrix).isEqualTo(FACTORS);
        double[][] turned = new double[D][];
        Arrays.setAll(turned, i -> Arrays.stream(LOADINGS[i]).map(x -> -x).toArray());
        assertThat(FACTORS).isEqualTo(Gaussian.independent(MEAN, SD).withFactors(turned));
        turned[3][1] += 1e-9;
        assertThat(FACTORS).isNotEqualTo(Gaussian.independent(MEAN, SD).withFactors(turned));
        assertThat(FACTORS).isNotEqualTo(Gaussian.independent(MEAN, SD));
        assertThat(Gaussian.independent(MEAN, SD)).isNotEqualTo(FACTORS);
        assertThat(Gaussian.independent(MEAN, SD).withFactors(new double[D][R]))
                .isEqualTo(Gaussian.independent(MEAN, SD));
        double[][] undefined = new double[D][R];
        undefined[2][1] = Double.NaN;
        Gaussian diverged = Gaussian.independent(MEAN, SD).withFactors(undefined);
        assertThat(diverged)
                .isEqualTo(Gaussian.independent(MEAN, SD).withFactors(undefined))
                .isNotEqualTo(FACTORS);
        assertThat(diverged.standardDeviation(2)).isNaN();
    }

    /** 80 GB as a matrix; the factors are even, so that the answers are known. */
    @Test
    void aHundredThousandCoordinatesNeedNoMatrix() {
        int d = 100_000;
        double[] ones = new double[d];
        Arrays.fill(ones, 1);
        double[][] even = new double[d][5];
        for (double[] row : even) {
            Arrays.fill(row, 0.2);
        }
        Gaussian g = Gaussian.independent(new double[d], ones).withFactors(even);
        close("covariance", g.covariance(1, d - 1), 0.2, 1e-15);
        // I + 0.2·1·1ᵀ has the determinant 1 + 0.2·d, and 1/(1 + 0.2·d) along ones
        double determinant = 1 + 0.2 * d;
        double want = -0.5 * (d / determinant + Math.log(determinant) + d * Math.log(2 * Math.PI));
        close("log q", g.logDensity(ones), want, 1e-9 * d);
        close("of a draw of ones", g.at(ones)[7], Math.sqrt(determinant), 1e-9 * Math.sqrt(determinant));
        double[] weights = new double[d];
        weights[1] = 2;
        Gaussian mapped = g.affine(ones, ones, weights);
        close("variance", mapped.covariance(0, 0), 1 + 4 + 9 * 0.2, 1e-14);
        close("covariance", mapped.covariance(0, 1), 2 + 3 * 0.2, 1e-14);
        assertThat(mapped).isEqualTo(g.affine(ones, ones, weights)).isNotEqualTo(g);
    }

    @Test
    void badLoadingsAreRefusedByName() {
        Gaussian g = Gaussian.independent(new double[2], new double[] {1, 1});
        refused("loadings is null", () -> g.withFactors(null));
        refused("a row of loadings is null", () -> g.withFactors(new double[2][]));
        refused("loadings has 3 rows, but mean has 2 elements", () -> g.withFactors(new double[3][1]));
        refused("row 1 of loadings has 2 elements, but row 0 has 1", () -> g.withFactors(new double[][] {{1}, {1, 2}}));
        Gaussian singular =
                Gaussian.independent(new double[2], new double[] {1, 0}).withFactors(new double[2][1]);
        assertThatThrownBy(() -> singular.at(new double[2]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the covariance is not positive definite");
    }

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfAny(IllegalArgumentException.class, NullPointerException.class)
                .hasMessage(message);
    }
}

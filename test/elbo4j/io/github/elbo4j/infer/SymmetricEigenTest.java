package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymmetricEigenTest {
    /** Backward errors grow like n·2^-53 of the largest eigenvalue (Golub and Van Loan, section 8.3.5), with a small factor. */
    private static double rounding(int n) {
        return 8 * n * 0x1p-53;
    }

    private static double[] sorted(double[] values) {
        double[] copy = values.clone();
        Arrays.sort(copy);
        return copy;
    }

    /** {@code A = Σ_i value_i·vector_i·vector_iᵀ} and orthonormal vectors, each element within rounding of the largest value. */
    private static void assertDecomposes(double[][] a, SymmetricEigen eigen) {
        int n = a.length;
        double norm = Arrays.stream(eigen.values()).map(Math::abs).max().orElse(0);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                double product = 0;
                for (int k = 0; k < n; k++) {
                    sum += eigen.values()[k] * eigen.vectors()[k][i] * eigen.vectors()[k][j];
                    product += eigen.vectors()[i][k] * eigen.vectors()[j][k];
                }
                assertThat(sum).as("A[%d][%d]", i, j).isCloseTo(a[i][j], within(rounding(n) * norm));
                assertThat(product).as("product of %d and %d", i, j).isCloseTo(i == j ? 1 : 0, within(rounding(n)));
            }
        }
    }

    /** H·diag(values)·H with a Householder reflector, so that the eigenvalues are known and no vector is an axis. */
    private static double[][] reflected(double... values) {
        int n = values.length;
        double[] v = new double[n];
        Arrays.setAll(v, i -> 1 + i % 3);
        double square = Arrays.stream(v).map(x -> x * x).sum();
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < n; k++) {
                    double left = (i == k ? 1 : 0) - 2 * v[i] * v[k] / square;
                    double right = (j == k ? 1 : 0) - 2 * v[j] * v[k] / square;
                    a[i][j] += left * values[k] * right;
                }
            }
        }
        return a;
    }

    @Test
    void oneByOne() {
        SymmetricEigen eigen = SymmetricEigen.of(new double[][] {{-3.5}});
        assertThat(eigen.values()).containsExactly(-3.5);
        assertThat(eigen.vectors()[0]).containsExactly(1);
    }

    /** Second differences: {@code 2 − 2·cos(k·pi/(n + 1))}. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7, 40})
    void secondDifferences(int n) {
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            a[i][i] = 2;
            if (i > 0) {
                a[i][i - 1] = -1;
                a[i - 1][i] = -1;
            }
        }
        SymmetricEigen eigen = SymmetricEigen.of(a);
        double[] values = sorted(eigen.values());
        for (int k = 1; k <= n; k++) {
            assertThat(values[k - 1]).isCloseTo(2 - 2 * StrictMath.cos(k * Math.PI / (n + 1)), within(4 * rounding(n)));
        }
        assertDecomposes(a, eigen);
    }

    @Test
    void repeatedEigenvalues() {
        for (double[] known :
                new double[][] {{2, 2, 2}, {0, 0, 0, 0}, {1, 1, 1, 5}, {-1, -1, 3, 3, 3}, {0, 0, 0, 7, 7}}) {
            double[][] a = reflected(known);
            SymmetricEigen eigen = SymmetricEigen.of(a);
            assertThat(sorted(eigen.values())).containsExactly(sorted(known), within(7 * rounding(known.length)));
            assertDecomposes(a, eigen);
        }
    }

    /** Of 16 decades, small ones within rounding of the largest. */
    @Test
    void valuesOfManySizes() {
        double[] known = {1e8, 1, 1e-8, -1e4, 3, 1e-4};
        double[][] a = reflected(known);
        SymmetricEigen eigen = SymmetricEigen.of(a);
        assertThat(sorted(eigen.values())).containsExactly(sorted(known), within(1e8 * rounding(known.length)));
        assertDecomposes(a, eigen);
    }

    /** Whatever the unit: powers of two change no digit. */
    @Test
    void unitsChangeNothing() {
        double[][] a = reflected(1, 2, 2, 10, -4);
        SymmetricEigen eigen = SymmetricEigen.of(a);
        for (int exponent : new int[] {-900, 700}) {
            double[][] scaled = new double[5][5];
            for (int i = 0; i < 5; i++) {
                for (int j = 0; j < 5; j++) {
                    scaled[i][j] = Math.scalb(a[i][j], exponent);
                }
            }
            SymmetricEigen other = SymmetricEigen.of(scaled);
            for (int i = 0; i < 5; i++) {
                assertThat(other.values()[i]).isEqualTo(Math.scalb(eigen.values()[i], exponent));
                assertThat(other.vectors()[i]).isEqualTo(eigen.vectors()[i]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 16, 65})
    void anyMatrixIsDecomposed(int n) {
        Random random = new Random(n);
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                a[i][j] = random.nextGaussian();
                a[j][i] = a[i][j];
            }
        }
        double[][] before = Arrays.stream(a).map(double[]::clone).toArray(double[][]::new);
        assertDecomposes(a, SymmetricEigen.of(a));
        assertThat(a).isDeepEqualTo(before);
    }

    @Test
    void whatIsNotFiniteHasNone() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> SymmetricEigen.of(new double[][] {{1, bad}, {bad, 2}}))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageContaining("not finite");
        }
    }
}

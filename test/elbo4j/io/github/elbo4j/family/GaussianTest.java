package io.github.elbo4j.family;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GaussianTest {
    private static final double[][] COVARIANCE = {{4, 1, -0.5}, {1, 9, 0}, {-0.5, 0, 0.25}};

    @Test
    void arraysGoInAndOutAsCopies() {
        double[] mean = {1, 2, 3};
        double[][] covariance = {COVARIANCE[0].clone(), COVARIANCE[1].clone(), COVARIANCE[2].clone()};
        double[] sd = {1, 2, 3};
        Gaussian full = new Gaussian(mean, covariance);
        Gaussian independent = Gaussian.independent(mean, sd);
        mean[0] = covariance[1][0] = sd[1] = 99;
        full.mean()[0] = 98;
        full.covariance()[1][0] = 98;
        assertThat(full).isEqualTo(new Gaussian(new double[] {1, 2, 3}, COVARIANCE));
        assertThat(independent).isEqualTo(Gaussian.independent(new double[] {1, 2, 3}, new double[] {1, 2, 3}));
        assertThat(full.mean()).containsExactly(1, 2, 3);
        assertThat(full.covariance()).isDeepEqualTo(COVARIANCE);
    }

    @Test
    void elementsAreThoseOfTheCovariance() {
        Gaussian g = new Gaussian(new double[] {1, 2, 3}, COVARIANCE);
        assertThat(g.standardDeviation(1)).isEqualTo(3);
        assertThat(g.mean(2)).isEqualTo(3);
        assertThat(g.covariance(0, 2)).isEqualTo(-0.5).isEqualTo(g.covariance(2, 0));
        assertThat(g.correlation(0, 1)).isEqualTo(1 / 6.0);
        assertThat(g.correlation(2, 2)).isEqualTo(1);
        assertThat(g.isIndependent()).isFalse();
        Gaussian diagonal = Gaussian.independent(new double[2], new double[] {0.1, 2});
        assertThat(diagonal.covariance()).isDeepEqualTo(new double[][] {{0.1 * 0.1, 0}, {0, 4}});
        assertThat(diagonal.isIndependent()).isTrue();
        assertThatThrownBy(() -> diagonal.covariance(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> diagonal.covariance(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** Against A·C·Aᵀ in full, of a diagonal, of what it becomes, and of a matrix. */
    @Test
    void anAffineMapIsThatOfTheWholeCovariance() {
        for (int d : new int[] {1, 2, 3, 17}) {
            Random random = new Random(d);
            double[] mean = random.doubles(d, -1, 1).toArray();
            double[] sd = random.doubles(d, 0.5, 2).toArray();
            double[] shift = random.doubles(d, -1, 1).toArray();
            double[] scale = random.doubles(d, -3, 3).toArray();
            double[] weights = random.doubles(d, -2, 2).toArray();
            Gaussian diagonal = Gaussian.independent(mean, sd);
            Gaussian arrow = diagonal.affine(shift, scale, weights);
            Gaussian twice = arrow.affine(shift, scale, weights);
            Gaussian dense = new Gaussian(mean, diagonal.covariance()).affine(shift, scale, weights);
            check(diagonal, arrow, shift, scale, weights);
            check(arrow, twice, shift, scale, weights);
            check(new Gaussian(mean, diagonal.covariance()), dense, shift, scale, weights);
            check(dense, dense.affine(shift, scale, weights), shift, scale, weights);
            assertThat(arrow.isIndependent()).isEqualTo(d == 1);
            // The slopes stay independent of each other, and without weights of all.
            assertThat(d < 3 ? 0 : twice.covariance(1, 2)).isZero();
            assertThat(diagonal.affine(shift, scale, new double[d]).isIndependent())
                    .isTrue();
        }
    }

    /** A coordinate that the map makes constant still adds to the first. */
    @Test
    void aScaleOfZeroLosesNoVariance() {
        Gaussian g = Gaussian.independent(new double[2], new double[] {3, 4})
                .affine(new double[2], new double[] {1, 0}, new double[] {0, 1});
        assertThat(g.standardDeviation(0)).isEqualTo(5);
        assertThat(g.standardDeviation(1)).isZero();
    }

    private static void check(Gaussian z, Gaussian y, double[] shift, double[] scale, double[] weights) {
        int d = z.dimensions();
        double[][] a = new double[d][d];
        for (int i = 0; i < d; i++) {
            a[i][i] = scale[i];
        }
        for (int j = 0; j < d; j++) {
            a[0][j] += weights[j];
        }
        double[][] c = z.covariance();
        for (int i = 0; i < d; i++) {
            double mean = shift[i];
            for (int k = 0; k < d; k++) {
                mean += a[i][k] * z.mean(k);
            }
            close("mean " + i, y.mean(i), mean, 1e-12 * d);
            for (int j = 0; j < d; j++) {
                double want = 0;
                double magnitude = 0;
                for (int k = 0; k < d; k++) {
                    for (int l = 0; l < d; l++) {
                        want += a[i][k] * c[k][l] * a[j][l];
                        magnitude += Math.abs(a[i][k] * c[k][l] * a[j][l]);
                    }
                }
                // d² products of three, added in some order
                close("covariance " + i + ", " + j, y.covariance(i, j), want, 0x1p-50 * d * d * magnitude);
                assertThat(y.covariance(i, j)).isEqualTo(y.covariance(j, i));
            }
            close("sd " + i, y.standardDeviation(i), Math.sqrt(y.covariance(i, i)), 1e-15 * y.standardDeviation(i));
        }
    }

    @Test
    void equalMeansEqualValuesHoweverTheyAreHeld() {
        double[] mean = {1, 2, 3};
        double[] sd = {0.1, 2, 3};
        double[] ones = {1, 1, 1};
        double[] zeros = new double[3];
        Gaussian diagonal = Gaussian.independent(mean, sd);
        Gaussian asMatrix = new Gaussian(mean, diagonal.covariance());
        assertThat(diagonal).isEqualTo(asMatrix).hasSameHashCodeAs(asMatrix);
        assertThat(asMatrix).isEqualTo(diagonal);
        Gaussian arrow = diagonal.affine(zeros, ones, new double[] {0, 0, 2});
        Gaussian arrowAsMatrix = new Gaussian(arrow.mean(), arrow.covariance());
        assertThat(arrow.covariance(0, 2)).isEqualTo(18);
        assertThat(arrow).isEqualTo(arrow.affine(zeros, ones, zeros)).isNotEqualTo(diagonal);
        assertThat(diagonal).isNotEqualTo(Gaussian.independent(arrow.mean(), sd));
        // The same means and sds, other covariances.
        Gaussian uncorrelated =
                Gaussian.independent(arrow.mean(), new double[] {arrow.standardDeviation(0), sd[1], sd[2]});
        assertThat(arrow).isNotEqualTo(uncorrelated);
        assertThat(uncorrelated).isNotEqualTo(arrow);
        assertThat(arrowAsMatrix).isNotEqualTo(uncorrelated);
        assertThat(uncorrelated).isNotEqualTo(arrowAsMatrix);
        assertThat(asMatrix).isNotEqualTo(new Gaussian(mean, COVARIANCE));
        assertThat(Gaussian.independent(new double[] {Double.NaN}, ones(1)))
                .isEqualTo(Gaussian.independent(new double[] {Double.NaN}, ones(1)));
        assertThat(diagonal.equals(null)).isFalse();
        assertThat(diagonal).isNotEqualTo("a Gaussian");
    }

    @Test
    void inWords() {
        assertThat(new Gaussian(new double[] {1.25, -2}, new double[][] {{0.25, 0.1}, {0.1, 4}}))
                .hasToString("Gaussian of 2 coordinates: 1.250 ± 0.50, -2.000 ± 2.0");
        assertThat(Gaussian.independent(new double[20], ones(20)).toString())
                .startsWith("Gaussian of 20 independent coordinates: 0.000 ± 1.0, ")
                .endsWith(", and 12 more")
                .hasSizeLessThan(200);
        assertThat(Gaussian.independent(new double[1], ones(1)).toString()).startsWith("Gaussian of 1 coordinate:");
    }

    /** 8 TB as a matrix. */
    @Test
    void aMillionCoordinatesNeedNoMatrix() {
        int d = 1_000_000;
        double[] weights = new double[d];
        Arrays.fill(weights, 1, d, 2);
        Gaussian g = Gaussian.independent(new double[d], ones(d)).affine(ones(d), ones(d), weights);
        // 1 + 4·(d − 1), and 2/√(that) with each other
        double sd = Math.sqrt(4.0 * d - 3);
        close("sd", g.standardDeviation(0), sd, 1e-9 * sd);
        close("correlation", g.correlation(d - 1, 0), 2 / sd, 1e-9 / sd);
        assertThat(g.correlation(d - 1, 1)).isZero();
        assertThat(g).isEqualTo(Gaussian.independent(new double[d], ones(d)).affine(ones(d), ones(d), weights));
        assertThat(g.toString()).endsWith("and 999992 more");
        assertThatThrownBy(g::covariance)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("the covariance of 1000000 coordinates takes 7450.6 GiB", "covariance(i, j)");
    }

    @Test
    void badArgumentsAreRefusedByName() {
        refused("mean is null", () -> new Gaussian(null, COVARIANCE));
        refused("covariance is null", () -> new Gaussian(ones(3), null));
        refused("a row of covariance is null", () -> new Gaussian(ones(1), new double[1][]));
        refused("standardDeviation is null", () -> Gaussian.independent(ones(3), null));
        refused("covariance has 3 rows, but mean has 2 elements", () -> new Gaussian(ones(2), COVARIANCE));
        refused(
                "row 1 of covariance has 1 elements, but mean has 2",
                () -> new Gaussian(ones(2), new double[][] {{1, 0}, {0}}));
        refused(
                "covariance[1][0] is 0.5, but covariance[0][1] is -0.5: it must be symmetric",
                () -> new Gaussian(ones(2), new double[][] {{1, -0.5}, {0.5, 1}}));
        refused(
                "covariance[0][0] is -1.0, but a variance is 0 or more",
                () -> new Gaussian(ones(1), new double[][] {{-1}}));
        refused(
                "standardDeviation[1] is -2.0, but must be 0 or more",
                () -> Gaussian.independent(ones(2), new double[] {1, -2}));
        refused("standardDeviation has 1 elements, but mean has 2", () -> Gaussian.independent(ones(2), ones(1)));
        Gaussian g = Gaussian.independent(ones(2), ones(2));
        refused("weights has 3 elements, but mean has 2", () -> g.affine(ones(2), ones(2), ones(3)));
        // What a diverged fit leaves is told as it is.
        double nan = Double.NaN;
        assertThat(new Gaussian(ones(2), new double[][] {{nan, nan}, {nan, 1}}).standardDeviation(0))
                .isNaN();
        // Rounding is not asymmetry.
        new Gaussian(ones(2), new double[][] {{1, 0.5}, {Math.nextUp(0.5), 1}});
    }

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfAny(IllegalArgumentException.class, NullPointerException.class)
                .hasMessage(message);
    }

    private static double[] ones(int d) {
        double[] ones = new double[d];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** {@code (R·e)·x = e·(Rᵀ·x)}, in every form that a covariance is held in. */
    @Test
    void aGradientIsPulledBackByTheTransposedRoot() {
        double[] mean = {1, -2, 3, 0.5};
        Gaussian independent = Gaussian.independent(mean, new double[] {0.5, 2, 3, 0.1});
        Gaussian blocks = independent.affineBlocks(new double[2], new double[] {1, 2}, new double[] {0, 0.7});
        double[][] loadings = {{1, 0.2}, {-0.5, 2}, {0, 1}, {0.3, 0.4}};
        Gaussian dense = new Gaussian(mean, independent.withFactors(loadings).covariance());
        double[] e = {0.3, -1.1, 0.8, 2};
        double[] x = {-0.4, 0.9, 1.7, -0.6};
        for (Gaussian each :
                List.of(independent, blocks, dense, independent.withFactors(loadings), blocks.withFactors(loadings))) {
            double[] pushed = each.at(e);
            double[] pulled = each.pulledBack(x);
            double there = 0;
            double here = 0;
            for (int i = 0; i < 4; i++) {
                there += (pushed[i] - each.mean(i)) * x[i];
                here += e[i] * pulled[i];
            }
            assertThat(here).as("%s", each).isCloseTo(there, within(1e-13 * 20)); // terms up to 20
        }
    }
}

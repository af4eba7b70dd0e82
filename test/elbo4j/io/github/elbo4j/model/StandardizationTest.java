package io.github.elbo4j.model;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.device.SumTree;
import io.github.elbo4j.family.Gaussian;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class StandardizationTest {
    private static final double[] X = {1, 100, 2, 300, 4, 200, 9, -50};
    private static final double[] Y = {10, 30, 20, 40};
    private static final RegressionData DATA = new RegressionData(List.of("a", "b"), X, Y);

    @Test
    void columnsHaveMeanZeroAndStandardDeviationOne() {
        Standardization scale = Standardization.ofColumnsAndTarget(DATA.withIntercept());
        RegressionData data = scale.data();
        for (int j = 0; j < 4; j++) { // the intercept, two columns, the target
            double sum = 0;
            double squares = 0;
            for (int n = 0; n < 4; n++) {
                double value = j < 3 ? data.x()[3 * n + j] : data.y()[n];
                sum += value;
                squares += value * value;
            }
            close("sum of column " + j, sum, j == 0 ? 4 : 0, 1e-14);
            close("squares of column " + j, squares, 4, 1e-14);
        }
        close("target sd", scale.targetSd(), Math.sqrt(125), 1e-13);
        assertThat(DATA.x()).isEqualTo(new double[] {1, 100, 2, 300, 4, 200, 9, -50}); // untouched
    }

    @Test
    void inPlaceIsTheSameInTheArrayOfX() {
        for (boolean target : new boolean[] {false, true}) {
            double[] x = X.clone();
            double[] y = Y.clone();
            Standardization inPlace = Standardization.inPlace(new RegressionData(List.of("a", "b"), x, y), target);
            Standardization want = target ? Standardization.ofColumnsAndTarget(DATA) : Standardization.ofColumns(DATA);
            assertThat(inPlace.data().x()).isSameAs(x).isEqualTo(want.data().x());
            assertThat(inPlace.data().y()).isEqualTo(want.data().y());
            assertThat(y).as("copied for that").isEqualTo(Y);
            assertThat(inPlace.targetSd()).isEqualTo(want.targetSd());
        }
    }

    @Test
    void withoutAnInterceptNothingIsShifted() {
        RegressionData data = Standardization.ofColumnsAndTarget(DATA).data();
        for (int n = 0; n < 4; n++) {
            close("ratio", data.x()[2 * n] / data.x()[0], X[2 * n] / X[0], 1e-14);
            close("ratio", data.y()[n] / data.y()[0], Y[n] / Y[0], 1e-14);
        }
        assertThat(Standardization.ofColumns(DATA).data().y()).isEqualTo(Y);
        assertThat(Standardization.ofColumns(DATA).targetSd()).isEqualTo(1);
    }

    /** Powers of two change no bit of the result, however small or large they make the squares. */
    @Test
    void theUnitOfAColumnDoesNotMatter() {
        for (RegressionData plain : List.of(DATA, DATA.withIntercept())) {
            RegressionData want = Standardization.ofColumnsAndTarget(plain).data();
            for (int exponent : new int[] {-1060, -1000, -600, -140, 100}) {
                boolean exact = exponent > -1022; // below, doubles have fewer bits
                boolean intercept = plain.hasIntercept();
                int k = plain.columns().size();
                double[] x = plain.x().clone();
                for (int i = 0; i < x.length; i++) {
                    x[i] = intercept && i % k == 0 ? 1 : Math.scalb(x[i], exponent);
                }
                double[] y = Arrays.stream(plain.y())
                        .map(v -> Math.scalb(v, exponent))
                        .toArray();
                Standardization scale = Standardization.ofColumnsAndTarget(new RegressionData(plain.columns(), x, y));
                for (int i = 0; i < x.length; i++) {
                    close("x" + i, scale.data().x()[i], want.x()[i], exact ? 0 : 1e-3);
                }
                for (int n = 0; n < y.length; n++) {
                    close("y" + n, scale.data().y()[n], want.y()[n], exact ? 0 : 1e-3);
                }
                close("target sd", scale.targetSd(), Math.scalb(Math.sqrt(125), exponent), Math.scalb(1e-3, exponent));
            }
        }
    }

    /** Any coefficients predict the same before and after the way back, and the density of y differs by the Jacobian. */
    @Test
    void predictionsAndDensitiesAreThoseOfTheStandardizedScale() {
        Random random = new Random(1);
        for (RegressionData original : List.of(DATA, DATA.withIntercept())) {
            int k = original.columns().size();
            Standardization scale = Standardization.ofColumnsAndTarget(original);
            double[] z = new double[k + 1];
            for (int i = 0; i <= k; i++) {
                z[i] = random.nextGaussian();
            }
            double[] back = map(scale, z);
            double before = logDensity(scale.data(), z);
            double after = logDensity(original, back);
            close("log density", scale.elboToOriginal(before), after, 1e-10 * Math.abs(after));
            assertThat(Math.abs(before - after)).isGreaterThan(1);
            close("log noise", back[k], z[k] + Math.log(scale.targetSd()), 1e-14);
        }
        assertThat(Standardization.ofColumns(DATA).elboToOriginal(-3)).isEqualTo(-3);
    }

    /** The map is affine: A's columns are its differences, and the covariance must be A·C·Aᵀ. */
    @Test
    void theCovarianceFollowsTheSameMap() {
        Standardization scale = Standardization.ofColumnsAndTarget(DATA.withIntercept());
        double[][] c = {{2, 0.3, -0.4, 0.1}, {0.3, 1, 0.2, 0}, {-0.4, 0.2, 3, -0.2}, {0.1, 0, -0.2, 0.5}};
        Standardization.Affine back = scale.toOriginal(4);
        double[][] got = new Gaussian(new double[4], c)
                .affine(back.shift(), back.scale(), back.weights())
                .covariance();
        double[][] a = new double[4][4];
        double[] origin = map(scale, new double[4]);
        for (int j = 0; j < 4; j++) {
            double[] unit = new double[4];
            unit[j] = 1;
            double[] image = map(scale, unit);
            for (int i = 0; i < 4; i++) {
                a[i][j] = image[i] - origin[i];
            }
        }
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                double want = 0;
                for (int k = 0; k < 4; k++) {
                    for (int l = 0; l < 4; l++) {
                        want += a[i][k] * c[k][l] * a[j][l];
                    }
                }
                close("covariance", got[i][j], want, 1e-10 * (1 + Math.abs(want)));
                assertThat(got[i][j]).isEqualTo(got[j][i]);
            }
        }
    }

    /** Parts of 1024 rows, merged in another order, have the bits of all; moments as sums in another order have them. */
    @Test
    void rowsInPartsHaveTheBitsOfAll() {
        Random random = new Random(3);
        int rows = 3 * SumTree.PART + 5;
        double[] x = random.doubles(2L * rows, 5, 9).toArray();
        double[] y = random.doubles(rows, -3, 1).toArray();
        RegressionData data = new RegressionData(List.of("a", "b"), x, y).withIntercept();
        Standardization all = Standardization.ofColumnsAndTarget(data);
        List<Scaling.Part> parts = new ArrayList<>();
        for (int from = 0; from < rows; from += SumTree.PART) {
            int to = Math.min(from + SumTree.PART, rows);
            parts.add(new Scaling.Part(
                    Arrays.copyOfRange(data.x(), 3 * from, 3 * to), Arrays.copyOfRange(data.y(), from, to)));
        }
        Scaling scaling = Scaling.of(
                data.columns(),
                new Scaling.Sums() {
                    private double[] backwards(Function<Scaling.Part, double[]> sums) {
                        SumTree tree = SumTree.ofProducts();
                        for (int p = parts.size() - 1; p >= 0; p--) {
                            tree.add(p, sums.apply(parts.get(p)));
                        }
                        return tree.total(parts.size());
                    }

                    @Override
                    public long rows() {
                        return rows;
                    }

                    @Override
                    public double[] largest() {
                        return new Scaling.Part(data.x(), data.y()).largest();
                    }

                    @Override
                    public double[] sums(int[] unit) {
                        return backwards(part -> part.sums(unit));
                    }

                    @Override
                    public double[] squares(int[] unit, double[] mean) {
                        return backwards(part -> part.squares(unit, mean));
                    }

                    @Override
                    public double first(int column) {
                        throw new AssertionError();
                    }
                },
                true);
        assertThat(scaling.toOriginal(4).weights()).isEqualTo(all.toOriginal(4).weights());
        assertThat(scaling.toOriginal(4).scale()).isEqualTo(all.toOriginal(4).scale());
        double[] moved = data.x().clone();
        double[] target = y.clone();
        scaling.apply(moved, target);
        assertThat(moved).isEqualTo(all.data().x());
        assertThat(target).isEqualTo(all.data().y());
        double mean = Arrays.stream(y).average().orElseThrow();
        close("target mean", scaling.targetToOriginal(0), mean, rows * 0x1p-53 * 3);
        double squares = Arrays.stream(y).map(v -> (v - mean) * (v - mean)).sum();
        close("target sd", scaling.targetSd(), Math.sqrt(squares / rows), rows * 0x1p-53 * 3);
    }

    /** Products with powers of two round as {@link Math#scalb} does, at the ends of the range too. */
    @Test
    void unitsArePowersOfTwo() {
        Random random = new Random(3);
        int columns = 40;
        int[] unit = random.ints(columns + 1, -1023, 1024).toArray();
        unit[0] = -1023;
        unit[columns] = 1023;
        double[] row = new double[columns + 1];
        Arrays.setAll(row, j -> random.nextGaussian() * Math.scalb(1.0, unit[j]));
        double[] mean = random.doubles(columns + 1).toArray();
        Scaling.Part part = new Scaling.Part(Arrays.copyOf(row, columns), new double[] {row[columns]});
        double[] sums = part.sums(unit);
        double[] squares = part.squares(unit, mean);
        for (int j = 0; j <= columns; j++) {
            double units = Math.scalb(row[j], -unit[j]);
            assertThat(sums[j]).isEqualTo(units);
            assertThat(squares[j]).isEqualTo((units - mean[j]) * (units - mean[j]));
        }
    }

    @Test
    void aConstantColumnIsRefusedByName() {
        RegressionData constant =
                new RegressionData(List.of("a", "b"), new double[] {1, 0.1, 2, 0.1, 3, 0.1}, new double[] {1, 2, 3});
        assertThatThrownBy(() -> Standardization.ofColumns(constant))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("column b is constant (0.1 in all 3 rows)");
        RegressionData flat = new RegressionData(List.of("a"), new double[] {1, 2}, new double[] {7, 7});
        assertThatThrownBy(() -> Standardization.ofColumnsAndTarget(flat))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the target is constant");
    }

    @Test
    void aPosteriorOfTheWrongSizeIsRefused() {
        Standardization scale = Standardization.ofColumns(DATA);
        assertThatThrownBy(() -> scale.toOriginal(4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the posterior has 4 dimensions, but there are 2 coefficients: [a, b]");
    }

    /** The way back of a point. */
    private static double[] map(Standardization scale, double[] z) {
        Standardization.Affine back = scale.toOriginal(z.length);
        return Gaussian.independent(z, new double[z.length])
                .affine(back.shift(), back.scale(), back.weights())
                .mean();
    }

    private static double logDensity(RegressionData data, double[] z) {
        int k = data.columns().size();
        double sum = 0;
        for (int n = 0; n < data.rows(); n++) {
            double e = data.y()[n];
            for (int j = 0; j < k; j++) {
                e -= data.x()[n * k + j] * z[j];
            }
            e /= Math.exp(z[k]);
            sum += -0.5 * e * e - z[k] - 0.5 * Math.log(2 * Math.PI);
        }
        return sum;
    }
}

package io.github.elbo4j.family;

import java.util.Arrays;

/** Any covariance, as its lower triangle. */
final class DenseCovariance implements Covariance {
    private static final long serialVersionUID = 1;

    private final double[][] triangle; // [i][j ≤ i]

    /** The array is kept. */
    DenseCovariance(double[][] triangle) {
        this.triangle = triangle;
    }

    /** What {@link Covariance#mapped} says, of any covariance. */
    static DenseCovariance mapped(Covariance of, double[] scale, double[] first) {
        int d = of.dimensions();
        int k = scale.length;
        double[][] sums = new double[k == 0 ? 0 : d / k][d]; // covariances of the first coordinates' sums with each z_i
        for (int b = 0; b < sums.length; b++) {
            for (int i = 0; i < d; i++) {
                for (int j = b * k; j < b * k + k; j++) {
                    sums[b][i] += first[j] * of.at(i, j);
                }
            }
        }
        double[][] mapped = new double[d][];
        for (int i = 0; i < d; i++) {
            mapped[i] = new double[i + 1];
            for (int j = 0; j <= i; j++) {
                if (j % k != 0) {
                    mapped[i][j] =
                            i % k != 0 ? scale[i % k] * of.at(i, j) * scale[j % k] : scale[j % k] * sums[i / k][j];
                } else if (i % k != 0) {
                    mapped[i][j] = scale[i % k] * sums[j / k][i];
                } else {
                    for (int l = i; l < i + k; l++) {
                        mapped[i][j] += first[l] * sums[j / k][l];
                    }
                }
            }
        }
        return new DenseCovariance(mapped);
    }

    @Override
    public int dimensions() {
        return triangle.length;
    }

    @Override
    public double at(int i, int j) {
        return triangle[Math.max(i, j)][Math.min(i, j)];
    }

    @Override
    public double standardDeviation(int i) {
        return Math.sqrt(triangle[i][i]);
    }

    @Override
    public boolean isIndependent() {
        return false;
    }

    @Override
    public int columns() {
        return triangle.length;
    }

    @Override
    public Covariance mapped(double[] scale, double[] first) {
        return mapped(this, scale, first);
    }

    @Override
    public Covariance plus(double[][] loadings) {
        double[][] sum = new double[triangle.length][];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = triangle[i].clone();
            for (int j = 0; j <= i; j++) {
                sum[i][j] += FactorCovariance.product(loadings[i], loadings[j]);
            }
        }
        return new DenseCovariance(sum);
    }

    @Override
    public SquareRoot root() {
        return new Root(this);
    }

    /**
     * The Cholesky factor of any covariance, [i][j ≤ i].
     *
     * @throws IllegalStateException if it is not positive definite
     */
    static double[][] factor(Covariance of) {
        double[][] triangle = new double[of.dimensions()][];
        for (int i = 0; i < triangle.length; i++) {
            triangle[i] = new double[i + 1];
            for (int j = 0; j <= i; j++) {
                triangle[i][j] = of.at(i, j);
            }
        }
        Root root = new Root(new DenseCovariance(triangle));
        for (int i = 0; i < triangle.length; i++) {
            System.arraycopy(root.lower[i], 0, triangle[i], 0, i);
            triangle[i][i] = root.diagonal[i];
        }
        return triangle;
    }

    @Override
    public boolean isHeldAs(Covariance other) {
        return other instanceof DenseCovariance that && Arrays.deepEquals(triangle, that.triangle);
    }

    /** A Cholesky factor. */
    private static final class Root implements SquareRoot {
        private final double[] diagonal; // [D]
        private final double[][] lower; // [i][j < i]
        private final double logDeterminant;

        Root(DenseCovariance of) {
            int d = of.triangle.length;
            diagonal = new double[d];
            lower = new double[d][];
            for (int i = 0; i < d; i++) {
                double left = of.at(i, i);
                lower[i] = new double[i];
                for (int j = 0; j < i; j++) {
                    double sum = of.at(i, j);
                    for (int k = 0; k < j; k++) {
                        sum -= lower[i][k] * lower[j][k];
                    }
                    lower[i][j] = sum / diagonal[j];
                    left -= lower[i][j] * lower[i][j];
                }
                diagonal[i] = SquareRoot.positive(left, i, of);
            }
            logDeterminant = SquareRoot.sumOfLogs(diagonal);
        }

        @Override
        public double[] times(double[] epsilon) {
            double[] z = new double[epsilon.length];
            for (int i = 0; i < z.length; i++) {
                z[i] = diagonal[i] * epsilon[i];
                for (int j = 0; j < i; j++) {
                    z[i] += lower[i][j] * epsilon[j];
                }
            }
            return z;
        }

        @Override
        public double[] transposedTimes(double[] x) {
            double[] y = new double[x.length];
            for (int i = 0; i < y.length; i++) {
                y[i] += diagonal[i] * x[i];
                for (int j = 0; j < i; j++) {
                    y[j] += lower[i][j] * x[i];
                }
            }
            return y;
        }

        @Override
        public double[] solve(double[] deviation) {
            double[] epsilon = new double[deviation.length];
            for (int i = 0; i < epsilon.length; i++) {
                double rest = deviation[i];
                for (int j = 0; j < i; j++) {
                    rest -= lower[i][j] * epsilon[j];
                }
                epsilon[i] = rest / diagonal[i];
            }
            return epsilon;
        }

        @Override
        public double logDeterminant() {
            return logDeterminant;
        }
    }
}

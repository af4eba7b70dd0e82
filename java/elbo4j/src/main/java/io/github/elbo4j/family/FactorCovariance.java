package io.github.elbo4j.family;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A few common factors beside what is nearly independent: {@code rest + F·Fᵀ} with loadings F, [D][R]. */
final class FactorCovariance implements Covariance {
    private static final long serialVersionUID = 1;

    private final BlockCovariance rest;
    private final double[][] loadings;

    /** The array is kept. */
    FactorCovariance(BlockCovariance rest, double[][] loadings) {
        this.rest = rest;
        this.loadings = loadings;
    }

    /** The loadings, if the rest is independent; not to be changed. */
    double @Nullable [][] ofIndependent() {
        return rest.isIndependent() ? loadings : null;
    }

    static double product(double[] x, double[] y) {
        double sum = 0;
        for (int r = 0; r < x.length; r++) {
            sum += x[r] * y[r];
        }
        return sum;
    }

    @Override
    public int dimensions() {
        return loadings.length;
    }

    @Override
    public double at(int i, int j) {
        return rest.at(i, j) + product(loadings[i], loadings[j]);
    }

    @Override
    public double standardDeviation(int i) {
        return Math.sqrt(at(i, i));
    }

    @Override
    public boolean isIndependent() {
        return false;
    }

    @Override
    public int columns() {
        return loadings.length;
    }

    @Override
    public Covariance mapped(double[] scale, double[] first) {
        if (!(rest.mapped(scale, first) instanceof BlockCovariance mapped)) {
            return DenseCovariance.mapped(this, scale, first);
        }
        int k = scale.length;
        double[][] f = new double[loadings.length][];
        for (int i = 0; i < f.length; i++) {
            f[i] = new double[loadings[i].length];
            for (int r = 0; r < f[i].length; r++) {
                if (i % k != 0) {
                    f[i][r] = scale[i % k] * loadings[i][r];
                    continue;
                }
                for (int j = i; j < i + k; j++) {
                    f[i][r] += first[j] * loadings[j][r];
                }
            }
        }
        return new FactorCovariance(mapped, f);
    }

    @Override
    public Covariance plus(double[][] more) {
        double[][] all = new double[loadings.length][];
        for (int i = 0; i < all.length; i++) {
            int own = loadings[i].length;
            all[i] = Arrays.copyOf(loadings[i], own + more[i].length);
            System.arraycopy(more[i], 0, all[i], own, more[i].length);
        }
        return new FactorCovariance(rest, all);
    }

    @Override
    public SquareRoot root() {
        return new Root(this);
    }

    @Override
    public boolean isHeldAs(Covariance other) {
        return other instanceof FactorCovariance that
                && rest.isHeldAs(that.rest)
                && Arrays.deepEquals(loadings, that.loadings);
    }

    /**
     * With S·Sᵀ = rest, G = S⁻¹·F and L·Lᵀ = I + Gᵀ·G: the root is {@code S·W, W = I + G·(I + L)⁻¹·Gᵀ}, for {@code W·Wᵀ = I + G·Gᵀ}
     * (put X = I + L in {@code X·Xᵀ = X + Xᵀ + Gᵀ·G}); and {@code W⁻¹ = I − G·(I + Lᵀ)⁻¹·L⁻¹·Gᵀ} by Woodbury. D·R numbers, and
     * triangles of R by R.
     */
    private static final class Root implements SquareRoot {
        private final SquareRoot rest;
        private final double[][] g; // [R][D]
        private final double[][] l; // [r][q ≤ r]
        private final double logDeterminant;

        Root(FactorCovariance of) {
            int d = of.loadings.length;
            int rank = d == 0 ? 0 : of.loadings[0].length;
            rest = of.rest.root();
            g = new double[rank][];
            l = new double[rank][];
            double[] column = new double[d];
            double[] diagonal = new double[rank];
            for (int r = 0; r < rank; r++) {
                for (int i = 0; i < d; i++) {
                    column[i] = of.loadings[i][r];
                }
                g[r] = rest.solve(column);
                l[r] = new double[r + 1];
                for (int q = 0; q <= r; q++) {
                    double sum = product(g[r], g[q]) + (q == r ? 1 : 0);
                    for (int k = 0; k < q; k++) {
                        sum -= l[r][k] * l[q][k];
                    }
                    l[r][q] = q < r
                            ? sum / l[q][q]
                            : SquareRoot.positive(Math.max(sum, 1), 0, of); // never less, but for rounding
                }
                diagonal[r] = l[r][r];
            }
            logDeterminant = rest.logDeterminant() + SquareRoot.sumOfLogs(diagonal);
        }

        @Override
        public double[] times(double[] epsilon) {
            double[] x = project(epsilon);
            forward(x, 1);
            return rest.times(plus(epsilon, 1, x));
        }

        @Override
        public double[] transposedTimes(double[] x) {
            double[] y = rest.transposedTimes(x);
            double[] projected = project(y);
            backward(projected);
            return plus(y, 1, projected);
        }

        @Override
        public double[] solve(double[] deviation) {
            double[] y = rest.solve(deviation);
            double[] x = project(y);
            forward(x, 0);
            backward(x);
            return plus(y, -1, x);
        }

        @Override
        public double logDeterminant() {
            return logDeterminant;
        }

        /** Gᵀ·y, [R]. */
        private double[] project(double[] y) {
            double[] x = new double[g.length];
            Arrays.setAll(x, r -> product(g[r], y));
            return x;
        }

        /** x becomes (unit·I + L)⁻¹·x. */
        private void forward(double[] x, double unit) {
            for (int r = 0; r < x.length; r++) {
                for (int q = 0; q < r; q++) {
                    x[r] -= l[r][q] * x[q];
                }
                x[r] /= unit + l[r][r];
            }
        }

        /** x becomes (I + Lᵀ)⁻¹·x. */
        private void backward(double[] x) {
            for (int r = x.length - 1; r >= 0; r--) {
                for (int q = r + 1; q < x.length; q++) {
                    x[r] -= l[q][r] * x[q];
                }
                x[r] /= 1 + l[r][r];
            }
        }

        /** y + sign·G·x. */
        private double[] plus(double[] y, double sign, double[] x) {
            double[] sum = y.clone();
            for (int r = 0; r < x.length; r++) {
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += sign * x[r] * g[r][i];
                }
            }
            return sum;
        }
    }
}

package io.github.elbo4j.family;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Blocks of coordinates that are independent but for the first of each, which may be correlated with those of its block. */
final class BlockCovariance implements Covariance {
    private static final long serialVersionUID = 1;

    private final double[] sd; // [D]
    private final double @Nullable []
            withFirst; // covariances with the first of its block, [D], its own unused; or null
    private final int block;

    /** Independent coordinates; the array is kept. */
    BlockCovariance(double[] sd) {
        this(sd, null, sd.length);
    }

    private BlockCovariance(double[] sd, double @Nullable [] withFirst, int block) {
        this.sd = sd;
        this.withFirst = withFirst;
        this.block = block;
    }

    @Override
    public int dimensions() {
        return sd.length;
    }

    @Override
    public double at(int i, int j) {
        if (i == j) {
            return sd[i] * sd[i];
        }
        boolean withItsFirst = Math.min(i, j) % block == 0 && i / block == j / block;
        return withFirst != null && withItsFirst ? withFirst[Math.max(i, j)] : 0;
    }

    @Override
    public double standardDeviation(int i) {
        return sd[i];
    }

    @Override
    public boolean isIndependent() {
        return withFirst == null;
    }

    @Override
    public int columns() {
        return withFirst == null ? 0 : block == sd.length ? 1 : sd.length;
    }

    @Override
    public Covariance mapped(double[] scale, double[] first) {
        int d = sd.length;
        int k = scale.length;
        if (withFirst != null && block != k) {
            return DenseCovariance.mapped(this, scale, first); // blocks of another size: no short form holds the result
        }
        double[] sds = new double[d];
        double[] mixed = withFirst(first, k);
        boolean mixes = false;
        for (int f = 0; f < d; f += k) {
            double variance = 0;
            for (int j = f; j < f + k; j++) {
                variance += first[j] * mixed[j];
                sds[j] = Math.abs(scale[j - f]) * sd[j];
                mixed[j] *= scale[j - f];
                mixes |= j > f && mixed[j] != 0;
            }
            sds[f] = Math.sqrt(variance);
        }
        return new BlockCovariance(sds, mixes ? mixed : null, k == 0 ? d : k);
    }

    /** The covariance of {@code Σ_j first_j·z_j}, a sum over a block, with each z_i of the block. */
    private double[] withFirst(double[] first, int k) {
        double[] mixed = new double[sd.length];
        for (int i = 0; i < mixed.length; i++) {
            int f = i - i % k;
            mixed[i] = first[i] * at(i, i);
            if (i > f && withFirst != null) {
                mixed[i] += first[f] * withFirst[i];
                mixed[f] += first[i] * withFirst[i];
            }
        }
        return mixed;
    }

    @Override
    public Covariance plus(double[][] loadings) {
        return new FactorCovariance(this, loadings);
    }

    @Override
    public SquareRoot root() {
        return new Root(this);
    }

    @Override
    public boolean isHeldAs(Covariance other) {
        return other instanceof BlockCovariance that
                && Arrays.equals(sd, that.sd)
                && Arrays.equals(withFirst, that.withFirst)
                && (withFirst == null || block == that.block);
    }

    /** The first coordinate of a block comes after the others, on which it depends. */
    private static final class Root implements SquareRoot {
        private final int block;
        private final double[] diagonal; // [D]
        private final double[] slope; // the first coordinate per unit normal of each other one of its block, [D]
        private final double logDeterminant;

        Root(BlockCovariance of) {
            int d = of.sd.length;
            block = of.block;
            diagonal = new double[d];
            slope = new double[d];
            for (int i = 0; i < d; i++) {
                double left = of.at(i, i);
                if (of.withFirst != null && i % block == 0) {
                    for (int j = i + 1; j < i + block; j++) {
                        slope[j] = of.at(i, j) / of.sd[j];
                        left -= slope[j] * slope[j];
                    }
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
                if (i % block == 0) {
                    for (int j = i + 1; j < i + block; j++) {
                        z[i] += slope[j] * epsilon[j];
                    }
                }
            }
            return z;
        }

        @Override
        public double[] transposedTimes(double[] x) {
            double[] y = new double[x.length];
            for (int i = 0; i < y.length; i++) {
                y[i] = diagonal[i] * x[i];
                if (i % block != 0) {
                    y[i] += slope[i] * x[i - i % block];
                }
            }
            return y;
        }

        @Override
        public double[] solve(double[] deviation) {
            double[] epsilon = new double[deviation.length];
            for (int i = epsilon.length - 1; i >= 0; i--) {
                double rest = deviation[i];
                if (i % block == 0) {
                    for (int j = i + 1; j < i + block; j++) {
                        rest -= slope[j] * epsilon[j];
                    }
                }
                epsilon[i] = rest / diagonal[i];
            }
            return epsilon;
        }

        @Override
        public double squares(double[] epsilon) {
            double sum = 0;
            for (int i = epsilon.length - 1; i >= 0; i--) {
                sum += epsilon[i] * epsilon[i];
            }
            return sum;
        }

        @Override
        public double logDeterminant() {
            return logDeterminant;
        }
    }
}

package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.random.RandomGenerator;

/**
 * The Cholesky factor L of a correlation matrix R = L·Lᵀ whose density is proportional to |R|^(eta − 1) (Lewandowski, Kurowicka
 * and Joe 2009): log p(L) = Σ_{k=2..K} (K − k + 2·eta − 2)·log L[k][k] + c, a density over the elements below the diagonal, with
 * c = (K − 1)·log Γ(eta + (K − 1)/2) − Σ_{k=1..K−1} (k/2·log π + log Γ(eta + (K − 1 − k)/2)). eta = 1 is uniform over R; the
 * larger, the closer to no correlation. A covariance's factor is {@code sd.reshape(K, 1).times(L)}.
 */
public final class LkjCholesky extends Distribution {
    private static final double LOG_PI = StrictMath.log(Math.PI);

    private final int size;
    private final Expr eta;

    private LkjCholesky(int size, Expr eta) {
        if (size < 2) {
            throw new IllegalArgumentException("the size of LkjCholesky is " + size + ", but must be at least 2");
        }
        if (eta.extents().length > 0) {
            throw new IllegalArgumentException("eta of LkjCholesky is " + eta + ", but must be one number");
        }
        this.size = size;
        this.eta = Elementwise.positive("LkjCholesky", "eta", eta);
    }

    /**
     * Of these parameters.
     *
     * @param size K
     * @param eta a number
     * @throws IllegalArgumentException if eta may not be positive
     */
    public static LkjCholesky of(int size, Expr eta) {
        return new LkjCholesky(size, eta);
    }

    /** {@link #of(int, Expr)} with a number. */
    public static LkjCholesky of(int size, double eta) {
        return of(size, Expr.of(eta));
    }

    /** |L[k][k]| of square matrices in the last two axes. */
    static Expr diagonal(Expr cholesky) {
        int size = cholesky.extents()[cholesky.extents().length - 1];
        double[][] identity = new double[size][size];
        for (int k = 0; k < size; k++) {
            identity[k][k] = 1;
        }
        return cholesky.times(Expr.data("identity", identity)).sum(-1).abs();
    }

    /** 1 on and below the diagonal. */
    static Expr lower(int size) {
        double[][] lower = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                lower[i][j] = 1;
            }
        }
        return Expr.data("lower triangle", lower);
    }

    @Override
    public Support support() {
        return Support.correlationCholesky();
    }

    @Override
    public int[] extents() {
        return new int[] {size, size};
    }

    @Override
    public Expr logDensity(Expr x) {
        double[] below = new double[size];
        for (int k = 1; k < size; k++) {
            below[k] = size - 1 - k;
        }
        // The first element of the diagonal is 1.
        Expr power = Expr.data("rows below", below).plus(eta.minus(1).times(2));
        return diagonal(x).log().times(power).sum(-1).plus(logConstant());
    }

    private Expr logConstant() {
        Expr sum = eta.plus(0.5 * (size - 1)).logGamma().times(size - 1);
        for (int k = 1; k < size; k++) {
            sum = sum.minus(eta.plus(0.5 * (size - 1 - k)).logGamma()).minus(0.5 * k * LOG_PI);
        }
        return sum;
    }

    /** No correlation. */
    @Override
    public double[] centre(int[] extents, double... z) {
        double[] result = new double[Elements.size(extents, 0)];
        for (int i = 0; i < result.length; i++) {
            result[i] = i % (size * size) % (size + 1) == 0 ? 1 : 0;
        }
        return result;
    }

    /** Row k below the first is a point of the ball, of squared radius Beta(k/2, eta + (K − 1 − k)/2), and what it leaves. */
    @Override
    public double[] draw(int[] extents, RandomGenerator random, double... z) {
        Variates variates = new Variates(random);
        double own = eta.value(z)[0];
        double[] result = new double[Elements.size(extents, 0)];
        for (int from = 0; from < result.length; from += size * size) {
            result[from] = 1;
            for (int k = 1; k < size; k++) {
                int row = from + k * size;
                double squared = variates.beta(0.5 * k, own + 0.5 * (size - 1 - k));
                double norm = 0;
                for (int j = 0; j < k; j++) {
                    result[row + j] = variates.normal();
                    norm += result[row + j] * result[row + j];
                }
                for (int j = 0; j < k; j++) {
                    result[row + j] *= Math.sqrt(squared / norm);
                }
                result[row + k] = Math.sqrt(1 - squared);
            }
        }
        return result;
    }
}

package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Vectors x = mu + L·e, e standard normal: log p(x) = −½·|L⁻¹(x − mu)|² − Σ log |L[k][k]| − K/2·log 2π. A factor that depends on
 * parameters is solved by substitution, element for element: K²/2 operations, which suits some tens of dimensions.
 */
public final class MultivariateNormal extends Distribution {
    private final Expr mu;
    private final Expr cholesky;
    private final int count;
    private final int[] extents;

    private MultivariateNormal(Expr mu, Expr cholesky) {
        int[] square = cholesky.extents();
        if (square.length != 2 || square[0] != square[1] || square[0] < 1) {
            throw new IllegalArgumentException(
                    "the Cholesky factor of MultivariateNormal is " + cholesky + ", but must be [K][K]");
        }
        this.mu = mu;
        this.cholesky = cholesky;
        count = square[0];
        try {
            extents = mu.plus(Expr.of(0).broadcastTo(count)).extents();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "mu of MultivariateNormal is " + mu + ", which does not fit a Cholesky factor of " + count
                            + " rows",
                    e);
        }
        if (!cholesky.varies()) {
            double[] l = cholesky.value();
            for (int k = 0; k < count; k++) {
                if (!(l[k * count + k] > 0)) {
                    throw new IllegalArgumentException(
                            "element " + (k + 1) + " of the diagonal of the Cholesky factor of"
                                    + " MultivariateNormal is " + l[k * count + k] + ", but must be positive");
                }
            }
        }
    }

    /**
     * By a Cholesky factor of the covariance.
     *
     * @param mu mean, [..][K]
     * @param cholesky L, [K][K], where L·Lᵀ is the covariance; only the lower triangle is read
     */
    public static MultivariateNormal ofCholesky(Expr mu, Expr cholesky) {
        return new MultivariateNormal(mu, cholesky);
    }

    @Override
    public Support support() {
        return Support.REAL_VECTOR;
    }

    @Override
    public int[] extents() {
        return extents.clone();
    }

    @Override
    public Expr logDensity(Expr x) {
        Expr e = solved(x.minus(mu));
        Expr diagonal = LkjCholesky.diagonal(cholesky);
        return e.square().sum(-1).times(-0.5).minus(diagonal.log().sum()).minus(count * Normal.HALF_LOG_2PI);
    }

    /** L⁻¹·x, along the last axis. */
    private Expr solved(Expr x) {
        if (!cholesky.varies() && x.extents().length <= 2) {
            return x.matmul(
                    Expr.data("inverse of the Cholesky factor", inverse()).transpose());
        }
        Expr[] e = new Expr[count];
        for (int i = 0; i < count; i++) {
            Expr row = cholesky.get(i);
            Expr rest = x.slice(-1, i, i + 1);
            for (int j = 0; j < i; j++) {
                rest = rest.minus(row.get(j).times(e[j]));
            }
            e[i] = rest.over(row.get(i));
        }
        return Expr.concatenate(-1, e);
    }

    /** L⁻¹ on the host. */
    private double[][] inverse() {
        double[] l = cholesky.value();
        double[][] inverse = new double[count][count];
        for (int j = 0; j < count; j++) {
            for (int i = j; i < count; i++) {
                double rest = i == j ? 1 : 0;
                for (int k = j; k < i; k++) {
                    rest -= l[i * count + k] * inverse[k][j];
                }
                inverse[i][j] = rest / l[i * count + i];
            }
        }
        return inverse;
    }

    /** The same distribution as a prior whose coordinates are e. */
    public Distribution nonCentered() {
        return new NonCentered(this) {
            @Override
            public Latent latent(Parameters parameters, String name, int... plates) {
                int[] own = extents(plates);
                if (own.length > 2) {
                    throw new IllegalArgumentException(
                            "nonCentered() of MultivariateNormal takes at most one plate, but " + name
                                    + " has the extents " + Arrays.toString(own));
                }
                return new Latent(
                        MultivariateNormal.this, Normal.of(0, 1), parameters, name, own, e -> mu.plus(timesFactor(e)));
            }
        };
    }

    /** L·e, along the last of one or two axes. */
    private Expr timesFactor(Expr e) {
        Expr lower = cholesky.times(LkjCholesky.lower(count));
        return e.extents().length == 1 ? lower.matmul(e) : e.matmul(lower.transpose());
    }

    @Override
    @Nullable
    Expr ofNormals(Expr normal, Supplier<Expr> more) {
        return normal.extents().length > 2 ? null : mu.plus(timesFactor(normal));
    }

    @Override
    public double[] centre(int[] extents, double... z) {
        return mu.broadcastTo(extents).value(z);
    }

    @Override
    public double[] draw(int[] extents, RandomGenerator random, double... z) {
        Variates variates = new Variates(random);
        double[] l = cholesky.value(z);
        double[] result = mu.broadcastTo(extents).value(z);
        double[] e = new double[count];
        for (int from = 0; from < result.length; from += count) {
            for (int i = 0; i < count; i++) {
                e[i] = variates.normal();
                for (int k = 0; k <= i; k++) {
                    result[from + i] += l[i * count + k] * e[k];
                }
            }
        }
        return result;
    }
}

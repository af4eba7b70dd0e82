package io.github.elbo4j.factors;

import io.github.elbo4j.expr.Expr;
import java.util.Arrays;

/**
 * An unbiased gradient of {@code E_q[f(z)]} with respect to the logits phi of {@code q(z) = Π_d Bernoulli(z_d; sigmoid(phi_d))}, from k
 * draws of z at which f is evaluated: z has no derivative, so that reparameterization has none. Both work through a function whose value is the
 * mean of f over the draws, and whose derivatives are the estimate; what f itself depends on gets its own derivatives.
 */
public enum Estimator {
    /**
     * The score function with the mean of the other draws for a baseline (Kool, van Hoof and Welling 2019): {@code 1/k Σ_s (f(z_s) − 1/(k −
     * 1) Σ_{r≠s} f(z_r))·∇ log q(z_s)}.
     */
    LEAVE_ONE_OUT {
        @Override
        public Expr draw(Expr epsilon, Expr logits) {
            return bits(epsilon, logits);
        }

        @Override
        Expr surrogate(Expr f, Expr z, Expr logits) {
            int n = f.extents()[0];
            int k = f.extents()[1];
            Expr above = f.minus(f.mean(1).reshape(n, 1)).times(k / (k - 1.0));
            return logQ(z, logits).times(above.detached()).mean(1);
        }
    },

    /**
     * DisARM (Dong, Mnih and Tucker 2020), of antithetic pairs b = 1[u &lt; sigmoid(phi)] and b̃ = 1[1 − u &lt; sigmoid(phi)]: {@code 1/2
     * (f(b) − f(b̃))·(b_d − b̃_d)·sigmoid(|phi_d|)} for coordinate d, the mean over k/2 pairs.
     */
    DISARM {
        @Override
        int normals(int draws) {
            if (draws % 2 != 0) {
                throw new IllegalArgumentException("draws is " + draws + ", but DisARM takes pairs: it must be even");
            }
            return draws / 2;
        }

        @Override
        public Expr draw(Expr epsilon, Expr logits) {
            return Expr.concatenate(1, bits(epsilon, logits), bits(epsilon.negated(), logits));
        }

        @Override
        Expr surrogate(Expr f, Expr z, Expr logits) {
            int n = f.extents()[0];
            int pairs = f.extents()[1] / 2;
            Expr apart =
                    f.slice(1, 0, pairs).minus(f.slice(1, pairs, 2 * pairs)).times(0.5);
            Expr signs = z.slice(1, 0, pairs).minus(z.slice(1, pairs, 2 * pairs));
            Expr phi = logits.reshape(n, 1, logits.extents()[1]);
            Expr slope = apart.reshape(n, pairs, 1).times(signs).times(phi.abs().sigmoid());
            return slope.detached().times(phi).sum(2).mean(1);
        }
    };

    /**
     * How many normals a draw of each coordinate takes for k values of f.
     *
     * @throws IllegalArgumentException if it cannot make an estimate of so many
     */
    int normals(int draws) {
        return draws;
    }

    /**
     * Draws of z.
     *
     * @param epsilon standard normals, [n][k][D]; of DisARM [n][k/2][D]
     * @param logits of q, [n][D]
     * @return zeros and ones, [n][k][D]
     */
    public abstract Expr draw(Expr epsilon, Expr logits);

    /** A function whose derivatives with respect to the logits are the estimate, [n]. */
    abstract Expr surrogate(Expr f, Expr z, Expr logits);

    /**
     * The mean of f over the draws, with the estimate for its gradient.
     *
     * @param f at each of the draws, [n][k], k at least 2
     * @param z the {@linkplain #draw draws}, [n][k][D]
     * @param logits of q, [n][D]
     * @return [n]
     */
    public Expr expectation(Expr f, Expr z, Expr logits) {
        int[] of = f.extents();
        int[] draws = z.extents();
        if (of.length != 2 || draws.length != 3 || of[1] < 2 || !Arrays.equals(of, Arrays.copyOf(draws, 2))) {
            throw new IllegalArgumentException(
                    "f is " + f + " and z " + z + ", but they must be [n][k] and [n][k][D] of k = 2 draws or more");
        }
        Expr mean = f.mean(1);
        return mean.derivedAs(mean.plus(surrogate(f, z, logits)));
    }

    /** log q(z), {@code Σ_d z_d·phi_d − log(1 + exp(phi_d))}, [n][k]. */
    static Expr logQ(Expr z, Expr logits) {
        int[] extents = logits.extents();
        Expr phi = logits.reshape(extents[0], 1, extents[1]);
        return z.times(phi).minus(phi.softplus()).sum(2);
    }

    /** {@code −Σ_d (q log q + (1 − q) log(1 − q))} of q = sigmoid(phi), [n]: with {@code log q = −softplus(−phi)}, {@code softplus(phi) − q·phi}. */
    static Expr entropy(Expr logits) {
        return logits.softplus().minus(logits.sigmoid().times(logits)).sum(1);
    }

    /** 1[u &lt; sigmoid(phi)] of u = Φ(epsilon), by logarithms. */
    private static Expr bits(Expr epsilon, Expr logits) {
        int[] extents = logits.extents();
        Expr logSigmoid =
                logits.reshape(extents[0], 1, extents[1]).negated().softplus().negated();
        return Expr.where(logSigmoid.minus(epsilon.logNormalCdf()), Expr.of(1), Expr.of(0))
                .detached();
    }
}

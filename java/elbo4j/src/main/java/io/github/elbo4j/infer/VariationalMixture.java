package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.model.LogJoint;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Fits a mixture of Gaussians, {@code q(z) = Σ_k w_k·N(z; mean_k, covariance_k)}, to any log-joint, by the natural gradient of its ELBO: the answer
 * where one Gaussian cannot be right, as of a hierarchy's funnel, a bent or heavy-tailed posterior, or several modes.
 *
 * <p>It starts from the normal, or the normals of several modes, that L-BFGS paths find ({@link Pathfinder}). With {@code f = log p − log q}, of
 * which E_k is the mean under component k, a step goes by
 *
 * <pre>
 *   precision_k  ←  precision_k − rho·E_k[∇²f], kept positive definite (Lin, Schmidt and Khan, ICML 2020)
 *   mean_k       ←  mean_k + rho·covariance_k·E_k[∇f]
 *   log w_k      ←  log w_k + rho·(E_k[f] − Σ_j w_j·E_j[f])
 * </pre>
 *
 * (Arenz, Neumann and Zhong, ICML 2018; Lin, Khan and Schmidt, ICML 2019), with second derivatives by Stein's identity from gradients at draws
 * in pairs. Once the ELBO rises no more, one component is added, at the fresh draw whose weight p/q is the largest: there q falls shortest of p.
 * Components are added until another one, tried four times, does not raise the ELBO by more than its error, until importance weighting would
 * leave 95 % of the draws, or until there are as many as allowed.
 *
 * <p>The mixture is judged by fresh draws, as every q is, and their importance weights correct it ({@link FitResult#corrected}). What it costs beside
 * log p and its gradient is of the order {@code K²·D²} a draw, on the host in float64.
 */
public final class VariationalMixture implements Method<LogJoint> {
    /** Its name in a {@link FitResult}. */
    public static final String NAME = "mixture";

    /** Dimensions at most: covariances are full. */
    public static final int MOST_DIMENSIONS = Walks.DENSE;

    /** Components at most, unless more are asked for. */
    public static final int COMPONENTS = 8;

    final int components;
    final long seed;
    final BooleanSupplier cancelled;
    final Progress.Listener listener;

    private VariationalMixture(int components, long seed, BooleanSupplier cancelled, Progress.Listener listener) {
        this.components = components;
        this.seed = seed;
        this.cancelled = cancelled;
        this.listener = listener;
    }

    /** The defaults. */
    public VariationalMixture() {
        this(COMPONENTS, 0, () -> false, progress -> {});
    }

    /** Components at most, from 1; {@value #COMPONENTS}. */
    public VariationalMixture components(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("components is " + value + ", but must be 1 or more");
        }
        return new VariationalMixture(value, seed, cancelled, listener);
    }

    /** Of all draws; 0. */
    public VariationalMixture seed(long value) {
        return new VariationalMixture(components, value, cancelled, listener);
    }

    /** Asked now and then; once it returns true, the fit ends with the mixture so far. */
    public VariationalMixture cancelled(BooleanSupplier value) {
        return new VariationalMixture(components, seed, Objects.requireNonNull(value), listener);
    }

    /** Told of each component that is added: the ELBO, and how many there are of how many at most. */
    public VariationalMixture listener(Progress.Listener value) {
        return new VariationalMixture(components, seed, cancelled, Objects.requireNonNull(value));
    }

    /** @throws IllegalArgumentException if the joint has more than {@value #MOST_DIMENSIONS} dimensions */
    @Override
    public FitResult fit(Device device, LogJoint joint) {
        if (joint.dimensions() > MOST_DIMENSIONS) {
            throw new IllegalArgumentException("the joint has " + joint.dimensions()
                    + " dimensions, but a mixture of full covariances is for " + MOST_DIMENSIONS
                    + " at most; fit one Gaussian (Sgvi, FixedDraws)");
        }
        try (MixtureRun run = new MixtureRun(this, device, joint)) {
            return run.fit();
        }
    }
}

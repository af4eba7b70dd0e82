package io.github.elbo4j.device;

import org.jspecify.annotations.Nullable;

/**
 * Log-likelihoods of N observations under R draws, from the linear predictor {@code eta[r,n]}: the value is summed per
 * draw, and eta is replaced by the residual ∂/∂eta, from which a gemm makes the gradient. Kernel family {@code
 * likelihood}.
 */
public interface LikelihoodOps {
    /**
     * {@code logP[r] += scale · Σ_n (y·eta − softplus(eta))}; then {@code eta = scale · (y − sigmoid(eta))}.
     *
     * @param y [N], each 0 or 1
     * @param scale what one observation stands for: all rows / rows of the minibatch
     * @param eta [R][N], read and replaced
     * @param logP [R], added to
     */
    void bernoulliLogit(int rows, int observations, Buffer y, float scale, Buffer eta, Buffer logP);

    /**
     * With tau = logNoise[r] and e = (y − eta)·exp(−tau): {@code logP[r] += scale · (Σ_n −e²/2 − N·tau − N/2·log 2π)};
     * {@code eta = scale · e·exp(−tau)}; {@code gradLogNoise[r] += scale · (Σ_n e² − N)}.
     *
     * @param y [N]
     * @param logNoise R × 1: the log standard deviation of the noise of each draw; a row stride of 0 shares one
     * @param eta [R][N], read and replaced
     * @param logP [R], added to
     * @param gradLogNoise R × 1, added to; null if the noise is known
     */
    void gaussian(
            int rows,
            int observations,
            Buffer y,
            float scale,
            Matrix logNoise,
            Buffer eta,
            Buffer logP,
            @Nullable Matrix gradLogNoise);
}

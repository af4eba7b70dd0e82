package io.github.elbo4j.device;

/**
 * The Gaussian N(mu, L·Lᵀ). mu is [B][D]; {@code factor} is [B][D][D], the lower triangle of L with the logarithm of its
 * diagonal on the diagonal; what stands above the diagonal is not read. Kernel family {@code fullrank}.
 *
 * <p>Chains follow the order of triangles in {@link Ops}: {@code L·x} over the columns j ≤ i, in panels of 256 from +0.
 */
public interface FullRankOps {
    /**
     * {@code z[b,s,:] = mu[b,:] + L·epsilon[b,s,:]}.
     *
     * @param z [B][S][D], written
     */
    void fullRankSample(Key key, int step, Shape shape, Buffer mu, Buffer factor, Buffer z);

    /**
     * {@code logQ[b,s] = −|h|²/2 − Σ_i log L_ii − D/2 · log 2π} with {@code L·h = z − mu}.
     *
     * @param logQ [B][S] FLOAT64, written
     */
    void fullRankLogDensity(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer logQ);

    /**
     * {@code gradient[b,s,:] = −L⁻ᵀ·L⁻¹·(z − mu)}: the gradient of the log-density of each draw with respect to z.
     *
     * @param gradient [B][S][D], written
     */
    void fullRankLogDensityGradient(Shape shape, Buffer mu, Buffer factor, Buffer z, Buffer gradient);

    /**
     * {@code score[b,s,:] = L⁻ᵀ·epsilon[b,s,:]}: the gradient of log q with respect to mu at the draw that epsilon
     * makes, and minus its gradient with respect to z.
     *
     * @param score [B][S][D], written
     */
    void fullRankScore(Key key, int step, Shape shape, Buffer factor, Buffer score);

    /**
     * {@code entropy[slot·B + b] = Σ_i log L_ii + D/2 · log(2πe)}.
     *
     * @param entropy at least [slot+1][B] FLOAT64, record {@code slot} written
     */
    void fullRankEntropy(int problems, int dimensions, Buffer factor, Buffer entropy, long slot);
}

package io.github.elbo4j.device;

/**
 * Kullback–Leibler divergences KL(q ‖ p), one per problem, and their gradients with respect to q. Parameters as in
 * {@link MeanFieldOps} and {@link FullRankOps}. Kernel family {@code kl}.
 */
public interface KlOps {
    /**
     * {@code kl[b] = Σ_d (mu² + sigma² − 1)/2 − omega}, to the standard normal.
     *
     * @param kl [B] FLOAT64, written
     */
    void klToStandard(int problems, int dimensions, Buffer mu, Buffer omega, Buffer kl);

    /** Its gradient: {@code mu} and {@code sigma² − 1}; both [B][D], written. */
    void klToStandardGradient(int problems, int dimensions, Buffer mu, Buffer omega, Buffer gradMu, Buffer gradOmega);

    /**
     * {@code kl[b] = Σ_d (e² + r² − 1)/2 − log r} with r = sigmaQ/sigmaP and e = (muQ − muP)/sigmaP.
     *
     * @param kl [B] FLOAT64, written
     */
    void klDiagonal(int problems, int dimensions, Buffer muQ, Buffer omegaQ, Buffer muP, Buffer omegaP, Buffer kl);

    /** Its gradient: {@code e/sigmaP} and {@code r² − 1}; both [B][D], written. */
    void klDiagonalGradient(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer omegaQ,
            Buffer muP,
            Buffer omegaP,
            Buffer gradMu,
            Buffer gradOmega);

    /**
     * {@code kl[b] = (‖M‖² + |e|² − D)/2 + Σ_i (log P_ii − log Q_ii)} with P·M = Q, P·e = muQ − muP; Q and P are the
     * Cholesky factors.
     *
     * @param kl [B] FLOAT64, written
     */
    void klFull(int problems, int dimensions, Buffer muQ, Buffer factorQ, Buffer muP, Buffer factorP, Buffer kl);

    /**
     * Its gradient: {@code P⁻ᵀ·e}, and the lower triangle of {@code P⁻ᵀ·M}, on the diagonal (which is a logarithm)
     * times Q_ii minus 1; zero above.
     *
     * @param gradMu [B][D], written
     * @param gradFactor [B][D][D], written
     */
    void klFullGradient(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer factorQ,
            Buffer muP,
            Buffer factorP,
            Buffer gradMu,
            Buffer gradFactor);

    /**
     * The Monte Carlo estimate of KL(q ‖ p) from draws of q: mean, variance and standard error over s of
     * {@code logQ[b,s] − logP[b,s]}; as {@link ElboOps#moments}.
     *
     * @param kl [B][3] FLOAT64, written
     */
    void klMonteCarlo(int problems, int draws, Buffer logQ, Buffer logP, Buffer kl);
}

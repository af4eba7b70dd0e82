package io.github.elbo4j.device;

/**
 * The diagonal Gaussian N(mu, diag sigma²) with omega = log sigma, as a variational family, as a prior and as a target.
 * Kernel family {@code meanfield}.
 *
 * <p>Below, {@code h[b,s,d] = (z[b,s,d] − mu[b,d]) · exp(−omega[b,d])}. mu and omega are [B][D].
 */
public interface MeanFieldOps {
    /** With respect to what a log-density is differentiated. */
    enum With {
        /** −h / sigma. */
        Z,
        /** h / sigma. */
        MU,
        /** h² − 1. */
        OMEGA
    }

    /**
     * {@code z[b,s,d] = fma(exp(omega[b,d]), epsilon[b,s,d], mu[b,d])}.
     *
     * @param z [B][S][D], written
     */
    void sample(Key key, int step, Shape shape, Buffer mu, Buffer omega, Buffer z);

    /**
     * {@code logQ[b,s] = Σ_d (−h²/2 − omega) − D/2 · log 2π}, the sum along the row.
     *
     * @param logQ [B][S] FLOAT64, written
     */
    void logDensity(Shape shape, Buffer mu, Buffer omega, Buffer z, Buffer logQ);

    /**
     * The gradient of the log-density of each draw with respect to z, mu or omega; see {@link With}.
     *
     * @param gradient [B][S][D], written
     */
    void logDensityGradient(Shape shape, With with, Buffer mu, Buffer omega, Buffer z, Buffer gradient);

    /**
     * {@link #logDensity} and {@link #logDensityGradient} with respect to z, in one pass.
     *
     * @param logQ [B][S] FLOAT64, written
     * @param gradient [B][S][D], written
     */
    void logDensityAndGradient(Shape shape, Buffer mu, Buffer omega, Buffer z, Buffer logQ, Buffer gradient);

    /**
     * {@code entropy[slot·B + b] = Σ_d omega[b,d] + D/2 · log(2πe)}.
     *
     * @param entropy at least [slot+1][B] FLOAT64, record {@code slot} written
     */
    void entropy(int problems, int dimensions, Buffer omega, Buffer entropy, long slot);
}

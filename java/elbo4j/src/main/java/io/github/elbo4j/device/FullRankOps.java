package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;
import org.jspecify.annotations.Nullable;

/**
 * The Gaussian N(mu, L·Lᵀ). mu is [B][D]; {@code factor} is [B][D][D], the lower triangle of L with the logarithm of its
 * diagonal on the diagonal; what stands above the diagonal is not read. Kernel family {@code fullrank}.
 *
 * <p>Chains follow the order of triangles in {@link Operation}: {@code L·x} over the columns j ≤ i, in panels of 256 from +0.
 */
public interface FullRankOps {
    /**
     * {@code z[b,s,:] = mu[b,:] + L·epsilon[b,s,:]}.
     *
     * @param z [B][S][D], written
     */
    record FullRankSample(Key key, Index step, DrawBlock shape, Buffer mu, Buffer factor, Buffer z)
            implements Operation {
        @Override
        public Signature signature() {
            return Signature.ofDraws("fullRankSample", key, step, shape)
                    .full("", mu, factor, shape.problems(), shape.dimensions())
                    .writes("z", z, shape.elements());
        }
    }

    /**
     * {@code logQ[b,s] = −|h|²/2 − Σ_i log L_ii − D/2 · log 2π} with {@code L·h = z − mu}, and its gradient with respect to z, {@code gradient[b,s,:] =
     * −L⁻ᵀ·h}.
     *
     * @param logQ [B][S] FLOAT64, written; null if it is not wanted
     * @param gradient [B][S][D], written; null if it is not wanted
     */
    record FullRankLogDensity(
            DrawBlock shape,
            Buffer mu,
            Buffer factor,
            Buffer z,
            @Nullable Buffer logQ,
            @Nullable Buffer gradient) implements Operation {
        public FullRankLogDensity {
            ArgumentChecks.present("shape", shape);
        }

        @Override
        public Signature signature() {
            return Signature.of("fullRankLogDensity")
                    .full("", mu, factor, shape.problems(), shape.dimensions())
                    .reads("z", z, shape.elements())
                    .optional("logQ", ElementType.FLOAT64, logQ, shape.allDraws(), Access.WRITES)
                    .optional("gradient", ElementType.FLOAT32, gradient, shape.elements(), Access.WRITES);
        }
    }

    /**
     * {@code logQ[b,s] = log N(epsilon[b,s,:]; 0, I) − H[q_b] + H[N(0, I)]}, H the entropy: the log-density of the draw that
     * epsilon makes. Solving L·h = z − mu instead loses all digits where L is nearly singular, and an ELBO that then comes out too
     * large would look like progress. {@code log N} is {@code Σ_i −epsilon_i²/2 − D/2 · log 2π}, H[q] that of {@link
     * FullRankEntropy}, H[N(0, I)] is {@code D/2 · log(2πe)}.
     *
     * @param logQ [B][S] FLOAT64, written
     */
    record FullRankLogDensityAtDraw(Key key, Index step, DrawBlock shape, Buffer factor, Buffer logQ)
            implements Operation {
        @Override
        public Signature signature() {
            return Signature.ofDraws("fullRankLogDensityAtDraw", key, step, shape)
                    .factor("factor", factor, shape.problems(), shape.dimensions())
                    .writesDoubles("logQ", logQ, shape.allDraws());
        }
    }

    /**
     * {@code score[b,s,:] = L⁻ᵀ·epsilon[b,s,:]}: the gradient of log q with respect to mu at the draw that epsilon
     * makes, and minus its gradient with respect to z.
     *
     * @param score [B][S][D], written
     */
    record FullRankScore(Key key, Index step, DrawBlock shape, Buffer factor, Buffer score) implements Operation {
        @Override
        public Signature signature() {
            return Signature.ofDraws("fullRankScore", key, step, shape)
                    .factor("factor", factor, shape.problems(), shape.dimensions())
                    .writes("score", score, shape.elements());
        }
    }

    /**
     * {@code entropy[slot·B + b] = Σ_i log L_ii + D/2 · log(2πe)}.
     *
     * @param entropy at least [slot+1][B] FLOAT64, record {@code slot} written
     */
    record FullRankEntropy(int problems, int dimensions, Buffer factor, Buffer entropy, Index slot)
            implements Operation {
        @Override
        public Signature signature() {
            return Signature.of("fullRankEntropy")
                    .factor("factor", factor, problems, dimensions)
                    .index("slot", slot)
                    .updatesDoubles("entropy", entropy, ArgumentChecks.records(slot, problems, 1));
        }
    }
}

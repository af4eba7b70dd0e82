package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;
import org.jspecify.annotations.Nullable;

/**
 * The reparameterization (pathwise) gradient from {@code g[b,s,:] = ∇z log p} at {@code z = mu + L·epsilon}, epsilon made
 * again from its address. Kernel family {@code reparam}.
 *
 * <p>Two forms (Kingma and Welling 2014; Roeder, Wu and Duvenaud 2017):
 *
 * <ul>
 *   <li><i>closed-form entropy</i>: the sums use g as it is; the caller adds the entropy's gradient, 1 in each omega, by
 *       {@link ElboOps.MeanOverDraws}.
 *   <li><i>path derivative</i> ("sticking the landing"): g is replaced by {@code g − ∇z log q = g + L⁻ᵀ·epsilon}; nothing
 *       is added. Its variance vanishes where q is the posterior.
 * </ul>
 *
 * <p>Runs and chunks are as in {@link ScoreOps}.
 */
public interface ReparamOps {
    /**
     * {@code runs[b,r,d] = Σ_{s in r} g}, and {@code Σ_{s in r} g·(sigma·epsilon)} from D on; with {@code path}, g +
     * epsilon·exp(−omega) takes the place of g.
     *
     * @param gradient g, [B][S][D] of this shape
     * @param runs [B][runs][2D] FLOAT64, the shape's runs written
     */
    record MeanFieldReparam(
            Key key, Index step, DrawBlock shape, boolean path, Buffer omega, Buffer gradient, Buffer runs)
            implements Operation {
        @Override
        public Signature signature() {
            return Signature.ofDraws("meanFieldReparam", key, step, shape)
                    .reads("omega", omega, shape.parameters())
                    .reads("gradient", gradient, shape.elements())
                    .runs(runs, shape, 2L * shape.dimensions());
        }
    }

    /**
     * {@code Σ_s g_i}, then [D][D] {@code Σ_s g_i · epsilon_j} for j &lt; i, times L_ii for j = i, zero above; with
     * {@code score}, g + score takes the place of g.
     *
     * @param gradient g, [B][S][D] of this shape
     * @param score null for the closed-form entropy; for the path derivative [B][S][D] from {@link
     *     FullRankOps.FullRankScore}
     * @param runs [B][runs][D + D²] FLOAT64, the shape's runs written
     */
    record FullRankReparam(
            Key key,
            Index step,
            DrawBlock shape,
            Buffer factor,
            Buffer gradient,
            @Nullable Buffer score,
            Buffer runs) implements Operation {
        @Override
        public Signature signature() {
            return Signature.ofDraws("fullRankReparam", key, step, shape)
                    .factor("factor", factor, shape.problems(), shape.dimensions())
                    .reads("gradient", gradient, shape.elements())
                    .optional("score", ElementType.FLOAT32, score, shape.elements(), Access.READS)
                    .runs(runs, shape, ArgumentChecks.gradientWidth(shape));
        }
    }
}

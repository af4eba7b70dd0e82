package io.github.elbo4j.device;

import org.jspecify.annotations.Nullable;

/**
 * Whole steps of a mean-field fit to diagonal Gaussian targets in one pass: draws, their slopes and the terms of their
 * densities are used where they are made and never stored. Kernel family {@code fused}.
 *
 * <p>q has mu and omega = log sigma; the target of problem b is N(targetMu[b], diag exp(2·targetOmega[b])), or with {@code
 * shared} the same [D] for all problems. Results have the bits of the operations that they are made of.
 */
public interface FusedOps {
    /** The most steps of one call of {@link #gaussianAdam}. */
    int MAX_STEPS = 256;

    /** The most draws of a problem in {@link #gaussianAdam}. */
    int MAX_DRAWS = 256;

    /** The most dimensions of a problem in {@link #gaussianAdam}. */
    int MAX_DIMENSIONS = 64;

    /**
     * {@code logP[b,s]} and {@code logQ[b,s]} of the draws {@code z = mu + sigma·epsilon}, and the run sums of the pathwise
     * gradient: the bits of {@link MeanFieldOps#sample}, {@link MeanFieldOps#logDensityAndGradient} of the target, {@link
     * MeanFieldOps#logDensity} of q and {@link ReparamOps#meanFieldReparam}. Without runs it is the first half of a score
     * gradient.
     *
     * @param path as in {@link ReparamOps#meanFieldReparam}
     * @param mu [B][D]
     * @param omega [B][D]
     * @param shared whether the targets are [D] and not [B][D]
     * @param logP [B][S] FLOAT64, written
     * @param logQ [B][S] FLOAT64, written
     * @param runs null, or [B][runs][2D] FLOAT64, the shape's runs written
     */
    void gaussianElbo(
            Key key,
            int step,
            Shape shape,
            boolean path,
            Buffer mu,
            Buffer omega,
            boolean shared,
            Buffer targetMu,
            Buffer targetOmega,
            Buffer logP,
            Buffer logQ,
            @Nullable Buffer runs);

    /**
     * {@code steps} steps of Adam up the ELBO of each problem, for many small problems: step k = 0, 1, … takes its draws at
     * address {@code step + k} and is Adam's step {@code t + k}. The bits of {@link #gaussianElbo}, {@link
     * ElboOps#meanOverDraws}, the entropy's gradient 1 added to each omega's (without {@code path}), and {@link
     * OptimizerOps#adam}, again and again.
     *
     * @param step the address of the first step's draws
     * @param steps at most {@link #MAX_STEPS}
     * @param shape at most {@link #MAX_DRAWS} draws and {@link #MAX_DIMENSIONS} dimensions; all draws of a gradient
     * @param path as in {@link ReparamOps#meanFieldReparam}
     * @param shared whether the targets are [D] and not [B][D]
     * @param t Adam's number of the first step, from 1
     * @param m first moment, [B][2D], updated
     * @param v second moment, [B][2D], updated
     * @param parameter mu, then omega of each problem, [B][2D], updated
     * @param moments null, or at least [slot+steps][B][3] FLOAT64: mean, variance and standard error of log p − log q over
     *     the draws of step k go to record slot + k, as {@link ElboOps#moments} writes them
     */
    void gaussianAdam(
            Key key,
            int step,
            int steps,
            Shape shape,
            boolean path,
            boolean shared,
            Buffer targetMu,
            Buffer targetOmega,
            int t,
            float rate,
            float beta1,
            float beta2,
            float guard,
            Buffer m,
            Buffer v,
            Buffer parameter,
            @Nullable Buffer moments,
            long slot);
}

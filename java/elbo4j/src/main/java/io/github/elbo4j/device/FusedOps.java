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
    /** The most steps of one {@link GaussianAdam}. */
    int MAX_STEPS = 256;

    /** The most draws of a problem in {@link GaussianAdam}. */
    int MAX_DRAWS = 256;

    /** The most dimensions of a problem in {@link GaussianAdam}. */
    int MAX_DIMENSIONS = 64;

    /**
     * Diagonal Gaussian targets.
     *
     * @param shared whether they are [D] and not [B][D]
     */
    record Target(boolean shared, Buffer mu, Buffer omega) {
        private Signature reads(Signature signature, DrawBlock shape) {
            long length = shared ? shape.dimensions() : shape.parameters();
            return signature.reads("targetMu", mu, length).reads("targetOmega", omega, length);
        }
    }

    /**
     * {@code logP[b,s]} and {@code logQ[b,s]} of the draws {@code z = mu + sigma·epsilon}, and the run sums of the pathwise
     * gradient: the bits of {@link MeanFieldOps.Sample}, {@link MeanFieldOps.LogDensity} of the target with its gradient and
     * of q, and {@link ReparamOps.MeanFieldReparam}. Without runs it is the first half of a score gradient.
     *
     * @param path as in {@link ReparamOps.MeanFieldReparam}
     * @param mu [B][D]
     * @param omega [B][D]
     * @param logP [B][S] FLOAT64, written
     * @param logQ [B][S] FLOAT64, written
     * @param runs null, or [B][runs][2D] FLOAT64, the shape's runs written
     */
    record GaussianElbo(
            Key key,
            Index step,
            DrawBlock shape,
            boolean path,
            Buffer mu,
            Buffer omega,
            Target target,
            Buffer logP,
            Buffer logQ,
            @Nullable Buffer runs)
            implements Operation {
        public GaussianElbo {
            ArgumentChecks.present("target", target);
        }

        @Override
        public Signature signature() {
            Signature signature =
                    Signature.ofDraws("gaussianElbo", key, step, shape).diagonal("", mu, omega, shape.parameters());
            target.reads(signature, shape)
                    .writesDoubles("logP", logP, shape.allDraws())
                    .writesDoubles("logQ", logQ, shape.allDraws());
            return runs == null ? signature : signature.runs(runs, shape, 2L * shape.dimensions());
        }
    }

    /**
     * {@code steps} steps of Adam up the ELBO of each problem, for many small problems: step k = 0, 1, … takes its draws at
     * address {@code step + k} and is Adam's step {@code t + k}. The bits of {@link GaussianElbo}, {@link
     * ElboOps.MeanOverDraws}, the entropy's gradient 1 added to each omega's (without {@code path}), and {@link
     * OptimizerOps.Adam}, again and again.
     *
     * @param step the address of the first step's draws
     * @param steps at most {@link #MAX_STEPS}
     * @param shape at most {@link #MAX_DRAWS} draws and {@link #MAX_DIMENSIONS} dimensions; all draws of a gradient
     * @param path as in {@link ReparamOps.MeanFieldReparam}
     * @param t Adam's number of the first step, from 1
     * @param m first moment, [B][2D], updated
     * @param v second moment, [B][2D], updated
     * @param parameter mu, then omega of each problem, [B][2D], updated
     * @param moments null, or at least [slot+steps][B][3] FLOAT64: mean, variance and standard error of log p − log q over
     *     the draws of step k go to record slot + k, as {@link ElboOps.Moments} writes them
     */
    record GaussianAdam(
            Key key,
            int step,
            int steps,
            DrawBlock shape,
            boolean path,
            Target target,
            int t,
            float rate,
            OptimizerOps.Decay decay,
            Buffer m,
            Buffer v,
            Buffer parameter,
            @Nullable Buffer moments,
            long slot)
            implements Operation {
        public GaussianAdam {
            ArgumentChecks.address(key, shape);
            ArgumentChecks.independent(key, "gaussianAdam");
            ArgumentChecks.positive("steps", steps);
            ArgumentChecks.atMost("steps", steps, MAX_STEPS);
            ArgumentChecks.positive("the draws of shape", shape.draws());
            ArgumentChecks.atMost("the draws of shape", shape.draws(), MAX_DRAWS);
            ArgumentChecks.atMost("the dimensions of shape", shape.dimensions(), MAX_DIMENSIONS);
            ArgumentChecks.present("target", target);
            ArgumentChecks.positive("t", t);
            ArgumentChecks.atMost("the last step's t", (long) t + steps - 1, Integer.MAX_VALUE);
            ArgumentChecks.notNaN("rate", rate);
            ArgumentChecks.present("decay", decay);
            ArgumentChecks.notNegative("slot", slot);
        }

        @Override
        public Signature signature() {
            long n = 2 * shape.parameters();
            Signature signature = target.reads(Signature.of("gaussianAdam"), shape)
                    .updates("m", m, n)
                    .updates("v", v, n)
                    .updates("parameter", parameter, n);
            if (moments == null) {
                return signature;
            }
            Index last = Index.of(ArgumentChecks.sum(slot, steps - 1L, "slot"));
            return signature.updatesDoubles("moments", moments, ArgumentChecks.records(last, shape.problems(), 3));
        }
    }
}

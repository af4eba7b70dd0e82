package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;
import org.jspecify.annotations.Nullable;

/**
 * The score-function gradient {@code ∇ E_q[f] = E_q[(f − baseline) · ∇log q]} with f = log p − log q (Ranganath, Gerrish
 * and Blei 2014). Kernel family {@code score}.
 *
 * <p>Two steps: {@link ScoreWeights} turns f into one weight per draw; then a sum of weight times score over the draws
 * of the shape goes to run sums, whose mean {@link ElboOps.MeanOverDraws} takes. A shape's firstDraw must be a multiple
 * of 64, and it writes the runs from firstDraw/64 on, so a caller may cut the draws into chunks.
 *
 * <p>For mean-field, the score in mu is {@code epsilon / sigma} and in omega {@code epsilon² − 1}. For full-rank, it is
 * {@code v = L⁻ᵀ·epsilon} in mu, {@code v_i · epsilon_j} in L_ij (j &lt; i) and {@code v_i · epsilon_i · L_ii − 1} in
 * log L_ii.
 */
public interface ScoreOps {
    /** What is subtracted from f; none changes the gradient's expectation. */
    enum Baseline {
        /** Nothing. */
        NONE,
        /** The running mean of earlier steps' f. */
        RUNNING_MEAN,
        /** For each draw the mean of the others. */
        LEAVE_ONE_OUT,
        /**
         * Per coordinate {@code a = Σ f·h² / Σ h²}, which minimizes the variance; h is the score. For each draw it is
         * estimated from the others, so that the gradient stays unbiased.
         */
        CONTROL_VARIATE
    }

    /**
     * NONE: {@code weights = f}. RUNNING_MEAN: {@code f − running[b]}, then {@code running[b] += rate · (mean f −
     * running[b])}. LEAVE_ONE_OUT: {@code S/(S−1) · (f − mean f)}. CONTROL_VARIATE: {@code f − mean f} (a shift of f
     * shifts a alike; it only spares digits). All in float64; a weight is rounded to float32 in the end.
     *
     * @param running [B] FLOAT64, for RUNNING_MEAN only, updated
     * @param rate in (0, 1]; 1 on the first step
     * @param weights [B][S], written
     */
    record ScoreWeights(
            int problems,
            int draws,
            Baseline baseline,
            Buffer logP,
            Buffer logQ,
            @Nullable Buffer running,
            Scalar rate,
            Buffer weights)
            implements Operation {
        public ScoreWeights {
            ArgumentChecks.present("baseline", baseline);
            ArgumentChecks.positive("draws", draws);
            if (draws < 2 && (baseline == Baseline.LEAVE_ONE_OUT || baseline == Baseline.CONTROL_VARIATE)) {
                throw new IllegalArgumentException("draws is " + draws + ", but the baseline " + baseline
                        + " needs 2 or more: it is estimated from the other draws");
            }
            if (baseline == Baseline.RUNNING_MEAN) {
                if (ArgumentChecks.present("rate", rate).isFixed() && !(rate.value() > 0 && rate.value() <= 1)) {
                    throw new IllegalArgumentException("rate is " + rate.value() + ", but must be in (0, 1]");
                }
                if (running == null) {
                    throw new IllegalArgumentException(
                            "running is missing, but the baseline RUNNING_MEAN keeps its state there");
                }
            }
        }

        @Override
        public Signature signature() {
            long rows = ArgumentChecks.product(problems, "problems", draws, "draws");
            Signature signature = Signature.of("scoreWeights")
                    .readsDoubles("logP", logP, rows)
                    .readsDoubles("logQ", logQ, rows);
            if (baseline == Baseline.RUNNING_MEAN && running != null) {
                signature.updatesDoubles("running", running, problems).scalar("rate", rate);
            }
            return signature.writes("weights", weights, rows);
        }
    }

    /**
     * {@code runs[b,r,d] = Σ_{s in r} w·epsilon·exp(−omega)}, and {@code Σ_{s in r} w·(epsilon² − 1)} from D on.
     *
     * <p>With {@code sums}, the weight of each draw and coordinate is first reduced by the control variate {@code a =
     * (A − w·h²) · 1/(N − h²)}, where A and N are Σ w·h² and Σ h² over all draws; h is epsilon for mu, epsilon² − 1 for
     * omega.
     *
     * @param weights [B][S] of this shape
     * @param sums null, or [B][4D]: per coordinate the means over draws that {@link MeanFieldScoreSquares} and {@link
     *     ElboOps.MeanOverDraws} give
     * @param draws all draws S that {@code sums} are means of
     * @param runs [B][runs][2D] FLOAT64, the shape's runs written
     */
    record MeanFieldScore(
            Key key,
            Index step,
            DrawBlock shape,
            Buffer omega,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs)
            implements Operation {
        public MeanFieldScore {
            if (sums != null) {
                ArgumentChecks.positive("draws", draws);
            }
        }

        @Override
        public Signature signature() {
            return Signature.ofDraws("meanFieldScore", key, step, shape)
                    .reads("omega", omega, shape.parameters())
                    .reads("weights", weights, shape.allDraws())
                    .optional("sums", ElementType.FLOAT32, sums, 4 * shape.parameters(), Access.READS)
                    .runs(runs, shape, 2L * shape.dimensions());
        }
    }

    /**
     * {@code Σ_s (w·epsilon², epsilon², w·h², h²)} with h = epsilon² − 1, four blocks of D.
     *
     * @param runs [B][runs][4D] FLOAT64, the shape's runs written
     */
    record MeanFieldScoreSquares(Key key, Index step, DrawBlock shape, Buffer weights, Buffer runs)
            implements Operation {
        @Override
        public Signature signature() {
            return Signature.ofDraws("meanFieldScoreSquares", key, step, shape)
                    .reads("weights", weights, shape.allDraws())
                    .runs(runs, shape, 4L * shape.dimensions());
        }
    }

    /**
     * As {@link MeanFieldScore} for the full-rank family: D sums for mu, then [D][D] for the factor (zero above the
     * diagonal).
     *
     * @param score [B][S][D] of this shape, from {@link FullRankOps.FullRankScore}
     * @param sums null, or [B][2(D+D²)]: means of Σ w·h² and then of Σ h², each laid out as the gradient
     * @param runs [B][runs][D + D²] FLOAT64, the shape's runs written
     */
    record FullRankScoreGradient(
            Key key,
            Index step,
            DrawBlock shape,
            Buffer factor,
            Buffer score,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs)
            implements Operation {
        public FullRankScoreGradient {
            if (sums != null) {
                ArgumentChecks.positive("draws", draws);
            }
        }

        @Override
        public Signature signature() {
            return Signature.ofDraws("fullRankScoreGradient", key, step, shape)
                    .factor("factor", factor, shape.problems(), shape.dimensions())
                    .reads("score", score, shape.elements())
                    .reads("weights", weights, shape.allDraws())
                    .optional(
                            "sums", ElementType.FLOAT32, sums, ArgumentChecks.gradient("sums", shape, 2), Access.READS)
                    .runs(runs, shape, ArgumentChecks.gradientWidth(shape));
        }
    }

    /**
     * {@code Σ_s w·h²}, then {@code Σ_s h²}, each laid out as the gradient.
     *
     * @param runs [B][runs][2(D + D²)] FLOAT64, the shape's runs written
     */
    record FullRankScoreSquares(
            Key key, Index step, DrawBlock shape, Buffer factor, Buffer score, Buffer weights, Buffer runs)
            implements Operation {
        @Override
        public Signature signature() {
            return Signature.ofDraws("fullRankScoreSquares", key, step, shape)
                    .factor("factor", factor, shape.problems(), shape.dimensions())
                    .reads("score", score, shape.elements())
                    .reads("weights", weights, shape.allDraws())
                    .runs(runs, shape, 2 * ArgumentChecks.gradientWidth(shape));
        }
    }
}

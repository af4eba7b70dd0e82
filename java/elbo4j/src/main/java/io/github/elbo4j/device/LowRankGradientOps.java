package io.github.elbo4j.device;

import org.jspecify.annotations.Nullable;

/**
 * Both gradients of the Gaussian of {@link LowRankOps}, laid out as its parameters: mu, omega and the rows of F, (2 + R)·D
 * numbers. Runs and chunks are as in {@link ScoreOps}. Kernel family {@code lowrankgradient}.
 */
public interface LowRankGradientOps {
    /**
     * The pathwise gradient, as in {@link ReparamOps}: run sums of {@code g}, {@code g·(sigma·epsilon)} and, for each factor,
     * {@code g·eta_r}; with {@code score}, g + score takes the place of g.
     *
     * @param gradient g, [B][S][D] of this shape
     * @param score null for the closed-form entropy; for the path derivative [B][S][D] from {@link LowRankOps.LowRankAtDraw}
     * @param runs [B][runs][(2 + R)·D] FLOAT64, the shape's runs written
     */
    record LowRankReparam(
            Key key,
            Index step,
            DrawBlock shape,
            int rank,
            Buffer omega,
            Buffer gradient,
            @Nullable Buffer score,
            Buffer runs)
            implements Operation {
        public LowRankReparam {
            ArgumentChecks.address(key, shape);
            LowRankOps.normals(shape, rank);
        }

        @Override
        public Signature signature() {
            Signature signature = Signature.of("lowRankReparam")
                    .index("step", step)
                    .reads("omega", omega, shape.parameters())
                    .reads("gradient", gradient, shape.elements());
            if (score != null) {
                signature.reads("score", score, shape.elements());
            }
            return signature.runs(runs, shape, LowRankOps.width(shape.dimensions(), rank));
        }
    }

    /**
     * The score-function gradient, as in {@link ScoreOps}: run sums of w·h with h = {@code s} for mu, {@code (sigma·s)² − centre}
     * for omega, {@code s·latent_r − centre} for each factor.
     *
     * @param score s, [B][S][D] of this shape, from {@link LowRankOps.LowRankAtDraw}
     * @param latent [B][S][R] of this shape, from the same
     * @param centre [B][(2 + R)·D] from {@link LowRankOps.LowRankEntropyGradient}
     * @param weights w, [B][S] of this shape
     * @param sums null, or [B][2·(2 + R)·D]: means of w·h² and then of h², each laid out as the gradient
     * @param draws all draws S that {@code sums} are means of
     * @param runs [B][runs][(2 + R)·D] FLOAT64, the shape's runs written
     */
    record LowRankScoreGradient(
            DrawBlock shape,
            int rank,
            Buffer omega,
            Buffer score,
            Buffer latent,
            Buffer centre,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs)
            implements Operation {
        public LowRankScoreGradient {
            ArgumentChecks.present("shape", shape);
            ArgumentChecks.rank(rank);
            if (sums != null) {
                ArgumentChecks.positive("draws", draws);
            }
        }

        @Override
        public Signature signature() {
            Signature signature = scores("lowRankScoreGradient", shape, rank, omega, score, latent, centre, weights);
            if (sums != null) {
                signature.reads("sums", sums, ArgumentChecks.times("sums", shape.parameters(), 2 * (2L + rank)));
            }
            return signature.runs(runs, shape, LowRankOps.width(shape.dimensions(), rank));
        }
    }

    /**
     * {@code Σ_s w·h²}, then {@code Σ_s h²}, each laid out as the gradient.
     *
     * @param runs [B][runs][2·(2 + R)·D] FLOAT64, the shape's runs written
     */
    record LowRankScoreSquares(
            DrawBlock shape,
            int rank,
            Buffer omega,
            Buffer score,
            Buffer latent,
            Buffer centre,
            Buffer weights,
            Buffer runs)
            implements Operation {
        public LowRankScoreSquares {
            ArgumentChecks.present("shape", shape);
            ArgumentChecks.rank(rank);
        }

        @Override
        public Signature signature() {
            return scores("lowRankScoreSquares", shape, rank, omega, score, latent, centre, weights)
                    .runs(runs, shape, 2 * LowRankOps.width(shape.dimensions(), rank));
        }
    }

    /** What the score is made of. */
    private static Signature scores(
            String operation,
            DrawBlock shape,
            int rank,
            Buffer omega,
            Buffer score,
            Buffer latent,
            Buffer centre,
            Buffer weights) {
        return Signature.of(operation)
                .reads("omega", omega, shape.parameters())
                .reads("score", score, shape.elements())
                .reads("latent", latent, ArgumentChecks.times("latent", shape.allDraws(), rank))
                .reads("centre", centre, ArgumentChecks.times("centre", shape.parameters(), 2L + rank))
                .reads("weights", weights, shape.allDraws());
    }
}

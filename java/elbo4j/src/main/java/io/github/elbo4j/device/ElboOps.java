package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;
import org.jspecify.annotations.Nullable;

/**
 * Reductions over the draws of a problem, {@code f[b,s] = logP[b,s] − logQ[b,s]}. Kernel family {@code elbo}.
 *
 * <p>logP and logQ are [B][S] FLOAT64, and so is f. A missing logQ counts as zero (an entropy in closed form is then added by the caller).
 */
public interface ElboOps {
    /** The draws of one run: see {@link Operation} on sums over draws. */
    int DRAWS_PER_RUN = 64;

    /** How many runs hold {@code draws} draws. */
    static int runs(int draws) {
        return (int) (((long) draws + DRAWS_PER_RUN - 1) / DRAWS_PER_RUN);
    }

    /**
     * {@code moments[slot·B + b] = (mean, variance, standard error)} of f over s: variance with the divisor S − 1, in a
     * second pass over {@code f − mean}; standard error = √(variance / S). With one draw the last two are NaN.
     *
     * @param moments at least [slot+1][B][3] FLOAT64, record {@code slot} written
     */
    record Moments(
            int problems, int draws, Buffer logP, @Nullable Buffer logQ, Buffer moments, Index slot)
            implements Operation {
        public Moments {
            ArgumentChecks.positive("draws", draws);
            ArgumentChecks.present("slot", slot);
        }

        @Override
        public Signature signature() {
            return densities("moments", problems, draws, logP, logQ)
                    .index("slot", slot)
                    .updatesDoubles("moments", moments, ArgumentChecks.records(slot, problems, 3));
        }
    }

    /**
     * {@code bound[b] = (value, standard error)} of Rényi's bound {@code log(1/S · Σ_s exp((1−alpha)·f)) / (1−alpha)}
     * (Li and Turner 2016). alpha = 0 is the log-mean-exp, the importance-weighted bound of S draws and a consistent
     * estimate of the log evidence (Burda et al. 2016). The standard error is that of the mean of the weights, divided by
     * the mean (delta method); it is NaN with one draw.
     *
     * @param alpha not 1; alpha → 1 is the ELBO: use {@link Moments}
     * @param bound [B][2] FLOAT64, written
     */
    record Renyi(
            int problems,
            int draws,
            float alpha,
            Buffer logP,
            @Nullable Buffer logQ,
            Buffer bound) implements Operation {
        public Renyi {
            if (!Float.isFinite(alpha) || alpha == 1f) {
                throw new IllegalArgumentException(
                        "alpha is " + alpha + ", but must be finite and not 1; 1 is the ELBO: use moments");
            }
            ArgumentChecks.positive("draws", draws);
        }

        @Override
        public Signature signature() {
            return densities("renyi", problems, draws, logP, logQ).writesDoubles("bound", bound, 2L * problems);
        }
    }

    /**
     * {@code mean[b,p] = constant + 1/draws · Σ_r runSums[b,r,p]}: the end of every sum over draws.
     *
     * @param draws S, the draws that all runs together hold; {@link #runs} of them are read
     * @param runSums [B][runs(S)][P] FLOAT64
     * @param mean [B][P], written
     */
    record MeanOverDraws(int problems, int draws, int width, float constant, Buffer runSums, Buffer mean)
            implements Operation {
        public MeanOverDraws {
            ArgumentChecks.positive("draws", draws);
            ArgumentChecks.notNaN("constant", constant);
        }

        @Override
        public Signature signature() {
            long elements = ArgumentChecks.product(problems, "problems", width, "width");
            return Signature.of("meanOverDraws")
                    .runs("runSums", runSums, 0, draws, elements, Access.READS)
                    .writes("mean", mean, elements);
        }
    }

    private static Signature densities(String operation, int problems, int draws, Buffer logP, @Nullable Buffer logQ) {
        long rows = ArgumentChecks.product(problems, "problems", draws, "draws");
        return Signature.of(operation)
                .readsDoubles("logP", logP, rows)
                .optional("logQ", ElementType.FLOAT64, logQ, rows, Access.READS);
    }
}

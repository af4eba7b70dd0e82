package io.github.elbo4j.device;

import org.jspecify.annotations.Nullable;

/**
 * Reductions over the draws of a problem, {@code f[b,s] = logP[b,s] − logQ[b,s]}. Kernel family {@code elbo}.
 *
 * <p>logP and logQ are [B][S] FLOAT64, and so is f. A missing logQ counts as zero (an entropy in closed form is then added by the caller).
 */
public interface ElboOps {
    /** The draws of one run: see {@link Ops} on sums over draws. */
    int RUN = 64;

    /** How many runs hold {@code draws} draws. */
    static int runs(int draws) {
        return (int) (((long) draws + RUN - 1) / RUN);
    }

    /**
     * {@code moments[slot·B + b] = (mean, variance, standard error)} of f over s: variance with the divisor S − 1, in a
     * second pass over {@code f − mean}; standard error = √(variance / S). With one draw the last two are NaN.
     *
     * @param moments at least [slot+1][B][3] FLOAT64, record {@code slot} written
     */
    void moments(int problems, int draws, Buffer logP, @Nullable Buffer logQ, Buffer moments, long slot);

    /**
     * {@code bound[b] = (value, standard error)} of Rényi's bound {@code log(1/S · Σ_s exp((1−alpha)·f)) / (1−alpha)}
     * (Li and Turner 2016). alpha = 0 is the log-mean-exp, the importance-weighted bound of S draws and a consistent
     * estimate of the log evidence (Burda et al. 2016). The standard error is that of the mean of the weights, divided by
     * the mean (delta method); it is NaN with one draw.
     *
     * @param alpha not 1; alpha → 1 is the ELBO: use {@link #moments}
     * @param bound [B][2] FLOAT64, written
     */
    void renyi(int problems, int draws, float alpha, Buffer logP, @Nullable Buffer logQ, Buffer bound);

    /** {@link #renyi} with alpha = 0. */
    default void logMeanExp(int problems, int draws, Buffer logP, @Nullable Buffer logQ, Buffer bound) {
        renyi(problems, draws, 0f, logP, logQ, bound);
    }

    /**
     * {@code mean[b,p] = constant + 1/draws · Σ_r runSums[b,r,p]}: the end of every sum over draws.
     *
     * @param draws S, the draws that all runs together hold; {@link #runs} of them are read
     * @param runSums [B][runs(S)][P] FLOAT64
     * @param mean [B][P], written
     */
    void meanOverDraws(int problems, int draws, int width, float constant, Buffer runSums, Buffer mean);
}

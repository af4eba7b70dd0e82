package io.github.elbo4j.infer;

import java.io.Serializable;

/**
 * How far Markov chains agree about one number (Vehtari, Gelman, Simpson, Carpenter and Bürkner, Bayesian Analysis 16, 2021).
 *
 * @param rHat split R-hat: the larger of those of rank-normalized draws and of their rank-normalized distances from the median; 1 if all
 *     halves of chains say the same
 * @param bulkEss the effective sample size of the rank-normalized draws
 * @param tailEss the smaller of those of the 5 % and the 95 % quantile
 */
public record Convergence(double rHat, double bulkEss, double tailEss) implements Serializable {
    /** R-hat of chains that agree is at most this. */
    public static final double MOST_R_HAT = 1.01;
    /** Effective sample sizes of an answer are at least this: a mean is then known to a twentieth of a standard deviation. */
    public static final double LEAST_ESS = 400;

    /** Whether R-hat is at most 1.01 and both effective sample sizes are 400 or more. */
    public boolean isReached() {
        return rHat <= MOST_R_HAT && Math.min(bulkEss, tailEss) >= LEAST_ESS;
    }
}

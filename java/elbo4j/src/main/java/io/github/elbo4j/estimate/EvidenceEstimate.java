package io.github.elbo4j.estimate;

import java.io.Serializable;

/**
 * What draws say of an {@link EvidenceBound}, and how far to trust it.
 *
 * @param estimate its value with a standard error: of a logarithm of a mean that of the mean over the mean (delta method), which
 *     means nothing where k-hat is above 0.7
 * @param effectiveDraws the effective sample size {@code (Σv)²/Σv²} of the powers {@code v = w^(1 − alpha)} whose mean is taken, added
 *     up over the groups: from the number of groups to that of draws
 * @param kHat the Pareto shape of these powers, see {@link ParetoShape}: their variance is finite below 0.5 only
 * @param bias about how much the value is off its limit for many draws, since the logarithm of a mean is too low on average: {@code
 *     −Var(v)/(2k·(1 − alpha)·E[v]²)}, the first term of the delta method, good where it is small; NaN unless k-hat is
 *     below 0.5 or the effective sample size is 90 % of the draws, where k-hat says nothing
 */
public record EvidenceEstimate(EvidenceBound bound, Estimate estimate, double effectiveDraws, double kHat, double bias)
        implements Serializable {
    /** {@code ELBO: −3.21 ± 0.02 (4096 draws)}. */
    @Override
    public String toString() {
        return bound + ": " + estimate;
    }
}
